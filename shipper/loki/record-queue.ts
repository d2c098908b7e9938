import type { LateLabels, RollupPeriod } from '../../model/records';
import type { Logger } from '../common/log';
import type { Faulty, Waits } from './push/answer';
import { backoffMs, type Backoff } from './push/backoff';
import { isAboveBurst } from './push/burst';
import type { PushClient } from './push/client';
import { labelString } from './push/encoder';
import { LATE_AFTER_SECONDS, lateLabels } from './push/late';

/** A record on its way to Loki. */
export interface OutgoingRecord {
  kind: string;
  cluster: string;
  /** Of a rollup: a label of its stream. */
  period?: RollupPeriod;
  /** Of an evicted pod: a label of its stream. */
  evicted?: boolean;
  /** When the thing happened: nanoseconds since 1970. */
  timestamp: bigint;
  /** The record as one line of JSON. */
  line: string;
  /** Structured metadata; empty values are left out. */
  metadata: Record<string, string>;
  /** It is worth nothing at another time: it is refused rather than moved to one that Loki takes. */
  isTimeFixed?: boolean;
}

export interface RecordCounts {
  written: number;
  acknowledged: number;
  /** Records that Loki refused for a fault of their own (a line longer than it takes); each refusal is in the log. */
  refused: number;
  /** Requests that had to be repeated. */
  retries: number;
  requests: number;
}

export interface LaneOptions {
  push: PushClient;
  logger: Logger;
  batchWaitMs: number;
  batchBytes: number;
  backoffMs: Backoff;
  counts: RecordCounts;
  /** Called with the bytes that are no longer pending. */
  released: (bytes: number) => void;
}

interface Waiting {
  record: OutgoingRecord;
  bytes: number;
  settled?: () => void;
  /** Loki takes nothing older, nanoseconds since 1970: it said so of this record. */
  oldest: bigint;
  /** Where it goes: by its own time, into the late stream of its hour, or, if even that has a much newer one, to now. */
  place: 'own' | 'late' | 'now';
}

interface Timed {
  waiting: Waiting;
  timestamp: bigint;
}

interface Stream {
  labels: Record<string, string>;
  entries: Timed[];
}

const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;
/** `reject_old_samples_max_age` (7 d), `creation_grace_period` (10 min), less a margin. */
const OLDEST = 7n * 24n * 60n * MINUTE - 10n * MINUTE;
const NEWEST = 5n * MINUTE;

/**
 * The records of one stream in their order, and of its late hours: one batch after the other, each stream of it in a request of its own. What a
 * record is refused for by its time is mended, for its own time is in its line: no record is lost for it.
 */
export class RecordQueue {
  /** The labels as text, those of late streams left out: by it is known what waits. */
  private readonly stream: string;
  private readonly queue: Waiting[] = [];
  private queuedBytes = 0;
  private underWay: Waiting[] = [];
  private running: Promise<void> | undefined;
  private hurry = false;
  /** What is left under way waits for a reason of its own: others were stored meanwhile. */
  private leftAlone = false;
  /** Lines and metadata of one request, as far as a rate limit lets them by, and how often it refused one since it took one. */
  private maxBytes: number;
  private refusals = 0;
  private readonly given = new AbortController();
  private wake: () => void = () => undefined;
  private flushes: Array<{ left: Set<Waiting>; resolve: () => void; reject: (error: Error) => void }> = [];

  constructor(
    private readonly labelsOf: (late: LateLabels | undefined) => Record<string, string>,
    private readonly options: LaneOptions
  ) {
    this.stream = labelString(labelsOf(undefined));
    this.maxBytes = options.batchBytes;
  }

  /** @returns the bytes by which the writer's pending bytes grow */
  add(record: OutgoingRecord, settled?: () => void): number {
    const bytes = sizeOf(record);
    this.queue.push({ record, bytes, settled, oldest: 0n, place: 'own' });
    this.queuedBytes += bytes;
    if (this.queuedBytes >= this.options.batchBytes || this.leftAlone) {
      this.wake();
    }
    this.running ??= this.run();
    return bytes;
  }

