import type { KubeletEvent } from './events';

/** One reclaim as the kubelet's log told it. Times are nanoseconds since 1970. */
export interface Reclaim {
  trigger: 'eviction' | 'image-gc';
  resource: string | null;
  start: bigint;
  end: bigint;
  /** Use of the image file system when an image GC began, in percent; null where the log did not say. */
  usagePercent: number | null;
  containers: Array<{ containerId: string; at: bigint }>;
  failed: string[];
  images: Array<{ id: string; bytes: number | null }>;
  evicted: string[];
  outcome: 'relieved' | 'evicting' | 'unknown';
}

type Phase = 'begun' | 'containers' | 'images' | 'evicting';
interface Open {
  reclaim: Reclaim;
  phase: Phase;
}

/** Nothing of a reclaim is logged this long after the line before: it is over, whatever the log left out. */
const SILENCE = 120_000_000_000n;
/** The periodic image GC says when it begins and not when it is done. */
const IMAGE_GC_SILENCE = 20_000_000_000n;
/** While pressure lasts the kubelet tries every 10 s; a try that removed nothing is told once in this time. */
const REPEAT = 300_000_000_000n;

/**
 * Puts the events of one kubelet's log together into reclaims. A state machine without I/O and clock:
 *
 *     begin → containers → images → relieved | must evict → pods evicted
 *
 * Only a container removed between "attempting to delete unused containers" and what follows it belongs to the reclaim:
 * the same line is printed for every other container too. Any step may be missing (a log that starts late or breaks
 * off): the reclaim is then closed as it is, with outcome `unknown`.
 */
export class ReclaimAssembler {
  private open: Open | undefined;
  private lastEmpty: Reclaim | undefined;

  /** When the reclaim under way began; a log must be read again from there after a restart. */
  get openSince(): bigint | undefined {
    return this.open?.reclaim.start;
  }

  /** Takes the next event of the log at `at`; returns the reclaims that it closes. */
  feed(event: KubeletEvent, at: bigint): Reclaim[] {
    const closed = this.expire(at);
    const previous = this.take(event, at);
    return previous ? [...closed, previous] : closed;
  }

  /** Closes what has been silent for too long at `now`; returns it. */
  expire(now: bigint): Reclaim[] {
    const open = this.open;
    if (!open) {
      return [];
    }
    const silence = open.reclaim.trigger === 'image-gc' ? IMAGE_GC_SILENCE : SILENCE;
    const closed = now - open.reclaim.end > silence ? this.close() : undefined;
    return closed ? [closed] : [];
  }

  /** Closes the reclaim under way, because the log ends here. */
  end(): Reclaim[] {
    const closed = this.close();
    return closed ? [closed] : [];
  }

  private take(event: KubeletEvent, at: bigint): Reclaim | undefined {
    switch (event.type) {
      case 'reclaim-begin':
        return this.begin('eviction', event.resource, at);
      case 'image-gc-begin':
        return this.begin('image-gc', null, at, 'images', event.usagePercent);
      case 'containers-begin':
        // Only the eviction manager deletes all unused containers, so its first line is merely missing here.
        return this.open?.phase === 'begun'
          ? this.step('containers', at)
          : this.begin('eviction', null, at, 'containers');
      case 'images-begin':
        return this.open?.reclaim.trigger === 'eviction'
          ? this.step('images', at)
          : this.begin('eviction', null, at, 'images');
      case 'container-removed':
      case 'container-kept':
        return this.container(event, at);
      case 'image-removed':
        return this.image(event, at);
      case 'relieved':
        return this.finish('relieved', at);
      case 'must-evict':
        return this.finish('evicting', at);
      case 'pod-evicted':
      case 'evicted-waiting':
        return this.evicted(event, at);
      default:
        return undefined;
    }
  }

  private begin(
    trigger: Reclaim['trigger'],
    resource: string | null,
    at: bigint,
    phase: Phase = 'begun',
    usagePercent: number | null = null
  ): Reclaim | undefined {
    const previous = this.close();
    this.open = {
      reclaim: {
        trigger,
        resource,
        start: at,
        end: at,
        usagePercent,
        containers: [],
        failed: [],
        images: [],
        evicted: [],
        outcome: 'unknown',
      },
      phase,
    };
    return previous;
  }

  private step(phase: Phase, at: bigint): undefined {
    if (this.open) {
      this.open.phase = phase;
      this.open.reclaim.end = at;
    }
  }

  private container(event: KubeletEvent & { containerId: string }, at: bigint): undefined {
    if (this.open?.phase !== 'containers') {
      return;
    }
    const { reclaim } = this.open;
    const known = reclaim.containers.findIndex(({ containerId }) => containerId === event.containerId);
    if (event.type === 'container-kept') {
      // The removal is announced before it is tried.
      if (known >= 0) {
        reclaim.containers.splice(known, 1);
      }
      reclaim.failed.push(event.containerId);
    } else if (known < 0) {
      reclaim.containers.push({ containerId: event.containerId, at });
    }
    reclaim.end = at;
  }

  /**
   * An image that is removed without a word before it was unused for longer than `imageMaximumGCAge`: that garbage
   * collection says neither that it begins nor that it ends. After "must evict" the eviction goes on, whatever else happens.
   */
  private image(event: KubeletEvent & { type: 'image-removed' }, at: bigint): Reclaim | undefined {
    if (this.open?.phase === 'evicting') {
      return undefined;
    }
    const previous = this.open === undefined ? this.begin('image-gc', null, at, 'images') : undefined;
    this.step('images', at);
    this.open?.reclaim.images.push({ id: event.image, bytes: event.bytes });
    return previous;
  }

  private finish(outcome: 'relieved' | 'evicting', at: bigint): Reclaim | undefined {
    if (this.open?.reclaim.trigger !== 'eviction') {
      return undefined;
    }
    this.open.reclaim.outcome = outcome;
    this.step('evicting', at);
    return outcome === 'relieved' ? this.close() : undefined;
  }

  private evicted(event: KubeletEvent & { pods: string[] }, at: bigint): Reclaim | undefined {
    if (this.open?.phase !== 'evicting') {
      return undefined;
    }
    const { reclaim } = this.open;
    reclaim.evicted = [...new Set([...reclaim.evicted, ...event.pods])];
    reclaim.end = at;
    return event.type === 'evicted-waiting' ? this.close() : undefined;
  }

  private close(): Reclaim | undefined {
    const reclaim = this.open?.reclaim;
    this.open = undefined;
    if (!reclaim) {
      return undefined;
    }
    const empty = reclaim.containers.length + reclaim.images.length + reclaim.evicted.length === 0;
    if (!empty) {
      return reclaim;
    }
    const last = this.lastEmpty;
    const repeat =
      last?.resource === reclaim.resource && last.outcome === reclaim.outcome && reclaim.start - last.start < REPEAT;
    if (repeat) {
      return undefined;
    }
    this.lastEmpty = reclaim;
    return reclaim;
  }
}
