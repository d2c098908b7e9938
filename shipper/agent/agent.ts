import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { relative, resolve } from 'node:path';
import { compressSync } from 'snappy';
import { instanceId } from '../../model/container-instance';
import { CONTAINER_METADATA, type ContainerRecord } from '../../model/records';
import { formatNs, parseNs } from '../../model/time';
import { workloadOf } from '../../model/workload';
import type { AgentConfig, entryNames } from '../config/agent-config';
import type { Logger } from '../log';
import { connectLoki, type LokiConnection } from '../loki/connection';
import { RecordWriter } from '../loki/record-writer';
import type { FilesystemReader } from '../node/disk/filesystem';
import { NodeFacts } from '../node/node-facts';
import { Checkpoint, type SavedContainer } from './checkpoint';
import { ContainerLog } from './container-log';
import { CursorFile } from './cursor-file';
import { ContainerLinks } from './links';
import { AgentMetrics } from './metrics';
import { nodeFactsOptions } from './node-settings';
import { PodLogs } from './pod-logs';
import { Pusher } from './pusher';
import { lockState } from './state-lock';
import { serveStatus } from './status-server';

/** Where the agent has its time from; a replay has another than the machine. */
export interface Clock {
  /** Nanoseconds since 1970. */
  now(): bigint;
}

const systemClock: Clock = { now: () => BigInt(Date.now()) * 1_000_000n };

/** The kubelet deletes files first and directories just after; what remains shows when it is done. */
const SETTLE_NS = 1_500_000_000n;
const SETTLE_LOOK_MS = 50;
const STRAGGLER_LOOK_MS = 2_500;
/** Finished ledgers that are still shown. */
const REMEMBERED = 5_000;
const PROBE_MS = 5_000;

type EntryName = (typeof entryNames)[number];

/**
 * One node's shipper: discover → tail → cut → push → ledger. Everything it knows of a container instance hangs on its
 * `ContainerLog`; when the log has left the node and Loki has it, the ledger goes out and the instance is forgotten.
 */
export class Agent {
  readonly metrics = new AgentMetrics();
  private readonly logger: Logger;
  private readonly clock: Clock;
  private readonly connection: LokiConnection;
  private readonly records: RecordWriter;
  private readonly pusher: Pusher;
  private readonly nodeFacts: NodeFacts;
  private readonly checkpoint: Checkpoint;
  private readonly links: ContainerLinks;
  private readonly containers = new Map<string, ContainerLog>();
  private readonly finished = new Map<string, ContainerRecord>();
  /** Ledgers that wait: for the directory to settle, or for Loki. */
  private readonly closing = new Set<string>();
  private readonly straggling = new Set<ContainerLog>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private podLogs: PodLogs | null = null;
  private server: Server | null = null;
  private unlock: (() => void) | null = null;
  private reachable = false;
  private stopping = false;
  /** Ship what is there and take every log as ended (`--once`). */
  private readonly once: boolean;

  constructor(
    private readonly config: AgentConfig,
    deps: { logger: Logger; clock?: Clock; filesystem?: FilesystemReader; once?: boolean }
  ) {
    this.logger = deps.logger;
    this.clock = deps.clock ?? systemClock;
    this.once = deps.once ?? false;
    this.connection = connectLoki({ ...config.loki, connections: config.push.concurrency + 2 });
    this.records = new RecordWriter(this.connection, { logger: this.logger, now: () => this.clock.now() });
    this.checkpoint = new Checkpoint(config.state.dir, this.logger);
    this.links = new ContainerLinks(config.containers.dir, this.logger, (id, containerId) =>
      this.containers.get(id)?.setContainerId(containerId)
    );
    const { push, batch, limits } = config;
    this.pusher = new Pusher(
      {
        batchWaitMs: this.once ? 0 : batch.wait,
        batchBytes: batch.size,
        concurrency: push.concurrency,
        timeoutMs: push.timeout,
        backoffMs: { min: push['backoff-min'], max: push['backoff-max'] },
        maxLineBytes: limits['max-line-size'],
        maxAgeSeconds: limits['max-age'] / 1000,
      },
      {
        connection: this.connection,
        logger: this.logger,
        metrics: this.metrics,
        nowSeconds: () => Number(this.clock.now() / 1_000_000_000n),
        labelsOf: (container) => Object.fromEntries(this.pairsOf(container, config.stream.labels, null)),
        onSettled: (container, gap) => this.settledContainer(container, gap),
      }
    );
    this.nodeFacts = new NodeFacts(nodeFactsOptions(config), {
      records: this.records,
      logger: this.logger,
      clock: () => Number(this.clock.now() / 1_000_000n),
      filesystem: deps.filesystem,
      logBytes: () => this.logBytes(),
      atRisk: () => this.atRisk,
      cursor: new CursorFile(config.state.dir, this.logger),
    });
    this.showGauges();
  }

