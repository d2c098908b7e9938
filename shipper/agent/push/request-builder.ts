import { compressSync } from 'snappy';
import { errorText } from '../../../model/error-text';
import type { Logger } from '../../common/log';
import type { ContainerLog, Filled, Segment } from '../container/container-log';
import { EncodeBuffer } from '../entries/encode-buffer';
import type { RequestRules } from '../container/read-range';
import type { Order } from './order';
import { routeOf, type Route } from '../entries/route';
import type { PushStream } from './stream';

export interface BuilderOptions {
  /** Lines and metadata of one request, bytes. */
  batchBytes: number;
  /** Loki's max_line_size. */
  maxLineBytes: number;
  /** Older lines cannot be stored (reject_old_samples_max_age), seconds. */
  maxAgeSeconds: number;
  /** Lines that are dated so much later than now cannot be stored (creation_grace_period), seconds. */
  futureSeconds: number;
  /** What becomes of lines whose own time cannot be stored, or be true. */
  misdated: 'store' | 'count';
}

export interface BuilderDeps {
  logger: Logger;
  order: Order;
  /** Seconds since 1970. */
  nowSeconds: () => number;
  /** The container's lines are for another stream: that of their time, which has to be a late one, or must not. */
  move: (container: ContainerLog, seconds: number, late: boolean | undefined) => void;
  /** These lines are too old for any Loki. */
  tooOld: (container: ContainerLog, segments: readonly Segment[]) => void;
  /** Nothing could be sent now: look at the container again, after so many milliseconds. */
  again: (container: ContainerLog, afterMs: number) => void;
}

/** A request for one stream, and what is in it. */
export interface Batch {
  body: Buffer;
  uncompressedBytes: number;
  segments: Segment[];
  entries: number;
  payload: number;
  late: boolean;
  /** Time of its newest entry, milliseconds since 1970, and the length of its last line. */
  newestMs: number;
  lastLineBytes: number;
  /** It is full: lines that have waited as long as its own are left. */
  full: boolean;
}

/** Nothing to send, a request, parts of files without a line, or a compressed file that has to be unpacked first. */
export type Built =
  | { kind: 'nothing' }
  | { kind: 'request'; batch: Batch }
  | { kind: 'passed'; segments: Segment[] }
  | { kind: 'unpack'; container: ContainerLog };

// Without it the compressor hands out memory of its own, which is freed long after: hundreds of MiB at full speed.
const COMPRESSION = { copyOutputData: true };
const NOTHING: Built = { kind: 'nothing' };
/** Looks again at lines that have no end yet. */
const UNFINISHED_RETRY_MS = 1_000;
const UNREADABLE_RETRY_MS = 10_000;
/** So much clocks may differ: Loki takes lines that are a little too new a little later. */
const SKEW_SECONDS = 5;

/** Reads into a request what a stream's containers have, until it is full. */
export class RequestBuilder {
  private readonly buffer: EncodeBuffer;
  private futureSeconds: number;
  /** This Loki has refused a line as too new. */
  private refusesFuture = false;

  constructor(
    private readonly options: BuilderOptions,
    private readonly deps: BuilderDeps
  ) {
    this.futureSeconds = options.futureSeconds + SKEW_SECONDS;
    this.buffer = new EncodeBuffer(options.batchBytes + options.maxLineBytes);
  }

  build(stream: PushStream): Built {
    const { encoder } = this.buffer;
    const now = this.deps.nowSeconds();
    const route = routeOf(stream.hour ?? now, now, stream.hour !== null);
    const segments: Segment[] = [];
    let full = false;
    encoder.begin(stream.labels);
    for (const container of this.deps.order.containersOf(stream)) {
      const filled = this.fill(container, stream, route);
      segments.push(...filled.segments);
      if (filled.stop === 'unprepared' && segments.length === 0) {
        return { kind: 'unpack', container };
      }
      if (filled.stop === 'full' || filled.stop === 'unprepared') {
        this.keepTurn(stream, container);
        full = true;
        break;
      }
      this.leave(stream, container, filled, now, segments.length === 0);
    }
    if (encoder.entries === 0) {
      return segments.length > 0 ? { kind: 'passed', segments } : NOTHING;
    }
    return { kind: 'request', batch: this.batch(segments, route.late, full) };
  }

