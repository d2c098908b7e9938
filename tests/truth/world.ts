import type { CaseInput } from '../../model/cases';
import type { CauseId } from '../../model/causes';
import type { ContainerRecord, DeletedBy, EventRecord, GcRecord, NodeRecord, PodRecord } from '../../model/records';
import * as make from './records';
import { Random } from './random';

const MINUTE = 60_000;
const START = Date.parse('2026-11-23T12:00:00Z');
const LENGTH = 150 * MINUTE;

/** Who was there to see it. */
export interface Witnesses {
  kubeletLog: boolean;
  /** When the watch ran; milliseconds since 1970. */
  watch: ReadonlyArray<readonly [from: number, to: number]>;
  agent: ReadonlyArray<readonly [from: number, to: number]>;
  disks: boolean;
  configz: boolean;
  /** How far the node's clock is ahead. */
  skewMs: number;
  /** What an agent wrote after this has not arrived. */
  agentLateFrom: number;
}

/** What really became of one container run's log. */
export interface Fate {
  id: string;
  cluster: string;
  /** What removed it, or took it from `kubectl logs`; several where two came within the same minute. Empty: it is on its node. */
  causes: CauseId[];
  /** What Loki has: all of it, nothing, or less than all. */
  inLoki: 'all' | 'nothing' | 'part';
  /** Every witness that this cause needs was there: an expert would have known. */
  knowable: boolean;
}

export interface World {
  seed: number;
  witnesses: Witnesses;
  input: CaseInput;
  fates: Fate[];
}

interface Run {
  id: string;
  podUid: string;
  pod: string;
  restart: number;
  containerId: string;
  started: number;
  finished: number;
  /** When its file was removed, by what, and what is left of its directory. */
  removed?: { at: number; causes: CauseId[]; directory: 'empty' | 'removed' };
  deletion?: { at: number; gone: number; by: DeletedBy; evidence: string[]; cause: CauseId };
  status?: { reason: string; message: string; at: number };
  rotated?: { at: number; bytes: number; cause: 'C15' | 'C17' };
  next?: { finished: number };
}

/** How a pod is deleted, and what the API shows of it. */
const deletions: ReadonlyArray<readonly [by: DeletedBy, cause: CauseId, evidence: string]> = [
  ['history-limit', 'C8', 'event SuccessfulDelete on CronJob c by cronjob-controller: Deleted job j'],
  ['history-limit', 'C8', 'CronJob c keeps 3 successful Jobs'],
  ['job-controller', 'C9', 'event SuccessfulDelete on Job j by job-controller: Deleted pod: p'],
  ['podgc', 'C10', 'condition DisruptionTarget, reason DeletionByPodGC: '],
  ['owner', 'C11', 'Job j was deleted'],
  ['ttl', 'C7', 'ttlSecondsAfterFinished 60'],
  ['taint', 'C12', 'condition DisruptionTarget, reason DeletionByTaintManager: '],
  ['drain', 'C14', 'condition DisruptionTarget, reason EvictionByEvictionAPI: '],
  ['preemption', 'C14', 'event Preempted on Pod p'],
  ['unknown', 'C6', 'nothing in the API explains it'],
];
const evictions: ReadonlyArray<readonly [cause: CauseId, reason: string, message: string]> = [
  ['C2', 'Evicted', 'The node was low on resource: memory. '],
  ['C3', 'Evicted', 'Container main exceeded its local ephemeral storage limit "1Gi". '],
  ['C14', 'Preempting', 'Preempted in order to admit critical pod'],
];

