/** Names and values as they were sent. Entries with the same metadata may share one object. */
export type MetadataPairs = ReadonlyArray<readonly [string, string]>;

export interface PushedEntry {
  /** Nanoseconds since 1970. */
  time: bigint;
  line: Buffer;
  metadata: MetadataPairs;
}

export interface PushedStream {
  /** Names and values as they were sent, in that order. */
  labels: Array<[string, string]>;
  entries: PushedEntry[];
}
