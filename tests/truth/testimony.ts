import type { CaseInput } from '../../model/cases';
import type {
  ContainerRecord,
  DiskRecord,
  EventRecord,
  GcRecord,
  Gap,
  JobRecord,
  NodeRecord,
  PodRecord,
} from '../../model/records';
import type { Random } from './random';
import * as make from './records';
import { END, endOf, MINUTE, type Pod, type Run, START, type Story } from './story';

export type Span = readonly [from: number, to: number];

/** Who was there to see it. Times are milliseconds since 1970. */
export interface Witnesses {
  /** What of the kubelet's log was read: it may have been rotated before an agent came. */
  kubeletLog: readonly Span[];
  watch: readonly Span[];
  /** What the watch has no rights for. */
  forbidden: ReadonlyArray<'pods' | 'nodes'>;
  agent: readonly Span[];
  disks: boolean;
  configz: boolean;
  /** Pods tell when they were scheduled and when the kubelet took them up. */
  podTimes: boolean;
  /** How far the node's clock is ahead. */
  skewMs: number;
  /** What an agent, or the watch, wrote after this has not arrived. */
  agentLateFrom: number;
  watchLateFrom: number;
}

/** How often an agent says that it is there. */
const HEARTBEAT = 5 * MINUTE;

const within = (spans: readonly Span[], moment: number) => spans.some(([from, to]) => from <= moment && to >= moment);
const upTo = (spans: readonly Span[], end: number): Span[] =>
  spans.flatMap(([from, to]) => (from < end ? [[from, Math.min(to, end)] as const] : []));

/** The records that the witnesses of a story leave. Nodes, kubelets and agents have the node's clock. */
export class Testimony {
  private readonly agents: readonly Span[];
  private readonly watches: readonly Span[];

  constructor(
    private readonly story: Story,
    private readonly cluster: string,
    private readonly witnesses: Witnesses,
    private readonly random: Random
  ) {
    const down = story.reboots.map(({ at, up }) => [at, up + 20_000] as const);
    const alive = upTo(witnesses.agent, story.nodeGone ?? Infinity);
    this.agents = down.reduce<readonly Span[]>(
      (spans, [from, to]) =>
        spans.flatMap(([start, end]): Span[] =>
          end <= from || start >= to
            ? [[start, end]]
            : [...(start < from ? [[start, from] as const] : []), ...(to < end ? [[to, end] as const] : [])]
        ),
      alive
    );
    this.watches = upTo(witnesses.watch, witnesses.watchLateFrom);
  }

  records(): CaseInput {
    const { witnesses, cluster, agents, story } = this;
    const { agentLateFrom } = witnesses;
    const reporting = upTo(agents, witnesses.agentLateFrom);
    const runs = this.story.pods.flatMap((pod) => pod.runs.map((run) => ({ pod, run })));
    return {
      containers: runs.flatMap(({ pod, run }) => this.containerRecord(pod, run) ?? []),
      pods: witnesses.forbidden.includes('pods') ? [] : this.podRecords(),
      jobs: this.jobRecords(),
      nodes: witnesses.forbidden.includes('nodes') ? [] : this.nodeRecords(),
      events: this.events(),
      gcs: this.gcRecords(),
      disks: !witnesses.disks ? [] : reporting.flatMap(([from, to]) => this.diskSamples(from, to)),
      thresholds: reporting.map(([from]) => make.thresholds(cluster, this.node(from), witnesses.configz)),
      heartbeats: reporting.map(([from, to], n) => {
        const read = upTo(witnesses.kubeletLog, to)
          .filter(([, end]) => end > from)
          .at(-1);
        const isNewDisk = story.reboots.some(({ event, at }) => event === 'Shutdown' && at < from);
        const before = isNewDisk ? from : (agents[n - 1]?.[1] ?? from);
        // A process that is killed, or whose last records have not arrived, is known to its last heartbeat only.
        const isStopped = to < Math.min(agentLateFrom, END) && this.random.chance(0.5);
        const told = isStopped ? to : from + Math.floor((to - from) / HEARTBEAT) * HEARTBEAT;
        return make.heartbeat(cluster, {
          ...{ from: this.node(from), to: this.node(told), hasKubeletLog: witnesses.kubeletLog.length > 0 },
          // A process goes on in the kubelet's log where the one before it ended.
          read: read && [this.node(Math.max(read[0], before)), this.node(Math.min(read[1], told))],
          final: isStopped,
        });
      }),
      watches: this.watches.map(([from, to]) => make.watch(cluster, from, Math.min(to, END), witnesses.forbidden)),
    };
  }