  async flush(): Promise<void> {
    const left = new Set([...this.underWay, ...this.queue]);
    if (left.size === 0) {
      return;
    }
    if (this.given.signal.aborted) {
      throw closedTooEarly();
    }
    this.hurry = true;
    this.wake();
    await new Promise<void>((resolve, reject) => this.flushes.push({ left, resolve, reject }));
  }

  async close(graceMs: number): Promise<OutgoingRecord[]> {
    const giveUp = setTimeout(() => {
      this.given.abort();
      this.wake();
    }, graceMs);
    this.hurry = true;
    this.wake();
    await this.running;
    clearTimeout(giveUp);
    this.flushes.forEach(({ reject }) => reject(closedTooEarly()));
    return [...this.underWay, ...this.queue].map((waiting) => waiting.record);
  }

  private async run(): Promise<void> {
    const { options, given } = this;
    let failures = 0;
    while (this.queue.length + this.underWay.length > 0 && !given.signal.aborted) {
      if (this.underWay.length === 0 && !this.hurry && this.queuedBytes < options.batchBytes) {
        await this.pause(options.batchWaitMs);
      }
      const added = this.underWay.length === 0 || this.leftAlone ? this.takeBatch() : [];
      this.underWay.push(...added);
      const before = this.underWay.length;
      await this.attempt();
      const stored = this.underWay.length < before;
      this.leftAlone = this.underWay.length > 0 && (stored || (this.leftAlone && added.length === 0));
      failures = stored ? 0 : failures + 1;
      if (this.underWay.length > 0 && !given.signal.aborted) {
        options.counts.retries++;
        await this.pause(backoffMs(options.backoffMs, failures));
      }
    }
    this.running = undefined;
  }

  private takeBatch(): Waiting[] {
    let count = 0;
    let bytes = 0;
    for (const { bytes: more } of this.queue) {
      if (count > 0 && bytes + more > this.options.batchBytes) {
        break;
      }
      bytes += more;
      count++;
    }
    this.queuedBytes -= bytes;
    return this.queue.splice(0, count);
  }

  /** Sends what is under way; the streams are chosen anew for each attempt, because time goes on. */
  private async attempt(): Promise<void> {
    for (const { labels, entries } of this.streams()) {
      for (const part of partsOf(entries, this.maxBytes)) {
        if (!(await this.sendAll(labels, part))) {
          break; // what follows would meet the same answer
        }
      }
    }
  }