/** A world from a seed: one node of one or two clusters, what happened there, and the records that tell of it. */
export function worldOf(seed: number): World {
  const random = new Random(seed);
  const witnesses = witnessesOf(random);
  const clusters = random.chance(0.15) ? ['east', 'west'] : ['east'];
  const fates: Fate[] = [];
  const inputs = clusters.map((cluster) => {
    const story = new Story(random, cluster, witnesses);
    story.play();
    fates.push(...story.fates());
    return story.records();
  });
  const all = <K extends keyof CaseInput>(key: K) => inputs.flatMap((one) => (one[key] ?? []) as never[]);
  const input: CaseInput = {
    ...{ containers: all('containers'), pods: all('pods'), jobs: all('jobs'), nodes: all('nodes') },
    ...{ events: all('events'), gcs: all('gcs'), disks: all('disks'), thresholds: all('thresholds') },
    ...{ heartbeats: all('heartbeats'), watches: all('watches'), now: make.iso(START + LENGTH) },
  };
  return { seed, witnesses, input, fates };
}

function witnessesOf(random: Random): Witnesses {
  const end = START + LENGTH;
  const whole = [[START - 30 * MINUTE, end]] as const;
  const gap = START + random.between(10, 100) * MINUTE;
  const withGap = [
    [START - 30 * MINUTE, gap],
    [gap + random.between(2, 40) * MINUTE, end],
  ] as const;
  return {
    kubeletLog: random.chance(0.5),
    watch: random.pick([whole, whole, withGap, []]),
    agent: random.pick([whole, whole, whole, withGap, withGap, []]),
    disks: random.chance(0.6),
    configz: random.chance(0.5),
    skewMs: random.pick([0, 0, 0, 1500, -1500, 600_000, -600_000]),
    agentLateFrom: random.chance(0.2) ? START + random.between(60, 140) * MINUTE : Infinity,
  };
}

/** What happens on one node of one cluster. Times are true; records have the node's clock where the node tells them. */
class Story {
  private readonly runs: Run[] = [];
  private readonly reclaims: Array<{ at: number; ids: string[] }> = [];
  private nodeGone: number | undefined;

  constructor(
    private readonly random: Random,
    private readonly cluster: string,
    private readonly witnesses: Witnesses
  ) {}

  play(): void {
    const { random } = this;
    const pods = random.between(4, 14);
    for (let n = 0; n < pods; n++) {
      this.addPod(n);
    }
    const acts = random.between(1, 5);
    const times = Array.from({ length: acts }, () => START + random.between(30, 120) * MINUTE).sort((a, b) => a - b);
    for (const at of times) {
      random.pick([
        () => this.reclaim(at),
        () => this.reclaim(at),
        () => this.removeByHand(at),
        () => this.deletePods(at),
        () => this.deletePods(at),
        () => this.evict(at),
        () => this.rotate(at),
      ])();
    }
    if (random.chance(0.06)) {
      this.removeNode(START + 130 * MINUTE);
    }
  }

  private addPod(n: number): void {
    const { random } = this;
    const podUid = `uid-${n}`;
    const started = START + random.between(0, 60) * MINUTE + random.between(0, 59_000);
    const restarts = random.chance(0.15) ? random.between(1, 3) : 0;
    let begin = started;
    let before: Run | undefined;
    for (let restart = 0; restart <= restarts; restart++) {
      const finished = begin + random.between(5, 900) * 1000;
      const id = `${podUid}/main/${restart}`;
      const containerId = make.containerId(`${this.cluster}${id}`);
      const run: Run = { id, podUid, pod: `pod-${n}-bcdfg`, restart, containerId, started: begin, finished };
      this.runs.push(run);
      if (before !== undefined) {
        before.next = { finished };
        // The container GC keeps one terminated run.
        before.removed = { at: finished + random.between(0, 50_000), causes: ['C4'], directory: 'empty' };
      }
      before = run;
      begin = finished + random.between(5, 40) * 1000;
    }
  }

  private there(at: number): Run[] {
    return this.runs.filter(
      (run) => run.removed === undefined && run.deletion === undefined && run.finished < at - 20_000
    );
  }

