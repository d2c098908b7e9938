import { compressSync } from 'snappy';
import type { Logger } from '../log';
import { labelString } from '../loki/push-encoder';
import { readPushAnswer, type PushOutcome } from '../loki/push-response';
import type { LokiConnection } from '../loki/connection';
import { addGap } from './account';
import type { ContainerLog, Segment } from './container-log';
import { DamagedGzip } from './log-file';
import type { AgentMetrics } from './metrics';
import { routeOf, type Route } from './route';
import { Workbench } from './workbench';

export interface PushOptions {
  /** How long lines may wait for company, milliseconds. */
  batchWaitMs: number;
  /** Lines and metadata of one request, bytes. */
  batchBytes: number;
  /** Requests under way at once. */
  concurrency: number;
  timeoutMs: number;
  backoffMs: { min: number; max: number };
  maxLineBytes: number;
  /** Older lines cannot be stored (reject_old_samples_max_age), seconds. */
  maxAgeSeconds: number;
}

export interface PusherDeps {
  connection: LokiConnection;
  logger: Logger;
  metrics: AgentMetrics;
  /** Seconds since 1970. */
  nowSeconds: () => number;
  /** Labels of a container's stream. */
  labelsOf: (container: ContainerLog) => Readonly<Record<string, string>>;
  /** Loki acknowledged something of this container, or it was passed over. */
  onSettled: (container: ContainerLog, gap: boolean) => void;
}

/** One stream of Loki: the containers that have lines for it, and at most one request under way. */
class Stream {
  readonly containers = new Set<ContainerLog>();
  timer: NodeJS.Timeout | null = null;
  /** A request is under way, or waits for its next try. */
  busy = false;
  queued = false;
  maxPayload: number;
  maxEntries = Infinity;

  constructor(
    readonly labels: string,
    /** A time in the late hour that the stream is for; null for the stream of fresh lines. */
    readonly hour: number | null,
    maxPayload: number
  ) {
    this.maxPayload = maxPayload;
  }
}

interface Batch {
  body: Buffer;
  segments: Segment[];
  entries: number;
  payload: number;
  oldest: number;
}

const PUSH_PATH = '/loki/api/v1/push';
// Without it the compressor hands out memory of its own, which is freed long after: hundreds of MiB at full speed.
const COMPRESSION = { copyOutputData: true };
const HEADERS = { 'content-type': 'application/x-protobuf' };
/** Looks again at lines that have no end yet. */
const UNFINISHED_LOOK_MS = 1_000;

/**
 * Brings the containers' unread lines to Loki. A request carries one stream, because only then 204 says that all of it
 * is stored (reference: grafana/loki `pkg/ingester/instance.go` returns the last stream's error alone). Files are read
 * only when a request is built, so that nothing but requests under way is in memory: the kubelet's files are the buffer.
 */
export class Pusher {
  private readonly bench: Workbench;
  private readonly streams = new Map<string, Stream>();
  private readonly routes = new Map<ContainerLog, Stream>();
  private readonly queue: Stream[] = [];
  private readonly counts = { unparsed: 0, replaced: 0 };
  private underWay = 0;
  private stopped = false;
  private readonly abort = new AbortController();
  /** Why the last request found no acknowledgement; null after one that did. */
  problem: string | null = 'no answer from Loki yet';

  constructor(
    private readonly options: PushOptions,
    private readonly deps: PusherDeps
  ) {
    this.bench = new Workbench(options.batchBytes + options.maxLineBytes);
  }

  /** The container has unread lines. `now` skips the wait for company. */
  ready(container: ContainerLog, now = false): void {
    if (this.stopped) {
      return;
    }
    const stream = this.routes.get(container) ?? this.route(container, null);
    stream.containers.add(container);
    const full = now || container.unread >= stream.maxPayload;
    this.wake(stream, full ? 0 : this.options.batchWaitMs);
  }

