import type { RollupRecord } from '../records';

/** What the containers of a Job family wrote, as rollups tell: each names those with most only, so that more is possible. */
export interface FamilyUse {
  cluster: string;
  namespace: string;
  name: string;
  /** Bytes written to logs, over all nodes. */
  logBytes: number;
  /** The greatest size of writable layers, and of volumes, on one node. */
  layerBytes: number;
  volumeBytes: number;
  /** The greatest ephemeral storage of one pod, logs included. */
  podBytes: number;
}

/** Those that wrote most, by the sum of logs, layers and volumes. */
export function familiesOf(rollups: readonly RollupRecord[], most: number): FamilyUse[] {
  const families = new Map<string, FamilyUse>();
  const familyOf = (cluster: string, namespace: string, name: string) => {
    const key = JSON.stringify([cluster, namespace, name]);
    const family = families.get(key) ?? {
      cluster,
      namespace,
      name,
      logBytes: 0,
      layerBytes: 0,
      volumeBytes: 0,
      podBytes: 0,
    };
    families.set(key, family);
    return family;
  };
  for (const { cluster, top } of rollups) {
    top.logs.forEach(({ namespace, workload, bytes }) => (familyOf(cluster, namespace, workload).logBytes += bytes));
    for (const { namespace, workload, bytes } of top.layers) {
      const family = familyOf(cluster, namespace, workload);
      family.layerBytes = Math.max(family.layerBytes, bytes);
    }
    for (const { namespace, workload, bytes } of top.volumes) {
      const family = familyOf(cluster, namespace, workload);
      family.volumeBytes = Math.max(family.volumeBytes, bytes);
    }
    for (const { namespace, workload, bytes } of top.pods) {
      const family = familyOf(cluster, namespace, workload);
      family.podBytes = Math.max(family.podBytes, bytes);
    }
  }
  const sum = ({ logBytes, layerBytes, volumeBytes }: FamilyUse) => logBytes + layerBytes + volumeBytes;
  const name = (family: FamilyUse) => `${family.cluster} ${family.namespace} ${family.name}`;
  return [...families.values()].sort((a, b) => sum(b) - sum(a) || (name(a) < name(b) ? -1 : 1)).slice(0, most);
}