  private reclaim(at: number): void {
    const ids: string[] = [];
    for (const run of this.runs) {
      const isOver = run.finished < at - 20_000 && this.lastOf(run).finished < at - 20_000;
      const isDeleted = run.deletion !== undefined && run.deletion.at < at;
      if (!isOver || (run.removed !== undefined && run.removed.at <= at)) {
        continue;
      }
      ids.push(run.containerId);
      const moment = at + ids.length * 12;
      run.removed = {
        at: moment,
        causes: isDeleted && run.deletion ? ['C1', run.deletion.cause] : ['C1'],
        directory: 'empty',
      };
    }
    this.reclaims.push({ at, ids });
  }

  private lastOf(run: Run): Run {
    return this.runs.findLast(({ podUid }) => podUid === run.podUid) ?? run;
  }

  /** Somebody runs `rm` on logs, or on whole directories. */
  private removeByHand(at: number): void {
    const { random } = this;
    const directory = random.chance(0.3) ? ('removed' as const) : ('empty' as const);
    const some = random.chance(0.3) ? this.there(at) : this.there(at).filter(() => random.chance(0.5));
    some.forEach((run, n) => {
      if (this.lastOf(run) === run) {
        run.removed = { at: at + n * 15, causes: ['C17'], directory };
      }
    });
  }

  private deletePods(at: number): void {
    const { random } = this;
    const [by, cause, evidence] = random.pick(deletions);
    const uids = new Set(this.there(at).map(({ podUid }) => podUid));
    for (const uid of [...uids].slice(0, random.between(1, 3))) {
      const cleanup = at + random.between(500, 55_000);
      for (const run of this.runs.filter((one) => one.podUid === uid)) {
        run.deletion = { at, gone: at + 200, by, cause, evidence: [evidence] };
        if (run.removed === undefined) {
          run.removed = { at: cleanup, causes: [cause], directory: 'removed' };
        } else if (run.removed.at > at) {
          run.removed.causes.push(cause); // `kubectl logs` could not read it from then on
        }
      }
    }
  }

  private evict(at: number): void {
    const [cause, reason, message] = this.random.pick(evictions);
    const running = this.runs.find(
      (run) => run.removed === undefined && this.lastOf(run) === run && run.finished > at && run.started < at - 5000
    );
    if (running !== undefined) {
      running.finished = at;
      running.status = { reason, message, at };
      for (const older of this.runs.filter(({ podUid }) => podUid === running.podUid)) {
        if (older.removed !== undefined && older.removed.at > at) {
          older.removed = { at: at + 300, causes: [cause], directory: 'removed' };
        }
      }
      running.removed = { at: at + this.random.between(200, 8000), causes: [cause], directory: 'removed' };
    }
  }

  private rotate(at: number): void {
    const { random } = this;
    const running = this.runs.find((run) => run.finished > at && run.started < at - 5000 && run.removed === undefined);
    if (running !== undefined) {
      const isKubelet = random.chance(0.6);
      running.rotated = {
        at,
        cause: isKubelet ? 'C15' : 'C17',
        bytes: isKubelet ? 10.6e6 : random.between(100, 9000) * 1000,
      };
    }
  }

  private removeNode(at: number): void {
    this.nodeGone = at;
    for (const run of this.runs) {
      if (run.removed === undefined || run.removed.at > at) {
        run.removed = { at, causes: ['C13'], directory: 'removed' };
      }
    }
  }

  /** When the agents saw something at a moment, or first after it; undefined where none did. */
  private seenAt(moment: number): number | undefined {
    const span = this.witnesses.agent.find(([, to]) => to >= moment);
    const seen = span && Math.max(span[0], moment);
    return seen !== undefined && (this.nodeGone === undefined || seen < this.nodeGone) ? seen : undefined;
  }

  /** An agent had the file open before it was removed. */
  private wasOpened({ started, removed }: Run): boolean {
    const seen = this.seenAt(started);
    return seen !== undefined && seen < (removed?.at ?? Infinity);
  }

