import type { LogEntry, NsSpan } from '../log-entry';
import type { Plan } from './plan';
import type { Target } from './target';

const DAY_NS = 86_400_000_000_000n;
/** Where counting is refused: the container runs of the newest lines. */
const NEWEST_LINES = 1000;

/**
 * Which combinations of labels and metadata lines have. All lines of a Job are counted; a pod may have written for years,
 * and of it the last day of lines is, unless the run before its newest is wanted.
 *
 * @param newestNs the time of the newest of these lines
 */
export function* originsBy(
  question: NsSpan & { query: string },
  by: readonly string[],
  target: Target,
  newestNs: bigint,
  { previous }: { previous?: boolean }
): Plan<{ entries: readonly LogEntry[]; isPart: boolean }> {
  const isBounded = target.kind === 'job' || target.kind === 'cronjob' || previous === true;
  const dayBefore = newestNs - DAY_NS;
  const from = isBounded || dayBefore < question.from ? question.from : dayBefore;
  const [counted] = yield [{ ...question, from, by }];
  if (counted !== undefined) {
    return counted;
  }
  const [newest] = yield [{ ...question, limit: NEWEST_LINES }];
  return { entries: newest?.entries ?? [], isPart: true };
}