  /** The container is done with. */
  forget(container: ContainerLog): void {
    const stream = this.routes.get(container);
    stream?.containers.delete(container);
    this.routes.delete(container);
    if (stream) {
      this.dropIdle(stream);
    }
  }

  /** Waits until no request is under way, for at most so long; then gives those up. */
  async stop(graceMs: number): Promise<void> {
    this.stopped = true;
    for (const stream of this.streams.values()) {
      clearTimeout(stream.timer ?? undefined);
    }
    const end = Date.now() + graceMs;
    while (this.underWay > 0 && Date.now() < end) {
      await sleep(20);
    }
    this.abort.abort();
    while (this.underWay > 0) {
      await sleep(5);
    }
  }

  get requestsUnderWay(): number {
    return this.underWay;
  }

  /** Puts the container where lines of that time go; without a time: among the fresh ones. */
  private route(container: ContainerLog, seconds: number | null): Stream {
    const now = this.deps.nowSeconds();
    const { labels: extra } = routeOf(seconds ?? now, now);
    const labels = labelString({ ...this.deps.labelsOf(container), ...extra });
    let stream = this.streams.get(labels);
    if (!stream) {
      stream = new Stream(labels, Object.keys(extra).length > 0 ? seconds : null, this.options.batchBytes);
      this.streams.set(labels, stream);
    }
    const old = this.routes.get(container);
    old?.containers.delete(container);
    this.routes.set(container, stream);
    if (old && old !== stream) {
      this.dropIdle(old);
    }
    return stream;
  }

  private dropIdle(stream: Stream): void {
    if (!stream.busy && !stream.queued && stream.containers.size === 0 && stream.hour !== null) {
      clearTimeout(stream.timer ?? undefined);
      this.streams.delete(stream.labels);
    }
  }

  private wake(stream: Stream, afterMs: number): void {
    if (stream.busy || stream.queued || this.stopped) {
      return;
    }
    if (afterMs === 0) {
      clearTimeout(stream.timer ?? undefined);
      stream.timer = null;
      stream.queued = true;
      this.queue.push(stream);
      setImmediate(() => this.pump());
    } else {
      stream.timer ??= setTimeout(() => {
        stream.timer = null;
        this.wake(stream, 0);
      }, afterMs);
    }
  }

  private pump(): void {
    while (this.underWay < this.options.concurrency && !this.stopped) {
      const stream = this.queue.shift();
      if (!stream) {
        return;
      }
      stream.queued = false;
      const batch = this.build(stream);
      if (batch) {
        stream.busy = true;
        this.underWay++;
        void this.deliver(stream, batch).finally(() => {
          this.underWay--;
          stream.busy = false;
          this.afterRequest(stream);
          this.pump();
        });
      }
    }
  }

  private afterRequest(stream: Stream): void {
    if (stream.containers.size === 0) {
      this.dropIdle(stream);
      return;
    }
    let unread = 0;
    for (const container of stream.containers) {
      unread += container.unread;
      if (unread >= stream.maxPayload / 4) {
        this.wake(stream, 0); // enough for a request of its own: no wait for company
        return;
      }
    }
    this.wake(stream, this.options.batchWaitMs);
  }

