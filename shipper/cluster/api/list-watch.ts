import { errorText } from '../../../model/error-text';
import type { Logger } from '../../common/log';
import type { ClusterClock } from '../core/cluster-clock';
import { fields, text } from '../core/fields';
import { type Arrival, listed, type Tracker, watched } from '../core/tracker';
import { ApiError, type ApiClient, parseJson, type Query } from './client';
import { linesOf } from './lines';
import { BadAnswer, pagesOf } from './pages';
import { Backoff, pause } from './pause';

/** A collection of the API, such as all pods, or the Jobs of one namespace. */
export interface Collection {
  /** For messages: `pods`, `jobs in ci`. */
  name: string;
  /** Its paths in the API; the next one is for a server that does not have the one before. */
  paths: readonly string[];
  namespace: string | null;
  fieldSelector?: string;
}

export type WatchState = 'listing' | 'watching' | 'forbidden' | 'missing' | 'failing';

/** Where a predecessor left off: everything up to here is in Loki. */
export interface Resume {
  resourceVersion: string;
  /** Seconds since 1970. */
  at: number;
}

export interface ListWatchOptions {
  client: ApiClient;
  collection: Collection;
  tracker: Tracker;
  clock: ClusterClock;
  logger: Logger;
  /** Resolves when more can be taken in. */
  room: () => Promise<void> | undefined;
  pageSize?: number;
  backoffMs?: { min: number; max: number };
  /** The longest wait after a refusal that only people can mend; short at first, for a server that starts refuses too. */
  refusedMs?: number;
  random?: () => number;
}

export interface ListWatchCounts {
  events: number;
  lists: number;
  /** Lists after the first: the watch had lost track (410), or got what it could not read. */
  relists: number;
  reconnects: number;
  badLines: number;
  /** Objects that no record can report. */
  rejectedObjects: number;
}

const defaults = { pageSize: 250, backoffMs: { min: 500, max: 30_000 }, refusedMs: 60_000, random: Math.random };
/** As client-go: the server ends a watch after 5 to 10 minutes, so that connections spread over its replicas. */
const WATCH_SECONDS = 300;
/** That are kept of one kind; Kubernetes is made for 150,000 pods. */
const MAX_OBJECTS = 300_000;

/**
 * Keeps a tracker in step with a collection: lists it in pages, then watches from there. What happens while the
 * connection is down comes with the next watch, which goes on at the last version that was seen; where the server has
 * forgotten that (410), the collection is listed again and compared.
 */
export class ListWatch {
  readonly counts: ListWatchCounts = {
    events: 0,
    lists: 0,
    relists: 0,
    reconnects: 0,
    badLines: 0,
    rejectedObjects: 0,
  };
  state: WatchState = 'listing';
  /** The last error in words, empty while all is well. */
  detail = '';
  /** The version up to which the tracker has seen everything; null before the first list. */
  resourceVersion: string | null = null;
  /** It went on exactly where a predecessor left off. */
  resumed = false;

  private readonly options: ListWatchOptions & typeof defaults;
  private readonly backoff: Backoff;
  private readonly refusals: Backoff;
  private path = 0;
  /** When the collection was last heard of, in seconds; null before. */
  private lastSeen: number | null = null;
  private badLineAt: string | null = null;

  constructor(options: ListWatchOptions) {
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    this.options = { ...options, ...defaults, ...given };
    const { min, max } = this.options.backoffMs;
    this.backoff = new Backoff(min, max, this.options.random);
    this.refusals = new Backoff(min, this.options.refusedMs, this.options.random);
  }

  /** Goes on until the signal is aborted. */
  async run(signal: AbortSignal, resume?: Resume): Promise<void> {
    let start = resume;
    while (!signal.aborted) {
      try {
        if (this.resourceVersion === null) {
          await this.list(signal, start);
          start = undefined;
        }
        await this.watch(signal);
      } catch (error) {
        if (!signal.aborted) {
          await pause(this.waitAfter(error), signal);
        }
      }
    }
  }

  /** The API server or its RBAC keep this from being watched. */
  get isRefused(): boolean {
    return this.state === 'forbidden' || this.state === 'missing';
  }