  /** What Loki has of a run's log; `any` where nobody can know what was cut off before an agent came. */
  inLoki(run: Run): 'all' | 'nothing' | 'part' | 'any' {
    if (!this.wasOpened(run)) {
      return 'nothing';
    }
    if (upTo(this.agents, this.witnesses.agentLateFrom).length === 0) {
      return 'any'; // nothing that any agent wrote has arrived
    }
    const end = Math.min(run.finished, END);
    const gone = this.fileGone(run) ?? Infinity;
    const isRead = this.agents.some(([from, to]) => from <= gone && to >= end);
    const isCut = run.shortened !== undefined && !within(this.agents, run.shortened.at);
    return isCut && run.shortened?.cause === 'C17' ? 'any' : isRead && !isCut ? 'all' : 'part';
  }

  /** The agents were there when it was removed, and what they wrote has arrived. */
  sawRemoval({ removed }: Run): boolean {
    return (
      removed !== undefined &&
      removed.at !== this.story.nodeGone &&
      within(upTo(this.agents, this.witnesses.agentLateFrom), removed.at)
    );
  }

  /** An agent was there at some time between, and what it wrote has arrived. */
  wasReporting = (from: number, to: number): boolean =>
    upTo(this.agents, this.witnesses.agentLateFrom).some((span) => span[0] <= to && span[1] >= from);

  isWatched = (moment: number): boolean => within(this.watches, moment);

  private node = (time: number): number => time + this.witnesses.skewMs;
  private nodeText = (time: number): string => make.iso(this.node(time));

  private fileGone = ({ removed }: Run): number | undefined => removed?.at;

  /** When the agents saw something at a moment, or first after it; undefined where none did. */
  private seenAt(moment: number): number | undefined {
    const span = this.agents.find(([, to]) => to >= moment);
    const seen = span && Math.max(span[0], moment);
    return seen === undefined || seen >= (this.story.nodeGone ?? Infinity) ? undefined : seen;
  }

  private wasOpened(run: Run): boolean {
    const seen = this.seenAt(run.started);
    return seen !== undefined && seen < (this.fileGone(run) ?? Infinity);
  }

  private containerRecord(pod: Pod, run: Run): ContainerRecord | undefined {
    const { agentLateFrom } = this.witnesses;
    const opened = this.seenAt(run.started);
    if (opened === undefined || !this.wasOpened(run) || opened > agentLateFrom) {
      return undefined;
    }
    const gone = this.fileGone(run) ?? Infinity;
    const reporting = upTo(this.agents, agentLateFrom);
    const hasEnded = reporting.some(([from, to]) => from <= gone && to >= run.finished) || gone < run.finished;
    const left = this.leftOf(pod, run);
    const last = reporting.filter(([from]) => from <= Math.min(run.finished, gone)).at(-1)?.[1] ?? opened;
    const lastLine = Math.min(run.finished - this.random.pick([0, 50, 3000, 45_000]), last, gone, END);
    const { shortened } = run;
    const isSeen =
      shortened !== undefined && within(reporting, shortened.at) && within(reporting, shortened.at - MINUTE);
    const isCut = isSeen && shortened.isSeenShorter;
    const whole = this.inLoki(run);
    const isOver = hasEnded || left !== null;
    // What was rotated away while no agent was there, the next one misses; else it is the end that nobody saw.
    const isMissed = shortened !== undefined && !within(this.agents, shortened.at);
    // A file that was emptied is the same file; of one that was rotated away the next agent finds another.
    const reason = isMissed && shortened.cause === 'C17' ? 'truncated' : 'gone-unread';
    const missed = (isMissed ? this.seenAt(shortened.at) : this.seenAt(gone)) ?? END;
    const unread: Gap[] =
      !isOver || whole === 'all' || missed > this.witnesses.agentLateFrom
        ? []
        : [{ reason, bytes: null, lines: null, from: null, to: this.nodeText(missed) }];
    const truncated: Gap = {
      ...{ reason: 'truncated', bytes: null, lines: null, from: null, to: this.nodeText(shortened?.at ?? 0) },
    };
    // Of a log that was rotated before the agent came it has what the kubelet kept.
    const isRotatedBefore = shortened?.cause === 'C15' && opened > shortened.at;
    return make.containerRecord(this.cluster, pod, run, {
      bytesSeen: shortened?.cause === 'C15' ? 53e6 : 20e6,
      firstTime: this.nodeText(isRotatedBefore ? shortened.at : run.started + 40),
      lastTime: this.nodeText(Math.max(lastLine, run.started + 40, isRotatedBefore ? shortened.at : 0)),
      ended: hasEnded && run.finished < END,
      left,
      rotatedAway:
        isSeen && !isCut
          ? {
              ...{ files: 1, lines: 100, bytes: shortened.bytes },
              ...{ from: this.nodeText(run.started), to: this.nodeText(shortened.at) },
            }
          : null,
      status: isCut ? 'unknown' : !isOver || run.finished > END ? 'pending' : whole === 'all' ? 'complete' : 'unknown',
      gaps: [...(isCut ? [truncated] : []), ...unread],
    });
  }