  /** @throws UserError where the state directory or the address to listen on cannot be used */
  async start(): Promise<void> {
    const { config } = this;
    this.unlock = lockState(config.state.dir);
    const saved = this.checkpoint.load();
    if (config.listen !== '') {
      this.server = await serveStatus(config.listen, {
        problem: () => this.problem(),
        metrics: async () => ({
          contentType: this.metrics.registry.contentType,
          text: await this.metrics.registry.metrics(),
        }),
        ledgers: () => this.ledgers(),
      });
    }
    this.links.start();
    const root = resolve(config.logs.dir);
    const deps = {
      logger: this.logger,
      roots: [root, resolve(config.logs['docker-dir'])],
      create: (...[instance, directory, before]: Parameters<Agent['create']>) =>
        this.create(instance, directory, before),
      nowText: () => formatNs(this.clock.now()),
      changed: (container: ContainerLog) => this.changed(container),
    };
    this.podLogs = new PodLogs(root, config.rescan.interval, deps, byDirectory(saved));
    this.podLogs.start();
    this.logger.info('agent started', { logs: root, loki: this.connection.url, containers: this.containers.size });
    void this.probe();
    if (!this.once) {
      void this.nodeFacts.start();
    }
  }

  /** Resolves when everything that was seen on disk is acknowledged and all due ledgers are in Loki, or at `stop`. */
  async settled(): Promise<void> {
    for (let calm = 0; calm < 2;) {
      await new Promise((resume) => setTimeout(resume, 100));
      if (this.stopping) {
        return; // given up: a look now would only open the files again
      }
      this.podLogs?.rescan();
      const open = [...this.containers.values()].some((container) => container.unacked > 0);
      calm = open || this.closing.size > 0 || this.pusher.requestsUnderWay > 0 ? 0 : calm + 1;
    }
    await this.records.flush();
  }

  /** Why the log directory cannot be read; null where it can. */
  get logsProblem(): string | null {
    return this.podLogs?.problem ?? null;
  }

  /** Whether something is left that Loki has not acknowledged. */
  get unacked(): number {
    return [...this.containers.values()].reduce((sum, container) => sum + container.unacked, 0);
  }

  /** Bytes that Loki has not acknowledged and that the next reclaim would delete: those of ended containers. */
  get atRisk(): number {
    return [...this.containers.values()].reduce(
      (sum, container) => sum + (container.state.ended ? container.unacked : 0),
      0
    );
  }

  /** Bytes of the logs on the node, of running containers and of ended ones. */
  private logBytes(): { live: number; dead: number } {
    const bytes = { live: 0, dead: 0 };
    for (const container of this.containers.values()) {
      bytes[container.state.ended ? 'dead' : 'live'] += container.bytesOnNode;
    }
    return bytes;
  }

  /** The live ledgers and those of containers that left, as `container` records. */
  ledgers(): ContainerRecord[] {
    return [
      ...this.finished.values(),
      ...[...this.containers.values()].map((container) => this.recordOf(container, false)),
    ];
  }

  /** Writes the ledgers of all containers that are still there (`--once`), as they stand. */
  async writeLedgers(): Promise<void> {
    for (const container of this.containers.values()) {
      container.state.ended = true;
      this.write(this.recordOf(container, false));
    }
    await this.records.flush();
  }

  /** Stops reading, waits for pushes under way at most so long, and keeps the positions. */
  async stop({ graceMs = 5_000 } = {}): Promise<void> {
    if (this.stopping) {
      return;
    }
    this.stopping = true;
    this.podLogs?.stop();
    this.links.stop();
    this.timers.forEach((timer) => clearInterval(timer));
    await Promise.all([this.pusher.stop(graceMs), this.nodeFacts.stop()]);
    const { undelivered } = await this.records.close(graceMs);
    const bytes = this.unacked;
    if (bytes > 0 || undelivered.length > 0) {
      this.logger.warn('stopped with unacknowledged data; the next start sends it', {
        bytes,
        ledgers: undelivered.length,
      });
    }
    this.checkpoint.rewrite();
    this.containers.forEach((container) => container.close());
    await this.connection.close();
    await new Promise<void>((resume) => (this.server ? this.server.close(() => resume()) : resume()));
    this.unlock?.();
  }

