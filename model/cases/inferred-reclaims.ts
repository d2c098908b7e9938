import { instanceId } from '../container-instance';
import { type ContainerRecord, type GcRecord, RECORD_VERSION } from '../records';
import { ms } from './moment';

/** Files of one reclaim go within this of each other: a real node removed 34 containers in 0.4 s. */
const TOGETHER_MS = 2000;

/**
 * Reclaims told by their signature alone (reference, fact 10): the logs of several pods' containers left one node
 * within a second or two, and their directories stayed behind, empty. For nodes whose kubelet log nobody reads.
 *
 * This is the one place where it is inferred: the ledgers hold all it needs, so no agent writes such records.
 *
 * @param ledgers those whose pods were neither deleted nor evicted when the log went; others empty their directories too
 * @returns records as the agent would have written them, with `source: files` and instances in place of container ids
 */
export function inferReclaims(ledgers: readonly ContainerRecord[]): GcRecord[] {
  const byNode = new Map<string, Array<{ ledger: ContainerRecord; left: number }>>();
  for (const ledger of ledgers) {
    const left = ledger.left?.directory === 'empty' ? ms(ledger.left.at) : undefined;
    if (left !== undefined) {
      const key = `${ledger.cluster}/${ledger.node}`;
      const emptied = byNode.get(key) ?? [];
      emptied.push({ ledger, left });
      byNode.set(key, emptied);
    }
  }
  return [...byNode.values()].flatMap((emptied) => {
    emptied.sort((a, b) => a.left - b.left);
    const groups: ContainerRecord[][] = [];
    emptied.forEach(({ ledger, left }, index) => {
      const before = emptied[index - 1];
      if (before && left - before.left <= TOGETHER_MS) {
        groups.at(-1)?.push(ledger);
      } else {
        groups.push([ledger]);
      }
    });
    return groups.filter((group) => new Set(group.map(({ podUid }) => podUid)).size > 1).map(recordOf);
  });
}

function recordOf(group: ContainerRecord[]): GcRecord {
  const removed = group.map((ledger) => ({
    containerId: ledger.containerId,
    instance: instanceId(ledger),
    at: ledger.left?.at ?? '',
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
