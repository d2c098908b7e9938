import { setTimeout as sleep } from 'node:timers/promises';
import type { Case } from '../../model/cases';
import type { ContainerRecord, LogStatus } from '../../model/records';
import { CaseReader } from '../lookup/case-reader';
import type { QueryClient } from '../loki/query-client';
import { type CheckedSpan, checkStore, type Difference, keyOf, type StoreCheck } from './store-check';

/** What came of a replay: the cases in the store, and the recording's lines held against it. */
export interface Outcome extends StoreCheck {
  /** Newest first. */
  cases: Case[];
  /** Lines that are missing, and the status of the case or the container record that says so. */
  named: Array<Difference & { status: LogStatus }>;
  /** What nothing accounts for. */
  unnamed: Difference[];
}

/** These say that lines are missing, or that they may be. */
const MISSING: ReadonlySet<LogStatus> = new Set<LogStatus>(['lost', 'partial', 'unknown']);
/** Records are dated when the thing happened, so a last look may be just behind it. */
const AFTER = 60_000_000_000n;

/** Loki may show what it has acknowledged a while later. */
const SHOWN_AFTER_MS = 30_000;
const LOOK_MS = 1_000;

/** As `outcomeOf`, once everything is shown: at the latest after half a minute as it stands then. */
export async function shownOutcome(
  ...[client, expected, containerRecords, span, signal]: [...Parameters<typeof outcomeOf>, AbortSignal]
): Promise<Outcome> {
  const latest = Date.now() + SHOWN_AFTER_MS;
  for (;;) {
    const outcome = await outcomeOf(client, expected, containerRecords, span);
    if (outcome.unnamed.every(({ found, expected: lines }) => found >= lines) || Date.now() >= latest) {
      return outcome;
    }
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/**
 * @param expected lines by log path (`expectedLines`)
 * @param container records of all containers that an agent opened, as they stand
 */
export async function outcomeOf(
  client: QueryClient,
  expected: ReadonlyMap<string, number>,
  containerRecords: readonly ContainerRecord[],
  span: CheckedSpan
): Promise<Outcome> {
  const check = await checkStore(client, expected, span);
  const { cluster, from, to } = span;
  const window = { from, to: to + AFTER, recordsTo: to + AFTER, now: to };
  const cases = await new CaseReader(client).cases({ cluster }, window);
  const says = new Map<string, LogStatus>();
  containerRecords
    .filter(({ gaps }) => gaps.length > 0)
    .forEach((containerRecord) => says.set(keyOf(containerRecord), containerRecord.status));
  cases.filter(({ status }) => MISSING.has(status)).forEach((one) => says.set(keyOf(one), one.status));
  const named: Outcome['named'] = [];
  const unnamed: Difference[] = [];
  for (const difference of check.differences) {
    const status = says.get(difference.log);
    if (status !== undefined && difference.found < difference.expected) {
      named.push({ ...difference, status });
    } else {
      unnamed.push(difference);
    }
  }
  return { ...check, cases, named, unnamed };
}
