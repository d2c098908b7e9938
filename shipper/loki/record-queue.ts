import type { Logger } from '../common/log';
import type { LokiConnection } from './connection';
import { placeOf } from './push/late';
import type { OutgoingRecord, RecordCounts } from './record-writer';

export interface LaneOptions {
  connection: LokiConnection;
  logger: Logger;
  now: () => bigint;
  batchWaitMs: number;
  batchBytes: number;
  backoffMs: { min: number; max: number };
  counts: RecordCounts;
  /** Called with the bytes that are no longer pending. */
  released: (bytes: number) => void;
}

interface Waiting {
  record: OutgoingRecord;
  bytes: number;
  settled?: () => void;
}

type Outcome = 'stored' | 'refused' | 'too-large' | 'again';

/** The records of one kind in their order: one batch after the other, each stream of it in a request of its own. */
export class RecordQueue {
  private readonly queue: Waiting[] = [];
  private queuedBytes = 0;
  private underWay: Waiting[] = [];
  private running: Promise<void> | undefined;
  private hurry = false;
  private readonly given = new AbortController();
  private wake: () => void = () => undefined;
  private added = 0;
  private settled = 0;
  private flushes: Array<{ upTo: number; resolve: () => void; reject: (error: Error) => void }> = [];

  constructor(
    private readonly labels: Readonly<Record<string, string>>,
    private readonly options: LaneOptions
  ) {}

  /** @returns the bytes by which the writer's pending bytes grow */
  add(record: OutgoingRecord, settled?: () => void): number {
    const bytes = sizeOf(record);
    this.queue.push({ record, bytes, settled });
    this.queuedBytes += bytes;
    this.added++;
    if (this.queuedBytes >= this.options.batchBytes) {
      this.wake();
    }
    this.running ??= this.run();
    return bytes;
  }

  async flush(): Promise<void> {
    if (this.settled === this.added) {
      return;
    }
    if (this.given.signal.aborted) {
      throw closedTooEarly();
    }
    this.hurry = true;
    this.wake();
    const upTo = this.added;
    await new Promise<void>((resolve, reject) => this.flushes.push({ upTo, resolve, reject }));
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
    while (this.queue.length > 0 && !this.given.signal.aborted) {
      if (!this.hurry && this.queuedBytes < this.options.batchBytes) {
        await this.pause(this.options.batchWaitMs);
      }
      this.underWay = this.takeBatch();
      await this.deliver();
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

  /** Until each record of the batch is stored or refused; the streams are chosen anew for each attempt, because time goes on. */
  private async deliver(): Promise<void> {
    const { backoffMs } = this.options;
    for (let attempt = 0; this.underWay.length > 0; attempt++) {
      let again = false;
      for (const { labels, entries } of this.streams()) {
        again = !(await this.sendAll(labels, entries)) || again;
      }
      if (this.given.signal.aborted) {
        return;
      }
      if (again) {
        this.options.counts.retries++;
        // Half of the wait by chance, so that many agents do not come back at once.
        const wait = Math.min(backoffMs.max, backoffMs.min * 2 ** Math.min(attempt, 20));
        await this.pause(wait / 2 + (Math.random() * wait) / 2);
      }
    }
  }

  /** What is under way, by stream: the late hours first, each stream oldest first. */
  private streams(): Array<{ labels: Record<string, string>; entries: Timed[] }> {
    const now = this.options.now();
    const streams = new Map<string, { labels: Record<string, string>; entries: Timed[] }>();
    for (const waiting of this.underWay) {
      const { late, timestamp } = placeOf(waiting.record.timestamp, now);
      const key = late?.hour ?? '~';
      const stream = streams.get(key) ?? { labels: { ...this.labels, ...late }, entries: [] };
      stream.entries.push({ waiting, timestamp });
      streams.set(key, stream);
    }
    const ordered = [...streams].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, stream]) => stream);
    for (const { entries } of ordered) {
      entries.sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0));
    }
    return ordered;
  }

  /** @returns false if these entries have to be sent again */
  private async sendAll(labels: Record<string, string>, entries: Timed[]): Promise<boolean> {
    const outcome = await this.send(labels, entries);
    if (outcome === 'again') {
      return false;
    }
    if (outcome === 'too-large' && entries.length > 1) {
      const half = Math.ceil(entries.length / 2);
      const first = await this.sendAll(labels, entries.slice(0, half));
      return (await this.sendAll(labels, entries.slice(half))) && first;
    }
    this.settle(entries, outcome === 'stored');
    return true;
  }

  private async send(labels: Record<string, string>, entries: Timed[]): Promise<Outcome> {
    const { connection, counts, logger } = this.options;
    counts.requests++;
    try {
      const { status, body } = await connection.request('POST', '/loki/api/v1/push', {
        body: pushBody(labels, entries),
        headers: { 'content-type': 'application/json' },
        signal: this.given.signal,
      });
      const outcome = outcomeOf(status, body);
      if (outcome !== 'stored') {
        const level = outcome === 'refused' ? 'error' : 'warn';
        logger.log(level, `Loki did not store records: ${outcome}`, {
          labels,
          records: entries.length,
          status,
          answer: body.slice(0, 500),
        });
      }
      return outcome;
    } catch (error) {
      if (!this.given.signal.aborted) {
        logger.warn('Loki does not answer; the records are sent again', {
          error: error instanceof Error ? error.message : String(error),
        });
      }
      return 'again';
    }
  }

  private settle(entries: Timed[], stored: boolean): void {
    const { counts, released } = this.options;
    const done = new Set(entries.map(({ waiting }) => waiting));
    this.underWay = this.underWay.filter((waiting) => !done.has(waiting));
    counts[stored ? 'acknowledged' : 'refused'] += done.size;
    this.settled += done.size;
    done.forEach((waiting) => waiting.settled?.());
    released(entries.reduce((sum, { waiting }) => sum + waiting.bytes, 0));
    // The lane delivers in order, batch by batch: what was added before `upTo` is settled when so many are.
    const reached = this.flushes.filter(({ upTo }) => upTo <= this.settled);
    this.flushes = this.flushes.filter(({ upTo }) => upTo > this.settled);
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

interface Timed {
  waiting: Waiting;
  timestamp: bigint;
}

function sizeOf({ line, metadata }: OutgoingRecord): number {
  return Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + value.length, line.length);
}

function pushBody(labels: Record<string, string>, entries: Timed[]): string {
  const values = entries.map(({ waiting: { record }, timestamp }) => {
    const metadata = Object.fromEntries(Object.entries(record.metadata).filter(([, value]) => value !== ''));
    return [timestamp.toString(), record.line, metadata];
  });
  return JSON.stringify({ streams: [{ stream: labels, values }] });
}

const closedTooEarly = () => new Error('closed before Loki had acknowledged all records');

/** What Loki's answer means for the entries of a request with one stream (reference/loki.md §1.6). */
function outcomeOf(status: number, answer: string): Outcome {
  if (status === 204) {
    return 'stored';
  }
  if (status === 413 || /larger than max/.test(answer)) {
    return 'too-large';
  }
  // 400 is a partial success: the entries that were good are stored, the named ones never will be.
  // Every other answer is about the server, its limits or the way to it, and that can change.
  return status === 400 ? 'refused' : 'again';
}
