import type { Answer } from '../cases';
import { recordKey } from '../records';
import { foreignRuns } from './foreign-lines';
import { type LookupWindow, nsOf, runOfWho } from './found-run';
import { type LogLayout, OWN_LAYOUT } from '../log-layouts';
import { type Plan, together } from './plan';

const SECOND_NS = 1_000_000_000n;
const DAY_NS = 86_400n * SECOND_NS;
const PODS_PER_QUERY = 50;
/** More logs than these, the newest, are not looked for. */
const MAX_LOOKED_FOR = 500;

/**
 * Answers about logs that the agent has nothing of, held against the lines of other shippers: where there are some, the log
 * is not lost, and whether it is complete nobody can tell.
 */
export function* foreignVerdicts<T extends Answer>(answers: readonly T[], layout: LogLayout = OWN_LAYOUT): Plan<T[]> {
  const batches = batched(answers.filter(mayBeElsewhere).slice(0, MAX_LOOKED_FOR));
  const found = yield* together(
    batches.map((batch) => {
      const runs = batch.map((one) => runOfWho({ ...one, node: one.node ?? undefined }, spanOf(one), layout));
      const window = windowOf(runs.map(({ span }) => span));
      // Their names are all that is asked by; of a Job's lines all are counted.
      return foreignRuns(runs, { kind: 'job', name: 'any' }, { window, layout });
    })
  );
  const elsewhere = new Set(
    found.flatMap(({ runs }) => runs.filter(({ sources }) => sources.length > 1).map(({ key }) => key))
  );
  return answers.map((one) =>
    elsewhere.has(recordKey(one)) ? { ...one, status: 'unknown', loki: { code: 'loki-other-shipper' } } : one
  );
}

/** Nothing of it is in Loki as far as the agent's records report. */
const mayBeElsewhere = ({ status, seen }: Answer) => status === 'lost' || (status === 'unknown' && !seen);

/** Its container wrote within this, as far as an answer tells. */
function spanOf({ finished, at, asOf }: Answer): { from: bigint; to: bigint } {
  const end = nsOf(finished) ?? nsOf(at) ?? nsOf(asOf) ?? 0n;
  return { from: end - DAY_NS, to: end + SECOND_NS };
}

function windowOf(spans: ReadonlyArray<{ from: bigint; to: bigint }>): LookupWindow {
  const from = spans.reduce((least, span) => (span.from < least ? span.from : least), spans[0]?.from ?? 0n);
  const to = spans.reduce((most, span) => (span.to > most ? span.to : most), spans[0]?.to ?? 0n);
  return { from, to, recordsTo: to, isDefault: false };
}

function batched(answers: readonly Answer[]): Answer[][] {
  const families = new Map<string, Answer[][]>();
  for (const one of answers) {
    const key = `${one.cluster} ${one.namespace}`;
    const batches = families.get(key) ?? [];
    families.set(key, batches);
    const last = batches.at(-1);
    if (last === undefined || last.length >= PODS_PER_QUERY) {
      batches.push([one]);
    } else {
      last.push(one);
    }
  }
  return [...families.values()].flat();
}
