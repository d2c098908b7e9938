import { workloadOf } from '../../../model/workload';
import type { AgentConfig, entryNames } from '../../config/agent-config';
import type { ContainerRun } from '../../../model/container-run';
import type { MetadataPairs } from './entry-metadata';

type EntryName = (typeof entryNames)[number];

/** What a container's entries carry under these names, as labels or as metadata. */
export function namedValues(
  run: ContainerRun,
  names: readonly EntryName[],
  { cluster, node }: Pick<AgentConfig, 'cluster' | 'node'>,
  containerId: string | null
): MetadataPairs {
  const { workload, job } = workloadOf(run.pod);
  const values: Record<EntryName, string> = {
    cluster: cluster.name,
    namespace: run.namespace,
    workload,
    service_name: workload,
    container: run.container,
    pod: run.pod,
    node: node.name,
    job: job ?? '',
    container_id: containerId ?? '',
    restart: String(run.restart),
  };
  const pairs = names.map((name): [string, string] => [name, values[name]]);
  // Without its id the pod's uid tells a container run from others of the same name.
  return names.includes('container_id') && containerId === null ? [...pairs, ['pod_uid', run.podUid]] : pairs;
}