  private create(
    instance: ContainerLog['instance'],
    directory: string,
    saved: SavedContainer | undefined
  ): ContainerLog {
    const { stream } = this.config;
    const container: ContainerLog = new ContainerLog(
      instance,
      directory,
      (containerId) => this.pairsOf(container, stream.metadata, containerId),
      saved?.account
    );
    container.over = this.once;
    const containerId = this.links.idOf(instanceId(instance));
    if (containerId !== undefined) {
      container.setContainerId(containerId);
    }
    this.containers.set(container.id, container);
    return container;
  }

  private pairsOf(container: ContainerLog, names: readonly EntryName[], containerId: string | null) {
    const { instance } = container;
    const { workload, job } = workloadOf(instance.pod);
    const values: Record<EntryName, string> = {
      cluster: this.config.cluster.name,
      namespace: instance.namespace,
      workload,
      service_name: workload,
      container: instance.container,
      pod: instance.pod,
      node: this.config.node.name,
      job: job ?? '',
      container_id: containerId ?? '',
      restart: String(instance.restart),
    };
    const pairs = names.map((name): [string, string] => [name, values[name]]);
    // Without its id the pod's uid tells a container instance from others of the same name.
    return names.includes('container_id') && containerId === null
      ? [...pairs, ['pod_uid', instance.podUid] as [string, string]]
      : pairs;
  }

  /** A directory was looked at: there may be more to read, an end, or a leaving. */
  private changed(container: ContainerLog): void {
    if (container.unread > 0) {
      this.pusher.ready(container);
    }
    this.awaitStragglers(container);
    const away = container.state.away?.files ?? 0;
    if (away > container.toldAway && container.state.left === null) {
      container.toldAway = away;
      this.write(this.recordOf(container, false));
    }
    this.closeIfDone(container);
  }

