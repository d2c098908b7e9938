import type { Deletion } from '../../../model/records';
import type { OutgoingRecord } from '../../loki/record-writer';
import { PODGC_THRESHOLD, whoDeletedPod } from '../deletion/who-deleted-pod';
import type { Take } from '../core/due-queue';
import { EntryTable } from '../core/entry-table';
import { fields, text, timeText, timeTextOrNull } from '../core/fields';
import { packPod, unpackPod } from '../state/packed-pod';
import {
  endByConditions,
  endRuns,
  mergePod,
  podChanged,
  podEnded,
  podFinished,
  type PodState,
  projectPod,
} from '../state/pod';
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
import type { JobTracker } from './job-tracker';
import type { NodeTracker } from './node-tracker';
import { outgoingPod, podRecord } from './pod-record';

interface Entry {
  /** resourceVersion as a number, which takes less than its text; NaN where it is none. */
  version: number;
  /** `packPod` */
  packed: string;
  deletionRequested: number | null;
  created: number | null;
  ended: boolean;
  written: Written;
  /** Something changed since the last record, besides that its deletion goes on. */
  changed: boolean;
  gone: Gone | null;
}

/** The pods of the cluster: by far most of what there is, so nothing is kept of a pod but what its record says. */
export class PodTracker extends EntryTable<Entry> implements Tracker {
  private ended = 0;

  /** @param wholeCluster all namespaces are watched, so that the ended pods can be counted */
  constructor(
    context: TrackerContext,
    private readonly jobs: JobTracker,
    private readonly nodes: NodeTracker,
    private readonly wholeCluster: boolean
  ) {
    super(context);
  }

  put(object: unknown, arrival: Arrival): void {
    if (this.isKnown(object)) {
      return;
    }
    const next = projectPod(object, this.context.shared);
    if (next === undefined) {
      return;
    }
    const now = this.now();
    const entry = this.entries.get(next.uid);
    if (entry === undefined) {
      this.add(next, versionOf(object), arrival, now);
      return;
    }
    const old = unpack(next.uid, entry);
    const seen = arrival.how === 'watched' && !podEnded(old) ? now : null;
    const pod = endRuns(mergePod(old, next), [endByConditions(object), seen]);
    if (entry.gone === null) {
      this.count(old, -1);
    }
    this.count(pod, 1);
    const packed = packPod(pod);
    const changed = packed !== entry.packed;
    entry.version = versionOf(object);
    Object.assign(entry, { packed, deletionRequested: pod.deletionRequested, ended: podEnded(pod), gone: null });
    if (changed) {
      entry.changed = true;
      this.plan(pod, entry.written, now);
    }
  }

  remove(object: unknown): void {
    const last = projectPod(object, this.context.shared);
    if (last === undefined) {
      return;
    }
    this.put(object, watched);
    const entry = this.entries.get(last.uid);
    if (entry !== undefined) {
      const at = this.now();
      // The kubelet deletes with grace period 0 when all has ended: then the object itself says when.
      const reported = last.deletionGrace === 0 ? last.deletionRequested : null;
      this.vanish(last.uid, entry, { at: reported ?? at, lastThere: null });
    }
  }

  /** Asks for those to be written again that live long. */
  sweep(): void {
    const now = this.now();
    for (const [uid, { gone, written }] of this.entries) {
      if (gone === null && !written.final && written.at > 0 && written.at < now - timing.refresh) {
        this.queue.put(uid, now);
      }
    }
  }

  /** A list after the first shows most pods as they were: then there is nothing to do. */
  private isKnown(object: unknown): boolean {
    const entry = this.entries.get(text(fields(fields(object).metadata).uid) ?? '');
    return entry !== undefined && entry.gone === null && entry.version === versionOf(object);
  }

  private add(pod: PodState, version: number, arrival: Arrival, now: number): void {
    const ended = podEnded(pod);
    const { created, deletionRequested } = pod;
    const entry: Entry = {
      version,
      packed: packPod(pod),
      deletionRequested,
      created,
      ended,
      written: unwritten(),
      changed: true,
      gone: null,
    };
    this.entries.set(pod.uid, entry);
    this.count(pod, 1);
    if (wasWritten(arrival, ended, podChanged(pod))) {
      entry.changed = false;
      entry.written = { entryMs: 0, at: now, final: ended };
      return;
    }
    this.plan(pod, entry.written, arrival.how === 'watched' ? now : (created ?? now));
  }