  /**
   * Lists once, on the first path that the server has.
   * @throws ApiError, ApiUnreachable
   */
  async listAny(signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.list(signal);
        return;
      } catch (error) {
        if (
          !(error instanceof ApiError) ||
          error.status !== 404 ||
          this.path + 1 >= this.options.collection.paths.length
        ) {
          throw error;
        }
        this.path++;
      }
    }
  }

  private async list(signal: AbortSignal, resume?: Resume): Promise<void> {
    this.state = this.state === 'watching' ? 'listing' : this.state;
    if (resume !== undefined && (await this.listAsOf(resume, signal))) {
      return;
    }
    await this.listPages({}, listed, signal);
  }

  /** The collection as it was at a version: then the watch brings all that came after. @returns false if the server has forgotten it */
  private async listAsOf({ resourceVersion, at }: Resume, signal: AbortSignal): Promise<boolean> {
    const { logger, collection } = this.options;
    try {
      await this.listPages({ resourceVersion, resourceVersionMatch: 'Exact' }, { how: 'resumed', at }, signal);
      this.resourceVersion = resourceVersion;
      this.resumed = true;
      return true;
    } catch (error) {
      if (error instanceof ApiError && [400, 410, 422, 500, 504].includes(error.status)) {
        this.lastSeen = at;
        logger.warn(`${collection.name}: the API server has forgotten where the last watch was; comparing`, {
          resourceVersion,
          error: error.message,
        });
        return false;
      }
      throw error;
    }
  }

  private async listPages(version: Query, arrival: Arrival, signal: AbortSignal): Promise<void> {
    const { client, collection, tracker, clock, pageSize, room } = this.options;
    const present = new Set<string>();
    const query = { ...version, fieldSelector: collection.fieldSelector, limit: pageSize };
    let resourceVersion: string | null = null;
    for await (const page of pagesOf(client, this.currentPath, query, signal)) {
      resourceVersion = page.resourceVersion;
      for (const item of page.items) {
        const uid = text(fields(fields(item).metadata).uid);
        if (uid !== null) {
          present.add(uid);
        }
        this.show(item, () => tracker.put(item, arrival));
      }
      await room();
    }
    tracker.endList({ present, namespace: collection.namespace, lastSeen: this.lastSeen });
    this.counts.relists += this.counts.lists > 0 ? 1 : 0;
    this.counts.lists++;
    this.resourceVersion = resourceVersion;
    this.lastSeen = clock.seconds();
  }

  private get currentPath(): string {
    return this.options.collection.paths[this.path] ?? '';
  }

  private async watch(signal: AbortSignal): Promise<void> {
    const { client, collection, clock, random } = this.options;
    const timeoutSeconds = Math.round(WATCH_SECONDS * (1 + random()));
    const query = {
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: this.resourceVersion ?? undefined,
      fieldSelector: collection.fieldSelector,
      timeoutSeconds,
    };
    const began = this.counts.events;
    const silentMs = (timeoutSeconds + 30) * 1000;
    const chunks = client.stream(this.currentPath, query, silentMs, signal, () => {
      this.state = 'watching';
      this.detail = '';
      this.refusals.reset();
    });
    for await (const line of linesOf(chunks)) {
      this.take(line);
      this.lastSeen = clock.seconds();
      await this.options.room();
    }
    this.counts.reconnects++;
    if (!signal.aborted && this.counts.events === began) {
      // It ended in order but brought nothing: usual for a quiet collection, a loop if the server ends it at once.
      await pause(this.backoff.next(), signal);
      return;
    }
    this.backoff.reset();
  }

  private take(line: string): void {
    const { tracker } = this.options;
    const { type, object } = fields(parseJson(line));
    const version = text(fields(fields(object).metadata).resourceVersion);
    if (type === 'ERROR') {
      const { code, reason, message } = fields(object);
      throw new ApiError(
        typeof code === 'number' ? code : 500,
        text(reason) ?? '',
        text(message) ?? 'the watch failed'
      );
    }
    if (version === null || (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED' && type !== 'BOOKMARK')) {
      throw new BadAnswer(`the watch sent what is no event: ${line.slice(0, 100)}`);
    }
    if (type === 'DELETED') {
      this.show(object, () => tracker.remove(object));
    } else if (type !== 'BOOKMARK') {
      this.show(object, () => tracker.put(object, watched));
    }
    this.counts.events++;
    this.resourceVersion = version;
    this.badLineAt = null;
    this.backoff.reset();
  }

  /** One strange object costs itself and no other; so do the objects beyond what a cluster can have. */
  private show(object: unknown, report: () => void): void {
    const { tracker, collection, logger } = this.options;
    const { uid, namespace, name } = fields(fields(object).metadata);
    const reject = (reason: string) => {
      const level = this.counts.rejectedObjects++ === 0 ? 'error' : 'debug';
      logger.log(level, `${collection.name}: an object is left out`, { namespace, name, reason });
    };
    if (tracker.size >= MAX_OBJECTS && !tracker.has(text(uid) ?? '')) {
      reject(`there are more than ${MAX_OBJECTS}`);
      return;
    }
    try {
      report();
    } catch (error) {
      reject(errorText(error));
    }
  }

  /** What an error means for what comes next, and how long to wait before it, in milliseconds. */
  private waitAfter(error: unknown): number {
    const { logger, collection } = this.options;
    const message = errorText(error);
    this.detail = message;
    if (error instanceof BadAnswer) {
      this.counts.badLines++;
      // Once it may be an accident on the way; at the same place again, only a list tells what was meant.
      const again = this.badLineAt === this.resourceVersion;
      this.badLineAt = this.resourceVersion;
      this.loseTrackIf(again);
      logger.warn(`${collection.name}: ${message}`);
      return this.fail();
    }
    if (!(error instanceof ApiError)) {
      this.counts.reconnects++;
      logger.warn(`${collection.name}: ${message}`);
      return this.fail();
    }
    switch (error.status) {
      case 410:
        logger.info(`${collection.name}: listing again, the watch came too late`, { answer: message });
        this.loseTrackIf(true);
        return this.backoff.next();
      case 403:
        return this.refuse('forbidden', message);
      case 404:
        if (this.path + 1 < collection.paths.length) {
          this.path++;
          return 0;
        }
        this.path = 0;
        return this.refuse('missing', message);
      case 401:
      case 429:
        logger.warn(`${collection.name}: ${message}`, { status: error.status });
        return Math.max(this.fail(), (error.retryAfter ?? 0) * 1000);
      default:
        // A request that the server calls wrong will not become right: begin anew.
        this.loseTrackIf(error.status < 500);
        logger.warn(`${collection.name}: ${message}`, { status: error.status });
        return Math.max(this.fail(), (error.retryAfter ?? 0) * 1000);
    }
  }

  private loseTrackIf(lost: boolean): void {
    if (lost) {
      this.resourceVersion = null;
    }
  }

  private fail(): number {
    this.state = 'failing';
    return this.backoff.next();
  }

  private refuse(state: 'forbidden' | 'missing', message: string): number {
    if (this.state !== state) {
      this.options.logger.error(`${this.options.collection.name}: ${message}`, { state });
    }
    this.state = state;
    return this.refusals.next();
  }
}
