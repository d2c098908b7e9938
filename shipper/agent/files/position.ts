/**
 * A place in a log file up to which everything is read, or acknowledged. Besides the offset it holds what the reading
 * depends on there, so that reading from it again gives the same entries, byte for byte.
 */
export interface Position {
  /** Bytes from the file's start (uncompressed): always the start of a line. */
  offset: number;
  /** Bytes of that line's content that already went out as entries of their own, when it is longer than Loki takes. */
  skip: number;
  /** Lines before the offset. */
  lines: number;
  /** Time of the last line as the file has it, … */
  rawSeconds: number;
  rawNanos: number;
  /** … and as it was sent: a line of the same time as the one before gets a nanosecond more, or Loki drops a repeated line. */
  seconds: number;
  nanos: number;
  /** The last times of lines in order, while lines stand at an earlier time; null where the last line was in order. */
  peak: Peak | null;
  /** Lines so far whose time was before that of a line before them, or no time at all; such a line has its number with it. */
  unordered: number;
}

/** A line's time, and the time that it was sent with. */
export interface Peak {
  rawSeconds: number;
  rawNanos: number;
  seconds: number;
  nanos: number;
}

export const startOfFile = (): Position => ({
  offset: 0,
  skip: 0,
  lines: 0,
  rawSeconds: 0,
  rawNanos: 0,
  seconds: 0,
  nanos: 0,
  peak: null,
  unordered: 0,
});

/** Copies every field of `from` to `to`. */
export function movePosition(to: Position, from: Position): void {
  to.offset = from.offset;
  to.skip = from.skip;
  to.lines = from.lines;
  to.rawSeconds = from.rawSeconds;
  to.rawNanos = from.rawNanos;
  to.seconds = from.seconds;
  to.nanos = from.nanos;
  to.peak = from.peak;
  to.unordered = from.unordered;
}
