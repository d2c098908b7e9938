import type { OutgoingRecord } from '../../loki/record-writer';
import { DueQueue, type Take } from './due-queue';
import { type Gone, isMissing, type ListRound, type TrackerContext } from './tracker';

/**
 * What every tracker has: its entries by key, the queue of those with something to say, and the comparison with a whole
 * list. An entry that cannot be written costs its own record and no other's.
 */
export abstract class EntryTable<E> {
  protected readonly entries = new Map<string, E>();
  protected readonly queue = new DueQueue();

  constructor(protected readonly context: TrackerContext) {}

  /** The records of an entry that is due. */
  protected abstract write(key: string, entry: E, take: Take): OutgoingRecord[];

  /** The object of an entry is no longer there. */
  protected abstract vanish(key: string, entry: E, gone: Gone): void;

  protected abstract isGone(entry: E): boolean;

  /** What an entry's object is known by in the API; the namespace is empty for objects of the cluster. */
  protected abstract uidOf(key: string, entry: E): string;
  protected abstract namespaceOf(key: string, entry: E): string;

  endList(round: ListRound): void {
    const at = this.now();
    for (const [key, entry] of this.entries) {
      if (!this.isGone(entry) && isMissing(this.uidOf(key, entry), () => this.namespaceOf(key, entry), round)) {
        this.vanish(key, entry, { at, lastThere: round.lastSeen });
      }
    }
  }

  take(take: Take): OutgoingRecord[] {
    return this.queue.take(take).flatMap((key) => {
      const entry = this.entries.get(key);
      return entry === undefined ? [] : this.written(key, entry, take);
    });
  }

  oldest(): number {
    return this.queue.oldest();
  }

  has(key: string): boolean {
    return this.entries.has(key);
  }

  get waiting(): number {
    return this.queue.size;
  }

  get size(): number {
    return this.entries.size;
  }

  protected now(): number {
    return this.context.clock.seconds();
  }

  private written(key: string, entry: E, take: Take): OutgoingRecord[] {
    try {
      return this.write(key, entry, take);
    } catch (error) {
      this.context.failed(key, error);
      return [];
    }
  }
}
