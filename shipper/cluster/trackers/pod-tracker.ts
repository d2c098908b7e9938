import type { Deletion } from '../../../model/records';
import type { OutgoingRecord } from '../../loki/record-writer';
import { PODGC_THRESHOLD, whoDeletedPod } from '../deletion/who-deleted-pod';
import { DueQueue, type Take } from '../due-queue';
import { timeText, timeTextOrNull } from '../fields';
import { mergePod, podChanged, podEnded, podFinished, type PodState, projectPod } from '../state/pod';
import {
  type Arrival,
  entryTime,
  isMissing,
  type ListRound,
  type Gone,
  timing,
  type Tracker,
  type TrackerContext,
  unwritten,
  wasWritten,
  watched,
  type Written,
} from './context';
import type { JobTracker } from './job-tracker';
import type { NodeTracker } from './node-tracker';
import { outgoingPod, podRecord } from './pod-record';

interface Entry {
  pod: PodState;
  written: Written;
  /** Something changed since the last record, besides that its deletion goes on. */
  changed: boolean;
  gone: Gone | null;
}

/** The pods of the cluster: by far most of what there is, so nothing is kept of a pod but what its record says. */
export class PodTracker implements Tracker {
  private readonly entries = new Map<string, Entry>();
  private readonly queue = new DueQueue();
  private ended = 0;

  /** @param wholeCluster all namespaces are watched, so that the ended pods can be counted */
  constructor(
    private readonly context: TrackerContext,
    private readonly jobs: JobTracker,
    private readonly nodes: NodeTracker,
    private readonly wholeCluster: boolean
  ) {}

  put(object: unknown, arrival: Arrival): void {
    const next = projectPod(object, this.context.shared);
    if (next === undefined) {
      return;
    }
    const now = this.context.clock.seconds();
    const old = this.entries.get(next.uid);
    if (old === undefined) {
      this.add(next, arrival, now);
      return;
    }
    const pod = mergePod(old.pod, next);
    const changed = !samePod(old.pod, pod);
    if (old.gone === null) {
      this.count(old.pod, -1);
    }
    Object.assign(old, { pod, gone: null });
    this.count(pod, 1);
    if (changed) {
      old.changed = true;
      this.plan(old, now);
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
      const at = this.context.clock.seconds();
      // The kubelet deletes with grace period 0 when all has ended: then the object itself says when.
      const told = last.deletionGrace === 0 ? last.deletionRequested : null;
      this.vanish(entry, { at: told ?? at, lastThere: null });
    }
  }

  endList(round: ListRound): void {
    const now = this.context.clock.seconds();
    for (const entry of this.entries.values()) {
      if (entry.gone === null && isMissing(entry.pod, round)) {
        this.vanish(entry, { at: now, lastThere: round.lastSeen });
      }
    }
  }

  take(take: Take): OutgoingRecord[] {
    return this.queue.take(take).flatMap((uid) => {
      const entry = this.entries.get(uid);
      return entry === undefined ? [] : this.write(entry, take.now);
    });
  }

  /** Asks for those to be written again that live long. */
  sweep(): void {
    const now = this.context.clock.seconds();
    for (const [uid, { gone, written }] of this.entries) {
      if (gone === null && !written.final && written.at > 0 && written.at < now - timing.refresh) {
        this.queue.put(uid, now);
      }
    }
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

  private add(pod: PodState, arrival: Arrival, now: number): void {
    const entry: Entry = { pod, written: unwritten(), changed: true, gone: null };
    this.entries.set(pod.uid, entry);
    this.count(pod, 1);
    if (wasWritten(arrival, podEnded(pod), podChanged(pod))) {
      entry.changed = false;
      entry.written = { entryMs: 0, at: now, final: podEnded(pod) };
      return;
    }
    this.plan(entry, arrival.how === 'watched' ? now : (pod.created ?? now));
  }

  private vanish(entry: Entry, gone: Gone): void {
    const now = this.context.clock.seconds();
    entry.gone = gone;
    this.count(entry.pod, -1);
    this.queue.put(entry.pod.uid, now + timing.settleDeleted, now);
  }

  private count(pod: PodState, by: 1 | -1): void {
    this.ended += podEnded(pod) ? by : 0;
    if (pod.owner?.kind === 'Job') {
      this.jobs.countPod(pod.owner.uid, by);
    }
  }

  private plan({ pod, written }: Entry, since: number): void {
    const now = this.context.clock.seconds();
    if (podEnded(pod)) {
      this.queue.put(pod.uid, now + timing.settleEnded, now);
    } else if (written.at === 0) {
      this.queue.put(pod.uid, since + timing.podUnderWay);
    } else {
      this.queue.put(pod.uid, Math.max(now + timing.settleEnded, written.at + timing.podRewrite));
    }
  }

  private write(entry: Entry, now: number): OutgoingRecord[] {
    const { pod, gone, written } = entry;
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
    const record = podRecord(this.context.cluster, pod, cronJob, gone && this.deletion(entry.pod, gone));
    const refreshed = !entry.changed && gone === null;
    const changed = refreshed ? now : (gone?.at ?? (record.final ? podFinished(pod) : null) ?? podChanged(pod));
    const entryMs = entryTime(changed, record.final, written, now);
    entry.written = { entryMs, at: now, final: record.final };
    entry.changed = false;
    return [outgoingPod(record, entryMs)];
  }

  private deletion(pod: PodState, gone: Gone): Deletion {
    const { clues } = this.context;
    const at = pod.deletionRequested ?? gone.at;
    const job = pod.owner?.kind === 'Job' ? pod.owner.uid : undefined;
    const jobDeletion = job === undefined ? undefined : this.jobs.deletionOf(job);
    const clue = (kind: Parameters<typeof clues.find>[0]) => clues.find(kind, pod.namespace, pod.name, pod.created);
    const finding = whoDeletedPod({
      pod,
      at,
      seen: gone.lastThere === null,
      taintEvent: clue('pod-by-taint'),
      preemptionEvent: clue('pod-by-preemption'),
      jobEvent: clue('pod-by-job'),
      controllerEvent: clue('pod-by-controller'),
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
    for (const { pod: other, gone } of this.entries.values()) {
      if (gone === null && podEnded(other) && (other.created ?? 0) < (pod.created ?? 0)) {
        return null;
      }
    }
    return this.ended;
  }
}

/** The same but for its deletion, which the next record tells anyway. */
function samePod(a: PodState, b: PodState): boolean {
  const plain = (pod: PodState) => JSON.stringify({ ...pod, deletionRequested: null, deletionGrace: null });
  return plain(a) === plain(b);
}
