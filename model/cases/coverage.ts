import { type HeartbeatRecord, recordKey, type WatchRecord } from '../records';
import { ms } from './moment';

/** Times in milliseconds since 1970, both inclusive. */
export interface Interval {
  from: number;
  to: number;
}

/** Without heartbeats an agent still writes something at least every ten minutes (record `disk`). */
const SIGN_GAP = 11 * 60_000;
/** Two processes of one node follow each other within this without anything being missed. */
const RESTART_GAP = 15_000;
/**
 * A process writes a heartbeat when it begins and every five minutes. Where a record of its node is so much newer than a
 * moment, the heartbeat of a process that began by then is there as well: without one, no other process had begun.
 */
const BEGIN_REPORTED = 30_000;
/** A removal is named in the kubelet's log this close to the file's own time. */
const LOG_MARGIN = 5000;

/** Until when an agent knew a log there is kept every five seconds. */
const LAST_SEEN = 10_000;

/** Who was observing when: agents their nodes, agents their kubelet's log, the watch its API server. */
export class Coverage {
  /** The newest heartbeat of each process, oldest process first, by node. */
  private readonly beats = new Map<string, HeartbeatRecord[]>();
  private readonly agents = new Map<string, Interval[]>();
  private readonly logs = new Map<string, Interval[]>();
  private readonly watches = new Map<string, Interval[]>();
  private readonly nodeWatches = new Map<string, Interval[]>();
  private readonly nodeEventWatches = new Map<string, Interval[]>();
  private readonly hasWatches = new Set<string>();

  /** @param signs moments at which a node's agent wrote something, in order, by node */
  constructor(
    heartbeats: readonly HeartbeatRecord[],
    watches: readonly WatchRecord[],
    private readonly signs: ReadonlyMap<string, readonly number[]>
  ) {
    const newest = new Map<string, HeartbeatRecord>();
    for (const beat of heartbeats) {
      const key = recordKey(beat);
      const known = newest.get(key);
      if (known === undefined || (ms(known.to) ?? 0) <= (ms(beat.to) ?? 0)) {
        newest.set(key, beat);
      }
    }
    for (const beat of newest.values()) {
      const node = `${beat.cluster}/${beat.node}`;
      push(this.beats, node, beat);
      if (beat.logsProblem === null) {
        push(this.agents, node, ...interval(beat.from, beat.to));
      }
      if (beat.kubeletLog !== null) {
        push(this.logs, node, ...interval(beat.kubeletLog.from, beat.kubeletLog.to));
      }
    }
    this.beats.forEach((all) => all.sort((a, b) => (ms(a.from) ?? 0) - (ms(b.from) ?? 0)));
    this.beats.forEach((all, node) => {
      push(this.agents, node, ...sinceBeat(all.at(-1), signs.get(node) ?? []));
      // The next process knows until when the one before it watched: its last heartbeat may be minutes older.
      all.slice(1).forEach(({ previousUntil }, index) => {
        const before = all[index];
        if (before?.logsProblem === null && previousUntil !== null) {
          push(this.agents, node, ...interval(before.to, previousUntil));
        }
      });
    });
    for (const [node, times] of signs) {
      if (!this.agents.has(node)) {
        this.agents.set(
          node,
          joined(
            times.map((time) => ({ from: time, to: time })),
            SIGN_GAP
          )
        );
      }
    }
    this.agents.forEach((all, node) => this.agents.set(node, joined(all, RESTART_GAP)));
    // A process goes on in the kubelet's log where the one before it ended: between two lines there is nothing.
    this.logs.forEach((all, node) => this.logs.set(node, joined(all, RESTART_GAP)));
    for (const { cluster, from, to, completeUntil, kinds } of watches) {
      this.hasWatches.add(cluster);
      const until = completeUntil ?? null;
      if (until === null) {
        continue;
      }
      const span = interval(from, until < to ? until : to);
      if (isWatching(kinds, 'pods')) {
        push(this.watches, cluster, ...span);
      }
      if (isWatching(kinds, 'nodes')) {
        push(this.nodeWatches, cluster, ...span);
      }
      if ((kinds.events ?? kinds['events in default'])?.state === 'watching') {
        push(this.nodeEventWatches, cluster, ...span);
      }
    }
    this.watches.forEach((all, cluster) => this.watches.set(cluster, joined(all, 0)));
    this.nodeWatches.forEach((all, cluster) => this.nodeWatches.set(cluster, joined(all, 0)));
    this.nodeEventWatches.forEach((all, cluster) => this.nodeEventWatches.set(cluster, joined(all, 0)));
  }

  /** When a node's agents were observing, oldest first. */
  ofAgent(cluster: string, node: string | null): readonly Interval[] {
    return this.agents.get(`${cluster}/${node ?? ''}`) ?? [];
  }

  /** When a node's kubelet's log was read and understood, oldest first. */
  ofKubeletLog(cluster: string, node: string | null): readonly Interval[] {
    return this.logs.get(`${cluster}/${node ?? ''}`) ?? [];
  }

  /** When the nodes of a cluster were watched and all of it is in Loki, oldest first. */
  ofNodeWatch(cluster: string): readonly Interval[] {
    return this.nodeWatches.get(cluster) ?? [];
  }

  /** An agent was observing the node at some moment of a span: a file that was gone before then it would have missed. */
  wasAgentObserving(cluster: string, node: string | null, from: number, to: number): boolean {
    return from <= to && this.ofAgent(cluster, node).some((span) => span.from <= to && span.to >= from);
  }

