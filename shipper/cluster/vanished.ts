import { type JobRecord, jobRecordSchema, type PodRecord, podRecordSchema } from '../../model/records';
import { formatNs, parseNs } from '../../model/time';
import { pages } from '../loki/pages';
import type { QueryClient } from '../loki/query-client';
import type { RecordWriter } from '../loki/record-writer';
import { parsed, recordQuery } from './history';
import { timing } from './core/tracker';
import { outgoingJob } from './trackers/job-record';
import { outgoingPod } from './trackers/pod-record';
import type { ClusterState } from './cluster-state';

export interface VanishedOptions {
  loki: QueryClient;
  cluster: string;
  clusterState: ClusterState;
  writer: RecordWriter;
  /** When somebody last watched: RFC 3339. */
  since: string;
  /** Nanoseconds since 1970. */
  now: bigint;
  signal: AbortSignal;
}

const SECOND = 1_000_000_000n;
/** What lives was reported within this time, if somebody watched. */
const LOOK_BACK = BigInt(timing.refresh + 900) * SECOND;

/**
 * After a time without a watch that was too long for the API server to remember: Jobs and pods that were under way
 * when it began, and are not there any more. Their records would say for ever that they are running.
 */
export async function reportVanished(options: VanishedOptions): Promise<{ pods: number; jobs: number }> {
  const { cluster, since, now, writer } = options;
  const deletion = {
    requested: null,
    gone: formatNs(now),
    lastThere: since,
    by: 'unknown' as const,
    evidence: ['nobody watched when it went'],
  };
  const entryMs = Number(now / 1_000_000n);
  const pods = await unfinished(options, 'pod', podRecordSchema.safeParse);
  for (const pod of pods) {
    await writer.writable();
    writer.write(outgoingPod({ ...pod, cluster, deletion, final: true }, entryMs));
  }
  const jobs = await unfinished(options, 'job', jobRecordSchema.safeParse);
  for (const job of jobs) {
    await writer.writable();
    writer.write(outgoingJob({ ...job, cluster, result: 'unknown', deletion, final: true }, entryMs));
  }
  return { pods: pods.length, jobs: jobs.length };
}

type Parse<R> = (value: unknown) => { success: true; data: R } | { success: false };

/** The records whose object was under way, is not there any more, and never got a final record. */
async function unfinished<R extends PodRecord | JobRecord>(
  { loki, cluster, clusterState, since, now, signal }: VanishedOptions,
  kind: 'pod' | 'job',
  parse: Parse<R>
): Promise<R[]> {
  const from = (parseNs(since) ?? now) - LOOK_BACK;
  const tracker = clusterState.trackers[kind === 'pod' ? 'pods' : 'jobs'];
  const found = new Map<string, R>();
  const query = (final: boolean) => ({ query: recordQuery(kind, cluster, final), from, to: now });
  for await (const entries of pages(loki, query(false), 'forward', { signal })) {
    for (const { line } of entries) {
      const record = parse(parsed(line));
      if (record.success && !tracker.has(record.data.id)) {
        found.set(record.data.id, record.data);
      }
    }
  }
  if (found.size > 0) {
    for await (const entries of pages(loki, query(true), 'forward', { signal })) {
      entries.forEach(({ metadata, labels }) => found.delete(metadata.id ?? labels.id ?? ''));
    }
  }
  return [...found.values()];
}
