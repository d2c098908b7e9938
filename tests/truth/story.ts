import type { CauseId } from '../../model/causes';
import type { DeletedBy, JobTransition } from '../../model/records';
import type { Random } from './random';
import { containerId } from './records';

export const MINUTE = 60_000;
export const START = Date.parse('2026-11-23T12:00:00Z');
export const END = START + 150 * MINUTE;
/** What comes so close together nobody can tell apart, by clocks that differ as much. */
const SAME = 5000;
/** The kubelet takes a pod for terminated this long after its last container ended, at the latest. */
const TERMINATED = 20_000;

/** One run of one container: what really happened to it. Times are true, in milliseconds since 1970. */
export interface Run {
  id: string;
  container: string;
  restart: number;
  containerId: string;
  started: number;
  /** After the end of the world: it runs on. */
  finished: number;
  /** When its files were removed, and by what; several where two came within a minute. */
  removed?: { at: number; causes: CauseId[]; newer?: Run };
  /** Since when `kubectl logs` cannot show it although its files are on the node. */
  hidden?: { at: number; cause: CauseId };
  /** What the kubelet says in the status instead of how it ended. */
  unknownToRuntime?: boolean;
  restartedInPlace?: boolean;
  shortened?: { at: number; bytes: number; cause: 'C15' | 'C17'; isSeenShorter: boolean };
  /** The disk was full while it ran: lines were never written. */
  starved?: boolean;
}

export interface PodDeletion {
  at: number;
  gone: number;
  by: DeletedBy;
  cause: CauseId;
  evidence: string[];
  /** It went together with its Job, whose record tells of it. */
  withJob: boolean;
}

export interface Pod {
  uid: string;
  name: string;
  job: string | null;
  containers: ReadonlyArray<{ name: string; role: 'main' | 'init' | 'sidecar' }>;
  runs: Run[];
  restartsAll: boolean;
  status?: { reason: string; message: string; at: number };
  deletion?: PodDeletion;
  /** When its directories went; undefined while they are there. */
  directoryGone?: number;
  sandboxChanged: number[];
  transitions: JobTransition[];
}

export interface Reclaim {
  at: number;
  ids: string[];
  resource: 'ephemeral-storage' | 'inodes';
}

export const endOf = (pod: Pod): number => Math.max(...pod.runs.map(({ finished }) => finished));

/** How a pod is deleted, and what the API shows of it. */
const deletions: ReadonlyArray<readonly [by: DeletedBy, cause: CauseId, evidence: string, withJob?: true]> = [
  ['history-limit', 'C8', 'event SuccessfulDelete on CronJob c by cronjob-controller: Deleted job j', true],
  ['history-limit', 'C8', 'CronJob c keeps 3 successful Jobs', true],
  ['podgc', 'C10', 'condition DisruptionTarget, reason DeletionByPodGC: '],
  ['owner', 'C11', 'Job j was deleted', true],
  ['ttl', 'C7', 'ttlSecondsAfterFinished 60', true],
  ['taint', 'C12', 'condition DisruptionTarget, reason DeletionByTaintManager: '],
  ['drain', 'C14', 'condition DisruptionTarget, reason EvictionByEvictionAPI: '],
  ['preemption', 'C14', 'event Preempted on Pod p'],
  ['unknown', 'C6', 'nothing in the API explains it'],
];
const evictions: ReadonlyArray<readonly [cause: CauseId, reason: string, message: string]> = [
  ['C2', 'Evicted', 'The node was low on resource: memory. '],
  ['C2', 'Evicted', 'The node was low on resource: ephemeral-storage. Threshold quantity: 1Gi, available: 900Mi. '],
  ['C3', 'Evicted', 'Container main exceeded its local ephemeral storage limit "1Gi". '],
  ['C14', 'Preempting', 'Preempted in order to admit critical pod'],
];

/** What happens on one node: containers run, and their logs are removed in every way that there is. */
export class Story {
  readonly pods: Pod[] = [];
  readonly reclaims: Reclaim[] = [];
  readonly imageGcs: number[] = [];
  readonly reboots: Array<{ at: number; up: number; event: 'Rebooted' | 'Shutdown' }> = [];
  readonly memoryPressures: number[] = [];
  readonly fullDisks: number[] = [];
  nodeGone: number | undefined;

