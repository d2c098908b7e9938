import type { ContainerLog } from '../container/container-log';
import type { PushStream } from './stream';

/**
 * Whose turn it is. Normally streams and the containers in them take turns. In priority mode those come first that the next
 * reclaim could delete: containers that ended or may have, and of these the smallest remainder first, so that as many as
 * possible are brought to their end.
 */
export class Order {
  private readonly queue: PushStream[] = [];
  priority = false;

  add(stream: PushStream): void {
    stream.queued = true;
    this.queue.push(stream);
  }

  get isEmpty(): boolean {
    return this.queue.length === 0;
  }

  /** Bytes that the streams in the queue have. */
  get unread(): number {
    return this.queue.reduce((bytes, stream) => bytes + stream.unread, 0);
  }

  /** Takes the first stream out of the queue that does not wait for others: it has much, or is asked for at once. */
  nextUrgent(): PushStream | undefined {
    const index = this.queue.findIndex(({ isUrgent }) => isUrgent);
    const [stream] = index < 0 ? [] : this.queue.splice(index, 1);
    if (stream) {
      stream.queued = false;
    }
    return stream;
  }

  /** Takes the next stream out of the queue. */
  next(): PushStream | undefined {
    const [stream] = this.queue.splice(this.priority ? this.mostUrgent() : 0, 1);
    if (stream) {
      stream.queued = false;
    }
    return stream;
  }

  /** A stream's containers, the one to be served first first. */
  containersOf({ containers }: PushStream): ContainerLog[] {
    const all = [...containers];
    return this.priority ? all.sort((a, b) => urgency(a) - urgency(b)) : all;
  }

  private mostUrgent(): number {
    let best = 0;
    let least = Infinity;
    this.queue.forEach(({ containers }, index) => {
      for (const container of containers) {
        const value = urgency(container);
        if (value < least) {
          least = value;
          best = index;
        }
      }
    });
    return best;
  }
}

/** The smaller the earlier: what is left of a container that may go; those that surely run come after all of them. */
function urgency({ reclaimable, unacked }: ContainerLog): number {
  return reclaimable ? unacked : Number.MAX_SAFE_INTEGER;
}