  /** Reads into a request what the stream's containers have, until it is full; null where there is nothing to send. */
  private build(stream: Stream): Batch | null {
    const { bench, options, deps } = this;
    const { encoder } = bench;
    const segments: Segment[] = [];
    const nowMs = performance.now();
    encoder.begin(stream.labels);
    for (const container of [...stream.containers]) {
      const window = this.window(stream);
      const filled = this.fill(container, stream, window, nowMs);
      segments.push(...filled.segments);
      if (filled.stop === 'full') {
        break;
      }
      stream.containers.delete(container);
      if (filled.stop === 'unprepared') {
        void this.prepare(container);
      } else if (filled.stop === 'older' || filled.stop === 'newer') {
        const seconds = bench.cutter.stopSeconds;
        if (seconds < deps.nowSeconds() - options.maxAgeSeconds) {
          this.passOverOld(container, nowMs, segments.length > 0 ? stream : null);
        } else if (filled.segments.length === 0) {
          const next = this.route(container, seconds);
          next.containers.add(container);
          this.wake(next, 0);
        } else {
          // Its lines in this request must be settled before it moves on, or a retry would mix the two.
          stream.containers.add(container);
        }
      } else if (container.unfinished) {
        setTimeout(() => this.ready(container), UNFINISHED_LOOK_MS).unref();
      }
    }
    if (encoder.entries === 0) {
      this.settle(segments);
      this.dropIdle(stream);
      return null;
    }
    const request = encoder.request();
    deps.metrics.encodedBytes.inc(request.length);
    this.countMarks();
    const oldest = segments.reduce((min, { from }) => (from && from < min ? from : min), '9');
    return {
      body: compressSync(request, COMPRESSION),
      segments,
      entries: encoder.entries,
      payload: encoder.payload,
      oldest: Date.parse(oldest) / 1000,
    };
  }

  private fill(container: ContainerLog, stream: Stream, window: Route, nowMs: number) {
    const { options } = this;
    const rules = {
      from: window.from,
      to: window.to,
      maxLineBytes: options.maxLineBytes,
      maxPayload: stream.maxPayload,
      maxEntries: stream.maxEntries,
      fallbackSeconds: 0,
    };
    try {
      return container.fill(this.bench, rules, nowMs, this.counts);
    } catch (error) {
      this.unreadable(container, error);
      return { segments: [], stop: 'end' as const };
    }
  }

  private window(stream: Stream): Route {
    const now = this.deps.nowSeconds();
    return routeOf(stream.hour ?? now, now);
  }

  /** Lines that no Loki would store any more are read over, counted and named in the ledger. */
  private passOverOld(container: ContainerLog, nowMs: number, after: Stream | null): void {
    if (after) {
      after.containers.add(container); // first what is in the request
      return;
    }
    const { bench, options, deps } = this;
    const limit = deps.nowSeconds() - options.maxAgeSeconds;
    const mark = bench.encoder.mark();
    const rules = {
      from: -Infinity,
      to: limit,
      maxLineBytes: options.maxLineBytes,
      maxPayload: options.batchBytes,
      maxEntries: Infinity,
      fallbackSeconds: 0,
    };
    const { segments } = container.fill(bench, rules, nowMs, this.counts);
    bench.encoder.back(mark);
    for (const segment of segments) {
      container.passOver(segment, { reason: 'too-old', from: segment.from, to: null });
      deps.metrics.missedBytes.inc({ reason: 'too-old' }, segment.bytes);
    }
    deps.onSettled(container, true);
    this.ready(container, true);
  }

  private unreadable(container: ContainerLog, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.deps.logger.error('a log file cannot be read; trying again', { container: container.id, error: reason });
    setTimeout(() => this.ready(container), 10 * this.options.batchWaitMs).unref();
  }

  private async prepare(container: ContainerLog): Promise<void> {
    const file = container.files.find(({ log }) => log.compressed && (!log.atGzipEnd || log.unread > 0));
    if (!file) {
      return;
    }
    try {
      await file.log.prepare(file.log.read.offset);
    } catch (error) {
      if (!(error instanceof DamagedGzip)) {
        this.unreadable(container, error);
        return;
      }
      this.deps.logger.error('a compressed log file is damaged: what follows in it is missing', {
        error: error.message,
      });
      file.log.endAtDamage();
      const gap = { bytes: null, lines: null, from: container.state.lastTime, to: null, detail: error.message };
      addGap(container.state, { reason: 'unreadable', ...gap });
      this.deps.onSettled(container, true);
    }
    if (!file.identified) {
      container.identify(file);
    }
    this.ready(container, true);
  }

  private countMarks(): void {
    const { counts, deps } = this;
    deps.metrics.unparsedLines.inc(counts.unparsed);
    deps.metrics.replacedLines.inc(counts.replaced);
    counts.unparsed = counts.replaced = 0;
  }

