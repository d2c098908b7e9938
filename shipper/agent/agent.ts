import { resolve } from 'node:path';
import { containerRunId } from '../../model/container-run';
import type { ContainerRecord, Gap } from '../../model/records';
import { formatNs } from '../../model/time';
import { changedKeys, needsPods, type AgentConfig } from '../config/agent-config';
import { UserError } from '../common/user-error';
import type { Logger } from '../common/log';
import { sendJson, serveStatus, type StatusServer } from '../common/status-server';
import { connectLoki, type LokiConnection } from '../loki/connection';
import { PushClient } from '../loki/push/client';
import { RecordWriter } from '../loki/record-writer';
import type { FilesystemReader } from '../node/disk/filesystem';
import { NodeFacts } from '../node/node-facts';
import { Descriptors } from './files/descriptors';
import { byDirectory, Checkpoint } from './checkpoint/checkpoint';
import { ContainerLog } from './container/container-log';
import type { SavedContainer } from './container/saved';
import { version } from '../common/version';
import { AliveFile } from './checkpoint/alive-file';
import { Heartbeat } from './status/heartbeat';
import { PriorityWatch } from './priority/priority-watch';
import { labelsOf, metadataOf } from './entries/entry-names';
import { showGauges } from './status/gauges';
import { showNode } from './status/node-gauges';
import { RecordKeeper } from './checkpoint/record-keeper';
import { ContainerLinks } from './discover/links';
import { probeLoki } from '../loki/push/probe';
import { AgentMetrics } from './status/metrics';
import { nodeFactsOptions } from './node-settings';
import { POLL_MS } from './discover/active-containers';
import { PodLogs } from './discover/pod-logs';
import { pushOptions } from './push/push-settings';
import { Pusher } from './push/pusher';
import { Refusals } from './discover/refusals';
import { Rescue } from './priority/rescue';
import { StateFile } from './checkpoint/state-file';
import { awaitHandOver, isAwaited, lockState, markStopping } from './checkpoint/state-lock';
import { KubeletClient } from '../node/kubelet/kubelet-client';
import { Assignment } from './select/assignment';
import { PodList } from './select/pod-list';
import { Policy } from './select/policy';
import { debugRoutes } from './status/debug-profile';

/** Where the agent has its time from; a replay has another than the machine. */
export interface Clock {
  /** Nanoseconds since 1970. */
  now(): bigint;
  /** What it said when the machine's own clock, which file systems go by, said `ms` (milliseconds since 1970). */
  when(ms: number): bigint;
}

const systemClock: Clock = {
  now: () => BigInt(Date.now()) * 1_000_000n,
  when: (ms) => BigInt(Math.round(ms * 1_000)) * 1_000n,
};

/** An agent that is stopping has so much longer than its shutdown may take. */
const HAND_OVER_MS = 10_000;
/** So long records may take of an agent that another one waits for. */
const HANDED_OVER_MS = 1_000;
/** How often an agent that is stopping looks whether another one waits for it. */
const AWAITED_CHECK_MS = 50;

/** How often deleted files are held against their budget. */
const RESCUE_CHECK_MS = 1_000;

/**
 * One node's shipper: discover → tail → decode → push → container record. Everything it knows of a container run hangs on its
 * `ContainerLog`; when the log has left the node and Loki has it, the container record goes out and the run is forgotten.
 */
export class Agent {
  readonly metrics = new AgentMetrics();
  private readonly logger: Logger;
  private readonly clock: Clock;
  private readonly logsDir: string;
  private readonly connection: LokiConnection;
  private readonly push: PushClient;
  private readonly records: RecordWriter;
  private readonly checkpoint: Checkpoint;
  private readonly links: ContainerLinks;
  private readonly refusals: Refusals;
  private readonly pusher: Pusher;
  private readonly recordKeeper: RecordKeeper;
  private readonly rescue: Rescue;
  private readonly priority: PriorityWatch;
  private readonly nodeFacts: NodeFacts;
  private readonly assignment: Assignment;
  /** As it was last reloaded. */
  private inForce: AgentConfig;
  private readonly stopped = new AbortController();
  private readonly alive: AliveFile;
  /** Until when an earlier agent is known to have watched, RFC 3339. */
  private lastWatched: string | null = null;
  private podLogs: PodLogs | null = null;
  private heartbeat: Heartbeat | null = null;
  private server: StatusServer | null = null;
  private rescueTimer: NodeJS.Timeout | null = null;
  private unlock: (() => void) | null = null;
  /** Ship what is there and take every log as ended (`--once`). */
  private readonly once: boolean;

