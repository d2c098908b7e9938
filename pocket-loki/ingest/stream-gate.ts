import { nanoseconds, rfc3339, timeString } from '../common/go-time';
import { type Labels, labelsText } from '../common/labels';
import type { Limits } from '../common/limits';
import { RequestError } from '../common/request-error';
import type { Append, LogStorage } from '../storage/log-storage';
import { holdsEntries, type Stream } from '../storage/stream-index';
import { type IngestMetrics, tenant } from './ingest-metrics';
import { RateLimit } from './rate-limit';
import type { ValidEntry, ValidStream } from './validate';

interface Activity {
  /** Milliseconds since 1970. */
  lastPush: number;
  rate: RateLimit;
}

/** What one push may store in one stream. */
interface Admission {
  stream: Stream;
  entries: ValidEntry[];
  /** The stream's newest time with these entries; undefined where any order is accepted. */
  newest: bigint | undefined;
}

const maxReturnedErrors = 10;

/** What Loki's ingester asks of a stream: is there room for it, does it grow too fast, how late does an entry come. */
export class StreamGate {
  private readonly activities = new Map<Stream, Activity>();

  constructor(
    private readonly storage: LogStorage,
    private readonly limits: Limits,
    private readonly metrics: IngestMetrics
  ) {}

  /** Lets through what may be stored. The refusal is that of the first stream that met one. */
  admit(streams: readonly ValidStream[], now: number): { appends: Append[]; refusal: RequestError | undefined } {
    const admissions = new Map<Stream, Admission>();
    let refusal: RequestError | undefined;
    for (const { labels, entries } of streams) {
      const outcome = this.admitStream(labels, entries, admissions, now);
      refusal ??= outcome;
    }
    return { appends: [...admissions.values()], refusal };
  }

  private admitStream(
    labels: Labels,
    entries: readonly ValidEntry[],
    admissions: Map<Stream, Admission>,
    now: number
  ): RequestError | undefined {
    const known = this.storage.streams.find(labels);
    const active = known !== undefined && this.isActive(known, now);
    if (!active && this.isFull(now)) {
      this.discard('stream_limit', entries);
      const message = `maximum active stream limit exceeded when trying to create stream ${labelsText(labels)}, reduce the number of active streams (reduce labels or reduce label values), or contact your Loki administrator to see if the limit can be increased, user: '${tenant}'`;
      return new RequestError(429, message);
    }
    const stream = known ?? this.storage.stream(labels);
    if (!this.touch(stream, now).take(sizeOf(entries), now)) {
      this.discard('per_stream_rate_limit', entries);
      const reason = `Per stream rate limit exceeded (limit: ${byteSize(this.limits.perStreamRate)}/sec) while attempting to ingest for stream '${stream.text}' totaling ${byteSize(sizeOf(entries))}, consider splitting a stream via additional labels or contact your Loki administrator to see if the limit can be increased`;
      return refusalOf(
        429,
        stream,
        entries.map((entry) => ({ entry, reason })),
        entries.length
      );
    }
    const newest = active && holdsEntries(stream) ? stream.newest : undefined;
    const admission = admissions.get(stream) ?? { stream, entries: [], newest };
    admissions.set(stream, admission);
    const late = this.admitEntries(admission, entries);
    return late.length === 0 ? undefined : refusalOf(400, stream, late, entries.length);
  }

  /** The window moves with every entry, also inside one push. */
  private admitEntries(admission: Admission, entries: readonly ValidEntry[]): Refused[] {
    const window = nanoseconds(this.limits.outOfOrderWindow);
    const refused: Refused[] = [];
    for (const entry of entries) {
      const cutoff = admission.newest === undefined ? undefined : admission.newest - window;
      if (cutoff !== undefined && entry.time < cutoff) {
        const reason = `entry too far behind, entry timestamp is: ${rfc3339(entry.time)}, oldest acceptable timestamp is: ${rfc3339(cutoff)}`;
        refused.push({ entry, reason });
      } else {
        admission.entries.push(entry);
        admission.newest =
          admission.newest === undefined || entry.time > admission.newest ? entry.time : admission.newest;
      }
    }
    if (refused.length > 0) {
      this.discard(
        'too_far_behind',
        refused.map(({ entry }) => entry)
      );
    }
    return refused;
  }

  private isActive(stream: Stream, now: number): boolean {
    // Of a stream that had no push since the store was opened, its newest entry tells.
    const lastPush = this.activities.get(stream)?.lastPush ?? Number(stream.newest / 1_000_000n);
    return now - lastPush <= this.limits.streamIdlePeriod;
  }

  private isFull(now: number): boolean {
    if (this.activities.size >= this.limits.maxActiveStreams) {
      for (const [stream, { lastPush }] of this.activities) {
        if (now - lastPush > this.limits.streamIdlePeriod) {
          this.activities.delete(stream);
        }
      }
    }
    return this.activities.size >= this.limits.maxActiveStreams;
  }

  private touch(stream: Stream, now: number): RateLimit {
    const activity = this.activities.get(stream);
    if (activity) {
      activity.lastPush = now;
      return activity.rate;
    }
    const rate = new RateLimit(this.limits.perStreamRate, this.limits.perStreamBurst);
    this.activities.set(stream, { lastPush: now, rate });
    return rate;
  }

  private discard(reason: Parameters<IngestMetrics['discarded']>[0], entries: readonly ValidEntry[]): void {
    this.metrics.discarded(reason, entries.length, sizeOf(entries));
  }
}

interface Refused {
  entry: ValidEntry;
  reason: string;
}

function refusalOf(status: number, stream: Stream, refused: readonly Refused[], total: number): RequestError {
  const lines = refused
    .slice(0, maxReturnedErrors)
    .map(({ entry, reason }) => `entry with timestamp ${timeString(entry.time)} ignored, reason: '${reason}',\n`);
  const summary = `user '${tenant}', total ignored: ${refused.length} out of ${total} for stream: ${stream.text}`;
  return new RequestError(status, lines.join('') + summary);
}

function sizeOf(entries: readonly ValidEntry[]): number {
  return entries.reduce((sum, { size }) => sum + size, 0);
}

/** Bytes in the largest binary unit that divides them evenly: the form of Loki's messages. */
function byteSize(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let unit = 0;
  while (bytes > 0 && bytes % 1024 === 0 && unit < units.length - 1) {
    bytes /= 1024;
    unit++;
  }
  return `${bytes}${units[unit]}`;
}
