import { type Labels, labelsText } from '../common/labels';
import type { Limits } from '../common/limits';
import { RequestError } from '../common/request-error';
import { encodeValue } from '../storage/entry';
import type { LogStorage, Stored } from '../storage/log-storage';
import { Discard } from './discards';
import { type IngestMetrics, tenant } from './ingest-metrics';
import { detectLevel, levelOfLabels } from './level';
import { Metadata } from './metadata';
import type { MetadataPairs, PushedStream } from './pushed';
import { RateLimit } from './rate-limit';
import { StreamGate } from './stream-gate';
import { EntryValidator, type ValidEntry, validateLabels, type ValidStream } from './validate';

/** Takes pushes in: validates, limits, stores. One push after the other, in the order they came. */
export class Ingester {
  private readonly rate: RateLimit;
  private readonly gate: StreamGate;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly storage: LogStorage,
    private readonly limits: Limits,
    private readonly metrics: IngestMetrics,
    private readonly now: () => number,
    private readonly onStored: (stored: readonly Stored[]) => void
  ) {
    this.rate = new RateLimit(limits.ingestionRate, limits.ingestionBurst);
    this.gate = new StreamGate(storage, limits, metrics);
  }

  /**
   * Stores what can be stored of a push.
   *
   * @throws RequestError 400 where some of it was refused and all else is stored, 422 where there is no stream,
   * 429 where a limit was hit, 500 where a metadata name cannot be made valid
   */
  async push(streams: readonly PushedStream[]): Promise<void> {
    if (streams.length === 0) {
      throw new RequestError(422, 'error at least one valid stream is required for ingestion');
    }
    const { valid, refusals } = this.validate(streams);
    this.limitRate(valid);
    const late = await this.inTurn(() => this.store(valid));
    if (late) {
      throw late;
    }
    if (refusals.length > 0) {
      throw new RequestError(400, grouped(refusals));
    }
  }

  /** Resolves when every push that was begun is stored. */
  async drain(): Promise<void> {
    await this.last;
  }

  private validate(streams: readonly PushedStream[]) {
    const valid: ValidStream[] = [];
    const refusals: string[] = [];
    const metadataOf = memo((pairs: MetadataPairs) => new Metadata(pairs));
    for (const stream of streams) {
      const labels = stream.entries.length === 0 ? undefined : validateLabels(stream, this.limits);
      if (labels instanceof Discard) {
        refusals.push(labels.message);
        this.metrics.discarded(labels.reason, stream.entries.length, sizeOf(stream, metadataOf));
      } else if (labels) {
        const entries = this.validateEntries(stream, labels, metadataOf, refusals);
        valid.push({ labels, entries });
      }
    }
    return { valid, refusals };
  }

  private validateEntries(
    stream: PushedStream,
    labels: Labels,
    metadataOf: (pairs: MetadataPairs) => Metadata,
    refusals: string[]
  ): ValidEntry[] {
    const validator = new EntryValidator(labelsText(labels), this.limits, this.now());
    const streamLevel = levelOfLabels(labels);
    const entries: ValidEntry[] = [];
    let bytes = 0;
    for (const entry of stream.entries) {
      const metadata = metadataOf(entry.metadata);
      const size = entry.line.length + metadata.size;
      bytes += size;
      const discard = validator.check(entry, metadata);
      if (discard) {
        refusals.push(discard.message);
        this.metrics.discarded(discard.reason, 1, size);
        continue;
      }
      const level = this.levelOf(entry.line, metadata, streamLevel);
      entries.push({ time: entry.time, value: encodeValue(metadata.encode(level), entry.line), size });
    }
    this.metrics.received(stream.entries.length, bytes);
    return entries;
  }

  private levelOf(line: Buffer, metadata: Metadata, streamLevel: string | undefined): string | undefined {
    if (!this.limits.discoverLogLevels || metadata.hasDetectedLevel) {
      return undefined;
    }
    // Field names and level words are ASCII, so one character a byte is enough, and cheaper than decoding.
    return streamLevel ?? metadata.level ?? detectLevel(line.toString('latin1'));
  }

  private limitRate(streams: readonly ValidStream[]): void {
    let lines = 0;
    let bytes = 0;
    for (const { entries } of streams) {
      lines += entries.length;
      bytes += entries.reduce((sum, { size }) => sum + size, 0);
    }
    if (!this.rate.take(bytes, this.now())) {
      this.metrics.discarded('rate_limited', lines, bytes);
      const message = `ingestion rate limit exceeded for user ${tenant} (limit: ${this.rate.rate} bytes/sec) while attempting to ingest '${lines}' lines totaling '${bytes}' bytes, reduce log volume or contact your Loki administrator to see if the limit can be increased`;
      throw new RequestError(429, message);
    }
  }

  /**
   * Loki answers a push with the error of its last stream only, so an entry that was refused can hide behind a 204.
   * Here the first error is the answer: nothing is refused in silence.
   */
  private async store(streams: readonly ValidStream[]): Promise<RequestError | undefined> {
    const { appends, refusal } = this.gate.admit(streams, this.now());
    const stored = await this.storage.append(appends);
    this.metrics.duplicates(count(appends) - count(stored));
    this.onStored(stored);
    return refusal;
  }

  /** Does something while no push is being stored. */
  inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.last.then(task);
    // A failed push is its own client's affair, not the next one's.
    this.last = turn.catch(() => undefined);
    return turn;
  }
}

function count(parts: ReadonlyArray<{ entries: readonly unknown[] }>): number {
  return parts.reduce((sum, { entries }) => sum + entries.length, 0);
}

/** Remembers the last answer: neighbours mostly ask the same. */
function memo<K, V>(compute: (key: K) => V): (key: K) => V {
  let last: { key: K; value: V } | undefined;
  return (key) => {
    if (last === undefined || last.key !== key) {
      last = { key, value: compute(key) };
    }
    return last.value;
  };
}

function sizeOf(stream: PushedStream, metadataOf: (pairs: MetadataPairs) => Metadata): number {
  return stream.entries.reduce((size, entry) => size + entry.line.length + metadataOf(entry.metadata).size, 0);
}

/** Equal messages once, with their number: the form of Loki's answer. */
function grouped(messages: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const message of messages) {
    counts.set(message, (counts.get(message) ?? 0) + 1);
  }
  return [...counts]
    .map(([message, count]) => (counts.size > 1 || count > 1 ? `${count} errors like: ${message}` : message))
    .join('; ');
}
