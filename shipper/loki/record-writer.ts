import { recordLabels } from '../../model/records';
import type { Logger } from '../common/log';
import type { LokiConnection } from './connection';
import { boundLine, boundMetadata } from './record-bounds';
import { PushClient } from './push/client';
import { RecordQueue, type LaneOptions, type OutgoingRecord, type RecordCounts } from './record-queue';

export type { OutgoingRecord, RecordCounts } from './record-queue';

export interface RecordWriterOptions {
  logger: Logger;
  /** Sends the requests, where log lines go the same way; by default the writer has its own. */
  push?: PushClient;
  /** The clock, in nanoseconds since 1970. */
  now?: () => bigint;
  /** The longest that a record waits before a batch that is not full is sent. */
  batchWaitMs?: number;
  /** Lines and metadata of one request; well under Loki's limits (grafana/loki v3.7 `pkg/validation/limits.go`). */
  batchBytes?: number;
  /** `writable` waits while more than this is pending. */
  maxPendingBytes?: number;
  backoffMs?: { min: number; max: number };
}

const defaults = {
  now: () => BigInt(Date.now()) * 1_000_000n,
  batchWaitMs: 1000,
  batchBytes: 1024 * 1024,
  maxPendingBytes: 16 * 1024 * 1024,
  backoffMs: { min: 500, max: 60_000 },
};
const TIMEOUT_MS = 30_000;

/**
 * Brings records to Loki: a lane for each stream, in each lane one request after the other with one stream in it, for
 * then the answer 204 says that all of it is stored (grafana/loki `pkg/ingester/instance.go` returns the last stream's
 * error alone). What Loki does not take is sent again until it does; only a record at fault itself is counted and logged.
 */
export class RecordWriter {
  private readonly lanes = new Map<string, RecordQueue>();
  private readonly options: LaneOptions;
  private readonly maxPendingBytes: number;
  private readonly counts: RecordCounts = { written: 0, acknowledged: 0, refused: 0, retries: 0, requests: 0 };
  private pendingBytes = 0;
  private waiting: Array<() => void> = [];
  private closed = false;

  constructor(connection: LokiConnection, options: RecordWriterOptions) {
    const { maxPendingBytes, now, push, ...rest } = { ...defaults, ...options };
    this.maxPendingBytes = maxPendingBytes;
    this.options = {
      ...rest,
      push:
        push ??
        new PushClient(connection, {
          logger: options.logger,
          timeoutMs: TIMEOUT_MS,
          nowMs: () => Number(now() / 1_000_000n),
        }),
      counts: this.counts,
      released: (bytes) => this.release(bytes),
    };
  }

  /**
   * Takes a record over; it is sent within the batch wait. Never blocks: who writes much asks `writable` first.
   * @param settled called when Loki has acknowledged the record, or refused it for good
   */
  write(record: OutgoingRecord, settled?: () => void): void {
    if (this.closed) {
      throw new Error('the record writer is closed');
    }
    const { kind, cluster, period, evicted, metadata } = record;
    const stream = { kind, cluster, period, evicted, node: metadata.node };
    const key = JSON.stringify(recordLabels(stream));
    let lane = this.lanes.get(key);
    if (lane === undefined) {
      lane = new RecordQueue((late) => recordLabels(stream, late), this.options);
      this.lanes.set(key, lane);
    }
    this.counts.written++;
    const bounded = { ...record, line: boundLine(record.line), metadata: boundMetadata(record.metadata) };
    this.pendingBytes += lane.add(bounded, settled);
  }

  /** Resolves when there is room for more records: at once, unless Loki is slower than the caller. */
  async writable(): Promise<void> {
    while (this.pendingBytes > this.maxPendingBytes) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /**
   * Sends without waiting for a fuller batch; resolves when all that was written so far is acknowledged or refused for good.
   * @throws Error when the writer is closed before that
   */
  async flush(): Promise<void> {
    await Promise.all([...this.lanes.values()].map((lane) => lane.flush()));
  }

  /**
   * Sends what is left, for at most so long, then gives up requests under way.
   * @returns the records of which Loki has not acknowledged that it has them
   */
  async close(graceMs: number): Promise<{ undelivered: OutgoingRecord[] }> {
    this.closed = true;
    const left = await Promise.all([...this.lanes.values()].map((lane) => lane.close(graceMs)));
    return { undelivered: left.flat() };
  }

  /** More is pending than `writable` would let by: what can be said later had better be. */
  get full(): boolean {
    return this.pendingBytes > this.maxPendingBytes;
  }

  /** Records that are neither acknowledged nor refused yet. */
  get pending(): number {
    return this.counts.written - this.counts.acknowledged - this.counts.refused;
  }

  get statistics(): Readonly<RecordCounts> {
    return this.counts;
  }

  private release(bytes: number): void {
    this.pendingBytes -= bytes;
    if (this.pendingBytes <= this.maxPendingBytes) {
      const waiting = this.waiting;
      this.waiting = [];
      waiting.forEach((resume) => resume());
    }
  }
}
