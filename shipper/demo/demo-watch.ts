import { setTimeout as sleep } from 'node:timers/promises';
import { CaseLeader } from '../cases/case-leader';
import { clusterAccess } from '../cluster/api/access';
import { ApiClient } from '../cluster/api/client';
import { ClusterClock } from '../cluster/core/cluster-clock';
import { LeaseElection } from '../cluster/lease';
import { WatchSession } from '../cluster/session';
import type { Logger } from '../common/log';
import { connectLoki, type LokiConnection } from '../loki/connection';
import { QueryClient } from '../loki/query-client';
import { RecordWriter } from '../loki/record-writer';
import type { DemoLoki } from './demo-loki';
import type { RecordedNode } from './recorded-node';
import { type ReplayClock, secondMs } from './replay/clock';

export interface DemoWatchOptions {
  node: RecordedNode;
  loki: Pick<DemoLoki, 'options' | 'cluster'>;
  clock: ReplayClock;
  /** Recorded seconds a second. */
  speed: number;
  logger: Logger;
}

const CLOSE_MS = 5_000;
/** What ended or went is reported within a minute by the replay's clock; afterwards that is seconds, and this only ends a hang. */
const SETTLE_MS = 300_000;
const LOOK_MS = 50;
/** A replay is over in seconds: cases are worked out at half of that. */
const CASES_SHARE = 0.5;

/** `afterlog watch` on the recorded cluster: elected by a Lease, at the replay's clock. */
export class DemoWatch {
  private readonly stopping = new AbortController();
  private readonly client: ApiClient;
  private readonly connection: LokiConnection;
  private readonly writer: RecordWriter;
  private readonly session: WatchSession;
  private readonly leader: CaseLeader;
  private readonly running: Promise<void>;

  constructor({ node, loki, clock, speed, logger }: DemoWatchOptions) {
    const clusterClock = new ClusterClock(() => node.apiServer.reported());
    const access = clusterAccess({ kubeconfig: node.kubeconfig, env: {} });
    const identity = `demo_${process.pid}`;
    this.client = new ApiClient(access, clusterClock);
    this.connection = connectLoki(loki.options);
    this.writer = new RecordWriter(this.connection, { logger, now: () => clock.now(), batchWaitMs: secondMs(speed) });
    const shared = {
      loki: new QueryClient(this.connection),
      writer: this.writer,
      cluster: loki.cluster,
      logger,
      tickMs: secondMs(speed),
    };
    this.leader = new CaseLeader({ ...shared, now: () => clock.now(), share: CASES_SHARE });
    this.session = new WatchSession({
      ...shared,
      client: this.client,
      clock: clusterClock,
      namespaces: [],
      identity,
      cases: () => this.leader.coverage(),
    });
    const namespace = access.namespace ?? 'default';
    const election = new LeaseElection({ client: this.client, namespace, name: 'afterlog-watch', identity, logger });
    this.running = this.lead(election);
  }

  /** Resolves when all that ended or went is reported, and Loki has it. @throws Error where that does not come to pass */
  async settled(): Promise<void> {
    const latest = Date.now() + SETTLE_MS;
    while (this.session.clusterState.oldest() !== Infinity) {
      if (Date.now() > latest) {
        throw new Error(`the watch has ${this.session.clusterState.waiting} objects left to tell of`);
      }
      await sleep(LOOK_MS);
    }
    await this.writer.flush();
  }

  /** Works the cases of all that is in Loki out once more. @throws as `CaseLeader.round` */
  workCasesOut(): Promise<void> {
    return this.leader.round(this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.writer.close(CLOSE_MS);
    await Promise.all([this.connection.close(), this.client.close()]);
  }

  private async lead(election: LeaseElection): Promise<void> {
    const { signal } = this.stopping;
    if (await election.acquire(signal)) {
      await Promise.all([this.session.run(signal), this.leader.run(signal), election.hold(signal)]);
      await election.release(new AbortController().signal);
    }
  }
}