  /** What an agent saw of a removal, at once or when it started. */
  private leftOf(pod: Pod, run: Run): ContainerRecord['left'] {
    const gone = this.fileGone(run);
    const noticed = gone === undefined ? undefined : this.seenAt(gone);
    if (gone === undefined || noticed === undefined || noticed > this.witnesses.agentLateFrom) {
      return null;
    }
    const settled = noticed + 1500;
    // An agent that finds it gone knows until when one before it watched: that was written down every five seconds.
    const before = this.agents.findLast(([, to]) => to < noticed && to < gone + 1000)?.[1];
    const isWatching = this.agents.some(([from, to]) => from < gone && to >= noticed);
    const others = pod.runs.filter((one) => one !== run && one.container === run.container);
    const isShared = others.some((one) => one.started < settled && (this.fileGone(one) ?? Infinity) > settled);
    const isRemoved = (pod.directoryGone ?? Infinity) <= settled;
    const isLate = noticed > gone + 1000;
    // A directory keeps the time of its last change; of one that is gone only its absence shows.
    const changes = [run, ...others].map((one) => this.fileGone(one) ?? 0).filter((time) => time <= noticed);
    const at = !isLate ? gone : isRemoved ? noticed : Math.max(...changes);
    return {
      at: this.nodeText(at),
      ...(noticed > at + 1000 && { noticed: this.nodeText(noticed) }),
      ...(!isWatching && before !== undefined && { lastSeen: this.nodeText(Math.floor(before / 5000) * 5000) }),
      directory: isShared ? 'unknown' : isRemoved ? 'removed' : 'empty',
      bytesUnacked: 0,
    };
  }

  private podRecords(): PodRecord[] {
    return this.story.pods.flatMap((pod) => {
      const first = Math.min(...pod.runs.map(({ started }) => started));
      const known = this.watches.find(([, to]) => to >= first);
      const { deletion } = pod;
      const { witnesses } = this;
      if (pod.runs.length === 0 || known === undefined || known[0] > (deletion?.at ?? Infinity)) {
        return [];
      }
      const isSeen = deletion !== undefined && this.isWatched(deletion.at);
      const before = deletion && this.watches.findLast(([, to]) => to < deletion.at);
      const next = deletion && this.watches.find(([from]) => from > deletion.at);
      const last = this.watches.at(-1)?.[1] ?? 0;
      return make.podRecord(this.cluster, pod, {
        // The end of what ran on a node that was removed the API never shows.
        upTo: Math.min(
          deletion === undefined || isSeen ? last : (before?.[1] ?? 0),
          (this.story.nodeGone ?? Infinity) - 1
        ),
        node: this.node,
        hasTimes: witnesses.podTimes,
        deletion:
          deletion === undefined || (isSeen && deletion.withJob)
            ? null
            : isSeen
              ? {
                  ...{ requested: make.iso(deletion.at), gone: make.iso(deletion.gone), lastThere: null },
                  ...{ by: deletion.by, evidence: deletion.evidence },
                }
              : next === undefined
                ? null
                : {
                    ...{ requested: null, gone: make.iso(next[0]), lastThere: make.iso(before?.[1] ?? START) },
                    ...{ by: 'unknown', evidence: ['nobody watched when it went'] },
                  },
      });
    });
  }