  constructor(
    private readonly random: Random,
    private readonly cluster: string
  ) {
    const pods = random.between(4, 14);
    for (let n = 0; n < pods; n++) {
      this.addPod(n);
    }
    this.act();
  }

  private act(): void {
    const { random } = this;
    const acts = random.between(1, 6);
    const times: number[] = [];
    for (let n = 0; n < acts; n++) {
      const near = times.at(-1);
      // Two things at about the same time are what is hard to tell apart.
      times.push(
        near !== undefined && random.chance(0.3)
          ? near + random.pick([300, 900, 5_000, 12_000, 25_000, 70_000, 240_000])
          : START + random.between(30, 120) * MINUTE + random.between(0, 59_999)
      );
    }
    times.sort((a, b) => a - b);
    for (const at of times) {
      random.pick([
        () => this.reclaim(at),
        () => this.reclaim(at),
        () => this.reclaim(at),
        () => this.removeByHand(at),
        () => this.removeByHand(at),
        () => this.deletePods(at),
        () => this.deletePods(at),
        () => this.endByJob(at),
        () => this.evict(at),
        () => this.shorten(at),
        () => this.changeSandbox(at),
        () => this.loseContainer(at),
        () => this.restartAll(at),
        () => this.reboot(at),
        () => this.imageGcs.push(at),
        () => this.memoryPressures.push(at),
        () => this.fillDisk(at),
      ])();
    }
    if (random.chance(0.06)) {
      this.removeNode(START + 130 * MINUTE);
    } else if (random.chance(0.04)) {
      this.shutDown(START + 125 * MINUTE);
    }
  }

  private addPod(n: number): void {
    const { random } = this;
    const uid = `uid-${n}`;
    const hasInit = random.chance(0.2);
    const hasSidecar = random.chance(0.15);
    const pod: Pod = {
      ...{ uid, name: `pod-${n}-bcdfg`, job: random.chance(0.6) ? `pod-${n}` : null, runs: [] },
      containers: [
        ...(hasInit ? [{ name: 'prepare', role: 'init' as const }] : []),
        { name: 'main', role: 'main' },
        ...(hasSidecar ? [{ name: 'proxy', role: 'sidecar' as const }] : []),
      ],
      ...{ restartsAll: random.chance(0.08), sandboxChanged: [], transitions: [] },
    };
    this.pods.push(pod);
    let begin = START + random.between(0, 60) * MINUTE + random.between(0, 59_000);
    if (hasInit) {
      begin = this.addRun(pod, 'prepare', begin, random.between(2, 40) * 1000).finished + 1500;
    }
    const isEndless = random.chance(0.15);
    const restarts = random.chance(0.15) ? random.between(1, 3) : 0;
    for (let restart = 0; restart <= restarts; restart++) {
      const isLast = restart === restarts;
      const length = isEndless && isLast ? 5 * 60 * MINUTE : random.between(5, 900) * 1000;
      if (begin < END) {
        begin = this.addRun(pod, 'main', begin, length).finished + random.between(5, 40) * 1000;
      }
    }
    if (hasSidecar) {
      const [first] = pod.runs.filter(({ container }) => container === 'main');
      this.addRun(pod, 'proxy', first?.started ?? begin, endOf(pod) - (first?.started ?? begin));
    }
  }

  private addRun(pod: Pod, container: string, started: number, length: number): Run {
    const before = pod.runs.filter((run) => run.container === container);
    const restart = before.length;
    const id = `${pod.uid}/${container}/${restart}`;
    const run: Run = {
      ...{ id, container, restart, containerId: containerId(`${this.cluster}${id}`), started },
      finished: started + length,
    };
    pod.runs.push(run);
    if (run.finished < END) {
      this.prune(before, run);
    }
    return run;
  }

  /** The container GC keeps one terminated run: the newest. */
  private prune(older: readonly Run[], newer: Run): void {
    for (const run of older) {
      if (run.removed === undefined && run.hidden === undefined) {
        run.removed = { at: newer.finished + this.random.pick([300, 1000, 20_000, 50_000]), causes: ['C4'], newer };
      }
    }
  }

