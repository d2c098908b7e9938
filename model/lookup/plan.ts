import type { LogEntry, NsSpan } from '../log-entry';

/** What is asked of a Loki while something is looked up. */
export interface LokiQuestion extends NsSpan {
  /** A log query. */
  query: string;
  /**
   * Instead of the lines themselves one entry for each combination of these labels and metadata that lines have: its
   * `fields` are they, its `line` is how many lines there are.
   */
  by?: readonly string[];
  /** Only the newest so many; all where it is undefined. */
  limit?: number;
  /** With these, the newest, the older ones need not be read. */
  isEnough?: (entries: readonly LogEntry[]) => boolean;
}

/** The entries in no particular order. */
export interface LokiReply {
  entries: readonly LogEntry[];
  /** There may be more. */
  isPart: boolean;
}

/** undefined: Loki refused to count, because there is too much to count. Other failures end the plan. */
export type Replies = ReadonlyArray<LokiReply | undefined>;

/** Yields what is to be asked at once, and is resumed with the replies in the same order. */
export type Plan<T> = Generator<readonly LokiQuestion[], T, Replies>;

/** Several plans side by side: what they ask at the same step is asked at once. */
export function* together<T>(plans: ReadonlyArray<Plan<T>>): Plan<T[]> {
  const results: T[] = [];
  const steps = plans.map((plan) => ({ plan, step: plan.next([]) }));
  for (;;) {
    const open = steps.flatMap(({ plan, step }, place) => {
      if (step.done) {
        results[place] = step.value;
        return [];
      }
      return { plan, place, questions: step.value };
    });
    if (open.length === 0) {
      return results;
    }
    const replies = yield open.flatMap(({ questions }) => questions);
    let from = 0;
    for (const { plan, place, questions } of open) {
      steps[place] = { plan, step: plan.next(replies.slice(from, from + questions.length)) };
      from += questions.length;
    }
  }
}

/** Runs a plan over a Loki. @param ask answers one question; several are under way at once */
export async function runPlan<T>(
  plan: Plan<T>,
  ask: (question: LokiQuestion) => Promise<LokiReply | undefined>
): Promise<T> {
  let step = plan.next([]);
  while (!step.done) {
    step = plan.next(await Promise.all(step.value.map(ask)));
  }
  return step.value;
}
