import { createHash } from 'node:crypto';
import { caseLine, caseMetadata, caseMoment, contentOf } from '../../model/case-records';
import { casesOf } from '../../model/cases';
import { kindNamed, RecordBase } from '../../model/evidence';
import {
  CONTAINER_METADATA,
  type ContainerRecord,
  DISK_METADATA,
  type DiskRecord,
  GC_METADATA,
  type GcRecord,
  HEARTBEAT_METADATA,
  type HeartbeatRecord,
  JOB_METADATA,
  NODE_METADATA,
  POD_METADATA,
  RECORD_VERSION,
  type RollupPeriod,
  THRESHOLDS_METADATA,
  type ThresholdsRecord,
  type WatchRecord,
} from '../../model/records';
import { containerRunId } from '../../model/container-run';
import { defaultThresholds } from '../../model/thresholds';
import { createLogger } from '../../shipper/common/log';
import { Rollups } from '../../shipper/node/rollup/rollups';

/** A record on its way to Loki. Milliseconds since 1970. */
export interface Written {
  kind: string;
  node?: string;
  /** Of a rollup. */
  period?: RollupPeriod;
  at: number;
  line: string;
  metadata: Record<string, string>;
}

export const CLUSTER = 'fleet';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Job pods, and pods that live on, of a node and day. */
const JOB_PODS = 20;
const LIVING_PODS = 20;
const NAMESPACES = 20;
const v = RECORD_VERSION;

const iso = (ms: number) => new Date(ms).toISOString().replace('Z', '000000Z');
const hex = (text: string) => createHash('sha256').update(text).digest('hex');
/** Kubernetes' random suffixes, by a number. */
function suffix(n: number): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  let text = '';
  for (let i = 0, rest = n; i < 5; i++, rest = Math.floor(rest / alphabet.length)) {
    text += alphabet[rest % alphabet.length] ?? '';
  }
  return text;
}

function written(record: { kind: string; final?: boolean }, at: number, fields: Record<string, string>): Written {
  const values: Record<string, unknown> = { ...record };
  const metadata: Record<string, string> = { v: String(v) };
  for (const [name, field] of Object.entries(fields)) {
    const value = values[field];
    if (typeof value === 'string' && value !== '') {
      metadata[name] = value;
    }
  }
  if (record.final === true) {
    metadata.final = 'true';
  }
  return { kind: record.kind, node: metadata.node, at, line: JSON.stringify(record), metadata };
}

/**
 * What agents and watch write of a day of a node: Jobs whose logs a reclaim removes or their TTL, pods that live on, a
 * disk sample whenever use changes, a heartbeat every five minutes, rollups. No chance in it: two runs write the same.
 *
 * @param dayStart the beginning of a day in UTC, milliseconds since 1970
 */
export function nodeDay(number: number, dayStart: number): Written[] {
  const node = `node-${number}`;
  const isToday = ({ at }: Written) => at >= dayStart && at < dayStart + DAY;
  // What Jobs began the day before ends in this one.
  const all = [...jobs(node, number, dayStart - DAY), ...measured(number, dayStart)].sort((a, b) => a.at - b.at);
  const records = all.filter(isToday);
  return [...records, ...rollups(node, dayStart, records), ...cases(node, dayStart, all).filter(isToday)];
}

/** What the leader of the watch writes of the cases of the day. */
function cases(node: string, dayStart: number, records: readonly Written[]): Written[] {
  const base = new RecordBase();
  for (const { kind, line, at } of records) {
    const name = kindNamed(kind);
    // The kubelet's log tells it here: no measurement is needed, and reading them all costs most.
    if (name !== undefined && kind !== 'disk' && kind !== 'heartbeat') {
      base.add(name, line, BigInt(at) * 1_000_000n);
    }
  }
  return casesOf({ ...base.records(), now: iso(dayStart + DAY) }).flatMap((one) => {
    const ns = caseMoment(one);
    const record = { ...contentOf(one), revision: 1, delta: 1 } as const;
    return ns === undefined
      ? []
      : { kind: 'case', node, at: Number(ns / 1_000_000n), line: caseLine(record), metadata: caseMetadata(record) };
  });
}

