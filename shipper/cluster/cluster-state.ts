import type { OutgoingRecord } from '../loki/record-writer';
import type { ClusterClock } from './core/cluster-clock';
import { DeletionHints } from './core/deletion-hints';
import type { Take } from './core/due-queue';
import { SharedTexts } from './core/fields';
import type { Tracker, TrackerContext } from './core/tracker';
import { CronJobTracker } from './trackers/cron-job-tracker';
import { EventTracker } from './trackers/event-tracker';
import { JobTracker } from './trackers/job-tracker';
import { NodeTracker } from './trackers/node-tracker';
import { PodTracker } from './trackers/pod-tracker';

export const watchedKinds = ['nodes', 'cronjobs', 'jobs', 'pods', 'events'] as const;
export type WatchedKind = (typeof watchedKinds)[number];

/** All that is known of a cluster, by kind; what one kind shows explains what happens to another. */
export class ClusterState {
  readonly trackers: Readonly<Record<WatchedKind, Tracker>>;
  private readonly hints = new DeletionHints();
  private readonly nodes: NodeTracker;
  private readonly jobs: JobTracker;

  /**
   * @param wholeCluster all namespaces are watched
   * @param failed told of an object that could not be written
   */
  constructor(
    cluster: string,
    private readonly clock: ClusterClock,
    wholeCluster: boolean,
    failed: TrackerContext['failed'] = () => undefined
  ) {
    const context: TrackerContext = { cluster, clock, shared: new SharedTexts(), hints: this.hints, failed };
    const nodes = new NodeTracker(context);
    const cronjobs = new CronJobTracker(context);
    const jobs = new JobTracker(context, cronjobs);
    const pods = new PodTracker(context, jobs, nodes, wholeCluster);
    this.nodes = nodes;
    this.jobs = jobs;
    this.trackers = { nodes, cronjobs, jobs, pods, events: new EventTracker(context) };
  }

  /** The records that are due; pods before Jobs, which tell how many of their pods went along. */
  take(take: Take): OutgoingRecord[] {
    const { nodes, pods, jobs, events } = this.trackers;
    return [nodes, events, pods, jobs].flatMap((tracker) => tracker.take(take));
  }

  /** To be called about once a minute: forgets what is over, and asks for what lives long to be reported again. */
  sweep(): void {
    this.hints.forgetOld(this.clock.seconds());
    Object.values(this.trackers).forEach((tracker) => tracker.sweep());
  }

  /** Since when something has been waiting to be written that a restart must not forget; Infinity where nothing is. */
  oldest(): number {
    return Math.min(...Object.values(this.trackers).map((tracker) => tracker.oldest()));
  }

  /** The nodes that are there, by name. */
  nodeNames(): string[] {
    return this.nodes.names();
  }

  /** The UID of a Job that is there. */
  jobUid(namespace: string, name: string): string | undefined {
    return this.jobs.uidOfName(namespace, name);
  }

  /** How many objects have something to say that is not written yet. */
  get waiting(): number {
    return Object.values(this.trackers).reduce((sum, { waiting }) => sum + waiting, 0);
  }
}
