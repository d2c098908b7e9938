import { EVENT_METADATA, type EventRecord, RECORD_VERSION } from '../../../model/records';
import type { OutgoingRecord } from '../../loki/record-writer';
import { DueQueue, type Take } from '../core/due-queue';
import { timeText } from '../core/fields';
import { type EventState, projectEvent } from '../state/event';
import {
  type Arrival,
  entryTime,
  isMissing,
  type ListRound,
  metadataOf,
  recordLine,
  timing,
  type Tracker,
  type TrackerContext,
  unwritten,
  type Written,
} from '../core/tracker';

interface Entry {
  event: EventState;
  written: Written;
  /** It expired while a record was due. */
  gone: boolean;
}

/** The Events of the reference's table. They expire by themselves (1 h), which is no news. */
export class EventTracker implements Tracker {
  private readonly entries = new Map<string, Entry>();
  private readonly queue = new DueQueue();

  constructor(private readonly context: TrackerContext) {}

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
    const event = projectEvent(object, this.context.clock.seconds(), this.context.shared);
    if (event !== undefined) {
      this.forget(event.uid);
    }
  }

  endList(round: ListRound): void {
    for (const [uid, { event }] of this.entries) {
      if (isMissing(event, round)) {
        this.forget(uid);
      }
    }
  }

  take(take: Take): OutgoingRecord[] {
    return this.queue.take(take).flatMap((uid) => {
      const entry = this.entries.get(uid);
      return entry === undefined ? [] : [this.write(entry, take.now)];
    });
  }

  sweep(): void {
    // Events leave by themselves.
  }

  oldest(): number {
    return this.queue.oldest();
  }

  has(uid: string): boolean {
    return this.entries.has(uid);
  }

  get waiting(): number {
    return this.queue.size;
  }

  get size(): number {
    return this.entries.size;
  }

  private forget(uid: string): void {
    const entry = this.entries.get(uid);
    if (entry !== undefined && this.queue.has(uid)) {
      entry.gone = true;
    } else {
      this.entries.delete(uid);
    }
  }

  private write(entry: Entry, now: number): OutgoingRecord {
    const { uid, namespace: _, first, last, ...event } = entry.event;
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
    return {
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
  }
}

/** A node's Events are counted up over days, and each time counts as evidence: they do not replace each other. */
function isSingle({ object }: EventState): boolean {
  return object.kind === 'Node';
}