  private jobRecords(): JobRecord[] {
    return this.story.pods.flatMap((pod) => {
      const { job, deletion, transitions } = pod;
      const first = Math.min(...pod.runs.map(({ started }) => started));
      if (job === null || pod.runs.length === 0 || !this.watches.some(([, to]) => to >= first)) {
        return [];
      }
      const isSeen = deletion?.withJob === true && this.isWatched(deletion.at);
      return make.jobRecord(this.cluster, pod, {
        finished: deletion?.by === 'ttl' ? deletion.at - MINUTE : endOf(pod) < END ? endOf(pod) : null,
        deletion: isSeen ? deletion : undefined,
        transitions: transitions.filter(({ at }) => this.isWatched(Date.parse(at))),
      });
    });
  }

  private nodeRecords(): NodeRecord[] {
    const { cluster, story } = this;
    const pressures = story.reclaims
      .filter(({ at }) => this.isWatched(at + 6000))
      .map(({ at }) => {
        const end = at + 5 * MINUTE;
        return make.condition(cluster, this.node(at + 6000), this.isWatched(end) ? this.node(end) : null);
      });
    const gone = story.nodeGone;
    const isSeen = gone !== undefined && this.isWatched(gone);
    return this.watches.length === 0
      ? []
      : [...pressures, make.nodeRecord(cluster, isSeen ? gone : null, story.reboots.length)];
  }

  private events(): EventRecord[] {
    const { cluster, story, node, random } = this;
    // Events are lossy evidence.
    const seen = <T extends { at: number }>(all: readonly T[]) =>
      all.filter(({ at }) => this.isWatched(at) && random.chance(0.6));
    return [
      ...seen(story.reclaims).map(({ at, resource }) => make.thresholdMet(cluster, node(at), resource)),
      ...seen(story.memoryPressures.map((at) => ({ at }))).map(({ at }) =>
        make.thresholdMet(cluster, node(at), 'memory')
      ),
      ...seen(story.reboots.map(({ event, at, up }) => ({ event, at: event === 'Shutdown' ? at : up }))).map(
        ({ event, at }) => make.nodeEvent(cluster, node(at), event)
      ),
      ...story.pods.flatMap((pod) => [
        ...seen(pod.sandboxChanged.map((at) => ({ at }))).map(({ at }) =>
          make.podEvent(cluster, pod.name, 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.', {
            at: node(at),
          })
        ),
        ...seen(pod.status?.reason === 'Evicted' ? [pod.status] : []).map(({ at, message }) =>
          make.podEvent(cluster, pod.name, 'Evicted', message, { at: node(at) })
        ),
      ]),
    ];
  }

  private gcRecords(): GcRecord[] {
    const { witnesses, cluster, story } = this;
    // An agent that was away reads the kubelet's log from where the one before it ended.
    const isRead = (at: number) =>
      within(witnesses.kubeletLog, at) && (this.seenAt(at) ?? Infinity) < witnesses.agentLateFrom;
    return [
      ...story.reclaims
        .filter(({ at, ids }) => ids.length > 0 && this.agents.some(([from]) => from <= at) && isRead(at))
        .map(({ at, ids, resource }) => make.gcRecord(cluster, this.node(at), { ids, resource })),
      ...story.imageGcs
        .filter((at) => this.agents.some(([from]) => from <= at) && isRead(at))
        .map((at) => make.imageGcRecord(cluster, this.node(at))),
    ];
  }

  private diskSamples(from: number, to: number): DiskRecord[] {
    const { story } = this;
    const samples: DiskRecord[] = [];
    for (let at = from; at < to; at += MINUTE) {
      const isNear = [...story.reclaims.map((one) => one.at), ...story.imageGcs].some(
        (next) => next >= at && next < at + 3 * MINUTE
      );
      const isFull = story.fullDisks.some((full) => at >= full && at < full + 2 * MINUTE);
      samples.push(make.disk(this.cluster, this.node(at), isFull ? 0.9999 : isNear ? 0.82 : 0.4));
    }
    return samples;
  }
}
