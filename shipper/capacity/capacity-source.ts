import type { CapacitySource, GroupBy } from '../../model/capacity';
import type { Span } from '../../model/evidence';
import type { CaseList } from '../cases/case-list';
import { newestEntry, pages } from '../loki/pages';
import type { QueryClient } from '../loki/query-client';
import { CaseCounts, type NamedSelection } from './case-counts';

const MS = 1_000_000n;
/** A review reads what is rare over long times: a query a day would be thirty that give nothing. */
const SLICE_NS = 7n * 86_400_000n * MS;

/** What a capacity review asks, over HTTP. @throws LokiRefusal, LokiUnreachable, StrangeAnswer, the signal's reason */
export function capacitySource(
  client: QueryClient,
  cases: CaseList,
  named: NamedSelection,
  signal: AbortSignal,
  by: GroupBy
): CapacitySource {
  return {
    pages: (query, span) => pages(client, { query, ...nanos(span) }, 'backward', { signal, sliceNs: SLICE_NS }),
    async newest(query, span) {
      const entry = await newestEntry(client, { query, ...nanos(span) });
      signal.throwIfAborted();
      return entry;
    },
    series: (query, span, stepMs) => client.series({ query, ...nanos(span) }, BigInt(stepMs) * MS, signal),
    async cases(window, wantsFamilies) {
      const families = !wantsFamilies ? 'none' : by === 'namespace' || by === 'job' ? 'all' : 'most';
      const counted = await new CaseCounts(client, cases, named, signal).read(window, families);
      signal.throwIfAborted();
      return counted;
    },
  };
}

const nanos = ({ from, to }: Span): { from: bigint; to: bigint } => ({
  from: BigInt(Math.floor(from)) * MS,
  to: BigInt(Math.ceil(to)) * MS,
});
