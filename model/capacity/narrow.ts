import { workloadOf } from '../workload';
import type { CountInput } from './counts';
import type { CapacityInput } from './review';

/** Which namespaces and Job families a review is narrowed down to; empty lists for all. */
export interface Narrowing {
  namespaces: readonly string[];
  /** Names of Job families, or of Jobs of theirs. */
  jobs: readonly string[];
}

/** Names that a review can be narrowed down to, in the order of the alphabet. */
export interface CapacityNames {
  clusters: string[];
  nodes: string[];
  namespaces: string[];
  jobs: string[];
}

interface OfWorkload {
  namespace: string;
  workload: string;
}

/**
 * The input of a review with the cases, pods and amounts written of some namespaces and Job families only. Counts that do not
 * tell workloads apart are of them already (`CapacitySelection`); what a node went through as a whole, its disks, reclaims
 * and conditions, stays.
 */
export function narrowed(input: CapacityInput, { namespaces, jobs }: Narrowing): CapacityInput {
  if (namespaces.length + jobs.length === 0) {
    return input;
  }
  const families = new Set(familiesOfJobs(jobs));
  const isWanted = ({ namespace, workload }: OfWorkload) =>
    (namespaces.length === 0 || namespaces.includes(namespace)) && (jobs.length === 0 || families.has(workload));
  const counts = <T extends CountInput>(whole: T): T => ({
    ...whole,
    cases: whole.cases.filter((one) => one.workload === '' || isWanted(one)),
    familyCases: whole.familyCases?.filter((one) => one.workload === '' || isWanted(one)),
    pods: whole.pods.filter(isWanted),
    pulls: whole.pulls?.filter(({ namespace, name }) => isWanted({ namespace, workload: name })),
    rollups: whole.rollups.map((rollup) => ({
      ...rollup,
      top: mapValues(rollup.top, (shares) => shares.filter(isWanted)),
      written: rollup.written.filter(isWanted),
    })),
  });
  const { familyRecords: records } = input;
  return {
    ...counts(input),
    before: input.before && counts(input.before),
    familyRecords: records && {
      pods: records.pods.filter(isWanted),
      jobs: records.jobs.filter(({ namespace, job, cronJob }) =>
        isWanted({ namespace, workload: cronJob?.name ?? familyOf(job) })
      ),
      containers: records.containers.filter(isWanted),
    },
  };
}

/** Names of Job families, those of the families of Jobs among them. */
export const familiesOfJobs = (jobs: readonly string[]): string[] => [
  ...new Set(jobs.flatMap((job) => [job, familyOf(job)])),
];

/** The family of a Job's pods, whose names end in five random characters. */
const familyOf = (job: string): string => workloadOf(`${job}-bcdfg`).workload;

function mapValues<K extends string, V>(record: Record<K, V>, change: (value: V) => V): Record<K, V> {
  const changed = { ...record };
  for (const name in record) {
    changed[name] = change(record[name]);
  }
  return changed;
}

/** The names in a review's input. */
export function namesIn({ cases, familyCases = [], pods, nodes, rollups }: CapacityInput): CapacityNames {
  const written = rollups.flatMap(({ top }) => Object.values(top).flat());
  const workloads: OfWorkload[] = [...cases, ...familyCases, ...pods, ...written];
  const sorted = (names: readonly string[]) => [...new Set(names)].filter((name) => name !== '').sort();
  return {
    clusters: sorted([...nodes, ...cases].map(({ cluster }) => cluster)),
    nodes: sorted([...nodes, ...cases].flatMap(({ node }) => node ?? [])),
    namespaces: sorted(workloads.map(({ namespace }) => namespace)),
    jobs: sorted(workloads.map(({ workload }) => workload)),
  };
}
