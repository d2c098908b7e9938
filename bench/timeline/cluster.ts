import { type Case, casesOf, type DiskPressure, diskPressures } from '../../model/cases';
import {
  type ContainerRecord,
  type DiskRecord,
  type GcRecord,
  type JobRecord,
  type NodeRecord,
  type PodRecord,
  RECORD_VERSION as v,
} from '../../model/records';
import { NO_RECORDS, type RecordSet } from '../../model/evidence';

export interface Size {
  jobs: number;
  /** Containers of a Job run. */
  containers: number;
  nodes: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
export const BEGIN = Date.parse('2026-11-01T00:00:00Z');
export const END = BEGIN + DAY;

const cluster = 'bench';
const iso = (time: number): string => `${new Date(time).toISOString().slice(0, 23)}000000Z`;

/** Numbers that look drawn by lot and are the same on every run (mulberry32). */
function lots(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A day of a cluster: Job runs over nodes that each run short of disk every six hours and lose their finished logs. */
export function recordsOf({ jobs, containers, nodes }: Size): RecordSet {
  const random = lots(42);
  const reclaims = Array.from({ length: nodes }, (_, node) =>
    Array.from({ length: 4 }, (_, i) => BEGIN + ((i + 0.9) * DAY) / 4 - (node / nodes) * HOUR)
  );
  const set = {
    ...NO_RECORDS,
    containers: [] as ContainerRecord[],
    pods: [] as PodRecord[],
    jobs: [] as JobRecord[],
    nodes: [] as NodeRecord[],
    gcs: [] as GcRecord[],
    disks: [] as DiskRecord[],
  };
  for (let job = 0; job < jobs; job++) {
    const begun = BEGIN + (job / jobs) * (DAY - HOUR);
    addJob(set, job, begun, containers, { nodes, reclaims, random });
  }
  reclaims.forEach((moments, node) => {
    addNode(set, `node-${node}`, moments, random);
  });
  return set;
}

interface ClusterState {
  nodes: number;
  reclaims: number[][];
  random: () => number;
}

function addJob(
  set: { containers: ContainerRecord[]; pods: PodRecord[]; jobs: JobRecord[] },
  number: number,
  begun: number,
  count: number,
  clusterState: ClusterState
): void {
  const { nodes, reclaims, random } = clusterState;
  const [job, namespace, jobUid] = [`run-${number}`, `team-${number % 20}`, `job-uid-${number}`];
  const nodeNumber = Math.floor(random() * nodes);
  const node = `node-${nodeNumber}`;
  let last = begun;
  for (let i = 0; i < count; i++) {
    const started = begun + i * 20_000 * random();
    const ended = started + 2000 + random() * 600_000;
    const gone = reclaims[nodeNumber]?.find((moment) => moment > ended);
    const isFailed = random() < 0.04;
    const isLost = gone !== undefined && random() < 0.01;
    last = Math.max(last, ended);
    const podUid = `pod-uid-${number}-${i}`;
    const containerId = `${number.toString(16).padStart(32, '0')}${i.toString(16).padStart(32, '0')}`;
    const who = { cluster, node, namespace, pod: `${job}-${i}`, workload: 'run', job };
    set.containers.push({
      v,
      ...who,
      kind: 'container',
      id: `${podUid}/main/0`,
      podUid,
      container: 'main',
      restart: 0,
      containerId,
      ...{ linesSeen: 100, linesAcked: isLost ? 0 : 100, bytesSeen: 10_000, bytesAcked: isLost ? 0 : 10_000 },
      ...{ firstTime: iso(started), lastTime: iso(ended), ended: true, gaps: [], rotatedAway: null },
      left: gone === undefined ? null : { at: iso(gone), directory: 'empty', bytesUnacked: isLost ? 10_000 : 0 },
      status: isLost ? 'lost' : 'complete',
      final: true,
    });
    const run = {
      ...{ restart: 0, containerId, started: iso(started), finished: iso(ended), exitCode: isFailed ? 1 : 0 },
      ...{ signal: null, reason: isFailed ? 'Error' : 'Completed', message: null, removed: null },
    };
    set.pods.push({
      v,
      ...who,
      kind: 'pod',
      id: podUid,
      jobUid,
      ...{ cronJob: `cron-${number % 200}`, owner: null, phase: isFailed ? 'Failed' : 'Succeeded' },
      ...{ reason: null, message: null, created: iso(started - 1000), scheduled: iso(started - 900) },
      ...{ started: iso(started - 500), finished: iso(ended), disruption: null },
      ...{ restartsAllContainers: false, allContainersRestarts: [] },
      containers: [
        {
          ...{ name: 'main', role: 'main', image: null, state: 'terminated', waiting: null, restarts: 0 },
          ...{ runs: [run], storageRequest: null, storageLimit: null },
        },
      ],
      deletion: null,
      final: true,
    });
  }
  set.jobs.push({
    ...{ v, kind: 'job', id: jobUid, cluster, namespace, job, cronJob: null, owner: null },
    ...{
      parallelism: 2,
      completions: count,
      backoffLimit: 6,
      activeDeadlineSeconds: null,
      ttlSecondsAfterFinished: null,
    },
    ...{ suspended: false, created: iso(begun), started: iso(begun), finished: iso(last), result: 'complete' },
    ...{
      reason: null,
      message: null,
      active: 0,
      succeeded: count,
      failed: 0,
      transitions: [],
      deletion: null,
      podsDeleted: null,
      final: true,
    },
  });
}

function addNode(
  set: { nodes: NodeRecord[]; gcs: GcRecord[]; disks: DiskRecord[] },
  node: string,
  moments: number[],
  random: () => number
): void {
  for (const moment of moments) {
    set.nodes.push({
      ...{ v, kind: 'node', cluster, node, about: 'condition', condition: 'DiskPressure', status: 'True' },
      ...{
        id: `${node}/condition/DiskPressure/${moment}`,
        reason: null,
        message: null,
        toUncertain: false,
        final: true,
      },
      ...{ from: iso(moment + 8000), to: iso(moment + 308_000) },
    });
    set.gcs.push({
      ...{
        v,
        kind: 'gc',
        id: `${node}/gc/${moment}`,
        cluster,
        node,
        trigger: 'eviction',
        resource: 'ephemeral-storage',
      },
      ...{
        start: iso(moment - 100),
        end: iso(moment + 3000),
        containers: [],
        containersTotal: 30,
        containersFailed: 0,
      },
      ...{ images: [{ id: 'image', bytes: 1e8 }], imageBytes: 1e8, evicted: [], outcome: 'relieved' },
      ...{ source: 'kubelet-log', part: 1, parts: 1 },
    });
  }
  for (let time = BEGIN; time < END; time += 600_000) {
    const next = moments.find((moment) => moment > time) ?? END;
    const use = Math.min(0.9, 0.86 - (next - time) / (10 * HOUR) + random() * 0.03);
    const capacity = 1e11;
    const nodefs = { capacity, available: capacity * (1 - use), used: capacity * use, inodes: null, inodesFree: null };
    set.disks.push({
      ...{ v, kind: 'disk', id: `${node}/disk/${time}`, cluster, node, time: iso(time), layout: 'single' },
      ...{ layoutFrom: 'devices', nodefs, imagefs: null, logs: null, images: null, layers: null, pods: [] },
      ...{ atRisk: null, nearest: null },
    });
  }
}

export function explained(records: RecordSet): { cases: Case[]; pressures: DiskPressure[] } {
  return {
    cases: casesOf({ ...records, now: iso(END) }),
    pressures: diskPressures(records.nodes, records.events, records.gcs),
  };
}