  constructor(
    private readonly config: AgentConfig,
    deps: { logger: Logger; clock?: Clock; filesystem?: FilesystemReader; once?: boolean }
  ) {
    this.logger = deps.logger;
    this.clock = deps.clock ?? systemClock;
    this.once = deps.once ?? false;
    this.logsDir = resolve(config.logs.dir);
    this.inForce = config;
    this.assignment = new Assignment({
      policy: new Policy(config),
      pods: this.podListFor(config),
      decided: (container) => this.recordKeeper.changed(container, true),
    });
    this.connection = connectLoki({ ...config.loki, connections: config.push.concurrency + 2 });
    this.push = this.makePushClient();
    this.records = new RecordWriter(this.connection, { logger: this.logger, push: this.push });
    this.checkpoint = new Checkpoint(config.state.dir, this.logger);
    this.alive = new AliveFile(config.state.dir);
    this.links = new ContainerLinks(config.containers.dir, this.logger, {
      named: (runId, containerId) => this.recordKeeper.noteLink(runId, containerId, this.links.madeMs(runId)),
      removed: () => this.recordKeeper.lookForEnds(),
    });
    this.refusals = new Refusals(this.logger);
    this.pusher = this.makePusher();
    this.recordKeeper = this.makeRecordKeeper();
    this.rescue = new Rescue(
      { maxBytes: config.rescue['max-bytes'], maxAgeMs: config.rescue['max-age'] },
      {
        logger: this.logger,
        roots: this.roots,
        givenUp: (container) => this.recordKeeper.settled([container]),
      }
    );
    this.priority = this.makePriorityWatch();
    this.nodeFacts = new NodeFacts(nodeFactsOptions(config), {
      records: this.records,
      logger: this.logger,
      clock: this.nowMs,
      filesystem: deps.filesystem,
      logBytes: () => this.recordKeeper.logBytes,
      atRisk: () => this.recordKeeper.atRisk,
      cursor: this.stateFile('kubelet-log.position', 'the position in the kubelet log'),
      rollups: this.stateFile('rollups.json', 'what has come together for the rollup records'),
      logSizes: () => this.recordKeeper.logSizes(),
      onDisk: (sample) => this.priority.onDisk(sample),
      onReclaim: (record) => {
        this.metrics.onReclaim(record);
        this.priority.onReclaim();
      },
    });
    showNode(this.metrics, {
      signals: () => this.nodeFacts.signals,
      secondsLeft: () => this.priority.secondsLeft,
      reclaimOrder: () => this.nodeFacts.reclaimOrder,
      kubeletLog: () => this.nodeFacts.kubeletLogCoverage,
      kubeletLogLines: () => this.nodeFacts.kubeletLogLines,
      diskProblem: () => this.nodeFacts.diskProblem,
    });
    showGauges(this.metrics, {
      containers: () => this.recordKeeper.containers.values(),
      unopened: () => this.refusals.size,
      recordsPending: () => this.records.pending,
      requestsUnderWay: () => this.pusher.requestsUnderWay,
      inPriorityMode: () => this.priority.inPriorityMode,
      nowMs: this.nowMs,
    });
  }

  /** @throws UserError where the state directory or the address to listen on cannot be used */
  async start(): Promise<void> {
    const { config } = this;
    if (Descriptors.shortage) {
      this.logger.warn('too few files may be open (RLIMIT_NOFILE): raise the limit', Descriptors.shortage);
    }
    const onWait = () => this.logger.info('waiting for the agent before to stop', { dir: config.state.dir });
    await awaitHandOver(config.state.dir, onWait, config.shutdown.timeout + HAND_OVER_MS);
    this.unlock = lockState(config.state.dir);
    const saved = this.checkpoint.load(this.nowText());
    this.lastWatched = this.alive.load();
    if (config.listen !== '') {
      this.server = await serveStatus(config.listen, {
        registry: this.metrics.registry,
        readiness: () => {
          const { problem } = this;
          return { ready: problem === null, problem };
        },
        routes: {
          '/api/container-records': (_request, response) => sendJson(response, 200, this.containerRecords()),
          ...debugRoutes(config.debug.profile),
        },
      });
    }
    this.links.start();
    const deps = {
      logger: this.logger,
      refusals: this.refusals,
      roots: this.roots,
      linkedContainers: (namespace: string, pod: string) => this.links.unreadContainers(namespace, pod),
      create: (...args: Parameters<Agent['create']>) => this.create(...args),
      linkedMs: (run: ContainerLog['run']) => this.links.madeMs(containerRunId(run)),
      changed: (container: ContainerLog, kept: boolean) => this.recordKeeper.changed(container, kept),
    };
    this.podLogs = new PodLogs(this.logsDir, config.rescan.interval, deps, byDirectory(saved));
    this.podLogs.start();
    if (!this.once) {
      this.heartbeat = this.startHeartbeat();
    }
    const containers = this.recordKeeper.containers.size;
    this.logger.info('agent started', { logs: this.logsDir, loki: this.connection.url, containers });
    this.rescueTimer = setInterval(() => this.checkContainers(), RESCUE_CHECK_MS);
    void this.probe();
    if (!this.once) {
      void this.nodeFacts.start();
    }
  }

