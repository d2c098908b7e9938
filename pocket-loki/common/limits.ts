/** The limits of one tenant. Sizes in bytes, durations in milliseconds; 0 switches a limit off where that is said. */
export interface Limits {
  /** Longest accepted line. */
  maxLineSize: number;
  /** Most labels of a stream; `service_name` is not counted. */
  maxLabelNamesPerSeries: number;
  maxLabelNameLength: number;
  maxLabelValueLength: number;
  /** Names and values of one entry's structured metadata together. */
  maxStructuredMetadataSize: number;
  maxStructuredMetadataEntries: number;
  /** Entries older than this are refused; 0: any age. */
  rejectOldSamplesMaxAge: number;
  /** Entries newer than now plus this are refused. */
  creationGracePeriod: number;
  /** How far behind its stream's newest entry an entry may be. */
  outOfOrderWindow: number;
  /** A stream without a push for so long is not active any more: it counts for no limit and accepts any order. */
  streamIdlePeriod: number;
  maxActiveStreams: number;
  /** Lines and metadata a second; 0: no limit. */
  ingestionRate: number;
  /** Lines and metadata at once, where there is a rate limit. */
  ingestionBurst: number;
  /** The same for each stream. */
  perStreamRate: number;
  perStreamBurst: number;
  /** Largest body of a push as it comes over the wire. */
  maxReceivedSize: number;
  /** Largest body of a push after decompression. */
  maxDecompressedSize: number;
  maxEntriesPerQuery: number;
  maxQuerySeries: number;
  maxQueryLength: number;
  queryTimeout: number;
  /** What one query may hold in memory: samples, series, rows of its answer. */
  maxQueryMemory: number;
  maxTailRequests: number;
  maxTailDuration: number;
  /** Adds the label `service_name` to streams that have none. */
  discoverServiceName: boolean;
  /** Adds the structured metadata `detected_level` to entries that have none. */
  discoverLogLevels: boolean;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const KiB = 1024;
const MiB = 1024 * KiB;

/**
 * Loki 3.7's defaults, but for two. Ingestion rates: this store serves one machine, where a rate limit would only slow the
 * catching up (Loki's are 4 MiB/s, burst 6 MiB, a tenant and 3 MiB/s, burst 15 MiB, a stream). Bodies: Loki takes 100 MiB;
 * decoded, that is more memory than this store may have. Shippers send one to ten MiB.
 */
export const defaultLimits: Readonly<Limits> = {
  maxLineSize: 256 * KiB,
  maxLabelNamesPerSeries: 15,
  maxLabelNameLength: 1024,
  maxLabelValueLength: 2048,
  maxStructuredMetadataSize: 64 * KiB,
  maxStructuredMetadataEntries: 128,
  rejectOldSamplesMaxAge: 7 * 24 * hour,
  creationGracePeriod: 10 * minute,
  outOfOrderWindow: hour,
  streamIdlePeriod: 30 * minute,
  maxActiveStreams: 5000,
  ingestionRate: 0,
  ingestionBurst: 6 * MiB,
  perStreamRate: 0,
  perStreamBurst: 15 * MiB,
  maxReceivedSize: 16 * MiB,
  maxDecompressedSize: 16 * MiB,
  maxEntriesPerQuery: 5000,
  maxQuerySeries: 500,
  maxQueryLength: 721 * hour,
  queryTimeout: minute,
  maxQueryMemory: 128 * MiB,
  maxTailRequests: 10,
  maxTailDuration: hour,
  discoverServiceName: true,
  discoverLogLevels: true,
};
