/** The names that filters offer, in the order of the alphabet. */
export interface Names {
  cluster: readonly string[];
  namespace: readonly string[];
  job: readonly string[];
  node: readonly string[];
}

const sorted = (names: Iterable<string | null | undefined>) =>
  [...new Set(names)].filter((name): name is string => name != null && name !== '').sort();

interface OfCluster {
  cluster: string;
}
interface OfNode extends OfCluster {
  node: string | null;
}
interface OfPod extends OfNode {
  namespace: string;
  job: string | null;
}

/** Records, as far as they have names. */
interface NamedRecords {
  containers: readonly OfPod[];
  pods: ReadonlyArray<OfPod & { cronJob: string | null }>;
  jobs: ReadonlyArray<OfCluster & { namespace: string; job: string; cronJob: { name: string } | null }>;
  nodes: readonly OfNode[];
}

/** The names in records. */
export function namesIn({ containers, pods, jobs, nodes }: NamedRecords): Names {
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