  /**
   * Puts another configuration in force, as far as that needs no restart. One that is refused changes nothing.
   * @param load reads it; throws UserError
   */
  reload(load: () => AgentConfig): void {
    const { logger } = this;
    let config: AgentConfig;
    try {
      config = load();
    } catch (error) {
      if (!(error instanceof UserError)) {
        throw error;
      }
      this.metrics.onReload(false);
      logger.error('the configuration is refused; the one before stays in force', { error: error.message });
      return;
    }
    const { reloaded } = changedKeys(this.inForce, config);
    const { restart } = changedKeys(this.config, config);
    this.inForce = config;
    if (reloaded.length > 0) {
      logger.level = config.log.level;
      this.assignment.reload(new Policy(config), this.podListFor(config), this.recordKeeper.containers.values());
    }
    this.metrics.onReload(true);
    logger.info('the configuration was reloaded', { changed: reloaded });
    if (restart.length > 0) {
      logger.warn('some changed settings need a restart of the agent', { keys: restart });
    }
  }

  /** Resolves when everything that was seen on disk is acknowledged and all due container records are in Loki, or at `stop`. */
  async settled(): Promise<void> {
    for (let calm = 0; calm < 2;) {
      await new Promise((resume) => setTimeout(resume, 100));
      if (this.stopped.signal.aborted) {
        return; // given up: a look now would only open the files again
      }
      this.podLogs?.rescan();
      const busy = this.unacked > 0 || this.recordKeeper.waiting > 0 || this.pusher.requestsUnderWay > 0;
      calm = busy ? 0 : calm + 1;
    }
    await this.records.flush();
  }

  /** Why the log directory cannot be read; null where it can. */
  get logsProblem(): string | null {
    return this.podLogs?.problem ?? null;
  }

  /** Why the agent does not do all of its work; null where it does. */
  get problem(): string | null {
    return (
      this.podLogs?.problem ??
      this.refusals.summary ??
      (this.checkpoint.behind ? 'the state directory cannot be written' : null) ??
      this.push.problem
    );
  }

  /** What in the log directory cannot be opened, in one line; null where all can be. */
  get unopened(): string | null {
    return this.refusals.summary;
  }

  /** Bytes on the node that Loki has not acknowledged. */
  get unacked(): number {
    return this.recordKeeper.unacked;
  }

  /** Bytes that Loki has not acknowledged and that the next reclaim could delete. */
  get atRisk(): number {
    return this.recordKeeper.atRisk;
  }

  /** The port of the status page; null without one. */
  get port(): number | null {
    return this.server?.port ?? null;
  }

  /** The live container records and those of containers that left, as `container` records. */
  containerRecords(): ContainerRecord[] {
    return this.recordKeeper.all();
  }

  /** Writes the container records of all containers that are still there (`--once`), as they stand. */
  async writeContainerRecords(): Promise<void> {
    await this.recordKeeper.writeAll();
  }

  /**
   * Looks at the logs a last time, sends what is there for at most so long, and keeps the positions. What Loki has not
   * acknowledged by then stays on the node for the next start, and is reported in one line.
   */
  async stop({ graceMs = this.config.shutdown.timeout } = {}): Promise<void> {
    if (this.stopped.signal.aborted) {
      return;
    }
    this.stopped.abort();
    markStopping(this.config.state.dir);
    const end = performance.now() + graceMs;
    this.podLogs?.rescan();
    this.podLogs?.stop();
    this.links.stop();
    this.assignment.stop();
    clearInterval(this.rescueTimer ?? undefined);
    await Promise.all([this.flush(graceMs), this.nodeFacts.stop()]);
    this.recordKeeper.stop();
    this.heartbeat?.stop();
    await this.pusher.stop();
    const left = Math.max(0, end - performance.now());
    const isNext = isAwaited(this.config.state.dir);
    const { undelivered } = await this.records.close(isNext ? Math.min(left, HANDED_OVER_MS) : left);
    this.report(undelivered.length);
    this.checkpoint.rewrite();
    this.recordKeeper.containers.forEach((container) => container.close());
    await this.connection.close();
    await this.server?.close();
    this.unlock?.();
  }