  private inLoki(run: Run): Fate['inLoki'] {
    if (!this.wasOpened(run)) {
      return 'nothing';
    }
    const isWhole = this.witnesses.agent.some(
      ([from, to]) => from <= (run.removed?.at ?? Infinity) && to >= run.finished
    );
    return isWhole ? 'all' : 'part';
  }

  fates(): Fate[] {
    const { witnesses, cluster } = this;
    const isCertain = Math.abs(witnesses.skewMs) < 5000 && witnesses.agentLateFrom === Infinity;
    return this.runs.map((run) => {
      const causes = [...(run.removed?.causes ?? []), ...(run.rotated ? [run.rotated.cause] : [])];
      const moment = run.removed?.at ?? run.rotated?.at ?? START;
      const isWatched = witnesses.watch.some(([from, to]) => from < moment - MINUTE && to > moment + MINUTE);
      const isRead = witnesses.agent.some(([from, to]) => from < moment - MINUTE && to > moment + MINUTE);
      return {
        id: run.id,
        cluster,
        causes,
        inLoki: this.inLoki(run),
        knowable: isCertain && isWatched && isRead && witnesses.kubeletLog,
      };
    });
  }

  records(): CaseInput {
    const { witnesses, cluster } = this;
    const end = START + LENGTH;
    const agents = witnesses.agent
      .map(([from, to]) => [from, Math.min(to, witnesses.agentLateFrom, this.nodeGone ?? Infinity)] as const)
      .filter(([from, to]) => from < to);
    const node = (time: number) => time + witnesses.skewMs;
    return {
      containers: this.runs.flatMap((run) => this.containerRecord(run) ?? []),
      pods: this.podRecords(),
      nodes: this.nodeRecords(),
      events: this.events(),
      gcs: this.gcRecords(),
      disks: !witnesses.disks ? [] : agents.flatMap(([from, to]) => this.diskSamples(from, to)),
      thresholds: agents.map(([from]) => make.thresholds(cluster, node(from), witnesses.configz)),
      heartbeats: agents.map(([from, to]) =>
        make.heartbeat(cluster, { from: node(from), to: node(to), kubeletLog: witnesses.kubeletLog })
      ),
      watches: witnesses.watch.map(([from, to]) => make.watch(cluster, from, Math.min(to, end))),
    };
  }

  private containerRecord(run: Run): ContainerRecord | undefined {
    const { witnesses, cluster } = this;
    const opened = this.seenAt(run.started);
    if (opened === undefined || !this.wasOpened(run) || opened > witnesses.agentLateFrom) {
      return undefined;
    }
    const node = (time: number) => make.iso(time + witnesses.skewMs);
    const noticed =
      run.removed && !(run.removed.causes.includes('C13') && run.removed.at === this.nodeGone)
        ? this.seenAt(run.removed.at)
        : undefined;
    const isKnown = noticed !== undefined && noticed < witnesses.agentLateFrom;
    const hasEnded = witnesses.agent.some(
      ([from, to]) =>
        from <= (run.removed?.at ?? Infinity) && to >= run.finished && run.finished < witnesses.agentLateFrom
    );
    const isWhole = this.inLoki(run) === 'all';
    // A directory that stays keeps the time; of one that is gone only its absence shows.
    const isLate = isKnown && run.removed && noticed > run.removed.at + 1000;
    const left =
      !isKnown || !run.removed
        ? null
        : {
            at: node(isLate && run.removed.directory === 'removed' ? noticed : run.removed.at),
            ...(isLate && run.removed.directory === 'empty' && { noticed: node(noticed) }),
            directory: run.removed.directory,
            bytesUnacked: 0,
          };
    const isRotated =
      run.rotated !== undefined &&
      witnesses.agent.some(([from, to]) => from < (run.rotated?.at ?? 0) - MINUTE && to > (run.rotated?.at ?? 0));
    return make.containerRecord(cluster, {
      ...{ run, firstTime: node(run.started), lastTime: node(run.finished), ended: hasEnded, left },
      rotatedAway:
        isRotated && run.rotated && run.rotated.at < witnesses.agentLateFrom
          ? { files: 1, lines: 100, bytes: run.rotated.bytes, from: node(run.started), to: node(run.rotated.at) }
          : null,
      status: left === null && !hasEnded ? 'pending' : isWhole ? 'complete' : 'unknown',
      gaps: isWhole || left === null ? [] : [{ reason: 'gone-unread', bytes: null, lines: null, from: null, to: null }],
    });
  }

