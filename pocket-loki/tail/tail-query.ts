import { labelsText } from '../common/labels';
import type { LogExpr } from '../logql/syntax/ast';
import { mergeLabels } from '../logql/rows/entry-labels';
import type { LogRow } from '../logql/logs/log-query';
import { compileSelector } from '../logql/matching/matcher';
import { Pipeline } from '../logql/pipeline/pipeline';
import { storedEntries } from '../storage/block';
import type { Stored } from '../storage/log-storage';

/** A log query on what is being stored, instead of on what was. */
export class TailQuery {
  private readonly matches: ReturnType<typeof compileSelector>;
  private readonly pipeline: Pipeline;

  /** @throws RequestError 400 where the query is invalid */
  constructor(expr: LogExpr) {
    this.matches = compileSelector(expr.matchers);
    this.pipeline = new Pipeline(expr.stages);
  }

  rows(stored: readonly Stored[]): LogRow[] {
    return stored
      .filter(({ stream }) => this.matches(stream.labels))
      .flatMap(({ stream, entries }) =>
        storedEntries([...entries].sort(byTime)).flatMap((entry) => this.pipeline.process(stream, entry) ?? [])
      )
      .map(({ time, line, labels }) => ({ time, line, labels: labels.result() }));
  }
}

function byTime(a: { time: bigint }, b: { time: bigint }): number {
  return a.time < b.time ? -1 : a.time > b.time ? 1 : 0;
}

/** Tells two rows apart, where one entry may come from the history and from the feed. */
export function identityOf({ time, line, labels }: LogRow): string {
  return `${time} ${labelsText(mergeLabels(labels))} ${line}`;
}