  protected isGone({ gone }: Entry): boolean {
    return gone !== null;
  }

  protected uidOf(uid: string): string {
    return uid;
  }

  protected namespaceOf(uid: string, entry: Entry): string {
    return unpack(uid, entry).namespace;
  }

  protected vanish(uid: string, entry: Entry, gone: Gone): void {
    const now = this.now();
    entry.gone = gone;
    this.count(unpack(uid, entry), -1);
    this.queue.put(uid, now + timing.settleDeleted, now);
  }

  private count(pod: PodState, by: 1 | -1): void {
    this.ended += podEnded(pod) ? by : 0;
    if (pod.owner?.kind === 'Job') {
      this.jobs.countPod(pod.owner.uid, by);
    }
  }

  private plan(pod: PodState, written: Written, since: number): void {
    const now = this.now();
    if (podEnded(pod)) {
      this.queue.put(pod.uid, now + timing.settleEnded, now);
    } else if (written.at === 0) {
      this.queue.put(pod.uid, since + timing.podUnderWay);
    } else {
      this.queue.put(pod.uid, Math.max(now + timing.settleEnded, written.at + timing.podRewrite));
    }
  }

  protected write(uid: string, entry: Entry, { now }: Take): OutgoingRecord[] {
    const { gone, written } = entry;
    const pod = unpack(uid, entry);
    if (gone !== null) {
      this.entries.delete(pod.uid);
      const job = pod.owner?.kind === 'Job' ? pod.owner.uid : undefined;
      if (!entry.changed && written.final && job !== undefined && this.jobs.deletionOf(job) !== undefined) {
        this.jobs.podWentAlong(job, gone.at);
        return [];
      }
    }
    const job = this.jobs.find(pod.owner?.uid);
    const cronJob = job?.owner?.kind === 'CronJob' ? job.owner.name : null;
    const record = podRecord(this.context.cluster, pod, cronJob, gone && this.deletion(pod, gone));
    const refreshed = !entry.changed && gone === null;
    const changed = refreshed ? now : (gone?.at ?? (record.final ? podFinished(pod) : null) ?? podChanged(pod));
    const entryMs = entryTime(changed, record.final, written, now);
    entry.written = { entryMs, at: now, final: record.final };
    entry.changed = false;
    return [outgoingPod(record, entryMs)];
  }

  private deletion(pod: PodState, gone: Gone): Deletion {
    const { hints } = this.context;
    const at = pod.deletionRequested ?? gone.at;
    const job = pod.owner?.kind === 'Job' ? pod.owner.uid : undefined;
    const jobDeletion = job === undefined ? undefined : this.jobs.deletionOf(job);
    const hint = (kind: Parameters<typeof hints.find>[0]) => hints.find(kind, pod.namespace, pod.name, pod.created);
    const finding = whoDeletedPod({
      pod,
      at,
      seen: gone.lastThere === null,
      taintEvent: hint('pod-by-taint'),
      preemptionEvent: hint('pod-by-preemption'),
      jobEvent: hint('pod-by-job'),
      controllerEvent: hint('pod-by-controller'),
      job: this.jobs.find(job),
      // A Job that is deleted after its pod did not take the pod with it.
      jobDeletion: jobDeletion !== undefined && jobDeletion.at <= Math.max(at, gone.at) + 1 ? jobDeletion : undefined,
      nodeGone: this.nodes.goneAt(pod.node),
      taints: this.nodes.taintsOf(pod.node),
      youngerEndedPods: this.youngerEnded(pod),
    });
    return {
      requested: timeTextOrNull(pod.deletionRequested),
      gone: timeText(gone.at),
      lastThere: timeTextOrNull(gone.lastThere),
      ...finding,
    };
  }

  /** How many ended pods there are, all of them younger; null where it cannot be PodGC that deleted this one. */
  private youngerEnded(pod: PodState): number | null {
    if (!this.wholeCluster || this.ended < PODGC_THRESHOLD) {
      return null;
    }
    for (const { ended, created, gone } of this.entries.values()) {
      if (gone === null && ended && (created ?? 0) < (pod.created ?? 0)) {
        return null;
      }
    }
    return this.ended;
  }
}

function unpack(uid: string, { packed, deletionRequested }: Entry): PodState {
  return { uid, deletionRequested, deletionGrace: null, ...unpackPod(packed) };
}

function versionOf(object: unknown): number {
  return Number(text(fields(fields(object).metadata).resourceVersion) ?? NaN);
}
