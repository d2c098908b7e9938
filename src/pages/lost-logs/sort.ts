import type { CaseSummary } from '../../../model/case-records';
import { severityOf } from '../../shared/severity';

const keys = {
  gone: ({ at, finished }: CaseSummary) => at ?? finished ?? '',
  pod: ({ pod, container }: CaseSummary) => `${pod} ${container}`,
  namespace: ({ namespace }: CaseSummary) => namespace,
  job: ({ cronJob, job }: CaseSummary) => `${cronJob ?? job ?? ''} ${job ?? ''}`,
  node: ({ node }: CaseSummary) => node ?? '',
  status: ({ status }: CaseSummary) => `${severityOf(status)}`,
  // C2 stands before C10.
  cause: ({ cause }: CaseSummary) => (cause === 'unknown' ? '~' : cause.slice(1).padStart(2, '0')),
};

export interface Sort {
  by: keyof typeof keys;
  desc: boolean;
}

export const isSortKey = (text: string): text is Sort['by'] => text in keys;

/** What is not in Loki first; of equal status the newest. */
export const DEFAULT_SORT: Sort = { by: 'status', desc: false };

/** The cases in this order; what is equal in it stays in the order in which it came. */
export function sorted(cases: readonly CaseSummary[], { by, desc }: Sort): CaseSummary[] {
  const keyed = cases.map((one) => ({ one, key: keys[by](one) }));
  const sign = desc ? -1 : 1;
  return keyed.sort((a, b) => sign * (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ one }) => one);
}
