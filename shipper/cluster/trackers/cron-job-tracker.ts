import { EntryTable } from '../core/entry-table';
import { type Gone, timing, type Tracker } from '../core/tracker';
import { type CronJobState, projectCronJob } from '../state/job';

interface Entry {
  cronJob: CronJobState;
  gone: number | null;
}

/** The CronJobs of the cluster. They have no records of their own: what they decide about a Job stands in its record. */
export class CronJobTracker extends EntryTable<Entry> implements Tracker {
  put(object: unknown): void {
    const cronJob = projectCronJob(object, this.context.shared);
    if (cronJob !== undefined) {
      this.entries.set(cronJob.uid, { cronJob, gone: null });
    }
  }

  remove(object: unknown): void {
    const last = projectCronJob(object, this.context.shared);
    if (last !== undefined) {
      this.entries.set(last.uid, { cronJob: last, gone: this.now() });
    }
  }

  /** Forgets those that are long gone. */
  sweep(): void {
    const now = this.now();
    for (const [uid, { gone }] of this.entries) {
      if (gone !== null && gone < now - timing.jobRemembered) {
        this.entries.delete(uid);
      }
    }
  }

  protected write(): [] {
    return [];
  }

  protected vanish(_: string, entry: Entry, { at }: Gone): void {
    entry.gone = at;
  }

  protected isGone({ gone }: Entry): boolean {
    return gone !== null;
  }

  protected uidOf(uid: string): string {
    return uid;
  }

  protected namespaceOf(_: string, { cronJob }: Entry): string {
    return cronJob.namespace;
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
