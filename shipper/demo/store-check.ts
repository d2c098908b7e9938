import { RECORD_SERVICE } from '../../model/records';
import { matcher } from '../../model/logql';
import type { QueryClient } from '../loki/query-client';
import { runOf } from './replay/log-path';

/** One container run whose lines in the store are not those of the recording. */
export interface Difference {
  /** `<namespace>/<pod>/<container>/<restart>` */
  log: string;
  expected: number;
  found: number;
}

export interface StoreCheck {
  /** Lines of the recording. */
  expected: number;
  /** Lines that the store answers. */
  found: number;
  differences: Difference[];
}

export interface CheckedSpan {
  cluster: string;
  /** Nanoseconds since 1970: the first recorded moment and the last, as replayed. */
  from: bigint;
  to: bigint;
}

const SECOND = 1_000_000_000n;

/**
 * Compares what the store answers, container run by container run, with what the recording holds.
 * @param expected lines by log path (`expectedLines`)
 */
export async function checkStore(
  client: QueryClient,
  expected: ReadonlyMap<string, number>,
  { cluster, from, to }: CheckedSpan
): Promise<StoreCheck> {
  // Both ends are rounded away from the span, as the range is whole seconds.
  const seconds = (to - from) / SECOND + 3n;
  const selector = `{${matcher('cluster', cluster)}, service_name!="${RECORD_SERVICE}"}`;
  const query = `sum by (namespace, pod, container, restart) (count_over_time(${selector}[${seconds}s]))`;
  const samples = await client.instant(query, to + SECOND);
  const found = new Map(samples.map(({ labels, value }) => [keyOf(labels), value]));
  const differences: Difference[] = [];
  for (const [log, lines] of expected) {
    const key = keyOf(runOf(log));
    const answered = found.get(key) ?? 0;
    found.delete(key);
    if (answered !== lines) {
      differences.push({ log: key, expected: lines, found: answered });
    }
  }
  // What no container of the recording wrote.
  differences.push(...[...found].map(([log, value]) => ({ log, expected: 0, found: value })));
  return {
    expected: sum(expected.values()),
    found: sum(samples.map((sample) => sample.value)),
    differences,
  };
}

/** `<namespace>/<pod>/<container>/<restart>` */
export function keyOf({
  namespace,
  pod,
  container,
  restart,
}: Partial<Record<'namespace' | 'pod' | 'container' | 'restart', string | number>>): string {
  return `${namespace}/${pod}/${container}/${restart}`;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) {
    total += value;
  }
  return total;
}
