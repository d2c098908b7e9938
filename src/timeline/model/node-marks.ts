import type { Case } from '../../../model/cases';
import { ms } from '../../../model/cases/moment';
import { wasRejected } from '../../../model/cases/hypotheses/eviction';
import type { GcRecord, PodRecord } from '../../../model/records';
import type { RecordSet } from '../../data/records';
import { nodeKey } from './node-key';

export const MARK_KINDS = ['container-gc', 'image-gc', 'eviction', 'rejection', 'node-added', 'node-removed'] as const;
export type MarkKind = (typeof MARK_KINDS)[number];

/** Something that happened on a node. Milliseconds since 1970. */
export interface NodeMark {
  kind: MarkKind;
  from: number;
  to: number;
  /** Containers, images or pods. */
  count: number;
  /** Bytes of images; of the others nobody says. */
  bytes: number;
  /** The kubelet's log did not report it: from what became of the files. */
  isInferred: boolean;
}

/** Things of one kind so near each other are one mark that counts them. */
const TOGETHER = 5000;

type Add = (
  cluster: string,
  node: string | null,
  mark: Pick<NodeMark, 'kind' | 'from' | 'count'> & Partial<NodeMark>
) => void;

/** What happened on each node, by `nodeKey()`, oldest first. */
export function nodeMarks(records: RecordSet, cases: readonly Case[]): Map<string, NodeMark[]> {
  const marks = new Map<string, NodeMark[]>();
  const add: Add = (cluster, node, mark) => {
    const key = nodeKey(cluster, node);
    const own = marks.get(key) ?? [];
    own.push({ to: mark.from, bytes: 0, isInferred: false, ...mark });
    marks.set(key, own);
  };
  const reported = addReclaims(records.gcs, add);
  addInferred(cases, reported, add);
  const evictions = evictionEvents(records.events);
  for (const pod of records.pods) {
    const at = pod.reason === 'Evicted' && pod.node !== null ? evictedAt(pod, evictions) : undefined;
    if (at !== undefined) {
      const kind = wasRejected(pod.reason, pod.message) ? 'rejection' : 'eviction';
      add(pod.cluster, pod.node, { kind, from: at, count: 1 });
    }
  }
  for (const record of records.nodes) {
    const created = record.about === 'node' ? ms(record.created) : undefined;
    const removed = record.about === 'node' ? ms(record.removed) : undefined;
    if (created !== undefined) {
      add(record.cluster, record.node, { kind: 'node-added', from: created, count: 1 });
    }
    if (removed !== undefined) {
      add(record.cluster, record.node, { kind: 'node-removed', from: removed, count: 1 });
    }
  }
  return new Map([...marks].map(([key, own]) => [key, together(own)]));
}

/** @returns the containers of which the kubelet's log reported, and the parts of the reclaims */
function addReclaims(gcs: readonly GcRecord[], add: Add): Set<string> {
  const reported = new Set<string>();
  for (const { cluster, node, start, end, containers, containersTotal, images, imageBytes, part } of gcs) {
    const from = ms(start);
    containers.forEach(({ containerId }) => containerId !== null && reported.add(containerId));
    // The parts of a reclaim each carry its totals.
    if (from === undefined || part > 1) {
      continue;
    }
    const lastRemoval = Math.max(from, ...containers.map(({ at }) => ms(at) ?? from));
    if (containersTotal > 0) {
      add(cluster, node, { kind: 'container-gc', from, to: lastRemoval, count: containersTotal });
    }
    if (images.length > 0) {
      const to = ms(end) ?? from;
      add(cluster, node, { kind: 'image-gc', from: to, count: images.length, bytes: imageBytes });
    }
  }
  return reported;
}

/** Reclaims that only the emptied directories show. */
function addInferred(cases: readonly Case[], reported: ReadonlySet<string>, add: Add): void {
  for (const { cause, cluster, node, at, containerId, confidence } of cases) {
    const from = ms(at);
    if (cause === 'C1' && confidence !== 'confirmed' && from !== undefined && !reported.has(containerId ?? '')) {
      add(cluster, node, { kind: 'container-gc', from, count: 1, isInferred: true });
    }
  }
}

/** The status of an evicted pod keeps no time of it; its Event does, and of a rejected one it began and ended then. */
const evictedAt = (pod: PodRecord, reported: ReadonlyMap<string, number>): number | undefined =>
  reported.get(`${pod.cluster}/${pod.namespace}/${pod.pod}`) ??
  ms(pod.disruption?.at) ??
  ms(pod.finished) ??
  ms(pod.started) ??
  ms(pod.created);

function evictionEvents(events: RecordSet['events']): Map<string, number> {
  const times = new Map<string, number>();
  for (const { reason, object, cluster, first } of events) {
    const at = ms(first);
    if (reason === 'Evicted' && object.kind === 'Pod' && at !== undefined) {
      times.set(`${cluster}/${object.namespace ?? ''}/${object.name}`, at);
    }
  }
  return times;
}

/** What happened within a few seconds as one, oldest first. */
function together(marks: NodeMark[]): NodeMark[] {
  const merged: NodeMark[] = [];
  const open = new Map<MarkKind, NodeMark>();
  for (const mark of marks.sort((a, b) => a.from - b.from)) {
    const last = open.get(mark.kind);
    if (last && mark.from - last.to <= TOGETHER && mark.isInferred === last.isInferred) {
      last.to = Math.max(last.to, mark.to);
      last.count += mark.count;
      last.bytes += mark.bytes;
    } else {
      open.set(mark.kind, mark);
      merged.push(mark);
    }
  }
  return merged;
}
