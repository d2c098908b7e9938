interface Counter {
  inc(value?: number): void;
}

interface RuleCounter {
  inc(labels: { rule: string; action: string }, value: number): void;
}

/** What pushing counts; the names are those of the metrics that the agent shows. */
export type PushMetrics = Readonly<
  Record<
    | 'readLines'
    | 'readBytes'
    | 'ackedLines'
    | 'ackedBytes'
    | 'rescuedBytes'
    | 'encodedBytes'
    | 'sentBytes'
    | 'retries'
    | 'unparsedLines'
    | 'replacedLines'
    | 'misdatedLines'
    | 'nulBytes',
    Counter
  >
> & {
  readonly ruleLines: RuleCounter;
  readonly ruleBytes: RuleCounter;
  readonly lastAcknowledgement: { setToCurrentTime(): void };
};
