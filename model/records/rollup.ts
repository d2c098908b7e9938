import * as z from 'zod';
import { RECORD_VERSION, time } from './common';
import { diskLayoutSchema } from './disk';

/** The use of a file system's bytes, or of its inodes, over a period: the capacity less what is available, as the kubelet counts. */
export const useSchema = z.object({
  capacity: z.number(),
  least: z.number(),
  /** Weighted by time. */
  mean: z.number(),
  /** What was not exceeded for 95 % of the observed time; exact to a thousandth of the capacity. */
  p95: z.number(),
  greatest: z.number(),
  /** At the end of the period. */
  last: z.number(),
  /** Sum of all increases from minute to minute: what was written, before anything was deleted. */
  filled: z.number(),
  /** The greatest increase within a minute. */
  worstMinute: z.number(),
});
export type Use = z.infer<typeof useSchema>;

const filesystemUseSchema = z.object({ bytes: useSchema, inodes: useSchema.nullable() });
export type FilesystemUse = z.infer<typeof filesystemUseSchema>;

/** Bytes of one kind on the disk over a period; the mean is weighted by time. */
const amountSchema = z.object({ mean: z.number(), greatest: z.number(), last: z.number() });
export type Amount = z.infer<typeof amountSchema>;

const shareSchema = z.object({ namespace: z.string(), workload: z.string(), bytes: z.number() });
/** What one workload has of something. */
export type Share = z.infer<typeof shareSchema>;

const count = z.number().default(0);
const shares = z.array(shareSchema).default([]);

/**
 * An hour or a day (UTC) of a node in numbers. The numbers also stand in the structured metadata (`rollupMetadata`), so that Loki
 * aggregates them over many nodes without parsing a line; the metadata hold no `id`, which would make each a series.
 *
 * Each period is written once, when it is over. The entry's timestamp is its last millisecond, so that a query of the
 * period finds it whether Loki counts the beginning of a range in or its end.
 */
export const rollupRecordSchema = z.object({
  v: z.literal(RECORD_VERSION),
  kind: z.literal('rollup'),
  /** `<node>/rollup/<period>/<from>`. */
  id: z.string(),
  cluster: z.string(),
  node: z.string(),
  /** Also a label of the stream: a question about months reads days only. */
  period: z.enum(['hour', 'day']),
  from: time,
  to: time,
  /** How much of the period the agent observed the disks: less than the period where it was not running. */
  observedSeconds: count,
  layout: diskLayoutSchema,
  nodefs: filesystemUseSchema.nullable().default(null),
  /** null in layout `single`, where nodefs is both, and where it could not be read. */
  imagefs: filesystemUseSchema.nullable().default(null),
  /** The least distance to a hard eviction threshold, as a part of the capacity; negative where it was crossed. */
  headroom: z.object({ signal: z.string(), fraction: z.number() }).nullable().default(null),
  /**
   * Seconds on the wrong side of each threshold that was crossed: `image-gc-high`, `image-gc-low`, `hard:<signal>`,
   * `soft:<signal>`.
   */
  secondsBeyond: z.record(z.string(), z.number()).default({}),
  /** As in `disk`; null where the kubelet did not report. */
  images: amountSchema.nullable().default(null),
  layers: amountSchema.nullable().default(null),
  logsLive: amountSchema.nullable().default(null),
  logsDead: amountSchema.nullable().default(null),
  /** emptyDir volumes on the disk and other local ephemeral volumes of running pods, from `/stats/summary`. */
  volumes: amountSchema.nullable().default(null),
  /**
   * Sum of all increases of `images`: at most what was pulled, also of images removed since, for the layers of containers
   * that ended are part of it. null where the kubelet did not report.
   */
  imageBytesAdded: z.number().nullable().default(null),
  /** From the kubelet's log: reclaims by the eviction manager, runs of the image GC, and what both removed. */
  reclaims: count,
  imageGcs: count,
  containersRemoved: count,
  imagesRemoved: count,
  /** Of `imagesRemoved` those that had been removed before: they were pulled again in between. At least these. */
  imagesRemovedAgain: count,
  imageBytesRemoved: count,
  podsEvicted: count,
  /** Container records that became final, by the status of the log in Loki. */
  logs: z.record(z.string(), z.number()).default({}),
  /** Bytes that were written to container logs, and of them what was removed before Loki had them. */
  logBytes: count,
  logBytesLost: count,
  /**
   * The workloads that have most of it, largest first: bytes written to logs; the greatest size of layers and of volumes
   * on the node; the greatest ephemeral storage of one pod, logs included.
   */
  top: z
    .object({ logs: shares, layers: shares, volumes: shares, pods: shares })
    .default({ logs: [], layers: [], volumes: [], pods: [] }),
  /** The workloads that wrote most into layers and volumes, largest first: by how much each pod grew from look to look. */
  written: shares,
});
export type RollupRecord = z.infer<typeof rollupRecordSchema>;
export type RollupPeriod = RollupRecord['period'];

