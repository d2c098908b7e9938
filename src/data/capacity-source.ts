import { caseMoment, type CaseSummary } from '../../model/case-records';
import {
  type CapacitySource,
  type CapacityWindow,
  CaseCounts,
  type CountedCase,
  type NumberSeries,
} from '../../model/capacity';
import { evidencePlan, type Span } from '../../model/evidence';
import { foreignVerdicts, runPlan } from '../../model/lookup';
import { allows } from '../../model/logql';
import { recordKey } from '../../model/records';
import { askNumbers, askThrough } from './ask-loki';
import { readCases, recordedPart } from './case-records';
import { entryPages } from './entry-pages';
import { EvidenceReader, type Shortage } from './evidence-reader';
import type { Count } from './log-frames';
import type { LokiSource } from './loki-source';
import { inParts } from './in-steps';
import type { RecordCache } from './record-cache';

/** What is reviewed; empty lists for all. */
export interface Reviewed {
  cluster: readonly string[];
  node: readonly string[];
  /** Of cases and pods. */
  namespace: readonly string[];
  /** Names of Job families, of cases and pods. */
  workload: readonly string[];
  /** The node label that names pools; undefined where they are not asked for. */
  poolLabel?: string;
}

const MS = 1_000_000n;
/** Cases whose time may still move are few. */
const MOST_OPEN = 10_000;

/**
 * What a capacity review asks, through a data source of Grafana's. Cases are counted in Loki as far as a watch has written
 * them, and worked out from container and pod records where none has.
 *
 * @param cache of this Loki, for what is worked out
 * @param onShortage called with what of the records could not be read
 */
export function capacitySource(
  loki: LokiSource,
  reviewed: Reviewed,
  { cache, signal, onShortage }: { cache: RecordCache; signal: AbortSignal; onShortage: (one: Shortage) => void }
): CapacitySource {
  const numbers = askNumbers(loki, signal);
  const nanos = ({ from, to }: Span) => ({ from: BigInt(Math.floor(from)) * MS, to: BigInt(Math.ceil(to)) * MS });
  return {
    recordSelector: loki.recordSelector,
    pages: (query, span) => inParts(entryPages(loki, { query, ...nanos(span) }, 'backward', { signal }), signal),
    newest: async (query, span) => (await loki.newest(query, span, 1, signal))[0],
    series: async (query, span, stepMs) => {
      const points = await loki.counts(query, { from: span.from, to: span.to + 1 }, stepMs, signal);
      // Loki may answer for one step more than it was asked for.
      return seriesOf(points.filter(({ at }) => at <= span.to));
    },
    numbers,
    async cases({ namespace, workload }, window, families) {
      const counts = new CaseCounts(numbers, families);
      const range = { from: window.from, to: window.to };
      const { span } = await recordedPart(loki, range, reviewed.cluster, signal);
      const metadata = { node: someOf(reviewed.node), namespace, workload };
      const live = { ...window, from: span?.to ?? window.from };
      const reader = new EvidenceReader(loki, cache, signal);
      const worked =
        live.from < live.to ? await workedOut(loki, reader, cache, { reviewed, live, isAll: !span, signal }) : [];
      reader.shortages.forEach(onShortage);
      counts.add(worked.filter((one) => allows(namespace, one.namespace) && allows(workload, one.workload)));
      if (span !== undefined) {
        const cluster = someOf(reviewed.cluster);
        await counts.count({ cluster, metadata, selector: loki.recordSelector }, span);
        if (worked.length > 0) {
          // A log that is rotated again and again may stand in a record, and have been rotated once more since.
          const query = { cluster: reviewed.cluster, metadata: { ...metadata, open: 'true' }, pipeline: '' };
          const open = await readCases(loki, span, { ...query, status: [] }, MOST_OPEN, signal);
          const keys = new Set(worked.map(recordKey));
          counts.add(
            open.cases.filter((one) => keys.has(recordKey(one))),
            -1
          );
        }
      }
      return counts.margins();
    },
  };
}

const someOf = (names: readonly string[]) => (names.length === 0 ? undefined : names);

function seriesOf(counts: readonly Count[]): NumberSeries[] {
  const series = new Map<string, { labels: Record<string, string>; points: Array<[number, number]> }>();
  for (const { at, value, labels } of counts) {
    const key = JSON.stringify(Object.entries(labels).sort());
    const one = series.get(key) ?? { labels, points: [] };
    series.set(key, one);
    one.points.push([at, value]);
  }
  return [...series.values()];
}

/** The cases of a time that stand in no case records. */
async function workedOut(
  loki: LokiSource,
  reader: EvidenceReader,
  cache: RecordCache,
  { reviewed, live, isAll, signal }: { reviewed: Reviewed; live: CapacityWindow; isAll: boolean; signal: AbortSignal }
): Promise<Array<Pick<CaseSummary, 'id' | keyof CountedCase>>> {
  const selection = { node: someOf(reviewed.node) };
  for (const wishes of evidencePlan(cache.base, selection, live)) {
    await reader.read(wishes);
  }
  await reader.finish();
  const { cases } = await cache.explain(signal);
  const within = cases.filter((one) => {
    const ns = caseMoment(one);
    // When it happened nobody knows: it counts as of the beginning, or of when it was last looked at.
    const ms = ns === undefined ? (isAll ? live.from : Date.parse(one.asOf)) : Number(ns / MS);
    const isNamed = (names: readonly string[], name: string | null) =>
      names.length === 0 || (name !== null && names.includes(name));
    return (
      ms >= live.from && ms < live.to && isNamed(reviewed.cluster, one.cluster) && isNamed(reviewed.node, one.node)
    );
  });
  return runPlan(foreignVerdicts(within, loki.logs), askThrough(loki, signal));
}