  private startHeartbeat(): Heartbeat {
    const { config, recordKeeper } = this;
    const heartbeat = new Heartbeat({
      cluster: config.cluster.name,
      node: config.node.name,
      version,
      records: this.records,
      alive: this.alive,
      now: () => this.clock.now(),
      observe: () => ({
        logsProblem: this.podLogs?.problem ?? null,
        kubeletLog: this.nodeFacts.kubeletLogCoverage,
        diskProblem: this.nodeFacts.diskProblem,
        statsProblem: this.nodeFacts.statsProblem,
        containers: recordKeeper.containers.size,
        unackedBytes: recordKeeper.unacked,
        oldestUnacked: recordKeeper.oldestUnacked,
        lokiProblem: this.push.problem,
      }),
    });
    heartbeat.start();
    return heartbeat;
  }

  private checkContainers(): void {
    for (const run of this.links.leadingNowhere((id) => this.recordKeeper.knows(id))) {
      this.podLogs?.noteUnseen(run);
    }
    this.recordKeeper.check();
    if (this.recordKeeper.pinnedBytes > 0) {
      this.rescue.check(this.recordKeeper.containers.values());
    }
  }

  private async flush(graceMs: number): Promise<void> {
    const { containers } = this.recordKeeper;
    const sent = this.pusher.flush(containers.values(), () => this.unacked === 0, graceMs);
    let timer: NodeJS.Timeout | undefined;
    const awaited = new Promise<void>((resolve) => {
      // What is on the disk the next agent sends; what only this one holds open it cannot.
      timer = setInterval(() => {
        if (isAwaited(this.config.state.dir) && this.recordKeeper.pinnedBytes === 0) {
          resolve();
        }
      }, AWAITED_CHECK_MS);
    });
    await Promise.race([sent, awaited]);
    clearInterval(timer);
  }

  private report(containerRecords: number): void {
    const waiting = [...this.recordKeeper.containers.values()].filter(({ unacked }) => unacked > 0);
    if (waiting.length > 0 || containerRecords > 0) {
      this.logger.warn('stopped with unacknowledged data; the next start sends it', {
        bytes: this.unacked,
        atRisk: this.recordKeeper.atRisk,
        containers: waiting.length,
        containerRecords,
      });
    }
  }

  private readonly nowText = () => formatNs(this.clock.now());
  private readonly nowMs = () => Number(this.clock.now() / 1_000_000n);

  /** Directories that a log file may lie in after symlinks are followed. */
  private get roots(): string[] {
    return [this.logsDir, resolve(this.config.logs['docker-dir'])];
  }

  private stateFile(name: string, what: string): StateFile {
    return new StateFile(this.config.state.dir, name, what, this.logger);
  }

  private makePushClient(): PushClient {
    const { metrics } = this;
    const push = new PushClient(this.connection, {
      logger: this.logger,
      timeoutMs: this.config.push.timeout,
      nowMs: this.nowMs,
      onAnswer: ({ carries }, { status, seconds, outcome }) => {
        if (carries === 'lines') {
          metrics.requests.inc({ status });
          metrics.pushSeconds.observe(seconds);
        }
        if (outcome.kind !== 'stored') {
          metrics.rejections.inc({ reason: outcome.reason.replaceAll('-', '_') });
        }
      },
    });
    push.usable = 'no answer from Loki yet';
    return push;
  }

  private makePusher(): Pusher {
    const { config } = this;
    return new Pusher(
      { ...pushOptions(config, POLL_MS), ...(this.once && { batchWaitMs: 0 }) },
      {
        push: this.push,
        logger: this.logger,
        metrics: this.metrics,
        nowSeconds: () => Math.floor(this.push.clock.nowMs() / 1000),
        labelsOf: ({ run, destination }) => ({ ...labelsOf(run, config), ...destination.labels }),
        onSending: (containers) => this.recordKeeper.save(...containers),
        onSettled: (containers) => this.recordKeeper.settled(containers),
      }
    );
  }

