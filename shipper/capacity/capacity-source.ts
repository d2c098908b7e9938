import type { CapacitySource, CapacityWindow, CaseTally } from '../../model/capacity';
import type { Span } from '../../model/evidence';
import type { CaseList } from '../cases/case-list';
import { newestEntry, pages } from '../loki/pages';
import type { QueryClient } from '../loki/query-client';

/** Which cluster and node a review on the command line is about. */
export interface NamedSelection {
  cluster?: string;
  node?: string;
}

const MS = 1_000_000n;

/** What a capacity review asks, over HTTP. @throws LokiRefusal, LokiUnreachable, StrangeAnswer, the signal's reason */
export function capacitySource(
  client: QueryClient,
  cases: CaseList,
  named: NamedSelection,
  signal: AbortSignal
): CapacitySource {
  return {
    pages: (query, span) => pages(client, { query, ...nanos(span) }, 'backward', { signal }),
    async newest(query, span) {
      const entry = await newestEntry(client, { query, ...nanos(span) });
      signal.throwIfAborted();
      return entry;
    },
    series: (query, span, stepMs) => client.series({ query, ...nanos(span) }, BigInt(stepMs) * MS, signal),
    async cases(window) {
      const tallies = await talliesOf(cases, named, window);
      signal.throwIfAborted();
      return tallies;
    },
  };
}

/** Cases added up as they come: what is in memory does not grow with their number. */
async function talliesOf(cases: CaseList, named: NamedSelection, window: CapacityWindow): Promise<CaseTally[]> {
  const tallies = new Map<string, CaseTally>();
  const { from, to } = nanos(window);
  const [recordsTo, now] = [BigInt(Math.ceil(window.recordsTo)) * MS, BigInt(Math.ceil(window.now)) * MS];
  for await (const slice of cases.slices(named, { from, to, recordsTo, now })) {
    for (const { cluster, node, namespace, workload, status, cause } of slice) {
      const key = JSON.stringify([cluster, node, namespace, workload, status, cause]);
      const tally = tallies.get(key) ?? { cluster, node, namespace, workload, status, cause, count: 0 };
      tally.count++;
      tallies.set(key, tally);
    }
  }
  return [...tallies.values()];
}

const nanos = ({ from, to }: Span): { from: bigint; to: bigint } => ({
  from: BigInt(Math.floor(from)) * MS,
  to: BigInt(Math.ceil(to)) * MS,
});
