import { setMaxListeners } from 'node:events';
import { parseNs } from '../../model/time';
import { RECORD_VERSION, type WatchRecord } from '../../model/records';
import type { QueryClient } from '../loki/query-client';
import type { RecordWriter } from '../loki/record-writer';
import type { Logger } from '../log';
import type { ApiClient } from './api/client';
import { ListWatch, type Resume } from './api/list-watch';
import { pause } from './api/pause';
import { type Checkpoint, Checkpoints } from './checkpoints';
import type { ClusterClock } from './cluster-clock';
import { collections, type WatchedCollection } from './collections';
import { timeText } from './fields';
import { lastWatch } from './history';
import { tellVanished } from './vanished';
import { metadataOf, recordLine } from './trackers/context';
import { World } from './world';

export interface SessionOptions {
  client: ApiClient;
  clock: ClusterClock;
  loki: QueryClient;
  writer: RecordWriter;
  cluster: string;
  /** Empty for all. */
  namespaces: readonly string[];
  identity: string;
  logger: Logger;
  /** How often to look what is due, in milliseconds. */
  tickMs?: number;
  pageSize?: number;
  backoffMs?: { min: number; max: number };
}

const SWEEP_SECONDS = 60;
const CHECKPOINT_SECONDS = 5;
/** Short, because the API server remembers a busy collection's versions for little more than a minute. */
const WATCH_RECORD_SECONDS = 15;
/** Objects with something to say that may wait for Loki; beyond it the API server's streams have to wait. */
const MOST_WAITING = 50_000;
const BATCH = 500;
/** How long to ask Loki where the predecessor left off; without an answer everything is told again. */
const HISTORY_MS = 15_000;
const FLUSH_MS = 10_000;
const DELIVERY_SECONDS = 60;

/** From becoming the leader until it ends: lists and watches, and writes the records that come of it. */
export class WatchSession {
  readonly world: World;
  readonly watches: Array<{ collection: WatchedCollection; watch: ListWatch }>;
  private readonly checkpoints = new Checkpoints();
  private readonly began: number;
  private complete: Checkpoint = { at: 0, versions: new Map() };
  private roomWaiters: Array<() => void> = [];
  private deliveredAt = 0;
  private acknowledged = 0;

  constructor(private readonly options: SessionOptions) {
    const { client, clock, logger, cluster, namespaces, pageSize, backoffMs } = options;
    this.began = clock.seconds();
    this.world = new World(cluster, clock, namespaces.length === 0);
    this.watches = collections(namespaces).map((collection) => {
      const tracker = this.world.trackers[collection.kind];
      const room = () => this.room();
      return {
        collection,
        watch: new ListWatch({ client, collection, tracker, clock, logger, room, pageSize, backoffMs }),
      };
    });
  }

  /** Goes on until the signal is aborted; then what was written is delivered, as far as that is quick. */
  async run(signal: AbortSignal): Promise<void> {
    // Every request and every pause listens to it.
    setMaxListeners(0, signal);
    const last = await this.predecessor(signal);
    this.complete = checkpointOf(last) ?? this.complete;
    const running = this.watches.map(({ collection, watch }) =>
      watch.run(signal, resumeOf(this.complete, collection.name))
    );
    await Promise.all([this.write(signal, last), ...running]);
    await this.end();
  }

  /**
   * Lists everything once and writes it.
   * @returns what could not be listed, by collection
   */
  async once(signal: AbortSignal): Promise<Map<string, string>> {
    const failed = new Map<string, string>();
    for (const { collection, watch } of this.watches) {
      try {
        await watch.listAny(signal);
      } catch (error) {
        failed.set(collection.name, error instanceof Error ? error.message : String(error));
      }
    }
    await this.drain(true);
    return failed;
  }

  /** Every collection was listed, or cannot be. */
  get listed(): boolean {
    return this.watches.every(({ watch }) => watch.resourceVersion !== null || watch.isRefused);
  }

  /** Loki takes what is written: it has acknowledged something within the last minute, or nothing is pending. */
  get delivering(): boolean {
    return this.deliveredAt > this.options.clock.seconds() - DELIVERY_SECONDS;
  }