  /**
   * Loki refused a line as too new: from now on lines that are dated so late are misdated; until then a line may be right
   * and this node's clock wrong.
   * @returns whether that was not known
   */
  expectMisdated(): boolean {
    const isNew = !this.refusesFuture;
    this.refusesFuture = true;
    return isNew;
  }

  /** This Loki takes nothing from the future: all lines that are dated there are misdated. */
  expectNoFuture(): void {
    this.futureSeconds = SKEW_SECONDS;
  }

  private batch(segments: Segment[], late: boolean, full: boolean): Batch {
    const { encoder } = this.buffer;
    const request = encoder.request();
    const { entries, payload } = encoder;
    return {
      body: compressSync(request, COMPRESSION),
      uncompressedBytes: request.length,
      segments,
      entries,
      payload,
      late,
      newestMs: Math.max(...segments.map(({ last }) => Date.parse(last ?? ''))),
      lastLineBytes: encoder.lastLineBytes,
      full,
    };
  }

  /** The containers of a stream take turns; a compressed file goes on to its end, for it would have to begin again. */
  private keepTurn(stream: PushStream, container: ContainerLog): void {
    if (!container.isUnpacking) {
      stream.containers.delete(container);
      stream.containers.add(container);
    }
  }

  /** The container has nothing more for this stream, at least for now. */
  private leave(stream: PushStream, container: ContainerLog, filled: Filled, now: number, empty: boolean): void {
    const { deps, options } = this;
    const seconds = this.buffer.decoder.writer.stopSeconds;
    if (filled.stop === 'end') {
      stream.containers.delete(container);
      if (container.unfinished) {
        deps.again(container, UNFINISHED_RETRY_MS);
      }
    } else if (filled.segments.length > 0) {
      // What is in this request has to be settled before the container moves on, or a retry would mix the two.
    } else if (filled.stop === 'fresh') {
      stream.containers.delete(container);
      deps.move(container, now, false);
    } else if (filled.late === undefined && seconds < now - options.maxAgeSeconds) {
      if (empty) {
        stream.containers.delete(container);
        this.passOverOld(container, now);
      }
    } else {
      stream.containers.delete(container);
      deps.move(container, seconds, filled.late);
    }
  }

  private rules(request: Pick<RequestRules, 'route' | 'maxLineBytes' | 'maxPayload' | 'maxEntries'>): RequestRules {
    const { futureSeconds } = this;
    const { misdated } = this.options;
    return {
      ...request,
      nowSeconds: this.deps.nowSeconds(),
      futureSeconds,
      keepsFuture: !this.refusesFuture,
      misdated,
    };
  }

  private fill(container: ContainerLog, { maxPayload, maxEntries, maxLineBytes }: PushStream, route: Route): Filled {
    const rules = this.rules({ route, maxLineBytes, maxPayload, maxEntries });
    const mark = this.buffer.encoder.mark();
    try {
      return container.fill(this.buffer, rules, performance.now());
    } catch (error) {
      this.buffer.encoder.back(mark);
      container.rewind();
      const reason = errorText(error);
      this.deps.logger.error('a log file cannot be read; trying again', { container: container.id, error: reason });
      this.deps.again(container, UNREADABLE_RETRY_MS);
      return { segments: [], stop: 'end' };
    }
  }

  /** Lines that no Loki would store any more are read over. */
  private passOverOld(container: ContainerLog, now: number): void {
    const { buffer, options } = this;
    const route = { ...routeOf(0, now), from: -Infinity, to: now - options.maxAgeSeconds };
    const { maxLineBytes, batchBytes: maxPayload } = options;
    const rules = this.rules({ route, maxLineBytes, maxPayload, maxEntries: Infinity });
    const mark = buffer.encoder.mark();
    const { segments } = container.fill(buffer, rules, performance.now());
    buffer.encoder.back(mark);
    this.deps.tooOld(container, segments);
  }
}
