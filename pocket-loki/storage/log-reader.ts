import type { StoredEntry } from './block';
import type { Span } from './scan';
import type { Stream } from './stream-index';
import type { Usage } from './usage';

/** What queries need of the log: the storage itself, or the one of another process. */
export interface LogReader {
  readonly streams: {
    /** Streams with an entry that may lie in [from, until), sorted by their labels. */
    within(from: bigint, until: bigint): Stream[];
  };
  /** The entries of a stream in pieces, oldest first or newest first. Ends early where the caller stops asking. */
  scan(stream: Stream, span: Span, reverse?: boolean): AsyncGenerator<StoredEntry[]>;
  /** What a stream holds in a span. */
  usageOf(stream: Stream, span: Span): Promise<Usage>;
}