/** A case is in Loki so long after its log was removed: the newest minutes are worked out by whoever asks. */
const CASES_BEHIND = 3 * MINUTE;

/** What a watch of the fleet says of itself over a day. @param from when its case records begin */
export function* watchDay(dayStart: number, from: number): Generator<Written> {
  for (let at = dayStart + MINUTE; at <= dayStart + DAY; at += MINUTE) {
    const cases = { from: iso(from), to: iso(Math.max(from, at - CASES_BEHIND)) };
    const watching = { state: 'watching', detail: '', resourceVersion: '1' } as const;
    const record: WatchRecord = {
      ...{ v, kind: 'watch', id: `watch/${iso(from)}/fleet`, cluster: CLUSTER, identity: 'fleet', from: iso(from) },
      ...{ to: iso(at), completeUntil: iso(at), namespaces: [], final: false, cases },
      kinds: { jobs: watching, cronjobs: watching, pods: watching, nodes: watching, events: watching },
    };
    yield written(record, at, { id: 'id' });
  }
}

/** What the agent's own rollups make of the day, by its samples, reclaims and container records. */
function rollups(node: string, dayStart: number, records: readonly Written[]): Written[] {
  const made: Written[] = [];
  let now = dayStart;
  const target = new Rollups(
    { cluster: CLUSTER, node },
    {
      records: {
        write: ({ kind, period, timestamp, line, metadata }) =>
          made.push({ kind, node, period, at: Number(timestamp / 1_000_000n), line, metadata }),
      },
      logger: createLogger('error'),
      now: () => now,
      logSizes: () => [],
    }
  );
  const thresholds = { ...defaultThresholds('v1.30.1'), source: 'configz' } as const;
  for (const { kind, at, line } of records) {
    now = at;
    if (kind === 'disk') {
      target.add({ disk: JSON.parse(line) as DiskRecord, volumes: 3e8, thresholds });
    } else if (kind === 'gc') {
      target.onReclaim(JSON.parse(line) as GcRecord);
    } else if (kind === 'container' && line.includes('"final":true')) {
      target.onContainer(JSON.parse(line) as ContainerRecord, 0);
    }
  }
  now = dayStart + DAY;
  target.stop();
  return made;
}

function* measured(number: number, dayStart: number): Generator<Written> {
  const node = `node-${number}`;
  yield* disks(node, number, dayStart);
  for (let at = dayStart; at < dayStart + DAY; at += 6 * HOUR) {
    const settings: ThresholdsRecord = {
      ...{ v, kind: 'thresholds', id: `${node}/thresholds`, cluster: CLUSTER, node, time: iso(at) },
      ...defaultThresholds('v1.30.1'),
      source: 'configz',
    };
    yield written(settings, at, THRESHOLDS_METADATA);
  }
  for (let at = dayStart + 5 * MINUTE; at <= dayStart + DAY; at += 5 * MINUTE) {
    const beat: HeartbeatRecord = {
      ...{ v, kind: 'heartbeat', id: `${node}/heartbeat/${iso(dayStart - DAY)}`, cluster: CLUSTER, node },
      ...{ version: '1.0.0', from: iso(dayStart - DAY), to: iso(at), previousUntil: null, logsProblem: null },
      kubeletLog: { source: 'file', from: iso(dayStart - DAY), to: iso(at), problem: null },
      ...{ containers: 60, unackedBytes: 0, oldestUnacked: null, lokiProblem: null, final: false },
    };
    yield written(beat, at, HEARTBEAT_METADATA);
  }
  yield written(
    {
      ...{ v, kind: 'node', about: 'node', id: `${node}/node/${number}`, cluster: CLUSTER, node, uid: `${number}` },
      ...{ created: iso(dayStart - 30 * DAY), kubeletVersion: 'v1.30.1', osImage: 'Linux', final: false },
    },
    dayStart,
    NODE_METADATA
  );
  yield* living(node, number, dayStart);
  yield* jobs(node, number, dayStart);
}

