import { type CapacitySelection, type CapacitySource, type CapacityWindow, CaseCounts } from '../../model/capacity';
import { type CaseSummary, type Segment, segmentsOf } from '../../model/case-records';
import { RECORD_SELECTOR, type Span } from '../../model/evidence';
import { allows } from '../../model/logql';
import { type AskNumbers, saysTooManySeries } from '../../model/metric-numbers';
import { recordKey } from '../../model/records';
import type { CaseList } from '../cases/case-list';
import { caseCoverage, storedCases } from '../lookup/stored-cases';
import { newestEntry, pages } from '../loki/pages';
import { LokiRefusal, type QueryClient } from '../loki/query-client';

const MS = 1_000_000n;
/** A review reads what is rare over long times: a query a day would be thirty that give nothing. */
const SLICE_NS = 7n * 86_400_000n * MS;

/** Which cluster and node a review on the command line is about. */
export type NamedSelection = CapacitySelection & { cluster?: string; node?: string };

/**
 * What a capacity review asks, over HTTP.
 *
 * @param named what the command line names
 * @throws LokiRefusal, LokiUnreachable, StrangeAnswer, the signal's reason
 */
export function capacitySource(
  client: QueryClient,
  cases: CaseList,
  named: NamedSelection,
  signal: AbortSignal
): CapacitySource {
  const numbers = askNumbers(client, signal);
  return {
    pages: (query, span) => pages(client, { query, ...nanos(span) }, 'backward', { signal, sliceNs: SLICE_NS }),
    async newest(query, span) {
      const entry = await newestEntry(client, { query, ...nanos(span) });
      signal.throwIfAborted();
      return entry;
    },
    series: (query, span, stepMs) => client.series({ query, ...nanos(span) }, BigInt(stepMs) * MS, signal),
    numbers,
    async cases({ namespace, workload }, window, families) {
      const counts = new CaseCounts(numbers, families);
      const metadata = { node: named.node, namespace, workload };
      const isWanted = (one: CaseSummary) => allows(namespace, one.namespace) && allows(workload, one.workload);
      for (const { cluster, segments } of await plansOf(client, named.cluster, window, signal)) {
        const recorded = segments.find(({ isRecorded }) => isRecorded);
        if (recorded !== undefined) {
          await counts.count({ cluster, metadata }, millis(recorded));
        }
        const worked = new Set<string>();
        for (const segment of segments.filter(({ isRecorded }) => !isRecorded)) {
          for await (const slice of cases.slices({ cluster, node: named.node }, partOf(window, segment))) {
            counts.add(slice.filter(isWanted));
            slice.forEach((one) => recorded !== undefined && worked.add(recordKey(one)));
          }
        }
        if (recorded !== undefined && worked.size > 0) {
          // A log that is rotated again and again may stand in a record, and have been rotated once more since.
          const open = await storedCases(client, cluster, recorded, {
            metadata: { ...metadata, open: 'true' },
            signal,
          });
          counts.add(
            open.cases().filter((one) => worked.has(recordKey(one))),
            -1
          );
        }
      }
      signal.throwIfAborted();
      return counts.margins();
    },
  };
}

const askNumbers =
  (client: QueryClient, signal: AbortSignal): AskNumbers =>
  async (query, atMs) => {
    try {
      return await client.instant(query, BigInt(Math.round(atMs)) * MS, signal);
    } catch (error) {
      if (error instanceof LokiRefusal && saysTooManySeries(error.text)) {
        return undefined;
      }
      throw error;
    }
  };

/** Of each cluster the parts of a range that stand in case records, and those that have to be worked out. */
async function plansOf(
  client: QueryClient,
  named: string | undefined,
  window: CapacityWindow,
  signal: AbortSignal
): Promise<Array<{ cluster: string; segments: Segment[] }>> {
  const range = nanos(window);
  const now = BigInt(Math.round(window.now)) * MS;
  const known = { query: RECORD_SELECTOR, from: range.from, to: now > range.to ? now : range.to };
  const clusters = named === undefined ? await client.labelValues('cluster', known, signal) : [named];
  return Promise.all(
    clusters.map(async (cluster) => ({
      cluster,
      segments: segmentsOf(range, await caseCoverage(client, cluster, now)),
    }))
  );
}

/** The window of a part of its time, in nanoseconds. */
function partOf(window: CapacityWindow, { from, to }: Segment) {
  const afterMs = Math.round(window.recordsTo - window.to);
  return { from, to, recordsTo: to + BigInt(afterMs) * MS, now: BigInt(Math.round(window.now)) * MS };
}

const nanos = ({ from, to }: Span): { from: bigint; to: bigint } => ({
  from: BigInt(Math.floor(from)) * MS,
  to: BigInt(Math.ceil(to)) * MS,
});

const millis = ({ from, to }: Segment): Span => ({ from: Number(from / MS), to: Number(to / MS) });
