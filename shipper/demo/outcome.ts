import { setTimeout as sleep } from 'node:timers/promises';
import type { Case } from '../../model/cases';
import type { ContainerRecord, Verdict } from '../../model/records';
import { CaseReader } from '../lookup/case-reader';
import type { QueryClient } from '../loki/query-client';
import { type CheckedSpan, checkStore, type Difference, keyOf, type StoreCheck } from './store-check';

/** What came of a replay: the cases in the store, and the recording's lines held against it. */
export interface Outcome extends StoreCheck {
  /** Newest first. */
  cases: Case[];
  /** Lines that are missing, and the verdict of the case or the ledger that says so. */
  named: Array<Difference & { verdict: Verdict }>;
  /** What nothing accounts for. */
  unnamed: Difference[];
}

/** These say that lines are missing, or that they may be. */
const MISSING: ReadonlySet<Verdict> = new Set<Verdict>(['lost', 'partial', 'unknown']);
/** Records are dated when the thing happened, so a last look may be just behind it. */
const AFTER = 60_000_000_000n;

/** Loki may show what it has acknowledged a while later. */
const SHOWN_AFTER_MS = 30_000;
const LOOK_MS = 1_000;

/** As `outcomeOf`, once everything is shown: at the latest after half a minute as it stands then. */
export async function shownOutcome(
  ...[client, expected, ledgers, span, signal]: [...Parameters<typeof outcomeOf>, AbortSignal]
): Promise<Outcome> {
  const latest = Date.now() + SHOWN_AFTER_MS;
  for (;;) {
    const outcome = await outcomeOf(client, expected, ledgers, span);
    if (outcome.unnamed.every(({ found, expected: lines }) => found >= lines) || Date.now() >= latest) {
      return outcome;
    }
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/**
 * @param expected lines by log path (`expectedLines`)
 * @param ledgers of all containers that an agent opened, as they stand
 */
export async function outcomeOf(
  client: QueryClient,
  expected: ReadonlyMap<string, number>,
  ledgers: readonly ContainerRecord[],
  span: CheckedSpan
): Promise<Outcome> {
  const check = await checkStore(client, expected, span);
  const { cluster, from, to } = span;
  const window = { from, to: to + AFTER, recordsTo: to + AFTER, now: to };
  const cases = await new CaseReader(client).cases({ cluster }, window);
  const says = new Map<string, Verdict>();
  ledgers.filter(({ gaps }) => gaps.length > 0).forEach((ledger) => says.set(keyOf(ledger), ledger.verdict));
  cases.filter(({ verdict }) => MISSING.has(verdict)).forEach((one) => says.set(keyOf(one), one.verdict));
  const named: Outcome['named'] = [];
  const unnamed: Difference[] = [];
  for (const difference of check.differences) {
    const verdict = says.get(difference.log);
    if (verdict !== undefined && difference.found < difference.expected) {
      named.push({ ...difference, verdict });
    } else {
      unnamed.push(difference);
    }
  }
  return { ...check, cases, named, unnamed };
}