  /** What is under way, by stream: the late hours first, each stream oldest first. */
  private streams(): Stream[] {
    const streams = new Map<string, Stream>();
    for (const waiting of this.underWay) {
      const { hour, timestamp } = this.placeOf(waiting);
      const stream = streams.get(hour?.hour ?? '~') ?? { labels: this.labelsOf(hour), entries: [] };
      stream.entries.push({ waiting, timestamp });
      streams.set(hour?.hour ?? '~', stream);
    }
    const ordered = [...streams].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, stream]) => stream);
    for (const { entries } of ordered) {
      entries.sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0));
    }
    return ordered;
  }

  /** Under which time a record goes to Loki, by Loki's clock, and for which hour, if it is late. */
  private placeOf({ record, oldest, place }: Waiting): { timestamp: bigint; hour?: ReturnType<typeof lateLabels> } {
    const now = BigInt(Math.round(this.options.push.clock.nowMs())) * 1_000_000n;
    if (place === 'now') {
      return { timestamp: now };
    }
    const earliest = oldest > now - OLDEST ? oldest : now - OLDEST;
    const { timestamp: own, isTimeFixed = false } = record;
    const timestamp = isTimeFixed ? own : own < earliest ? earliest : own > now + NEWEST ? now : own;
    return place === 'late' || now - timestamp > BigInt(LATE_AFTER_SECONDS) * SECOND
      ? { timestamp, hour: lateLabels(Number(timestamp / SECOND)) }
      : { timestamp };
  }

  /**
   * Sends entries of one stream; those that Loki did not take stay under way.
   * @returns false where Loki takes nothing now
   */
  private async sendAll(labels: Record<string, string>, entries: readonly Timed[]): Promise<boolean> {
    const { push, counts, logger } = this.options;
    if (this.given.signal.aborted) {
      return false;
    }
    counts.requests++;
    const outcome = await push.send({
      carries: 'records',
      body: pushBody(labels, entries),
      contentType: 'application/json',
      stream: this.stream,
      entries: entries.length,
      signal: this.given.signal,
    });
    const [only] = entries;
    if (outcome.kind === 'wait') {
      this.waitAfter(outcome, entries);
      return false;
    }
    if (outcome.kind === 'stored') {
      this.settle(entries, 'acknowledged');
      this.refusals = 0;
      this.maxBytes = Math.min(this.options.batchBytes, this.maxBytes * 2);
    } else if (entries.length > 1) {
      const half = Math.ceil(entries.length / 2);
      return (await this.sendAll(labels, entries.slice(0, half))) && (await this.sendAll(labels, entries.slice(half)));
    } else if (outcome.kind === 'faulty' && only !== undefined && !this.mend(only.waiting, outcome)) {
      logger.error('Loki refused a record for good', {
        labels,
        answer: outcome.answer,
        record: only.waiting.record.line,
      });
      this.settle(entries, 'refused');
    } else if (outcome.kind === 'too-large') {
      push.waits(this.stream, `one record is too large: ${outcome.answer}; ${outcome.advice}`);
    }
    return true;
  }

  /** A request above the burst of a rate limit would wait for ever: the next ones are smaller. */
  private waitAfter(outcome: Waits, entries: readonly Timed[]): void {
    const bytes = entries.reduce((sum, { waiting }) => sum + waiting.bytes, 0);
    if (isAboveBurst(outcome, { bytes, entries: entries.length, failures: this.refusals++ })) {
      this.maxBytes = Math.ceil(bytes / 2);
    }
  }

  /** @returns false where the record itself is at fault, and will be for ever */
  private mend(waiting: Waiting, { reason, limit }: Faulty): boolean {
    if (reason === 'too-long') {
      return limit === null || Buffer.byteLength(waiting.record.line) <= limit; // else Loki means something else: it waits
    }
    const { isTimeFixed = false } = waiting.record;
    if (isTimeFixed && (reason === 'too-old' || waiting.place === 'late')) {
      return false;
    }
    if (reason === 'too-old' && limit !== null) {
      waiting.oldest = BigInt(limit) * 1_000_000n + MINUTE;
    }
    if (reason === 'too-far-behind') {
      waiting.place = waiting.place === 'own' ? 'late' : 'now';
    }
    return true;
  }

  private settle(entries: readonly Timed[], how: 'acknowledged' | 'refused'): void {
    const { counts, released } = this.options;
    const done = new Set(entries.map(({ waiting }) => waiting));
    this.underWay = this.underWay.filter((waiting) => !done.has(waiting));
    counts[how] += done.size;
    done.forEach((waiting) => waiting.settled?.());
    released(entries.reduce((sum, { waiting }) => sum + waiting.bytes, 0));
    this.flushes.forEach(({ left }) => done.forEach((waiting) => left.delete(waiting)));
    const reached = this.flushes.filter(({ left }) => left.size === 0);
    this.flushes = this.flushes.filter(({ left }) => left.size > 0);
    this.hurry = this.flushes.length > 0;
    reached.forEach(({ resolve }) => resolve());
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.given.signal.aborted ? 0 : ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** The entries in their order, in parts of at most so many bytes, or of a single entry. */
function partsOf(entries: readonly Timed[], maxBytes: number): Timed[][] {
  const parts: Timed[][] = [];
  let bytes = Infinity;
  for (const entry of entries) {
    bytes += entry.waiting.bytes;
    if (bytes > maxBytes) {
      parts.push([]);
      bytes = entry.waiting.bytes;
    }
    parts.at(-1)?.push(entry);
  }
  return parts;
}

function sizeOf({ line, metadata }: OutgoingRecord): number {
  return Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + value.length, line.length);
}

function pushBody(labels: Record<string, string>, entries: readonly Timed[]): string {
  const values = entries.map(({ waiting: { record }, timestamp }) => {
    const metadata = Object.fromEntries(Object.entries(record.metadata).filter(([, value]) => value !== ''));
    return [timestamp.toString(), record.line, metadata];
  });
  return JSON.stringify({ streams: [{ stream: labels, values }] });
}

const closedTooEarly = () => new Error('closed before Loki had acknowledged all records');
