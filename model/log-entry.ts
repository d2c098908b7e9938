/** A line of a log, or a piece of one, as Loki has it. */
export interface LogEntry {
  /** Nanoseconds since 1970. */
  ns: bigint;
  line: string;
  /** Labels of the stream and structured metadata by name; metadata goes before a label of the same name. */
  fields: Readonly<Record<string, string>>;
}

/** A span of time in nanoseconds since 1970: `from` inclusive, `to` exclusive. */
export interface NsSpan {
  from: bigint;
  to: bigint;
}
