import { setMaxListeners } from 'node:events';
import { errorText } from '../../model/error-text';
import type { WatchRecord } from '../../model/records';
import type { QueryClient } from '../loki/query-client';
import type { RecordWriter } from '../loki/record-writer';
import type { Logger } from '../common/log';
import type { ApiClient } from './api/client';
import { ListWatch } from './api/list-watch';
import { deadline, pause, unlessAborted } from './api/pause';
import type { ClusterClock } from './core/cluster-clock';
import { collections, type WatchedCollection } from './collections';
import { Every } from './every';
import { lastWatch } from './history';
import { Progress } from './progress';
import { reportVanished } from './vanished';
import { ClusterState } from './cluster-state';

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
  /** The time whose cases stand in case records, for the `watch` record; undefined until that is known. */
  cases?: () => WatchRecord['cases'] | undefined;
  /** How often to look what is due, in milliseconds. */
  tickMs?: number;
  pageSize?: number;
  backoffMs?: { min: number; max: number };
}

const TICK_MS = 1000;
const SWEEP_SECONDS = 60;
const CHECKPOINT_SECONDS = 5;
/** Short, because the API server remembers a busy collection's versions for little more than a minute. */
const PROGRESS_SECONDS = 15;
/** Objects with something to say that may wait for Loki; beyond it the API server's streams have to wait. */
const MOST_WAITING = 50_000;
const BATCH = 500;
/** How long to ask Loki where the predecessor left off; without an answer everything is reported again. */
const HISTORY_MS = 15_000;
const FLUSH_MS = 10_000;
const DELIVERY_SECONDS = 60;

/** From becoming the leader until it ends: lists and watches, and writes the records that come of it. */
export class WatchSession {
  readonly clusterState: ClusterState;
  readonly watches: Array<{ collection: WatchedCollection; watch: ListWatch }>;
  private readonly progress: Progress;
  private roomWaiters: Array<() => void> = [];
  private deliveredAt = 0;
  private acknowledged = 0;

  constructor(private readonly options: SessionOptions) {
    const { client, clock, logger, cluster, namespaces, pageSize, backoffMs } = options;
    this.clusterState = new ClusterState(cluster, clock, namespaces.length === 0, (key, error) =>
      logger.error('an object could not be written; it has no record', { object: key, error: errorText(error) })
    );
    this.watches = collections(namespaces).map((collection) => {
      const tracker = this.clusterState.trackers[collection.kind];
      const room = () => this.room();
      const watch = new ListWatch({ client, collection, tracker, clock, logger, room, pageSize, backoffMs });
      return { collection, watch };
    });
    this.progress = new Progress({ ...options, kinds: () => this.kinds() });
  }