function* disks(node: string, number: number, dayStart: number): Generator<Written> {
  const filesystem = (used: number) => ({
    ...{ capacity: 100e9, available: 100e9 - used, used, inodes: 6_553_600, inodesFree: 6_000_000 - (used % 1000) },
  });
  // Use changes in half of the minutes, and what changes is told every two minutes.
  for (let at = dayStart; at < dayStart + DAY; at += 4 * MINUTE) {
    const used = 50e9 + (((at / MINUTE) * 97 + number * 131) % 3000) * 1e7;
    const sample: DiskRecord = {
      ...{ v, kind: 'disk', id: `${node}/disk/${iso(at)}`, cluster: CLUSTER, node, time: iso(at), layout: 'single' },
      ...{ layoutFrom: 'devices', nodefs: filesystem(used), imagefs: null, logs: { live: 2e9, dead: 1e8 } },
      ...{ images: 2e10, layers: 1e9, atRisk: 0 },
      // Pods are named every ten minutes.
      pods: Array.from({ length: at % (12 * MINUTE) === 0 ? 5 : 0 }, (_, i) => ({
        ...{ namespace: `team-${i}`, name: `service-${i}-5d8f7c9b4-${suffix(number * 7 + i)}` },
        ...{ uid: `00000000-0000-4000-8000-${String(number * 100 + i).padStart(12, '0')}`, bytes: 1e8 + i },
      })),
      nearest: { signal: 'nodefs.available', margin: 9e10 - used, fraction: 0.4 },
    };
    yield written(sample, at, DISK_METADATA);
  }
}

function podRecord(
  { node, namespace, pod, uid, workload, job, jobUid }: Record<string, string | null>,
  { started, finished, containerId }: { started: number; finished: number | null; containerId: string }
) {
  const run = { restart: 0, containerId, started: iso(started), finished: finished === null ? null : iso(finished) };
  return {
    ...{ v, kind: 'pod', id: uid, cluster: CLUSTER, namespace, pod, node, workload, job, jobUid },
    ...{ phase: finished === null ? 'Running' : 'Succeeded', created: iso(started - 2000), started: iso(started) },
    ...{ finished: finished === null ? null : iso(finished), final: finished !== null },
    containers: [
      {
        ...{ name: 'main', image: 'registry.example.com/team/app:1.2.3' },
        ...{ state: finished === null ? 'running' : 'terminated' },
        runs: [finished === null ? run : { ...run, exitCode: 0, reason: 'Completed' }],
      },
    ],
  };
}

function containerRecord(
  { node, namespace, pod, uid, workload, job }: Record<string, string | null>,
  { first, last, left, containerId }: { first: number; last: number; left: number | null; containerId: string }
): ContainerRecord {
  return {
    ...{ v, kind: 'container', cluster: CLUSTER, node: node ?? '', namespace: namespace ?? '', pod: pod ?? '' },
    id: containerRunId({ namespace: '', pod: '', podUid: uid ?? '', container: 'main', restart: 0 }),
    ...{ podUid: uid ?? '', container: 'main', restart: 0, containerId, workload: workload ?? '', job: job ?? null },
    ...{ linesSeen: 1000, linesAcked: 1000, bytesSeen: 150_000, bytesAcked: 150_000 },
    ...{ firstTime: iso(first), lastTime: iso(last), ended: left !== null, gaps: [], rotatedAway: null },
    left: left === null ? null : { at: iso(left), directory: 'empty', bytesUnacked: 0 },
    ...{ status: left === null ? 'pending' : 'complete', final: left !== null },
  };
}