  private async predecessor(signal: AbortSignal): Promise<WatchRecord | undefined> {
    const { loki, cluster, clock, logger } = this.options;
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(HISTORY_MS)]);
    while (!inTime.aborted) {
      try {
        const last = await lastWatch(loki, cluster, this.now(), inTime);
        logger.info(last === undefined ? 'no watch of this cluster before' : 'going on where the last watch left off', {
          completeUntil: last?.completeUntil,
        });
        this.deliveredAt = clock.seconds();
        return last;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        logger.warn('Loki does not tell where the last watch left off', { error: message });
        await pause(1000, inTime);
      }
    }
    return undefined;
  }

  private async write(signal: AbortSignal, last: WatchRecord | undefined): Promise<void> {
    const { clock, tickMs = 1000 } = this.options;
    const every = new Every(() => clock.seconds());
    let compared = last === undefined;
    while (!signal.aborted) {
      await this.drain(false);
      this.noteDelivery();
      if (!compared && this.listed) {
        compared = true;
        await this.compare(last, signal);
      }
      if (every.due('sweep', SWEEP_SECONDS)) {
        this.world.sweep();
      }
      if (this.listed && every.due('checkpoint', CHECKPOINT_SECONDS)) {
        const versions = new Map(this.watches.map(({ collection, watch }) => [collection.name, watch.resourceVersion]));
        this.checkpoints.note({ at: clock.seconds(), versions });
      }
      if (this.listed && every.due('watch record', WATCH_RECORD_SECONDS)) {
        await this.tell(false);
      }
      await pause(tickMs, signal);
    }
  }

  private noteDelivery(): void {
    const { writer, clock } = this.options;
    const { acknowledged } = writer.statistics;
    if (acknowledged > this.acknowledged || (writer.pending === 0 && this.deliveredAt > 0)) {
      this.deliveredAt = clock.seconds();
    }
    this.acknowledged = acknowledged;
  }

  /** What was there when the last watch looked, and is not there now: only where the API server could not tell itself. */
  private async compare(last: WatchRecord | undefined, signal: AbortSignal): Promise<void> {
    const lost = this.watches.filter(
      ({ collection, watch }) => last?.kinds[collection.name] !== undefined && !watch.resumed && !watch.isRefused
    );
    if (last === undefined || lost.length === 0) {
      return;
    }
    const { loki, cluster, writer, logger } = this.options;
    try {
      const told = await tellVanished({
        loki,
        cluster,
        world: this.world,
        writer,
        since: last.completeUntil,
        now: this.now(),
        signal,
      });
      logger.info('told what went while nobody watched', { ...told, since: last.completeUntil });
    } catch (error) {
      logger.error('could not find out what went while nobody watched', {
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }

  private async drain(early: boolean): Promise<void> {
    const { clock, writer } = this.options;
    for (;;) {
      const records = this.world.take({ now: clock.seconds(), limit: BATCH, early });
      for (const record of records) {
        await writer.writable();
        writer.write(record);
      }
      if (this.world.waiting <= MOST_WAITING) {
        const waiters = this.roomWaiters;
        this.roomWaiters = [];
        waiters.forEach((resume) => resume());
      }
      if (records.length === 0) {
        return;
      }
    }
  }

  private room(): Promise<void> | undefined {
    return this.world.waiting <= MOST_WAITING ? undefined : new Promise((resolve) => this.roomWaiters.push(resolve));
  }

  /** Writes how far this watch has come; only once all before that is in Loki. */
  private async tell(final: boolean): Promise<void> {
    const { writer } = this.options;
    const complete = this.checkpoints.complete(this.world.oldest());
    await writer.flush();
    this.complete = complete ?? this.complete;
    const record = this.record(final);
    writer.write({
      kind: 'watch',
      cluster: record.cluster,
      timestamp: parseNs(record.to) ?? this.now(),
      line: recordLine(record),
      metadata: metadataOf(record, { id: 'id', identity: 'identity' }),
    });
  }

  private record(final: boolean): WatchRecord {
    const { cluster, identity, namespaces, clock } = this.options;
    const from = timeText(this.began);
    const kinds = this.watches.map(({ collection, watch }) => [
      collection.name,
      {
        state: watch.state,
        detail: watch.detail,
        resourceVersion: this.complete.versions.get(collection.name) ?? null,
      },
    ]);
    return {
      v: RECORD_VERSION,
      kind: 'watch',
      id: `watch/${from}/${identity}`,
      cluster,
      identity,
      from,
      to: timeText(clock.seconds()),
      completeUntil: timeText(this.complete.at),
      kinds: Object.fromEntries(kinds),
      namespaces: [...namespaces],
      final,
    };
  }

  /** Nothing is written early at the end: the successor sees it too. */
  private async end(): Promise<void> {
    const { logger } = this.options;
    const flushed = this.tell(true).then(() => this.options.writer.flush());
    const late = new AbortController();
    const tooLate = pause(FLUSH_MS, late.signal).then(() => {
      throw new Error(`it took longer than ${FLUSH_MS / 1000} s`);
    });
    try {
      await Promise.race([flushed, tooLate]);
    } catch (error) {
      logger.warn('Loki has not acknowledged all records', {
        reason: error instanceof Error ? error.message : String(error),
      });
    } finally {
      late.abort();
      await Promise.allSettled([tooLate]);
    }
  }

  private now(): bigint {
    return BigInt(this.options.clock.seconds()) * 1_000_000_000n;
  }
}

function checkpointOf(last: WatchRecord | undefined): Checkpoint | undefined {
  const at = last === undefined ? undefined : parseNs(last.completeUntil);
  if (last === undefined || at === undefined) {
    return undefined;
  }
  const versions = Object.entries(last.kinds).map(([name, { resourceVersion }]) => [name, resourceVersion] as const);
  return { at: Number(at / 1_000_000_000n), versions: new Map(versions) };
}

function resumeOf({ at, versions }: Checkpoint, collection: string): Resume | undefined {
  const resourceVersion = versions.get(collection) ?? null;
  return resourceVersion === null ? undefined : { resourceVersion, at };
}

/** What is to be done every so many seconds. */
class Every {
  private readonly next = new Map<string, number>();

  constructor(private readonly now: () => number) {}

  due(what: string, seconds: number): boolean {
    const at = this.next.get(what);
    if (at !== undefined && this.now() < at) {
      return false;
    }
    this.next.set(what, this.now() + seconds);
    return at !== undefined;
  }
}
