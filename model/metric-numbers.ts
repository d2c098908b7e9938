/** A number of a metric query. */
export interface CountedNumber {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/**
 * The numbers of a metric query at a moment, one a series; undefined where Loki refuses because they are too many
 * (`max_query_series`).
 */
export type AskNumbers = (query: string, atMs: number) => Promise<readonly CountedNumber[] | undefined>;

/** Whether Loki's refusal says that an answer has too many series. */
export const saysTooManySeries = (message: string): boolean => /maximum (?:number )?of series/i.test(message);
