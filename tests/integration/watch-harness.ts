import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import winston from 'winston';
import { type Store, startStore } from '../../pocket-loki';
import { clusterAccess } from '../../shipper/cluster/api/access';
import { ApiClient } from '../../shipper/cluster/api/client';
import { ClusterClock } from '../../shipper/cluster/core/cluster-clock';
import { WatchSession } from '../../shipper/cluster/session';
import { FakeApiServer } from '../testkit/fake-api-server';
import { type RecordedEvent, recordedEvents } from '../../shipper/cluster/testing/recording';
import { until } from '../testkit/until';
import { watchedKinds } from '../../shipper/cluster/cluster-state';
import { connectLoki, type LokiConnection } from '../../shipper/loki/connection';
import { logQuery } from '../../model/logql';
import { pages } from '../../shipper/loki/pages';
import type { Entry } from '../../shipper/loki/query-answer';
import { QueryClient } from '../../shipper/loki/query-client';
import { RecordWriter } from '../../shipper/loki/record-writer';

export interface RunningWatch {
  session: WatchSession;
  /** Ends it as SIGTERM does, or as kill -9 does: what is not delivered then never is. */
  stop(hard?: boolean): Promise<void>;
}

const logger = winston.createLogger({ silent: true });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * A cluster that lives through the recording again, an embedded store, and watches between them, all in one time that
 * the test moves on.
 */
export class WatchHarness {
  readonly recorded: RecordedEvent[] = recordedEvents();
  now: number;
  server!: FakeApiServer;
  private readonly began: number;
  private dir = '';
  private store!: Store;
  private connection!: LokiConnection;
  private readonly running = new Set<RunningWatch>();

  constructor() {
    this.began = this.recorded[0]?.at ?? 0;
    this.now = this.began;
  }

  async open(): Promise<this> {
    this.dir = await mkdtemp(path.join(tmpdir(), 'afterlog-watch-'));
    this.store = await startStore({ dir: path.join(this.dir, 'store'), port: 0, now: () => this.now });
    this.connection = connectLoki({ url: this.store.url });
    this.server = await new FakeApiServer().start();
    return this;
  }

  async close(): Promise<void> {
    await Promise.all([...this.running].map((one) => one.stop()));
    this.server.stop();
    await this.connection.close();
    await this.store.close();
    await rm(this.dir, { recursive: true });
  }

  /** Starts a watch, and waits until it watches. */
  async start(identity = 'one'): Promise<RunningWatch> {
    // The server's Date header knows nothing of the time of the recording.
    const clock = new ClusterClock(() => this.now);
    clock.observe = () => undefined;
    const access = clusterAccess({ kubeconfig: this.server.kubeconfig(this.dir), env: {} });
    const client = new ApiClient(access, clock);
    const connection = connectLoki({ url: this.store.url });
    const writer = new RecordWriter(connection, { logger, now: () => BigInt(this.now) * 1_000_000n, batchWaitMs: 2 });
    const loki = new QueryClient(connection);
    const options = {
      client,
      clock,
      loki,
      writer,
      cluster: 'c1',
      namespaces: [],
      identity,
      logger,
      tickMs: 2,
      backoffMs: { min: 2, max: 10 },
    };
    const session = new WatchSession(options);
    const stopping = new AbortController();
    // A watch that is killed fails in whatever it was doing.
    const ended = session.run(stopping.signal).catch(() => undefined);
    const one: RunningWatch = {
      session,
      stop: async (hard = false) => {
        this.running.delete(one);
        if (hard) {
          await writer.close(0);
        }
        stopping.abort();
        await ended;
        await writer.close(60_000);
        await client.close();
        await connection.close();
      },
    };
    this.running.add(one);
    await until('all watches', () =>
      session.watches.every(({ watch }) => watch.state === 'watching' || watch.isRefused)
    );
    return one;
  }

  /** Lets happen what was recorded from one event to another (not included), in the time it took. */
  async play(from: number, to: number): Promise<void> {
    for (const { kind, type, object, at } of this.recorded.slice(from, to)) {
      while (at > this.now) {
        this.now = Math.min(at, this.now + 5000);
        await pause(6);
      }
      if (type === 'DELETED') {
        this.server.remove(kind, object);
      } else {
        this.server.put(kind, object);
      }
    }
  }

  /** Waits until every watch is there and has what happened so far. */
  async caughtUp(): Promise<void> {
    await until('all watches', () => watchedKinds.every((kind) => this.server.watching(kind) > 0));
    await pause(20);
  }

  /** Lets time go on until everything is written. */
  async settle({ session }: RunningWatch, seconds = 120): Promise<void> {
    await until('all watches', () =>
      session.watches.every(({ watch }) => watch.state === 'watching' || watch.isRefused)
    );
    await pause(20);
    for (let passed = 0; passed < seconds; passed += 5) {
      this.now += 5000;
      await pause(6);
    }
    await until('everything to be written', () => {
      const isWritten = session.clusterState.waiting === 0;
      this.now += isWritten ? 0 : 5000; // on a busy machine the watch may not have seen all by then
      return isWritten;
    });
  }

  /** All records of a kind that are stored, oldest first. */
  async stored(record: string): Promise<Entry[]> {
    const query = logQuery({ service_name: 'afterlog', record, cluster: 'c1' });
    const [from, to] = [this.began - 3_600_000, this.now + 3_600_000].map((ms) => BigInt(ms) * 1_000_000n);
    const entries: Entry[] = [];
    for await (const page of pages(
      new QueryClient(this.connection),
      { query, from: from ?? 0n, to: to ?? 0n },
      'forward'
    )) {
      entries.push(...page);
    }
    return entries;
  }

  /** What a reader makes of them: the last of each id, parsed. */
  async latest<R>(record: string, schema: { parse(value: unknown): R }): Promise<R[]> {
    const last = new Map((await this.stored(record)).map(({ metadata, line }) => [metadata.id, line]));
    return [...last.values()].map((line) => schema.parse(JSON.parse(line)));
  }
}
