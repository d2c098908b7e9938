import {
  NODE_METADATA,
  type NodeCondition,
  type NodeRecord,
  type NodeState as NodeStateRecord,
  RECORD_VERSION,
} from '../../../model/records';
import type { OutgoingRecord } from '../../loki/record-writer';
import type { Take } from '../core/due-queue';
import { EntryTable } from '../core/entry-table';
import { timeText, timeTextOrNull } from '../core/fields';
import { type ConditionState, isTrouble, type NodeState, projectNode, type TaintState } from '../state/node';
import {
  type Arrival,
  entryTime,
  metadataOf,
  recordLine,
  timing,
  type Tracker,
  unwritten,
  watched,
  type Written,
} from '../core/tracker';

/** A stretch of time in which a condition is not as it should be. */
interface Stretch {
  condition: ConditionState;
  /** Seconds since 1970. */
  from: number;
  written: Written;
}

interface Entry {
  node: NodeState;
  written: Written;
  changed: boolean;
  gone: number | null;
  /** Open stretches by condition. */
  stretches: Map<string, Stretch>;
}

/** How long a node that is gone explains what happens to its pods. */
const REMEMBERED = 900;

/**
 * The nodes of the cluster, and the stretches in which their conditions were bad: told at once, by their true times.
 * Kept by name: that is what a pod and a Node's Events know of a node.
 */
export class NodeTracker extends EntryTable<Entry> implements Tracker {
  private ready: OutgoingRecord[] = [];

  put(object: unknown, arrival: Arrival): void {
    const node = projectNode(object, this.context.shared);
    if (node === undefined) {
      return;
    }
    const now = this.now();
    let entry = this.entries.get(node.name);
    if (entry === undefined) {
      entry = { node, written: unwritten(), changed: false, gone: null, stretches: new Map() };
      this.entries.set(node.name, entry);
      if (arrival.how === 'resumed') {
        entry.written = { ...entry.written, at: now };
      } else {
        this.change(entry, now);
      }
    } else {
      const same = stateText(entry.node) === stateText(node) && entry.gone === null;
      Object.assign(entry, { node, gone: null });
      if (!same) {
        this.change(entry, now);
      }
    }
    this.follow(entry, now, arrival);
  }

  remove(object: unknown): void {
    const last = projectNode(object, this.context.shared);
    if (last === undefined) {
      return;
    }
    this.put(object, watched);
    const entry = this.entries.get(last.name);
    if (entry !== undefined) {
      this.vanish(last.name, entry);
    }
  }

  override take(take: Take): OutgoingRecord[] {
    const records = [...this.ready, ...super.take(take)];
    this.ready = [];
    return records;
  }

  /** Asks for what lives long to be written again, and forgets nodes that are long gone. */
  sweep(): void {
    const now = this.now();
    for (const [name, entry] of this.entries) {
      if (entry.gone !== null && entry.gone < now - REMEMBERED && !this.queue.has(name)) {
        this.entries.delete(name);
        continue;
      }
      if (entry.gone === null && entry.written.at < now - timing.refresh) {
        this.queue.put(name, now);
      }
      for (const stretch of entry.stretches.values()) {
        if (stretch.written.at < now - timing.refreshCondition) {
          this.report(entry, stretch, null, now);
        }
      }
    }
  }

  override oldest(): number {
    return this.ready.length > 0 ? this.now() - 1 : super.oldest();
  }

  /** The names of those that are there. */
  names(): string[] {
    return [...this.entries].flatMap(([name, { gone }]) => (gone === null ? name : []));
  }

  override has(uid: string): boolean {
    return [...this.entries.values()].some(({ node }) => node.uid === uid);
  }

  override get waiting(): number {
    return super.waiting + this.ready.length;
  }

  /** When a node was gone; null while it is there, or where it is not known. */
  goneAt(name: string | null): number | null {
    return name === null ? null : (this.entries.get(name)?.gone ?? null);
  }

  taintsOf(name: string | null): TaintState[] {
    return name === null ? [] : (this.entries.get(name)?.node.taints ?? []);
  }

  private change(entry: Entry, now: number): void {
    entry.changed = true;
    this.queue.put(entry.node.name, now + timing.settleEnded, now);
  }