  private isWatching = (moment: number): boolean =>
    this.witnesses.watch.some(([from, to]) => from <= moment && to >= moment);

  private podRecords(): PodRecord[] {
    const { witnesses, cluster } = this;
    return [...new Set(this.runs.map(({ podUid }) => podUid))].flatMap((uid) => {
      const runs = this.runs.filter(({ podUid }) => podUid === uid);
      const [first, last] = [runs[0], runs.at(-1)];
      const known = first && witnesses.watch.find(([, to]) => to >= first.started);
      const gone = last?.deletion;
      if (first === undefined || last === undefined || known === undefined || known[0] > (gone?.at ?? Infinity)) {
        return [];
      }
      const isSeen = gone !== undefined && this.isWatching(gone.at);
      const next = gone && witnesses.watch.find(([from]) => from > gone.at);
      const before = gone && witnesses.watch.findLast(([, to]) => to < gone.at);
      return [
        make.podRecord(cluster, {
          ...{ runs, skewMs: witnesses.skewMs, status: last.status },
          upTo: isSeen || gone === undefined ? Math.max(...witnesses.watch.map(([, to]) => to)) : (before?.[1] ?? 0),
          deletion:
            gone === undefined
              ? null
              : isSeen
                ? {
                    requested: make.iso(gone.at),
                    gone: make.iso(gone.gone),
                    lastThere: null,
                    by: gone.by,
                    evidence: gone.evidence,
                  }
                : next === undefined
                  ? null
                  : {
                      requested: null,
                      gone: make.iso(next[0]),
                      lastThere: make.iso(before?.[1] ?? START),
                      by: 'unknown',
                      evidence: ['nobody watched when it went'],
                    },
        }),
      ];
    });
  }

  private nodeRecords(): NodeRecord[] {
    const { cluster, witnesses } = this;
    const pressures = this.reclaims
      .filter(({ at }) => this.isWatching(at + 6000))
      .map(({ at }) => make.condition(cluster, at + 6000 + witnesses.skewMs, at + 5 * MINUTE + witnesses.skewMs));
    return this.nodeGone !== undefined && this.isWatching(this.nodeGone)
      ? [...pressures, make.removedNode(cluster, this.nodeGone)]
      : pressures;
  }

  private events(): EventRecord[] {
    return this.reclaims
      .filter(({ at }) => this.isWatching(at) && this.random.chance(0.6))
      .map(({ at }) => make.thresholdMet(this.cluster, at + this.witnesses.skewMs));
  }

  private gcRecords(): GcRecord[] {
    const { witnesses, cluster } = this;
    return this.reclaims
      .filter(
        ({ at, ids }) =>
          witnesses.kubeletLog && ids.length > 0 && (this.seenAt(at) ?? Infinity) < witnesses.agentLateFrom
      )
      .map(({ at, ids }) => make.gcRecord(cluster, at + witnesses.skewMs, ids));
  }

  private diskSamples(from: number, to: number) {
    const samples = [];
    for (let at = from; at < to; at += MINUTE) {
      const next = this.reclaims.find((one) => one.at >= at && one.at < at + 3 * MINUTE);
      samples.push(make.disk(this.cluster, at + this.witnesses.skewMs, next === undefined ? 0.4 : 0.82));
    }
    return samples;
  }
}
