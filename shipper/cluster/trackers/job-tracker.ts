import type { OutgoingRecord } from '../../loki/record-writer';
import { type Finding, whoDeletedJob } from '../deletion/who-deleted-job';
import type { Take } from '../core/due-queue';
import { EntryTable } from '../core/entry-table';
import { timeText, timeTextOrNull } from '../core/fields';
import { type CronJobState, jobChanged, type JobState, mergeJob, projectJob } from '../state/job';
import type { CronJobTracker } from './cron-job-tracker';
import {
  type Arrival,
  entryTime,
  type Gone,
  timing,
  type Tracker,
  type TrackerContext,
  unwritten,
  wasWritten,
  watched,
  type Written,
} from '../core/tracker';
import { jobRecord, outgoingJob, type PodsDeleted } from './job-record';

interface Entry {
  job: JobState;
  written: Written;
  /** Something changed since the last record, besides that its deletion goes on. */
  changed: boolean;
  gone: Gone | null;
  podsDeleted: PodsDeleted | null;
}

/** The Jobs of the cluster; those that are gone are remembered for a while, because their pods follow them. */
export class JobTracker extends EntryTable<Entry> implements Tracker {
  /** How many pods each Job has; pods may be known before their Job. */
  private readonly pods = new Map<string, number>();

  constructor(
    context: TrackerContext,
    private readonly cronJobs: CronJobTracker
  ) {
    super(context);
  }

  put(object: unknown, arrival: Arrival): void {
    const next = projectJob(object, this.context.shared);
    if (next === undefined) {
      return;
    }
    const now = this.now();
    const old = this.entries.get(next.uid);
    if (old === undefined) {
      const entry: Entry = { job: next, written: unwritten(), changed: true, gone: null, podsDeleted: null };
      this.entries.set(next.uid, entry);
      if (wasWritten(arrival, next.result !== 'running', jobChanged(next))) {
        entry.changed = false;
        entry.written = { entryMs: 0, at: now, final: next.result !== 'running' };
        return;
      }
      this.plan(entry, arrival.how === 'watched' ? now : (next.created ?? now));
      return;
    }
    const job = mergeJob(old.job, next, now);
    const changed = !sameJob(old.job, job);
    old.job = job;
    old.gone = null;
    if (changed) {
      old.changed = true;
      this.plan(old, now);
    }
  }

  remove(object: unknown): void {
    const last = projectJob(object, this.context.shared);
    if (last === undefined) {
      return;
    }
    this.put(object, watched);
    const entry = this.entries.get(last.uid);
    if (entry !== undefined) {
      this.vanish(last.uid, entry, { at: this.now(), lastThere: null });
    }
  }

  /** Asks for those to be written again that live long, and forgets those that are long gone. */
  sweep(): void {
    const now = this.now();
    for (const [uid, { job, gone, written }] of this.entries) {
      if (gone !== null && gone.at < now - timing.jobRemembered && !this.queue.has(uid)) {
        this.entries.delete(uid);
      } else if (gone === null && job.result === 'running' && written.at > 0 && written.at < now - timing.refresh) {
        this.queue.put(uid, now);
      }
    }
  }

  find(uid: string | undefined): JobState | undefined {
    return uid === undefined ? undefined : this.entries.get(uid)?.job;
  }

  /** The UID of the newest Job of a name that is there. */
  uidOfName(namespace: string, name: string): string | undefined {
    let uid: string | undefined;
    for (const [key, { job, gone }] of this.entries) {
      uid = gone === null && job.namespace === namespace && job.name === name ? key : uid;
    }
    return uid;
  }

  /** A pod of the Job is there, or is no longer. */
  countPod(uid: string, by: 1 | -1): void {
    const pods = (this.pods.get(uid) ?? 0) + by;
    if (pods > 0) {
      this.pods.set(uid, pods);
    } else {
      this.pods.delete(uid);
    }
  }

  /** The deletion of a Job that is gone, or goes as soon as its pods are gone; what a pod's own deletion is explained by. */
  deletionOf(uid: string): { at: number; finding: Finding } | undefined {
    const entry = this.entries.get(uid);
    const at = entry?.job.deletionRequested ?? entry?.gone?.at;
    return entry === undefined || at === undefined ? undefined : { at, finding: this.finding(entry, at) };
  }