  private makeRecordKeeper(): RecordKeeper {
    const { config } = this;
    return new RecordKeeper({
      cluster: config.cluster.name,
      node: config.node.name,
      preset: config.stream.preset,
      logsDir: this.logsDir,
      records: this.records,
      maxLineBytes: config.limits['max-line-size'],
      checkpoint: this.checkpoint,
      logger: this.logger,
      now: () => this.clock.now(),
      linkState: ({ run, state }) => this.links.stateOf(containerRunId(run), state.containerId !== null),
      ready: (container) => {
        if (this.assignment.isDecided(container)) {
          this.pusher.ready(container);
        }
      },
      forgotten: (container, record) => {
        this.metrics.onContainerRecord(record);
        this.nodeFacts.onContainer(record, container.bytesBefore);
        this.pusher.forget(container);
        this.podLogs?.forget(container.directory);
      },
    });
  }

  /** Null where the configuration asks for no labels of pods. */
  private podListFor(config: AgentConfig): PodList | null {
    const { kubelet } = nodeFactsOptions(config);
    if (!needsPods(config) || kubelet === undefined) {
      return null;
    }
    const client = new KubeletClient(kubelet);
    return new PodList({
      logger: this.logger,
      ask: () => client.pods(),
      close: () => client.close(),
      wanted: new Policy(config).asksFor,
    });
  }

  private makePriorityWatch(): PriorityWatch {
    return new PriorityWatch({
      nowMs: this.nowMs,
      acknowledged: () => this.pusher.acknowledgedBytes,
      changed: (priority, why) => {
        this.pusher.priority = priority;
        const what = priority
          ? 'a disk nears the point where the kubelet deletes: what it would delete goes first'
          : 'no priority now';
        this.logger.log(priority ? 'warn' : 'info', what, why);
      },
    });
  }

  private create(
    run: ContainerLog['run'],
    directory: string,
    saved: SavedContainer | undefined,
    bornMs: number
  ): ContainerLog {
    const { config } = this;
    const runId = containerRunId(run);
    const isAnother = saved === undefined && (this.checkpoint.isDone(runId) || this.recordKeeper.containers.has(runId));
    const container: ContainerLog = new ContainerLog(
      saved?.id ?? (isAnother ? `${runId}@${Math.floor(bornMs).toString(36)}` : runId),
      run,
      directory,
      {
        pairs: (containerId) => [...metadataOf(run, config, containerId), ...container.destination.metadata],
        onMiss: (gap) => this.countMissed(gap),
        nowText: this.nowText,
        fileTimeText: (ms) => {
          const [now, then] = [this.clock.now(), this.clock.when(ms)];
          return formatNs(then < now ? then : now);
        },
        lastWatched: this.lastWatched,
      },
      saved
    );
    container.over = this.once;
    this.assignment.assign(container, saved?.pod);
    container.bytesBefore = bytesKept(saved);
    // The id of a link that is gone is that of the container before.
    const isLinked = !isAnother || this.links.stateOf(runId, true) === 'there';
    const containerId = isLinked ? this.links.idOf(runId) : undefined;
    if (containerId !== undefined) {
      container.setContainerId(containerId);
      if (isAnother && this.recordKeeper.finishedRecord(runId)?.containerId === containerId) {
        container.missUntil(this.nowText());
      }
    }
    this.recordKeeper.containers.set(container.id, container);
    return container;
  }

  private countMissed({ reason, bytes, lines }: Gap): void {
    this.metrics.missedBytes.inc({ reason }, bytes ?? 0);
    this.metrics.missedLines.inc({ reason }, lines ?? 0);
  }

  private async probe(): Promise<void> {
    const { push, logger } = this;
    const { timeout: timeoutMs } = this.config.push;
    const wanted = () => push.problem !== null;
    await probeLoki(this.connection, { logger, timeoutMs, signal: this.stopped.signal, wanted }, (problem) => {
      push.usable = problem;
    });
  }
}

/** Bytes of a log that an earlier agent knew. */
function bytesKept(saved: SavedContainer | undefined): number {
  if (saved === undefined) {
    return 0;
  }
  const { closed, away, vanishedBytes } = saved.account;
  return [...closed.map(({ bytes }) => bytes), ...saved.files.map(({ size }) => size)].reduce(
    (sum, bytes) => sum + bytes,
    vanishedBytes + (away?.bytes ?? 0)
  );
}
