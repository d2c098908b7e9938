import { labelsText, noLabels } from '../common/labels';
import type { LogRow } from '../logql/logs/log-query';
import { mergeLabels } from '../logql/rows/entry-labels';
import type { Task } from '../query/protocol';
import type { QueryWorker } from '../query/query-worker';
import { blocksOf, encodeBlock } from '../storage/block';
import type { Stored } from '../storage/log-storage';
import type { Outbox } from './outbox';

/** What may wait for the query process; who stores faster than a query can follow makes it miss entries. */
const maxWaitingBytes = 16 << 20;
/** So long the process may take for what was stored at once. */
const rowsTimeoutMs = 10_000;

interface Batch {
  task: Extract<Task, { kind: 'tail-rows' }>;
  bytes: number;
  /** It was stored while the history was read: its rows may be in that as well. */
  mayBeKnown: boolean;
}

/** Puts into an outbox what a followed query has of the history, then of what is stored. */
export class TailReader {
  private readonly waiting: Batch[] = [];
  private readonly ended = new AbortController();
  private waitingBytes = 0;
  private known: Set<string> | undefined;
  private isReading = true;

  constructor(
    private readonly worker: QueryWorker,
    private readonly outbox: Outbox,
    private readonly now: () => number,
    /** Is told when nothing more can come. */
    private readonly onEnd: (error: Error) => void
  ) {}

  /** Takes what was stored. */
  add(stored: readonly Stored[]): void {
    const parts = stored
      .filter(({ entries }) => entries.length > 0)
      .map(({ stream, entries }) => ({ stream, sorted: [...entries].sort(byTime) }));
    const bytes = parts.reduce((sum, { sorted }) => sum + sorted.reduce((n, { value }) => n + value.length, 0), 0);
    if (this.waitingBytes + bytes > maxWaitingBytes) {
      for (const { stream, sorted } of parts) {
        const labels = { stream: stream.labels, metadata: noLabels, parsed: noLabels };
        this.outbox.drop(sorted.map(({ time }) => ({ time, line: '', labels })));
      }
      return;
    }
    this.waitingBytes += bytes;
    const task = {
      kind: 'tail-rows' as const,
      stored: parts.map(({ stream, sorted }) => ({
        labels: [...stream.labels],
        blocks: [...blocksOf(sorted)].map((group) => encodeBlock(group, false)),
      })),
    };
    this.waiting.push({ task, bytes, mayBeKnown: this.known === undefined });
    void this.read();
  }

  /** Begins with the history. */
  start(): void {
    this.rowsOf({ kind: 'tail-history' }).then(
      (history) => {
        this.known = new Set(history.map(identityOf));
        this.outbox.add(history, this.now());
        this.isReading = false;
        return this.read();
      },
      (error: Error) => this.onEnd(error)
    );
  }

  private async read(): Promise<void> {
    if (this.isReading) {
      return;
    }
    this.isReading = true;
    try {
      for (let batch = this.waiting.shift(); batch; batch = this.waiting.shift()) {
        const rows = await this.rowsOf(batch.task, rowsTimeoutMs);
        this.waitingBytes -= batch.bytes;
        const fresh = batch.mayBeKnown ? rows.filter((row) => !this.known?.has(identityOf(row))) : rows;
        this.outbox.add(fresh, this.now());
      }
      this.isReading = false;
    } catch (error) {
      this.onEnd(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private async rowsOf(task: Task, timeoutMs?: number): Promise<LogRow[]> {
    const result = await this.worker.run(task, this.ended.signal, timeoutMs);
    return result.kind === 'rows' ? result.rows : [];
  }
}

function byTime(a: { time: bigint }, b: { time: bigint }): number {
  return a.time < b.time ? -1 : a.time > b.time ? 1 : 0;
}

/** Tells two rows apart, where one entry may come from the history and from the feed. */
function identityOf({ time, line, labels }: LogRow): string {
  return `${time} ${labelsText(mergeLabels(labels))} ${line}`;
}