  /** Goes on until the signal is aborted; then what was written is delivered, as far as that is quick. */
  async run(signal: AbortSignal): Promise<void> {
    // Every request and every pause listens to it.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', () => this.giveRoom());
    const last = await this.predecessor(signal);
    this.progress.follow(last);
    const running = this.watches.map(({ collection, watch }) =>
      watch.run(signal, this.progress.resume(collection.name))
    );
    await Promise.all([this.write(signal), this.compare(last, signal), ...running]);
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
        failed.set(collection.name, errorText(error));
      }
      await this.drain(signal, true);
    }
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

  /** Why the records that should be written are not, or not all of them; null where they are. */
  get problem(): string | null {
    const bad = this.watches.find(({ collection, watch }) => {
      return watch.state === 'failing' || (collection.kind === 'pods' && watch.isRefused);
    });
    if (bad !== undefined) {
      return `${bad.collection.name}: ${bad.watch.detail}`;
    }
    if (!this.listed) {
      return 'not everything is listed yet';
    }
    return this.delivering ? null : 'Loki does not take the records';
  }

  private kinds(): WatchRecord['kinds'] {
    const kinds = this.watches.map(({ collection, watch: { state, detail, resourceVersion } }) => [
      collection.name,
      { state, detail, resourceVersion },
    ]);
    return Object.fromEntries(kinds);
  }

  private async predecessor(signal: AbortSignal): Promise<WatchRecord | undefined> {
    const inTime = deadline(signal, HISTORY_MS);
    try {
      while (!inTime.signal.aborted) {
        const last = await this.askForPredecessor(inTime.signal);
        if (last !== 'no answer') {
          return last;
        }
        await pause(1000, inTime.signal);
      }
    } finally {
      inTime.done();
    }
    return undefined;
  }

  private async askForPredecessor(signal: AbortSignal): Promise<WatchRecord | undefined | 'no answer'> {
    const { loki, cluster, clock, logger } = this.options;
    try {
      const last = await lastWatch(loki, cluster, this.now(), signal);
      const found = last === undefined ? 'no watch of this cluster before' : 'going on where the last watch left off';
      logger.info(found, { completeUntil: last?.completeUntil ?? undefined });
      this.deliveredAt = clock.seconds();
      return last;
    } catch (error) {
      logger.warn('Loki does not tell where the last watch left off', { error: errorText(error) });
      return 'no answer';
    }
  }

  private async write(signal: AbortSignal): Promise<void> {
    const { clock, tickMs = TICK_MS } = this.options;
    const every = new Every(() => clock.seconds());
    while (!signal.aborted) {
      await this.drain(signal, false);
      this.noteDelivery();
      if (every.due('sweep', SWEEP_SECONDS)) {
        this.clusterState.sweep();
      }
      if (this.listed && every.due('checkpoint', CHECKPOINT_SECONDS)) {
        this.progress.note();
      }
      if (this.listed && every.due('progress', PROGRESS_SECONDS)) {
        await unlessAborted(this.progress.report(this.clusterState.oldest(), false), signal);
      }
      await pause(tickMs, signal);
    }
  }

  private async drain(signal: AbortSignal, early: boolean): Promise<void> {
    const { clock, writer } = this.options;
    while (!signal.aborted) {
      const records = this.clusterState.take({ now: clock.seconds(), limit: BATCH, early });
      records.forEach((record) => writer.write(record));
      await unlessAborted(writer.writable(), signal);
      if (this.clusterState.waiting <= MOST_WAITING) {
        this.giveRoom();
      }
      if (records.length === 0) {
        return;
      }
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

  private room(): Promise<void> | undefined {
    return this.clusterState.waiting <= MOST_WAITING
      ? undefined
      : new Promise((resolve) => this.roomWaiters.push(resolve));
  }

  private giveRoom(): void {
    const waiters = this.roomWaiters;
    this.roomWaiters = [];
    waiters.forEach((resume) => resume());
  }

  /** What was there when the last watch looked, and is not there now: only where the API server could not report it itself. */
  private async compare(last: WatchRecord | undefined, signal: AbortSignal): Promise<void> {
    const since = last?.completeUntil ?? null;
    while (!this.listed && !signal.aborted) {
      await pause(this.options.tickMs ?? TICK_MS, signal);
    }
    const lost = this.watches.filter(({ collection, watch }) => {
      return last?.kinds[collection.name] !== undefined && !watch.resumed && !watch.isRefused;
    });
    if (since === null || lost.length === 0 || signal.aborted) {
      return;
    }
    const { logger } = this.options;
    try {
      const reported = await reportVanished({
        ...this.options,
        clusterState: this.clusterState,
        since,
        now: this.now(),
        signal,
      });
      logger.info('recorded deletions that happened while no watch was running', { ...reported, since });
    } catch (error) {
      logger.error('could not find out what went while nobody watched', { error: errorText(error) });
    }
  }

  /** Nothing is written early at the end: the successor sees it too. */
  private async end(): Promise<void> {
    const { logger, writer } = this.options;
    if (this.listed) {
      this.progress.note();
    }
    const reported = this.progress.report(this.clusterState.oldest(), true).then(() => writer.flush());
    const inTime = deadline(new AbortController().signal, FLUSH_MS);
    const failure = await unlessAborted(
      reported.then(() => '', errorText),
      inTime.signal
    );
    inTime.done();
    if (failure !== '') {
      logger.warn('Loki has not acknowledged all records', { reason: failure ?? 'no time is left' });
    }
  }

  private now(): bigint {
    return BigInt(this.options.clock.seconds()) * 1_000_000_000n;
  }
}