  /** All containers of a pod end, and what was to come does not. */
  private interrupt(pod: Pod, at: number, ended = at): void {
    pod.runs = pod.runs.filter(({ started }) => started < at);
    const cut = pod.runs.filter((run) => run.finished > at);
    for (const run of cut) {
      run.finished = ended;
      this.prune(
        pod.runs.filter((one) => one.container === run.container && one.restart < run.restart),
        run
      );
    }
    for (const run of pod.runs) {
      const { newer } = run.removed ?? {};
      if (newer !== undefined && (cut.includes(newer) || !pod.runs.includes(newer))) {
        run.removed = undefined;
        this.prune(pod.runs.includes(newer) ? [run] : [], newer);
      }
    }
  }

  /** Pods that have ended a while ago and exist. */
  private ended(at: number): Pod[] {
    return this.pods.filter((pod) => pod.deletion === undefined && endOf(pod) < at - TERMINATED);
  }

  private running(at: number): Pod[] {
    return this.pods.filter(
      ({ runs, deletion, status }) =>
        deletion === undefined &&
        status === undefined &&
        runs.some((run) => isMain(run) && isRunning(run, at) && run.started < at - 5000)
    );
  }

  private remove(run: Run, at: number, cause: CauseId): boolean {
    if (run.removed !== undefined && run.removed.at <= at) {
      return false;
    }
    run.removed = { at, causes: [cause] };
    return true;
  }

  private reclaim(at: number): void {
    const { random } = this;
    const ids: string[] = [];
    for (const pod of this.pods) {
      const isDeleted = pod.deletion !== undefined && pod.deletion.at < at;
      const isTerminated = endOf(pod) < at - TERMINATED;
      if (!isTerminated || (pod.directoryGone ?? Infinity) <= at) {
        continue;
      }
      for (const run of pod.runs) {
        const due = run.removed;
        if (run.hidden === undefined && this.remove(run, at + (ids.length + 1) * 12, 'C1')) {
          ids.push(run.containerId);
          run.removed?.causes.push(...(due?.causes ?? []), ...(isDeleted && pod.deletion ? [pod.deletion.cause] : []));
        } else if (due !== undefined && run.hidden === undefined && at - due.at <= SAME) {
          due.causes.push('C1'); // a moment later the reclaim would have removed it
        }
      }
    }
    this.reclaims.push({ at, ids, resource: random.chance(0.15) ? 'inodes' : 'ephemeral-storage' });
  }

  /** Somebody runs `rm` on logs or on whole directories, also while containers run. */
  private removeByHand(at: number): void {
    const { random } = this;
    const isWhole = random.chance(0.3);
    const part = random.pick([0.2, 0.5, 1]);
    const running = random.chance(0.25) ? this.running(at) : [];
    const some = [...this.ended(at), ...running].filter(() => random.chance(part));
    some.forEach((pod, n) => {
      for (const run of pod.runs) {
        if (run.started < at && run.removed === undefined) {
          run.removed = { at: at + n * 15, causes: ['C17'] };
        }
      }
      const isStill = pod.runs.some((run) => isRunning(run, at));
      if (isWhole && !isStill && pod.runs.every(({ removed }) => removed !== undefined && removed.at <= at + n * 15)) {
        pod.directoryGone ??= at + n * 15;
      }
    });
  }

  private deletePods(at: number): void {
    const { random } = this;
    const [by, cause, evidence, withJob = false] = random.pick(deletions);
    const isOfEnded = withJob || by === 'podgc' || random.chance(0.7);
    const some = (isOfEnded ? this.ended(at) : this.running(at)).filter(({ job }) => job !== null || !withJob);
    for (const pod of some.slice(0, random.between(1, 3))) {
      this.delete(pod, at, { by, cause, evidence: [evidence], withJob: withJob && random.chance(0.7) });
    }
  }