export const PERIOD_MS: Record<RollupPeriod, number> = { hour: 3_600_000, day: 86_400_000 };

/** A rollup as its line: counts of nothing and what is not known are left out, as the schema allows. */
export function rollupLine(record: RollupRecord): string {
  const isSaid = ([name, value]: [string, unknown]): boolean =>
    typeof value === 'object' && value !== null
      ? Object.values(value).some((part: unknown) => part !== null && !(Array.isArray(part) && part.length === 0))
      : value !== null && (value !== 0 || name === 'imageBytesAdded'); // of it, null is not known
  return JSON.stringify(Object.fromEntries(Object.entries(record).filter(isSaid)));
}

/**
 * The numbers of a rollup as structured metadata: `nodefs_mean`, `nodefs_inodes_p95`, `beyond_hard_nodefs_available`,
 * `logs_lost`, …. Left out is what is not known, and of counts, which are added up, what is zero.
 */
export function rollupMetadata(record: RollupRecord): Record<string, string> {
  const metadata: Record<string, string> = { node: record.node, observed_seconds: String(record.observedSeconds) };
  const put = (name: string, value: number | null | undefined) => {
    if (value !== null && value !== undefined) {
      metadata[name] = String(value);
    }
  };
  const putCount = (name: string, value: number | null) => put(name, value === 0 ? null : value);
  for (const name of ['nodefs', 'imagefs'] as const) {
    putUse(put, name, record[name]?.bytes);
    putUse(put, `${name}_inodes`, record[name]?.inodes);
  }
  put('headroom', record.headroom?.fraction);
  for (const name of ['images', 'layers', 'logsLive', 'logsDead', 'volumes'] as const) {
    put(`${snakeCase(name)}_mean`, record[name]?.mean);
    put(`${snakeCase(name)}_greatest`, record[name]?.greatest);
  }
  for (const [threshold, seconds] of Object.entries(record.secondsBeyond)) {
    putCount(`beyond_${snakeCase(threshold)}`, seconds);
  }
  for (const [status, count] of Object.entries(record.logs)) {
    putCount(`logs_${status}`, count);
  }
  for (const name of COUNTS) {
    putCount(snakeCase(name), record[name]);
  }
  return metadata;
}

const COUNTS = [
  'imageBytesAdded',
  'reclaims',
  'imageGcs',
  'containersRemoved',
  'imagesRemoved',
  'imagesRemovedAgain',
  'imageBytesRemoved',
  'podsEvicted',
  'logBytes',
  'logBytesLost',
] as const satisfies ReadonlyArray<keyof RollupRecord>;

function putUse(put: (name: string, value: number | null | undefined) => void, name: string, use?: Use | null): void {
  put(`${name}_capacity`, use?.capacity);
  put(`${name}_least`, use?.least);
  put(`${name}_mean`, use?.mean);
  put(`${name}_p95`, use?.p95);
  put(`${name}_greatest`, use?.greatest);
  put(`${name}_last`, use?.last);
  put(`${name}_filled`, use?.filled);
  put(`${name}_worst_minute`, use?.worstMinute);
}

/** `imageBytesAdded`, `hard:nodefs.inodesFree`, `image-gc-high` as a name of Loki's. */
const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/[^a-z0-9]+/g, '_');
