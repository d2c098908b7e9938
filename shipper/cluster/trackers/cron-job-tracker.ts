import { type CronJobState, projectCronJob } from '../state/job';
import { isMissing, type ListRound, timing, type Tracker, type TrackerContext } from '../core/tracker';

interface Entry {
  cronJob: CronJobState;
  gone: number | null;
}

/** The CronJobs of the cluster. They have no records of their own: what they decide about a Job stands in its record. */
export class CronJobTracker implements Tracker {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly context: TrackerContext) {}

  put(object: unknown): void {
    const cronJob = projectCronJob(object, this.context.shared);
    if (cronJob !== undefined) {
      this.entries.set(cronJob.uid, { cronJob, gone: null });
    }
  }

  remove(object: unknown): void {
    const last = projectCronJob(object, this.context.shared);
    if (last !== undefined) {
      this.entries.set(last.uid, { cronJob: last, gone: this.context.clock.seconds() });
    }
  }

  endList(round: ListRound): void {
    for (const entry of this.entries.values()) {
      if (isMissing(entry.cronJob, round)) {
        entry.gone ??= this.context.clock.seconds();
      }
    }
  }

  take(): [] {
    return [];
  }

  /** Forgets those that are long gone. */
  sweep(): void {
    const now = this.context.clock.seconds();
    for (const [uid, { gone }] of this.entries) {
      if (gone !== null && gone < now - timing.jobRemembered) {
        this.entries.delete(uid);
      }
    }
  }

  oldest(): number {
    return Infinity;
  }

  has(uid: string): boolean {
    return this.entries.has(uid);
  }

  get waiting(): number {
    return 0;
  }

  get size(): number {
    return this.entries.size;
  }

  find(uid: string | undefined): CronJobState | undefined {
    return uid === undefined ? undefined : this.entries.get(uid)?.cronJob;
  }

  /** When a CronJob was gone, or its deletion asked for; null while it is there, or where it is not known. */
  goneAt(uid: string | undefined): number | null {
    const entry = uid === undefined ? undefined : this.entries.get(uid);
    return entry === undefined ? null : (entry.cronJob.deletionRequested ?? entry.gone);
  }
}
