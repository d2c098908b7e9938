import type { Logger } from '../../common/log';
import { labelString } from '../../loki/push/encoder';
import type { Faulty, PushOutcome, Waits } from '../../loki/push/answer';
import type { ContainerLog } from '../container/container-log';
import type { PushMetrics } from './push-metrics';
import type { Sent } from '../container/tailed-file';
import { backoffMs, sleep, type Backoff } from '../../loki/push/backoff';
import { isAboveBurst } from '../../loki/push/burst';
import { Order } from './order';
import { Pace } from './pace';
import { RequestBuilder, type Batch } from './request-builder';
import { routeOf } from '../entries/route';
import { problemOf, type PushClient } from '../../loki/push/client';
import { containersOf, Acknowledgement } from './acknowledgement';
import { PushStream, streamKey } from './stream';
import { unpack } from './unpack';

const PROTOBUF = 'application/x-protobuf';
/** So long entries that are too new for Loki are waited for. */
const TOO_NEW_MS = 10_000;

export interface PushOptions {
  /** How long lines may wait for a fuller batch, milliseconds. */
  batchWaitMs: number;
  /** How often logs are looked at: so old lines may be when they are seen, milliseconds. */
  pollMs: number;
  /** Lines and metadata of one request, bytes. */
  batchBytes: number;
  /** Requests under way at once. */
  concurrency: number;
  backoff: Backoff;
  maxLineBytes: number;
  /** Older lines cannot be stored (reject_old_samples_max_age), seconds. */
  maxAgeSeconds: number;
  /** Lines that are dated so much later than now cannot be stored (creation_grace_period), seconds. */
  futureSeconds: number;
  /** What becomes of lines whose own time cannot be stored, or be true. */
  misdated: 'store' | 'count';
}

export interface PusherDeps {
  push: PushClient;
  logger: Logger;
  metrics: PushMetrics;
  /** Seconds since 1970. */
  nowSeconds: () => number;
  /** Labels of a container's stream. */
  labelsOf: (container: ContainerLog) => Readonly<Record<string, string>>;
  /** A request with lines of these containers goes out next: what it carries has to be kept before. */
  onSending: (containers: readonly ContainerLog[]) => void;
  /** Loki acknowledged something of these containers, or it was passed over. */
  onSettled: (containers: readonly ContainerLog[]) => void;
}

/**
 * Brings the containers' unread lines to Loki. A request carries one stream, because only then 204 says that all of it
 * is stored (grafana/loki `pkg/ingester/run.go` returns the last stream's error alone). Files are read
 * only when a request is built, and read again when it has to wait for another try, so that nothing but the requests
 * under way is in memory: the kubelet's files are the buffer.
 */
export class Pusher {
  private readonly order = new Order();
  private readonly builder: RequestBuilder;
  private readonly acknowledgement: Acknowledgement;
  private readonly streams = new Map<string, PushStream>();
  private readonly routes = new Map<ContainerLog, PushStream>();
  private underWay = 0;
  private readonly pace: Pace;
  /** The turn at hand counted as one of a small request. */
  private isPaced = false;
  private paceTimer: NodeJS.Timeout | null = null;
  private turn: NodeJS.Immediate | null = null;
  private stopped = false;
  private readonly abort = new AbortController();

  constructor(
    private readonly options: PushOptions,
    private readonly deps: PusherDeps
  ) {
    this.acknowledgement = new Acknowledgement(deps);
    this.pace = new Pace(options.batchWaitMs, performance.now());
    this.builder = new RequestBuilder(options, {
      logger: deps.logger,
      order: this.order,
      nowSeconds: deps.nowSeconds,
      move: (container, seconds, late) => this.wake(this.route(container, seconds, late), 0),
      tooOld: (container, segments) => {
        this.acknowledgement.tooOld(container, segments);
        this.ready(container, true);
      },
      again: (container, afterMs) => setTimeout(() => this.ready(container), afterMs).unref(),
    });
  }