  /** Files that are done but for a straggling line are looked at once more. */
  private awaitStragglers(container: ContainerLog): void {
    if (container.awaitsStragglers && !this.straggling.has(container)) {
      this.straggling.add(container);
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        this.straggling.delete(container);
        this.changed(container);
        this.save(container);
      }, STRAGGLER_LOOK_MS);
      this.timers.add(timer);
    }
  }

  private settledContainer(container: ContainerLog, gap: boolean): void {
    if (gap) {
      this.write(this.recordOf(container, false));
    }
    this.closeIfDone(container);
    this.awaitStragglers(container);
    this.save(container);
  }

  /** Files that are read to their end and can grow no more are closed; a log that left the node is accounted for. */
  private closeIfDone(container: ContainerLog): void {
    const { state } = container;
    const endedBefore = state.ended && container.files.length === 0;
    const closed = container.closeFinished();
    if (container.unacked > 0 || this.stopping) {
      return;
    }
    if (state.left !== null && container.files.length === 0) {
      this.finish(container);
    } else if (state.ended && closed && !endedBefore && container.files.length === 0) {
      this.write(this.recordOf(container, false));
      this.save(container);
    }
  }

  /** The log left the node and Loki has what there was: the last word of its ledger, then it is forgotten. */
  private finish(container: ContainerLog): void {
    if (this.closing.has(container.id)) {
      return;
    }
    this.closing.add(container.id);
    this.save(container); // should the agent end before the ledger is out, the next one must know that nothing is missing
    const leftAt = this.clock.now();
    const timer = setInterval(() => {
      if (this.clock.now() - leftAt >= SETTLE_NS) {
        clearInterval(timer);
        this.timers.delete(timer);
        this.sayLastWord(container);
      }
    }, SETTLE_LOOK_MS);
    this.timers.add(timer);
  }

  private sayLastWord(container: ContainerLog): void {
    const { state } = container;
    if (state.left?.directory === 'unknown') {
      const newer = [...this.containers.values()].some(
        (other) => other !== container && other.directory === container.directory && other.files.length > 0
      );
      state.left.directory = newer ? 'unknown' : existsSync(container.directory) ? 'empty' : 'removed';
    }
    const record = this.recordOf(container, true);
    this.write(record);
    this.remember(record);
    this.records.flush().then(
      () => this.forget(container),
      (error: unknown) =>
        this.logger.debug('a ledger waits for the next start', { id: container.id, error: String(error) })
    );
  }

  private forget(container: ContainerLog): void {
    this.pusher.forget(container);
    this.containers.delete(container.id);
    this.checkpoint.remove(container.id);
    this.podLogs?.forget(container.directory);
    this.closing.delete(container.id);
  }

  private remember(record: ContainerRecord): void {
    this.finished.set(record.id, record);
    if (this.finished.size > REMEMBERED) {
      this.finished.delete(this.finished.keys().next().value ?? '');
    }
  }

  private recordOf(container: ContainerLog, final: boolean): ContainerRecord {
    return container.record({ cluster: this.config.cluster.name, node: this.config.node.name }, final);
  }

  private write(record: ContainerRecord): void {
    const metadata = Object.fromEntries(
      Object.entries(CONTAINER_METADATA).map(([name, field]) => [name, String(record[field] ?? '')])
    );
    if (record.final) {
      metadata.final = 'true';
    }
    const timestamp = parseNs(record.left?.at ?? '') ?? this.clock.now();
    this.records.write({
      kind: record.kind,
      cluster: record.cluster,
      timestamp,
      line: JSON.stringify(record),
      metadata,
    });
  }

  private save(container: ContainerLog): void {
    if (!this.containers.has(container.id)) {
      return;
    }
    this.checkpoint.save({
      id: container.id,
      instance: container.instance,
      directory: relative(resolve(this.config.logs.dir), container.directory),
      account: container.state,
      files: container.files.flatMap(({ log, rotated, firstTime }) => {
        const hash = log.acked.offset > 0 || log.acked.skip > 0 ? log.identity() : null;
        return hash === null ? [] : [{ hash, rotated, size: log.size, firstTime, acked: { ...log.acked } }];
      }),
    });
  }

  /** Why /ready says no. */
  private problem(): string | null {
    return (
      this.podLogs?.problem ?? (this.reachable && this.pusher.problem === null ? null : (this.pusher.problem ?? null))
    );
  }

  /** An empty push: an endpoint that refuses it with 422, or takes it, is there and lets us in. */
  private async probe(): Promise<void> {
    while (!this.stopping && this.pusher.problem !== null) {
      let problem: string | null;
      try {
        const { status, body } = await this.connection.request('POST', '/loki/api/v1/push', {
          body: compressSync(Buffer.alloc(0)),
          headers: { 'content-type': 'application/x-protobuf' },
          timeoutMs: this.config.push.timeout,
        });
        problem = status === 204 || status === 422 || status === 400 ? null : `Loki answers ${status} ${body.trim()}`;
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
      }
      if (problem === null) {
        this.reachable = true;
        this.pusher.problem = null;
        return;
      }
      if (problem !== this.pusher.problem) {
        this.logger.warn('Loki cannot be used; trying again', { problem });
        this.pusher.problem = problem;
      }
      await new Promise((resume) => setTimeout(resume, PROBE_MS).unref());
    }
  }

  private showGauges(): void {
    const each = () => [...this.containers.values()];
    this.metrics.gauge(
      'containers',
      'Container instances whose logs are on the node or not yet in Loki.',
      () => this.containers.size
    );
    this.metrics.gauge('open_files', 'Log files held open.', () =>
      each().reduce((sum, { files }) => sum + files.length, 0)
    );
    this.metrics.gauge('at_risk_bytes', 'Bytes of ended containers that Loki has not acknowledged.', () => this.atRisk);
    this.metrics.gauge('unacknowledged_bytes', 'Bytes on the node that Loki has not acknowledged.', () => this.unacked);
    this.metrics.gauge('records_pending', 'Ledgers that Loki has not acknowledged.', () => this.records.pending);
  }
}

function byDirectory(saved: readonly SavedContainer[]): Map<string, Map<number, SavedContainer>> {
  const map = new Map<string, Map<number, SavedContainer>>();
  for (const container of saved) {
    const runs = map.get(container.directory) ?? new Map<number, SavedContainer>();
    map.set(container.directory, runs.set(container.instance.restart, container));
  }
  return map;
}
