import {
  EVENT_METADATA,
  type EventRecord,
  PULL_METADATA,
  type PullRecord,
  RECORD_VERSION,
} from '../../../model/records';
import { workloadOf } from '../../../model/workload';
import type { OutgoingRecord } from '../../loki/record-writer';
import type { Take } from '../core/due-queue';
import { EntryTable } from '../core/entry-table';
import { timeText } from '../core/fields';
import { type EventState, projectEvent } from '../state/event';
import {
  type Arrival,
  entryTime,
  metadataOf,
  recordLine,
  timing,
  type Tracker,
  unwritten,
  type Written,
} from '../core/tracker';

interface Entry {
  event: EventState;
  written: Written;
  /** It expired while a record was due. */
  gone: boolean;
}

/** The Events of the table in docs/reference/kubernetes.md. They expire by themselves (1 h), which is no news. */
export class EventTracker extends EntryTable<Entry> implements Tracker {
  put(object: unknown, arrival: Arrival): void {
    const { clock, hints, shared } = this.context;
    const now = clock.seconds();
    const event = projectEvent(object, now, shared);
    if (event === undefined) {
      return;
    }
    hints.addEvent(event, now);
    const old = this.entries.get(event.uid);
    const entry: Entry = { event, written: old?.written ?? unwritten(), gone: false };
    this.entries.set(event.uid, entry);
    if (old === undefined && arrival.how === 'resumed') {
      entry.written.at = now;
    } else if (old === undefined) {
      this.queue.put(event.uid, now, now);
    } else if (
      old.event.count !== event.count ||
      old.event.last !== event.last ||
      old.event.message !== event.message
    ) {
      const wait = isSingle(event) ? 0 : timing.eventRewrite;
      this.queue.put(event.uid, Math.max(now, old.written.at + wait), wait === 0 ? now : undefined);
    }
  }

  remove(object: unknown): void {
    const event = projectEvent(object, this.now(), this.context.shared);
    if (event !== undefined) {
      this.forget(event.uid);
    }
  }

  sweep(): void {
    // Events leave by themselves.
  }

  protected isGone({ gone }: Entry): boolean {
    return gone;
  }

  protected uidOf(uid: string): string {
    return uid;
  }

  protected namespaceOf(_: string, { event }: Entry): string {
    return event.namespace;
  }

  protected vanish(uid: string): void {
    this.forget(uid);
  }

  private pulled(
    { uid, node, object, last }: EventState,
    { image, bytes }: NonNullable<EventState['pull']>,
    entryMs: number
  ): OutgoingRecord {
    const record: PullRecord = {
      ...{ v: RECORD_VERSION, kind: 'pull', id: uid, cluster: this.context.cluster, node, image, bytes },
      ...{ namespace: object.namespace ?? '', pod: object.name, workload: workloadOf(object.name).workload },
      ...{ time: timeText(last), final: true },
    };
    return {
      ...{ kind: 'pull', cluster: record.cluster, timestamp: BigInt(entryMs) * 1_000_000n, line: recordLine(record) },
      metadata: { ...metadataOf(record, PULL_METADATA), ...(bytes !== null && { image_bytes: `${bytes}` }) },
    };
  }

  private forget(uid: string): void {
    const entry = this.entries.get(uid);
    if (entry !== undefined && this.queue.has(uid)) {
      entry.gone = true;
    } else {
      this.entries.delete(uid);
    }
  }

  protected write(_: string, entry: Entry, { now }: Take): OutgoingRecord[] {
    const { uid, namespace: _namespace, first, last, pull, ...event } = entry.event;
    const record: EventRecord = {
      v: RECORD_VERSION,
      kind: 'event',
      id: isSingle(entry.event) ? `${uid}/${event.count}` : uid,
      cluster: this.context.cluster,
      ...event,
      first: timeText(first),
      last: timeText(last),
      final: true,
    };
    const entryMs = entryTime(last, true, entry.written, now);
    entry.written = { entryMs, at: now, final: true };
    if (entry.gone) {
      this.entries.delete(uid);
    }
    const { kind, name, namespace } = entry.event.object;
    if (pull !== null) {
      return [this.pulled(entry.event, pull, entryMs)];
    }
    const outgoing: OutgoingRecord = {
      kind: 'event',
      cluster: record.cluster,
      timestamp: BigInt(entryMs) * 1_000_000n,
      line: recordLine(record),
      metadata: {
        ...metadataOf(record, EVENT_METADATA),
        namespace: namespace ?? '',
        object_kind: kind,
        object_name: name,
      },
    };
    return [outgoing];
  }
}

/** A node's Events are counted up over days, and each time counts as evidence: they do not replace each other. */
function isSingle({ object }: EventState): boolean {
  return object.kind === 'Node';
}
