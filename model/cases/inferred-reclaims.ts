import { type ContainerRecord, type GcRecord, RECORD_VERSION } from '../records';
import { ms } from './moment';

/** Files of one reclaim go within this of each other: a real node removed 34 containers in 0.4 s. */
export const TOGETHER_MS = 2000;

/**
 * Reclaims told by their signature alone (docs/reference/kubernetes.md, Signature of a reclaim): the logs of several
 * pods' containers left one node within a second or two, and their directories stayed behind, empty. For nodes whose
 * kubelet log nobody reads.
 *
 * This is the one place where it is inferred: the container records hold all it needs, so no agent writes such records.
 *
 * @param container records those whose pods were neither deleted nor evicted when the log went; others empty their directories too
 * @returns records as the agent would have written them, with `source: files` and runs in place of container ids
 */
export function inferReclaims(containerRecords: readonly ContainerRecord[]): GcRecord[] {
  const byNode = new Map<string, Array<{ containerRecord: ContainerRecord; left: number }>>();
  for (const containerRecord of containerRecords) {
    const left = containerRecord.left?.directory === 'empty' ? ms(containerRecord.left.at) : undefined;
    if (left !== undefined) {
      const key = `${containerRecord.cluster}/${containerRecord.node}`;
      const emptied = byNode.get(key) ?? [];
      emptied.push({ containerRecord, left });
      byNode.set(key, emptied);
    }
  }
  return [...byNode.values()].flatMap((emptied) => {
    emptied.sort((a, b) => a.left - b.left);
    const groups: ContainerRecord[][] = [];
    emptied.forEach(({ containerRecord, left }, index) => {
      const before = emptied[index - 1];
      if (before && left - before.left <= TOGETHER_MS) {
        groups.at(-1)?.push(containerRecord);
      } else {
        groups.push([containerRecord]);
      }
    });
    return groups.filter((group) => new Set(group.map(({ podUid }) => podUid)).size > 1).map(recordOf);
  });
}

function recordOf(group: ContainerRecord[]): GcRecord {
  const removed = group.map((containerRecord) => ({
    containerId: containerRecord.containerId,
    run: containerRecord.id,
    at: containerRecord.left?.at ?? '',
  }));
  const [first, last] = [removed[0], removed.at(-1)];
  const { cluster = '', node = '' } = group[0] ?? {};
  return {
    v: RECORD_VERSION,
    kind: 'gc',
    id: `${node}/gc/${first?.at ?? ''}`,
    cluster,
    node,
    trigger: 'eviction',
    resource: null,
    start: first?.at ?? '',
    end: last?.at ?? '',
    containers: removed,
    containersTotal: removed.length,
    containersFailed: 0,
    images: [],
    imageBytes: 0,
    evicted: [],
    outcome: 'unknown',
    source: 'files',
    part: 1,
    parts: 1,
  };
}
