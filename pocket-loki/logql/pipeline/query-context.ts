import type { Limits } from '../../common/limits';
import { badRequest, RequestError } from '../../common/request-error';
import type { StoredEntry } from '../../storage/block';
import type { LogReader } from '../../storage/log-reader';

/** What a query works with, and what it has cost so far. */
export class QueryContext {
  lines = 0;
  bytes = 0;
  metadataBytes = 0;
  /** Lines that passed the filters. */
  matched = 0;
  private held = 0;
  private readonly started = performance.now();

  constructor(
    readonly storage: LogReader,
    readonly limits: Limits,
    private readonly signal: AbortSignal
  ) {}

  get seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  count(entry: StoredEntry): void {
    this.lines++;
    this.bytes += entry.lineSize;
    this.metadataBytes += entry.metadataSize;
  }

  /** Counts what the query holds in memory from now on; below 0 for what it gives up. @throws RequestError 400 */
  hold(bytes: number): void {
    this.held += bytes;
    if (this.held > this.limits.maxQueryMemory) {
      throw badRequest(
        `the query needs more than ${this.limits.maxQueryMemory / 2 ** 20} MiB of memory: ask for a shorter time range, fewer streams or labels, a larger step or a smaller limit`
      );
    }
  }

  /** @throws RequestError where the client has gone (499) or the query has taken too long (504) */
  check(): void {
    if (this.signal.aborted) {
      throw new RequestError(499, 'the client closed the connection');
    }
    if (this.seconds * 1000 > this.limits.queryTimeout) {
      throw new RequestError(
        504,
        `the query took longer than ${this.limits.queryTimeout / 1000} s: ask for a shorter time range or fewer streams`
      );
    }
  }
}