  /** A pod went with its Job and has no record of its own to tell it. */
  podWentAlong(uid: string, at: number): void {
    const entry = this.entries.get(uid);
    if (entry === undefined) {
      return;
    }
    const { count, from, to } = entry.podsDeleted ?? { count: 0, from: at, to: at };
    entry.podsDeleted = { count: count + 1, from: Math.min(from, at), to: Math.max(to, at) };
    const now = this.now();
    this.queue.put(uid, now + (entry.gone === null ? timing.podsFollow : timing.settleDeleted), now);
  }

  protected isGone({ gone }: Entry): boolean {
    return gone !== null;
  }

  protected uidOf(uid: string): string {
    return uid;
  }

  protected namespaceOf(_: string, { job }: Entry): string {
    return job.namespace;
  }

  protected vanish(uid: string, entry: Entry, gone: Gone): void {
    const now = this.now();
    entry.gone = gone;
    this.queue.put(uid, now + timing.settleDeleted, now);
  }

  private plan({ job, written }: Entry, since: number): void {
    const now = this.now();
    if (job.result !== 'running') {
      this.queue.put(job.uid, now + timing.settleEnded, now);
    } else if (written.at === 0) {
      this.queue.put(job.uid, since + timing.jobUnderWay);
    } else {
      this.queue.put(job.uid, Math.max(now + timing.settleEnded, written.at + timing.jobRewrite));
    }
  }

  protected write(_: string, entry: Entry, { now, early }: Take): OutgoingRecord[] {
    const { job, gone, written } = entry;
    if (gone !== null && (this.pods.get(job.uid) ?? 0) > 0 && !early && now < gone.at + timing.podsFollow) {
      this.queue.put(job.uid, now + timing.settleDeleted, gone.at);
      return [];
    }
    const cronJob = this.cronJobs.find(job.owner?.uid);
    const deletion = gone && this.deletion(entry, gone);
    const record = jobRecord(this.context.cluster, job, cronJob, deletion, entry.podsDeleted);
    const changed = gone === null ? jobChanged(job) : this.goneAt(entry, gone);
    const refreshed = !entry.changed && gone === null;
    const entryMs = entryTime(
      refreshed ? now : record.final && gone === null ? job.finished : changed,
      record.final,
      written,
      now
    );
    entry.written = { entryMs, at: now, final: record.final };
    entry.changed = false;
    return [outgoingJob(record, entryMs)];
  }

  private deletion(entry: Entry, gone: Gone) {
    const { deletionRequested } = entry.job;
    const goneAt = this.goneAt(entry, gone);
    const { by, evidence } = this.finding(entry, deletionRequested ?? goneAt);
    return {
      requested: timeTextOrNull(deletionRequested),
      gone: timeText(goneAt),
      lastThere: timeTextOrNull(gone.lastThere),
      by,
      evidence,
    };
  }

  /** When it was gone: not later than when its pods began to follow, or its CronJob said so. */
  private goneAt({ job, podsDeleted }: Entry, gone: Gone): number {
    const event = this.context.hints.find('job-by-cronjob', job.namespace, job.name, job.created)?.at;
    const pods = job.deletionRequested === null ? podsDeleted?.from : undefined;
    return Math.max(
      Math.min(gone.at, event ?? gone.at, pods ?? gone.at),
      job.deletionRequested ?? 0,
      job.finished ?? 0
    );
  }

  private finding(entry: Entry, at: number): Finding {
    const { job, gone } = entry;
    const cronJob = this.cronJobs.find(job.owner?.uid);
    return whoDeletedJob({
      job,
      at,
      cronJobEvent: this.context.hints.find('job-by-cronjob', job.namespace, job.name, job.created),
      cronJob,
      cronJobGone: this.cronJobs.goneAt(job.owner?.uid),
      youngerSiblings: this.youngerSiblings(job, cronJob),
      seen: gone === null || gone.lastThere === null,
    });
  }

  private youngerSiblings(job: JobState, cronJob: CronJobState | undefined): number | null {
    if (cronJob === undefined) {
      return null;
    }
    let younger = 0;
    for (const { job: other, gone } of this.entries.values()) {
      if (other.owner?.uid === cronJob.uid && other.uid !== job.uid && other.result === job.result && gone === null) {
        if ((other.started ?? 0) < (job.started ?? 0)) {
          return null;
        }
        younger++;
      }
    }
    return younger;
  }
}

/** The same but for its deletion, which the next record reports anyway. */
function sameJob(a: JobState, b: JobState): boolean {
  const plain = (job: JobState) => JSON.stringify({ ...job, deletionRequested: null, deletionGrace: null });
  return plain(a) === plain(b);
}