  /** Sends the batch until Loki took it, or until it has to be built anew. */
  private async deliver(stream: Stream, batch: Batch): Promise<void> {
    const { options, deps } = this;
    for (let attempt = 0; !this.abort.signal.aborted; attempt++) {
      const outcome = await this.push(batch);
      if (outcome.kind === 'stored') {
        this.problem = null;
        stream.maxEntries *= 2;
        stream.maxPayload = Math.min(options.batchBytes, stream.maxPayload * 2);
        deps.metrics.ackedLines.inc(batch.entries);
        this.settle(batch.segments);
        return;
      }
      deps.logger.warn('Loki did not take a push', { stream: stream.labels, entries: batch.entries, ...outcome });
      if (outcome.kind === 'refused') {
        this.refuse(batch, outcome.count, outcome.reason);
        return;
      }
      if (outcome.kind === 'too-large' || outcome.kind === 'poison') {
        if (batch.entries === 1) {
          this.refuse(batch, 1, outcome.reason);
        } else {
          stream.maxPayload = Math.max(1024, Math.ceil(batch.payload / 2));
          stream.maxEntries = Math.ceil(batch.entries / 2);
          this.rebuild(stream, batch);
        }
        return;
      }
      this.problem = outcome.reason;
      deps.metrics.retries.inc();
      await sleep(jitter(options.backoffMs, attempt), this.abort.signal);
      if (stream.hour === null && batch.oldest < this.window(stream).from) {
        this.rebuild(stream, batch); // it became late while it waited
        return;
      }
    }
    this.rebuild(stream, batch);
  }

  private async push(batch: Batch): Promise<PushOutcome> {
    const { deps, options } = this;
    const end = deps.metrics.pushSeconds.startTimer();
    try {
      const answer = await deps.connection.request('POST', PUSH_PATH, {
        body: batch.body,
        headers: HEADERS,
        timeoutMs: options.timeoutMs,
        signal: this.abort.signal,
      });
      deps.metrics.requests.inc({ status: String(answer.status) });
      return readPushAnswer(answer.status, answer.body, batch.entries);
    } catch (error) {
      deps.metrics.requests.inc({ status: 'none' });
      return { kind: 'retry', reason: error instanceof Error ? error.message : String(error) };
    } finally {
      end();
      deps.metrics.sentBytes.inc(batch.body.length);
    }
  }

  /** Loki refused entries for good: those of a 400 cannot all be told apart, so each container of the push says so. */
  private refuse(batch: Batch, count: number, reason: string): void {
    const whole = count >= batch.entries;
    for (const segment of batch.segments) {
      if (whole) {
        segment.container.passOver(segment, { reason: 'refused', from: segment.from, to: null, detail: reason });
      } else {
        const lines = Math.min(count, segment.lines);
        segment.container.acknowledge(segment);
        segment.container.state.passedOver.lines += lines; // read past, but not in Loki
        addGap(segment.container.state, {
          reason: 'refused',
          bytes: null,
          lines,
          from: segment.from,
          to: segment.container.state.lastTime,
          detail: reason,
        });
      }
      this.deps.onSettled(segment.container, true);
    }
    this.deps.metrics.missedLines.inc({ reason: 'refused' }, count);
  }

  private rebuild(stream: Stream, batch: Batch): void {
    for (const container of new Set(batch.segments.map((segment) => segment.container))) {
      container.rewind();
      stream.containers.add(container);
    }
  }

  private settle(segments: readonly Segment[]): void {
    for (const segment of segments) {
      segment.container.acknowledge(segment);
      this.deps.metrics.ackedBytes.inc(segment.bytes);
    }
    for (const container of new Set(segments.map((segment) => segment.container))) {
      this.deps.onSettled(container, false);
    }
  }
}

/** Full jitter: anything between nothing and the capped exponential. */
function jitter({ min, max }: { min: number; max: number }, attempt: number): number {
  return min / 2 + Math.random() * Math.min(max, min * 2 ** Math.min(attempt, 16));
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
  });
}