  /** The container has unread lines. `now` skips the wait for a fuller batch. */
  ready(container: ContainerLog, now = false): void {
    if (this.stopped) {
      return;
    }
    const stream = this.routes.get(container) ?? this.route(container, this.deps.nowSeconds());
    stream.containers.add(container);
    stream.isUrgent ||= now || container.unread >= stream.maxPayload;
    const atOnce = now || container.unread >= stream.maxPayload || (this.order.priority && container.reclaimable);
    this.wake(stream, atOnce ? 0 : this.lingerMs);
  }

  /** In priority mode what the next reclaim could delete goes first, and without waiting for a fuller batch. */
  set priority(priority: boolean) {
    this.order.priority = priority;
    for (const stream of priority ? this.streams.values() : []) {
      if ([...stream.containers].some(({ reclaimable }) => reclaimable)) {
        this.wake(stream, 0);
      }
    }
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

  /** Sends what the containers have, without waiting for a fuller batch, for at most so long or until `done`. */
  async flush(containers: Iterable<ContainerLog>, done: () => boolean, graceMs: number): Promise<void> {
    for (const container of containers) {
      this.ready(container, true);
    }
    const end = performance.now() + graceMs;
    while (!(done() && this.underWay === 0) && performance.now() < end) {
      await sleep(10);
    }
  }

  /** Gives up the requests under way, and begins no other. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.paceTimer ?? undefined);
    this.streams.forEach((stream) => stream.stop());
    this.abort.abort();
    while (this.underWay > 0) {
      await sleep(5);
    }
  }

  get requestsUnderWay(): number {
    return this.underWay;
  }

  /** Bytes of log files that Loki acknowledged since the start. */
  get acknowledgedBytes(): number {
    return this.acknowledgement.acknowledgedBytes;
  }

  /** How long lines that are seen now wait on for a fuller batch: they may have waited for the look that found them. */
  private get lingerMs(): number {
    const { batchWaitMs, pollMs } = this.options;
    return Math.max(batchWaitMs / 2, batchWaitMs - pollMs);
  }

  /** Puts the container into the stream for lines of that time (seconds since 1970). */
  private route(container: ContainerLog, seconds: number, late?: boolean): PushStream {
    const route = routeOf(seconds, this.deps.nowSeconds(), late);
    const labels = labelString({ ...this.deps.labelsOf(container), ...route.labels });
    const { tenant } = container.destination;
    const key = streamKey(labels, tenant);
    let stream = this.streams.get(key);
    if (!stream) {
      stream = new PushStream(labels, tenant, route.late ? seconds : null, this.options);
      this.streams.set(key, stream);
    }
    const old = this.routes.get(container);
    old?.containers.delete(container);
    this.routes.set(container, stream);
    stream.containers.add(container);
    if (old && old !== stream) {
      this.dropIdle(old);
    }
    return stream;
  }

  private dropIdle(stream: PushStream): void {
    if (stream.containers.size === 0 && !stream.busy) {
      this.deps.push.forget(stream.key);
    }
    if (stream.idle) {
      stream.stop();
      this.streams.delete(stream.key);
    }
  }

  private wake(stream: PushStream, afterMs: number): void {
    if (stream.busy || stream.queued || this.stopped) {
      return;
    }
    const wait = Math.max(afterMs, stream.notBefore - performance.now());
    if (wait <= 0) {
      stream.stop();
      this.order.add(stream);
      this.schedule();
    } else {
      stream.timer ??= setTimeout(() => {
        stream.timer = null;
        this.wake(stream, 0);
      }, wait);
    }
  }

  /**
   * The next request is built in a turn of its own: building takes some milliseconds, and between two the event loop
   * opens the files that inotify reports, which may be gone a few milliseconds later.
   */
  private schedule(): void {
    this.turn ??= setImmediate(() => {
      this.turn = null;
      this.begin();
    });
  }

  /** The turn came to no request. */
  private spareTurn(): void {
    if (this.isPaced) {
      this.pace.giveBack();
    }
  }

  /** Whose turn it is; nobody's while small requests have to wait. */
  private nextStream(): PushStream | undefined {
    const { order } = this;
    if (order.isEmpty) {
      return undefined;
    }
    const urgent = order.priority ? order.next() : order.nextUrgent();
    this.isPaced = urgent === undefined;
    if (urgent || this.paceTimer) {
      return urgent;
    }
    const wait = this.pace.take(order.unread, performance.now());
    if (wait === 0) {
      return order.next();
    }
    this.paceTimer ??= setTimeout(() => {
      this.paceTimer = null;
      this.schedule();
    }, wait);
    return undefined;
  }

  /** Begins the next request, where there is one and it may go. */
  private begin(): void {
    while (this.underWay < this.options.concurrency && !this.stopped) {
      const stream = this.nextStream();
      if (!stream) {
        return;
      }
      stream.isUrgent = false;
      if (stream.busy) {
        this.spareTurn();
        continue; // it is looked at when its request is done
      }
      const built = this.builder.build(stream);
      if (built.kind === 'nothing') {
        this.spareTurn();
        this.deps.push.forget(stream.key);
        this.dropIdle(stream);
        continue;
      }
      if (built.kind === 'passed') {
        this.acknowledgement.read(built.segments);
        this.acknowledgement.stored(built.segments, 0);
        this.wake(stream, 0);
        continue;
      }
      const [work, more] =
        built.kind === 'request'
          ? [this.send(stream, built.batch), built.batch.full]
          : [unpack(built.container, this.deps), true];
      this.occupy(stream, work, more);
      this.schedule();
      return;
    }
  }

  /** @param more lines are left that have waited for a fuller batch long enough */
  private occupy(stream: PushStream, work: Promise<void>, more: boolean): void {
    stream.busy = true;
    this.underWay++;
    void work.finally(() => {
      this.underWay--;
      stream.busy = false;
      if (stream.containers.size === 0) {
        this.dropIdle(stream);
      } else {
        stream.isUrgent ||= more || stream.hasEnough;
        this.wake(stream, stream.isUrgent ? 0 : this.lingerMs);
      }
      this.schedule();
    });
  }

  /** Sends the request once; one whose lines cannot be read again as often as it takes. */
  private async send(stream: PushStream, batch: Batch): Promise<void> {
    const { deps } = this;
    const { signal } = this.abort;
    const { body, segments, entries } = batch;
    const containers = containersOf(segments);
    this.acknowledgement.read(segments);
    const before = segments.map((segment) => segment.container.noteSent(segment, batch.late));
    deps.onSending(containers);
    deps.metrics.encodedBytes.inc(batch.uncompressedBytes);
    const push = {
      carries: 'lines',
      body,
      contentType: PROTOBUF,
      stream: stream.key,
      entries,
      signal,
      tenant: stream.tenant,
    } as const;
    for (;;) {
      deps.metrics.sentBytes.inc(body.length);
      const outcome = await deps.push.send(push);
      if (outcome.kind === 'stored') {
        stream.succeeded(performance.now());
        this.acknowledgement.stored(segments, entries);
        return;
      }
      const wait = this.waitAfter(stream, batch, outcome);
      if (wait === null) {
        return;
      }
      if (storedNothing(batch, outcome)) {
        restore(batch, before);
      }
      stream.notBefore = performance.now() + wait;
      if (signal.aborted || wait === 0 || !containers.some(({ unrepeatable }) => unrepeatable)) {
        break;
      }
      await sleep(wait, signal);
    }
    this.readAgain(batch);
  }

  /**
   * What to do with a request that Loki did not take: it is read again after so many milliseconds, or it is dealt with.
   * An entry is passed over only for its own fault, and only alone or among its like: then all that was sent with it
   * has been sent again without it, and acknowledged.
   */
  private waitAfter(
    stream: PushStream,
    batch: Batch,
    outcome: Exclude<PushOutcome, { kind: 'stored' }>
  ): number | null {
    switch (outcome.kind) {
      case 'wait':
        return this.waitFor(stream, batch, outcome);
      case 'too-large':
        return stream.shrink(batch) ? 0 : this.backOff(stream, outcome);
      case 'faulty':
        if (outcome.reason === 'too-new' && this.builder.expectMisdated()) {
          return 0;
        }
        if (outcome.count < batch.entries || outcome.reason === 'mixed') {
          return stream.shrink(batch) ? 0 : this.backOff(stream, outcome);
        }
        return this.waitAfterFault(stream, batch, outcome);
    }
  }

  private waitFor(stream: PushStream, batch: Batch, outcome: Waits): number {
    this.deps.metrics.retries.inc();
    const { payload: bytes, entries } = batch;
    if (isAboveBurst(outcome, { bytes, entries, failures: stream.failures })) {
      stream.keepBelow(bytes, performance.now());
      stream.shrink(batch);
    }
    return this.backOff(stream);
  }

  /** All entries of the request are at fault, and all in the same way. */
  private waitAfterFault(stream: PushStream, batch: Batch, outcome: Faulty): number | null {
    const { segments, entries } = batch;
    if (outcome.reason === 'too-far-behind' && !batch.late) {
      segments.forEach((segment) => segment.container.markLate(segment));
      return 0;
    }
    if (outcome.reason === 'too-new') {
      return this.waitForTime(stream, outcome);
    }
    if (isProven(batch, outcome)) {
      this.acknowledgement.refused(segments, outcome.answer);
      return null;
    }
    return entries > 1 && stream.shrink(batch) ? 0 : this.backOff(stream, outcome);
  }

  /** A few seconds are waited for; then lines that are dated in the future are taken for misdated, however little. */
  private waitForTime(stream: PushStream, outcome: Faulty): number {
    const nowMs = performance.now();
    stream.tooNewSince ??= nowMs;
    if (nowMs - stream.tooNewSince > TOO_NEW_MS) {
      this.builder.expectNoFuture();
    }
    return this.backOff(stream, outcome);
  }

  private backOff(stream: PushStream, because?: { answer: string; advice: string }): number {
    if (because) {
      this.deps.push.waits(stream.key, problemOf(because));
    }
    return backoffMs(this.options.backoff, stream.failures++);
  }

  private readAgain({ segments }: Batch): void {
    for (const container of containersOf(segments)) {
      container.rewind();
      this.routes.get(container)?.containers.add(container);
    }
  }
}

/**
 * Whether what the answer says of all entries of the request is true of them, so that no Loki can have meant anything
 * else.
 */
function isProven({ entries, newestMs, lastLineBytes, late }: Batch, { reason, limit }: Faulty): boolean {
  switch (reason) {
    case 'too-old':
      return limit !== null && newestMs < limit;
    case 'too-long':
      return limit !== null && entries === 1 && lastLineBytes > limit;
    case 'too-far-behind':
      return late;
    default:
      return false;
  }
}

function storedNothing({ entries }: Batch, outcome: Exclude<PushOutcome, { kind: 'stored' }>): boolean {
  switch (outcome.kind) {
    case 'wait':
      return outcome.stored === 'no';
    case 'too-large':
      return true;
    case 'faulty':
      // Late lines are noted as sent, so that they go to the stream of their hour.
      return outcome.count === entries && outcome.reason !== 'too-far-behind';
  }
}

/** Nothing of the request arrived: what was noted as sent before it holds again. */
function restore({ segments }: Batch, before: ReadonlyArray<Sent | null>): void {
  for (let i = segments.length - 1; i >= 0; i--) {
    const segment = segments[i];
    segment?.container.takeBack(segment, before[i] ?? null);
  }
}
