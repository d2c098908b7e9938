import type { RecordSet } from '../../data/records';

/** The names that filters offer, in the order of the alphabet. */
export interface Names {
  cluster: readonly string[];
  namespace: readonly string[];
  job: readonly string[];
  node: readonly string[];
}

const sorted = (names: Iterable<string | null | undefined>) =>
  [...new Set(names)].filter((name): name is string => name != null && name !== '').sort();

/** The names that stand in records. */
export function namesIn({ containers, pods, jobs, nodes }: RecordSet): Names {
  const many = [...containers, ...pods];
  return {
    cluster: sorted([...many, ...nodes].map(({ cluster }) => cluster)),
    namespace: sorted([...many, ...jobs].map(({ namespace }) => namespace)),
    job: sorted([
      ...many.map(({ job }) => job),
      ...pods.map(({ cronJob }) => cronJob),
      ...jobs.flatMap(({ job, cronJob }) => [job, cronJob?.name]),
    ]),
    node: sorted([...many, ...nodes].map(({ node }) => node)),
  };
}
