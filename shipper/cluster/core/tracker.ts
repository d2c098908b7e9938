import type { OutgoingRecord } from '../../loki/record-writer';
import type { ClusterClock } from './cluster-clock';
import type { DeletionHints } from './deletion-hints';
import type { Take } from './due-queue';
import type { SharedTexts } from './fields';

/** When something is written, in seconds: the balance between a timely picture and few lines. */
export const timing = {
  /** An object that ended: until its last statuses and the hints around it are there. */
  settleEnded: 2,
  settleDeleted: 5,
  /** A Job or pod that is under way is worth a line only when it lives longer than this. */
  jobUnderWay: 15,
  podUnderWay: 60,
  /** Between two lines on the same object under way. */
  jobRewrite: 300,
  podRewrite: 60,
  eventRewrite: 120,
  /** How long a deleted Job waits for its pods to follow, and its memory for stragglers. */
  podsFollow: 60,
  jobRemembered: 300,
  /** What lives on is written again, so that a reader of one day finds it. */
  refresh: 6 * 3600,
  refreshCondition: 3600,
} as const;

/** What the trackers share. */
export interface TrackerContext {
  cluster: string;
  clock: ClusterClock;
  shared: SharedTexts;
  hints: DeletionHints;
  /** An object could not be written: its key, and why. */
  failed: (key: string, error: unknown) => void;
}

/** How an object came in: by a watch, just when it changed; by a list, and nobody knows how long it has been so; or by the list that a predecessor left off at. */
export type Arrival = { how: 'watched' } | { how: 'listed' } | { how: 'resumed'; at: number };

export const watched: Arrival = { how: 'watched' };
export const listed: Arrival = { how: 'listed' };

/**
 * Whether a predecessor has written an object that ends or changes under way: what ended it has, because its checkpoints
 * wait for that; what is under way may have been too young to be reported, or changed too short a time ago.
 * @param changed when the object last changed, null where it does not say
 */
export function wasWritten(arrival: Arrival, ended: boolean, changed: number | null): boolean {
  return (
    arrival.how === 'resumed' &&
    (ended || (changed ?? Infinity) < arrival.at - timing.podRewrite - timing.settleDeleted)
  );
}

/** A list of all objects of a kind, or of one namespace. */
export interface ListRound {
  /** UIDs of the objects on it. */
  present: ReadonlySet<string>;
  namespace: string | null;
  /** When the objects were last looked at before this list; seconds since 1970, null for the first list. */
  lastSeen: number | null;
}

/** An object that a list should have, and has not. @param namespaceOf of the object; asked only where it decides */
export function isMissing(uid: string, namespaceOf: () => string, { present, namespace }: ListRound): boolean {
  return !present.has(uid) && (namespace === null || namespaceOf() === namespace);
}

/** Keeps the state of one kind of API object, and says when it is worth a record. */
export interface Tracker {
  /** An object as it is now. */
  put(object: unknown, arrival: Arrival): void;
  /** An object as it was when it was deleted. */
  remove(object: unknown): void;
  /** After a whole list was put: what is not on it is gone, and nobody saw it go. */
  endList(round: ListRound): void;
  /** The records that are due. */
  take(take: Take): OutgoingRecord[];
  /** To be called about once a minute: forgets what is over, and asks for what lives long to be reported again. */
  sweep(): void;
  /** Since when something has been waiting to be written that a restart must not forget; Infinity where nothing is. */
  oldest(): number;
  /** Whether an object of this UID is there. */
  has(uid: string): boolean;
  /** How many objects have something to say that is not written yet. */
  readonly waiting: number;
  readonly size: number;
}

/** How and when an object was gone. Times are seconds since 1970. */
export interface Gone {
  at: number;
  /** Set where nobody watched: it was last there then. */
  lastThere: number | null;
}

/** What was written about an object so far. */
export interface Written {
  /** Time of the last record's entry in milliseconds, 0 before the first; the next one must be later, to replace it. */
  entryMs: number;
  /** When it was written, in seconds. */
  at: number;
  final: boolean;
}

export const unwritten = (): Written => ({ entryMs: 0, at: 0, final: false });

// Loki takes entries of the last hour in any order; what lives is reported as of now rather than as of long ago.
const RECENT = 40 * 60;

/**
 * The time of an object's next entry in milliseconds: when the last change happened, later than the entry before.
 * @param changed,now seconds
 */
export function entryTime(changed: number | null, final: boolean, written: Written, now: number): number {
  const old = changed === null || changed < now - RECENT;
  const time = (changed === null || (old && !final) ? now : changed) * 1000;
  return Math.max(time, written.entryMs + 1);
}

/** A record as a line: fields that are null, empty lists and `false` are left out, as the schemas allow. */
export function recordLine(record: object): string {
  return JSON.stringify(record, (key, value: unknown) =>
    value === null || (value === false && key !== 'final') || (Array.isArray(value) && value.length === 0)
      ? undefined
      : value
  );
}

/** The structured metadata of a record: the named fields that are texts, and `final` once it is. */
export function metadataOf<R extends { v: number; final: boolean }>(
  record: R,
  names: Readonly<Record<string, keyof R>>
): Record<string, string> {
  const metadata: Record<string, string> = { v: String(record.v) };
  for (const [name, key] of Object.entries(names)) {
    const value: unknown = record[key];
    if (typeof value === 'string' && value !== '') {
      metadata[name] = value;
    }
  }
  if (record.final) {
    metadata.final = 'true';
  }
  return metadata;
}