function* living(node: string, number: number, dayStart: number): Generator<Written> {
  for (let i = 0; i < LIVING_PODS; i++) {
    const namespace = `team-${(number + i) % NAMESPACES}`;
    const workload = `service-${i}`;
    const pod = `${workload}-5d8f7c9b4-${suffix(number * LIVING_PODS + i)}`;
    const uid = `living-${number}-${i}`;
    const who = { node, namespace, pod, uid, workload, job: null, jobUid: null };
    const containerId = hex(uid);
    for (let at = dayStart + i * MINUTE; at < dayStart + DAY; at += 6 * HOUR) {
      const record = podRecord(who, { started: dayStart - 20 * DAY, finished: null, containerId });
      yield written(record, at, POD_METADATA);
    }
    const at = dayStart + (i + 1) * HOUR;
    const span = { first: dayStart - 20 * DAY, last: at, left: null, containerId };
    yield written(containerRecord(who, span), at, CONTAINER_METADATA);
  }
}

/** Job pods end over the day; three in four logs go in one of two reclaims, the others with their pod, by its TTL. */
function* jobs(node: string, number: number, dayStart: number): Generator<Written> {
  const reclaims = [8, 20].map((hour) => dayStart + hour * HOUR + (number % 50) * MINUTE);
  const taken = new Map<number, Array<{ containerId: string; at: number }>>();
  for (let i = 0; i < JOB_PODS; i++) {
    const started = dayStart + i * 70 * MINUTE + (number % 30) * MINUTE;
    const finished = started + (i % 2 === 0 ? 30_000 : 5 * MINUTE);
    const namespace = `team-${(number + i) % NAMESPACES}`;
    const scheduled = Math.floor(started / MINUTE);
    const workload = `report-${i}`;
    const job = `${workload}-${scheduled}`;
    const pod = `${job}-${suffix(number * JOB_PODS + i)}`;
    const uid = `job-pod-${number}-${i}-${scheduled}`;
    const jobUid = `job-${number}-${i}-${scheduled}`;
    const containerId = hex(uid);
    const who = { node, namespace, pod, uid, workload, job, jobUid };
    if (finished - started > MINUTE) {
      yield written(podRecord(who, { started, finished: null, containerId }), started, POD_METADATA);
    }
    yield written(podRecord(who, { started, finished, containerId }), finished, POD_METADATA);
    const jobOf = (deletedAt: number | null) => ({
      ...{ v, kind: 'job', id: jobUid, cluster: CLUSTER, namespace, job, created: iso(started - 3000) },
      ...{ parallelism: 1, completions: 1, backoffLimit: 6, started: iso(started), finished: iso(finished) },
      ...{ result: 'complete', succeeded: 1, final: true, cronJob: { name: workload, uid: `cron-${i}` } },
      ...(deletedAt !== null && {
        deletion: { requested: iso(deletedAt), gone: iso(deletedAt), by: 'history-limit', evidence: [] },
        podsDeleted: { count: 1, from: iso(deletedAt), to: iso(deletedAt) },
      }),
    });
    yield written(jobOf(null), finished, JOB_METADATA);
    const deleted = finished + 3 * HOUR;
    yield written(jobOf(deleted), deleted, JOB_METADATA);
    const reclaim = i % 4 === 3 ? undefined : reclaims.find((at) => at > finished && at < deleted);
    const left = reclaim ?? deleted;
    if (reclaim !== undefined) {
      const list = taken.get(reclaim) ?? [];
      list.push({ containerId, at: reclaim });
      taken.set(reclaim, list);
    }
    const record = containerRecord(who, { first: started, last: finished, left, containerId });
    yield written(record, left, CONTAINER_METADATA);
  }
  for (const [at, containers] of taken) {
    const reclaim: GcRecord = {
      ...{ v, kind: 'gc', id: `${node}/gc/${iso(at)}`, cluster: CLUSTER, node, trigger: 'eviction' },
      ...{ resource: 'ephemeral-storage', start: iso(at), end: iso(at + 2000), containersTotal: containers.length },
      containers: containers.map((one) => ({ containerId: one.containerId, at: iso(one.at) })),
      ...{ containersFailed: 0, images: [], imageBytes: 0, evicted: [], outcome: 'relieved', source: 'kubelet-log' },
      ...{ part: 1, parts: 1 },
    };
    yield {
      ...written(reclaim, at, GC_METADATA),
      metadata: { ...written(reclaim, at, GC_METADATA).metadata, final: 'true' },
    };
  }
}