  /** The newest heartbeat of each process of a node's agent, oldest process first. */
  beatsOf(cluster: string, node: string | null): readonly HeartbeatRecord[] {
    return this.beats.get(`${cluster}/${node ?? ''}`) ?? [];
  }

  /** Heartbeats tell when the node's agents were observing, to the second. */
  hasBeats(cluster: string, node: string | null): boolean {
    return this.beats.has(`${cluster}/${node ?? ''}`);
  }

  /** The newest heartbeat of a node. */
  lastBeat(cluster: string, node: string | null): HeartbeatRecord | undefined {
    return this.beats.get(`${cluster}/${node ?? ''}`)?.at(-1);
  }

  /**
   * The first heartbeat whose agent was observing at a container's end, or came while its log was there, and a while later
   * had nothing unacknowledged from before that end.
   *
   * @param finished the container's end
   * @param thereUntil its log was on the node until then; Infinity where it still is
   * @param hasGaps something may be missing: then the log had to be there at the heartbeat. A process that was halted for a while
   *   says nothing of it.
   * @param whileMs so long an agent takes to read what was written
   */
  acknowledgedAfter(
    cluster: string,
    node: string | null,
    { finished, thereUntil, hasGaps }: { finished: number; thereUntil: number; hasGaps: boolean },
    whileMs: number
  ): HeartbeatRecord | undefined {
    return this.beats
      .get(`${cluster}/${node ?? ''}`)
      ?.find(({ from, to, logsProblem, unackedBytes, oldestUnacked }) => {
        const oldest = ms(oldestUnacked);
        const isAcked = unackedBytes === 0 || (oldest !== undefined && oldest > finished + whileMs);
        const came = ms(from) ?? Infinity;
        // An agent opens all logs that are there before its first heartbeat.
        const hasRead = came <= finished || came + whileMs <= thereUntil;
        const wasThere = !hasGaps || (ms(to) ?? 0) <= thereUntil + LAST_SEEN;
        return (
          logsProblem === null && hasRead && wasThere && (ms(to) ?? 0) > Math.max(came, finished) + whileMs && isAcked
        );
      });
  }

  /** The newest moment at which anything of a node's agent is known. */
  lastSign(cluster: string, node: string | null): number | undefined {
    const beat = ms(this.lastBeat(cluster, node)?.to);
    const sign = this.signs.get(`${cluster}/${node ?? ''}`)?.at(-1);
    return beat === undefined ? sign : Math.max(beat, sign ?? 0);
  }

  /** The kubelet's log of a span was read and understood, without a break. */
  wasKubeletLogRead(cluster: string, node: string | null, from: number, to = from): boolean {
    return covers(this.logs.get(`${cluster}/${node ?? ''}`), from - LOG_MARGIN, to + LOG_MARGIN);
  }

  /**
   * Pods were watched without a break, and all of it is in Loki; undefined where the cluster has no watch records, and
   * its other records have to do.
   */
  werePodsWatched(cluster: string, from: number, to: number): boolean | undefined {
    return this.hasWatches.has(cluster) ? covers(this.watches.get(cluster), from, to) : undefined;
  }

  /** The same of the conditions of nodes. */
  wereNodesWatched(cluster: string, from: number, to: number): boolean | undefined {
    return this.hasWatches.has(cluster) ? covers(this.nodeWatches.get(cluster), from, to) : undefined;
  }

  /** The same of the Events of nodes, which lie in the namespace `default`. */
  wereNodeEventsWatched(cluster: string, from: number, to: number): boolean | undefined {
    return this.hasWatches.has(cluster) ? covers(this.nodeEventWatches.get(cluster), from, to) : undefined;
  }

  /** A watch looked at the cluster at some time after a moment: what had gone by then it would have missed. */
  werePodsWatchedAfter(cluster: string, moment: number): boolean | undefined {
    return this.hasWatches.has(cluster) ? (this.watches.get(cluster) ?? []).some(({ to }) => to >= moment) : undefined;
  }
}

const covers = (spans: readonly Interval[] | undefined, from: number, to: number) =>
  (spans ?? []).some((span) => span.from <= from && span.to >= to);

function isWatching(kinds: WatchRecord['kinds'], kind: string): boolean {
  const own = Object.entries(kinds).filter(([name]) => name === kind || name.startsWith(`${kind} in `));
  return own.length > 0 && own.every(([, { state }]) => state === 'watching' || state === 'listing');
}

function interval(from: string | null, to: string | null): Interval[] {
  const [start, end] = [ms(from), ms(to)];
  return start === undefined || end === undefined || end < start ? [] : [{ from: start, to: end }];
}

/** What a node's newest process was observing after its last heartbeat: everything else that it wrote shows it. */
function sinceBeat(beat: HeartbeatRecord | undefined, signs: readonly number[]): Interval[] {
  const told = ms(beat?.to);
  const newest = signs.at(-1) ?? -Infinity;
  if (beat === undefined || told === undefined || beat.final || beat.logsProblem !== null) {
    return [];
  }
  const last = signs.findLast((sign) => sign <= newest - BEGIN_REPORTED);
  return last !== undefined && last > told ? [{ from: told, to: last }] : [];
}

/** Sorted, and as one where they touch or lie closer than a gap. */
function joined(spans: readonly Interval[], gap: number): Interval[] {
  const result: Interval[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last !== undefined && span.from - last.to <= gap) {
      last.to = Math.max(last.to, span.to);
    } else {
      result.push({ ...span });
    }
  }
  return result;
}

function push<T>(map: Map<string, T[]>, key: string, ...values: T[]): void {
  map.set(key, [...(map.get(key) ?? []), ...values]);
}