  protected isGone({ gone }: Entry): boolean {
    return gone !== null;
  }

  protected uidOf(_: string, { node }: Entry): string {
    return node.uid;
  }

  protected namespaceOf(): string {
    return '';
  }

  protected vanish(_: string, entry: Entry): void {
    const now = this.now();
    entry.gone = now;
    for (const stretch of entry.stretches.values()) {
      this.report(entry, stretch, { at: now, uncertain: true }, now);
    }
    entry.stretches.clear();
    this.change(entry, now);
  }

  /** Opens and closes stretches as the node's conditions report. */
  private follow(entry: Entry, now: number, arrival: Arrival): void {
    for (const condition of entry.node.conditions) {
      const open = entry.stretches.get(condition.type);
      const from = condition.since ?? now;
      if (open !== undefined && (!isTrouble(condition) || open.from !== from)) {
        // A transition to the same status again means that it was good in between, for a time that nobody saw.
        this.report(
          entry,
          open,
          { at: Math.max(from, open.from), uncertain: isTrouble(condition) || condition.since === null },
          now
        );
        entry.stretches.delete(condition.type);
      }
      if (isTrouble(condition) && !entry.stretches.has(condition.type)) {
        const stretch: Stretch = { condition, from, written: unwritten() };
        entry.stretches.set(condition.type, stretch);
        if (arrival.how === 'resumed') {
          stretch.written.at = now;
        } else {
          this.report(entry, stretch, null, now);
        }
      }
    }
  }

  private report({ node }: Entry, stretch: Stretch, end: { at: number; uncertain: boolean } | null, now: number): void {
    const { condition, from, written } = stretch;
    const record: NodeCondition = {
      v: RECORD_VERSION,
      kind: 'node',
      about: 'condition',
      id: `${node.name}/condition/${condition.type}/${timeText(from)}`,
      cluster: this.context.cluster,
      node: node.name,
      condition: condition.type,
      status: condition.status,
      reason: condition.reason,
      message: condition.message,
      from: timeText(from),
      to: timeTextOrNull(end?.at ?? null),
      toUncertain: end?.uncertain ?? false,
      final: end !== null,
    };
    const time = end?.at ?? (written.at === 0 ? from : now);
    const entryMs = entryTime(time, record.final, written, now);
    stretch.written = { entryMs, at: now, final: record.final };
    this.ready.push(outgoing(record, entryMs, { condition: condition.type }));
  }

  protected write(_: string, entry: Entry, { now }: Take): OutgoingRecord[] {
    const { node, gone, written } = entry;
    const record: NodeStateRecord = {
      v: RECORD_VERSION,
      kind: 'node',
      about: 'node',
      id: `${node.name}/node/${node.uid}`,
      cluster: this.context.cluster,
      node: node.name,
      uid: node.uid,
      created: timeTextOrNull(node.created),
      removed: timeTextOrNull(gone),
      bootId: node.bootId,
      systemUuid: node.systemUuid,
      kubeletVersion: node.kubeletVersion,
      runtimeVersion: node.runtimeVersion,
      osImage: node.osImage,
      ephemeralStorage: node.ephemeralStorage,
      unschedulable: node.unschedulable,
      labels: node.labels,
      taints: node.taints.map((taint) => ({ ...taint, added: timeTextOrNull(taint.added) })),
      final: gone !== null,
    };
    // A node does not tell when its taints or versions changed: the entry stands where that was seen.
    const entryMs = entryTime(gone ?? now, record.final, written, now);
    entry.written = { entryMs, at: now, final: record.final };
    entry.changed = false;
    return [outgoing(record, entryMs, {})];
  }
}

/** What a `node` record about the node itself says: conditions have records of their own, heartbeats none. */
function stateText({ conditions: _, ...node }: NodeState): string {
  return JSON.stringify(node);
}

function outgoing(record: NodeRecord, entryMs: number, more: Record<string, string>): OutgoingRecord {
  return {
    kind: 'node',
    cluster: record.cluster,
    timestamp: BigInt(entryMs) * 1_000_000n,
    line: recordLine(record),
    metadata: { ...metadataOf(record, NODE_METADATA), ...more },
  };
}
