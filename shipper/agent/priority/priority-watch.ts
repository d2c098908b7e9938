import type { DiskRecord } from '../../../model/records';
import { inPriorityMode } from './priority';

export interface PriorityDeps {
  nowMs: () => number;
  /** Bytes that Loki acknowledged since the start. */
  acknowledged: () => number;
  changed: (priority: boolean, why: Record<string, number | string | null>) => void;
}

interface Sample {
  atMs: number;
  margin: number;
}

/** Samples that show how fast a disk fills, … */
const REMEMBERED_MS = 60_000;
/** … and those that show how fast it does now. */
const NOW_MS = 3_000;
/** So far back what Loki took counts a third. */
const SHIPPED_SECONDS = 10;
/** What Loki is trusted to take where nothing was acknowledged lately, bytes a second. */
const LEAST_RATE = 64 * 1024;

/** Follows the samples of the disks, and says when priority mode begins and ends. */
export class PriorityWatch {
  private signal: string | null = null;
  private samples: Sample[] = [];
  private shipped = { atMs: 0, bytes: 0 };
  private shipRate = 0;
  /** Bytes that Loki had not acknowledged at the last sample and that the next reclaim could delete. */
  private atRisk = 0;
  private reclaimedAtMs = -Infinity;
  private priority = false;
  /** Until the nearest threshold is crossed, as fast as the disk fills now; Infinity where it does not fill. */
  secondsLeft = Infinity;

  constructor(private readonly deps: PriorityDeps) {
    this.shipped = { atMs: deps.nowMs(), bytes: 0 };
  }

  get inPriorityMode(): boolean {
    return this.priority;
  }

  onDisk({ nearest, atRisk }: Pick<DiskRecord, 'nearest' | 'atRisk'>): void {
    const atMs = this.deps.nowMs();
    this.atRisk = atRisk ?? 0;
    this.measureShipping(atMs);
    if (nearest === null) {
      this.decide(Infinity, Infinity, null);
      return;
    }
    if (nearest.signal !== this.signal) {
      this.signal = nearest.signal;
      this.samples = [];
    }
    this.samples = [
      ...this.samples.filter((one) => atMs - one.atMs <= REMEMBERED_MS),
      { atMs, margin: nearest.margin },
    ];
    const rate = fillRate(this.samples);
    this.decide(rate > 0 ? Math.max(0, nearest.margin) / rate : Infinity, nearest.fraction, nearest.signal);
  }

  onReclaim(): void {
    this.reclaimedAtMs = this.deps.nowMs();
    this.decide(0, 0, this.signal);
  }

  private decide(secondsLeft: number, fraction: number, signal: string | null): void {
    this.secondsLeft = secondsLeft;
    const secondsSinceReclaim = (this.deps.nowMs() - this.reclaimedAtMs) / 1000;
    const secondsNeeded = this.atRisk / Math.max(this.shipRate, LEAST_RATE);
    const priority = inPriorityMode({ secondsLeft, fraction, secondsNeeded, secondsSinceReclaim }, this.priority);
    if (priority !== this.priority) {
      this.priority = priority;
      this.deps.changed(priority, {
        signal,
        fraction: Math.round(fraction * 1e4) / 1e4,
        secondsLeft: Number.isFinite(secondsLeft) ? Math.round(secondsLeft) : null,
        atRisk: this.atRisk,
      });
    }
  }

  /** Bytes a second that Loki takes, while there is something to take. */
  private measureShipping(atMs: number): void {
    const bytes = this.deps.acknowledged();
    const seconds = (atMs - this.shipped.atMs) / 1000;
    if (seconds > 0 && (this.atRisk > 0 || bytes > this.shipped.bytes)) {
      const rate = (bytes - this.shipped.bytes) / seconds;
      this.shipRate = rate + (this.shipRate - rate) * Math.exp(-seconds / SHIPPED_SECONDS);
    }
    this.shipped = { atMs, bytes };
  }
}

/** How fast what is left gets less, in its unit a second: the faster of the last seconds and all of the samples. */
export function fillRate(samples: readonly Sample[]): number {
  const last = samples.at(-1);
  const lately = last && samples.findLast(({ atMs }) => atMs <= last.atMs - NOW_MS);
  const rates = [samples[0], lately].map((earlier) =>
    earlier && last && last.atMs > earlier.atMs
      ? ((earlier.margin - last.margin) * 1000) / (last.atMs - earlier.atMs)
      : 0
  );
  return Math.max(0, ...rates);
}