  /** The Job fails, is suspended or scaled down, and its controller deletes what is active. */
  private endByJob(at: number): void {
    const { random } = this;
    const pod = this.running(at).find(({ job }) => job !== null);
    if (pod !== undefined) {
      const isEvent = random.chance(0.6);
      const evidence = isEvent
        ? 'event SuccessfulDelete on Job j by job-controller: Deleted pod: p'
        : 'Job j failed (BackoffLimitExceeded) with this pod active';
      pod.transitions.push({
        ...{ at: new Date(at).toISOString(), before: null, value: null },
        ...random.pick([
          { to: 'failed' as const, reason: 'BackoffLimitExceeded' },
          { to: 'suspended' as const, reason: 'JobSuspended' },
        ]),
      });
      this.delete(pod, at, { by: 'job-controller', cause: 'C9', evidence: [evidence], withJob: false });
    }
  }

  private delete(pod: Pod, at: number, how: Pick<PodDeletion, 'by' | 'cause' | 'evidence' | 'withJob'>): void {
    const { random } = this;
    const wasRunning = endOf(pod) > at;
    const ended = wasRunning ? at + random.between(300, 4000) : at;
    this.interrupt(pod, at, ended);
    const cleanup = ended + random.between(500, 55_000);
    pod.deletion = { at, gone: (wasRunning ? ended : at) + 200, ...how };
    pod.directoryGone ??= cleanup;
    for (const run of pod.runs) {
      // What is deleted while it runs is removed as it ends, and its directory with the next clean-up.
      const due = wasRunning ? ended + random.between(100, 900) : cleanup;
      if (run.removed === undefined || run.removed.at > due) {
        const before = run.removed !== undefined && run.removed.at <= due + MINUTE ? run.removed.causes : [];
        run.removed = { at: due, causes: [how.cause, ...before] };
      } else if (run.removed.at > at - SAME) {
        run.removed.causes.push(how.cause); // `kubectl logs` could not read it from then on, either
      }
    }
    this.allowForNewer(pod, ended);
  }

  /** With the newest run all end at once, and the one before it goes for either reason. */
  private allowForNewer(pod: Pod, ended: number): void {
    for (const run of pod.runs) {
      const isOlder = pod.runs.some(
        (one) => one.container === run.container && one.restart > run.restart && one.finished === ended
      );
      if (isOlder && run.removed !== undefined && run.removed.at >= ended) {
        run.removed.causes.push('C4');
      }
    }
  }

  private evict(at: number): void {
    const { random } = this;
    const [cause, reason, message] = random.pick(evictions);
    const [pod] = this.running(at);
    if (pod === undefined) {
      return;
    }
    pod.status = { reason, message, at };
    this.interrupt(pod, at);
    for (const run of pod.runs) {
      run.unknownToRuntime = run.finished === at && random.chance(0.2);
      if (!this.remove(run, at + random.between(200, 8000), cause) && (run.removed?.at ?? 0) >= at) {
        run.removed?.causes.push(cause);
      }
    }
    this.allowForNewer(pod, at);
    pod.directoryGone ??= at + random.between(1000, 59_000);
  }

  private shorten(at: number): void {
    const { random } = this;
    const [pod] = this.running(at);
    const run = pod?.runs.find((one) => isMain(one) && isRunning(one, at) && one.removed === undefined);
    if (run !== undefined && run.shortened === undefined) {
      const isKubelet = random.chance(0.6);
      run.shortened = {
        ...{ at, cause: isKubelet ? 'C15' : 'C17' },
        bytes: isKubelet ? 10.6e6 : random.between(100, 9000) * 1000,
        isSeenShorter: !isKubelet && random.chance(0.5),
      };
    }
  }

  /** C5: the sandbox is made anew; the init containers are removed and run again, and so does the main container. */
  private changeSandbox(at: number): void {
    const [pod] = this.running(at).filter(({ containers }) => containers.some(({ role }) => role === 'init'));
    if (pod !== undefined) {
      this.restartWithSandbox(pod, at, at + this.random.between(1000, 8000));
    }
  }

