import { casesOf } from '../../model/cases';
import { recordKey } from '../../model/records';
import type { KindName } from './kinds';
import { runLimited } from './limited';
import { IDS_A_QUERY, type Reader } from './reader';
import type { RecordCache } from './record-cache';

const HOUR_MS = 3_600_000;
/** More than these are not asked for one by one. */
const MOST_IDS = 2000;

/**
 * Reads what explains the records of a range and stands outside it: the pods of container records, the Jobs of pods, and the
 * container records of containers that would pass for never seen otherwise.
 *
 * @throws LokiFailure, AbortError
 */
export async function readMissing(reader: Reader, cache: RecordCache, to: number): Promise<void> {
  const { containers, pods } = cache.records();
  const known = new Set(pods.map(recordKey));
  // Where the watch does not run there is no pod at all, and asking for each would be in vain.
  if (pods.length > 0) {
    const orphans = containers.filter(({ cluster, podUid }) => !known.has(recordKey({ cluster, id: podUid })));
    await readIds(reader, cache, 'pods', new Map(orphans.map((one) => [one.podUid, one.firstTime])), to);
  }
  const withPods = cache.records();
  const jobs = new Set(withPods.jobs.map(recordKey));
  const jobless = withPods.pods.flatMap(({ cluster, jobUid, created }) =>
    jobUid === null || jobs.has(recordKey({ cluster, id: jobUid })) ? [] : [[jobUid, created] as const]
  );
  await readIds(reader, cache, 'jobs', new Map(jobless), to);
  const unseen = casesOf(cache.records()).filter(({ seen }) => !seen);
  const created = new Map(cache.records().pods.map((pod) => [recordKey(pod), pod.created]));
  const containerRecords = new Map(
    unseen.map(({ cluster, id, podUid }) => [id, created.get(recordKey({ cluster, id: podUid })) ?? null])
  );
  await readIds(reader, cache, 'containers', containerRecords, to);
}

/** @param sinceOf when what has an id began */
async function readIds(
  reader: Reader,
  cache: RecordCache,
  kind: KindName,
  sinceOf: ReadonlyMap<string, string | null>,
  to: number
): Promise<void> {
  const ids = [...sinceOf.keys()].filter((id) => !cache.asked.has(`${kind} ${id}`)).slice(0, MOST_IDS);
  const tasks = Array.from({ length: Math.ceil(ids.length / IDS_A_QUERY) }, (_, batch) => {
    const some = ids.slice(batch * IDS_A_QUERY, (batch + 1) * IDS_A_QUERY);
    const starts = some.map((id) => Date.parse(sinceOf.get(id) ?? '')).filter((time) => !Number.isNaN(time));
    const from = Math.min(to, ...starts) - HOUR_MS;
    return () => reader.ids(kind, some, { from, to });
  });
  await runLimited(tasks);
}