  private restartWithSandbox(pod: Pod, at: number, again: number): void {
    pod.sandboxChanged.push(again - 500);
    this.interrupt(pod, at);
    for (const run of pod.runs.filter((one) => one.container === 'prepare')) {
      this.remove(run, again, 'C5');
    }
    if (pod.containers.some(({ role }) => role === 'init')) {
      this.addRun(pod, 'prepare', again + 500, 2000);
    }
    for (const { name, role } of pod.containers.filter((one) => one.role !== 'init')) {
      const before = pod.runs.filter(({ container }) => container === name);
      if (before.length > 0) {
        before.slice(-1).forEach((last) => this.prune(before.slice(0, -1), last));
        this.addRun(pod, name, again + 4000, role === 'main' ? this.random.between(30, 2000) * 1000 : 2_000_000);
      }
    }
  }

  /** C16: the runtime loses a container, and its file stays. */
  private loseContainer(at: number): void {
    const [pod] = this.running(at);
    const run = pod?.runs.find((one) => isRunning(one, at) && one.removed === undefined);
    if (pod !== undefined && run !== undefined && pod.runs.every((one) => one === run || one.finished < at)) {
      this.interrupt(pod, at);
      // The container GC follows a death that the kubelet saw.
      for (const older of pod.runs.filter(({ removed }) => removed?.newer === run)) {
        older.removed = undefined;
      }
      run.unknownToRuntime = true;
      run.hidden = { at, cause: 'C16' };
    }
  }

  /** C19: a rule restarts all containers in place. Their files stay, from Kubernetes 1.36 on. */
  private restartAll(at: number): void {
    const [pod] = this.running(at).filter((one) => one.restartsAll);
    if (pod === undefined) {
      return;
    }
    this.interrupt(pod, at);
    for (const { name } of pod.containers) {
      const last = pod.runs.findLast(({ container }) => container === name);
      if (last !== undefined && last.removed === undefined) {
        last.restartedInPlace = true;
        last.hidden = { at: at + 500, cause: 'C19' };
        const restart = last.restart + 1;
        const id = `${pod.uid}/${name}/${restart}`;
        pod.runs.push({
          ...{ id, container: name, restart, containerId: containerId(`${this.cluster}${id}`), started: at + 2000 },
          finished: at + 2000 + this.random.between(30, 900) * 1000,
        });
      }
    }
  }

  /** The node boots again: the disk is as it was, and what ran runs again in new sandboxes, or is lost. */
  private reboot(at: number): void {
    const up = at + this.random.between(40, 180) * 1000;
    this.reboots.push({ at, up, event: 'Rebooted' });
    for (const pod of this.running(at)) {
      if (pod.job === null || this.random.chance(0.5)) {
        this.restartWithSandbox(pod, at, up + this.random.between(1000, 8000));
      } else {
        this.interrupt(pod, at);
      }
    }
  }

  /** The node is shut down in order, and comes back with a new disk. */
  private shutDown(at: number): void {
    const up = at + 4 * MINUTE;
    this.reboots.push({ at, up, event: 'Shutdown' });
    const message = 'Pod was terminated in response to imminent node shutdown.';
    for (const pod of this.pods) {
      const isStopped = endOf(pod) > at && pod.deletion === undefined && pod.status === undefined;
      this.interrupt(pod, at);
      if (isStopped) {
        pod.status = { reason: 'Terminated', message, at };
      }
      for (const run of pod.runs) {
        this.remove(run, at + 30_000, 'C20');
      }
      pod.directoryGone = Math.min(pod.directoryGone ?? Infinity, at + 30_000);
    }
  }

  /** C18: nothing can be written for two minutes. It removes nothing. */
  private fillDisk(at: number): void {
    this.fullDisks.push(at);
    this.running(at).forEach(({ runs }) =>
      runs.filter((run) => isRunning(run, at)).forEach((run) => (run.starved = true))
    );
  }

  private removeNode(at: number): void {
    this.nodeGone = at;
    for (const pod of this.pods) {
      this.interrupt(pod, at);
      for (const run of pod.runs) {
        this.remove(run, at, 'C13');
      }
      const evidence = ['condition DisruptionTarget, reason DeletionByPodGC: PodGC: node no longer exists'];
      const how = { by: 'node-gone' as const, cause: 'C13' as const, evidence, withJob: false };
      pod.deletion ??= { at: at + 45_000, gone: at + 45_200, ...how };
    }
  }
}

const isMain = ({ container }: Run) => container === 'main';
const isRunning = ({ started, finished }: Run, at: number) => started < at && finished > at;
