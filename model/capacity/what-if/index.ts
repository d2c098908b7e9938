import type { CapacityCode } from '../../codes';
import type { DiskRecord, GcRecord, RollupRecord, ThresholdsRecord } from '../../records';
import { type CaseTally, nodeKey } from '../counts';
import type { FamilyRecords } from '../findings';
import { type SettingChanges } from './changes';
import { type Replay, replayOf } from './replay';

export { CHANGE_KEYS, parseChanges, type SettingChanges } from './changes';
export { type Replay } from './replay';

/** A node's time range under other settings. */
export interface NodeReplay extends Replay {
  cluster: string;
  node: string;
  /** Logs with cause C1 that Loki lacks, in whole or in part, and that an avoided reclaim removed: at least, and at most. */
  logsKept: { atLeast: number; atMost: number };
}

/** Logs by what a setting of theirs would have changed. */
export interface LogsUnder {
  cases: number;
  /** Those that would have stayed. */
  kept: number;
  /** Those of which no record tells. */
  unknown: number;
}

/** A time range under other settings, with what that assumes. */
export interface WhatIf {
  changes: SettingChanges;
  summary: CapacityCode;
  /** Nodes with reclaims or image GC, recorded or replayed, those with most reclaims first; empty where the disk is not concerned. */
  nodes: NodeReplay[];
  /** Logs that rotation shortened; null where rotation is not changed. */
  rotation: LogsUnder | null;
  /** Logs that a TTL removed; null where it is not changed. */
  ttl: LogsUnder | null;
  assumptions: CapacityCode[];
}

/** What a replay rests on. */
export interface WhatIfInput {
  rollups: readonly RollupRecord[];
  disks: readonly DiskRecord[];
  gcs: readonly GcRecord[];
  thresholds: readonly ThresholdsRecord[];
  cases: readonly CaseTally[];
  /** The same by Job family, where it is apart. */
  familyCases?: readonly CaseTally[];
  records: FamilyRecords;
  /** Nodes, with the layout of their disks where it is known. */
  nodes: ReadonlyArray<{ cluster: string; node: string; layout: DiskRecord['layout'] | undefined }>;
}

/** Replays the recorded disk use of nodes under other settings, and weighs what rotation and TTL removed. */
export function whatIfOf(input: WhatIfInput, changes: SettingChanges): WhatIf {
  const { nodes, left } = changesDisk(changes) ? replays(input, changes) : { nodes: [], left: [] };
  const rotation = changesRotation(changes) ? rotationUnder(input, changes) : null;
  const ttl = changes.ttlSeconds === undefined ? null : ttlUnder(input, changes.ttlSeconds);
  return {
    ...{ changes, nodes, rotation, ttl },
    summary: summaryOf(nodes, changes, left),
    assumptions: assumptionsOf(input, changes, nodes, left),
  };
}

const changesDisk = ({ diskBytes, imageGcHighPercent, imageGcLowPercent, evictionHard }: SettingChanges) =>
  (diskBytes ?? imageGcHighPercent ?? imageGcLowPercent) !== undefined || Object.keys(evictionHard).length > 0;

const changesRotation = ({ containerLogMaxBytes, containerLogMaxFiles }: SettingChanges) =>
  (containerLogMaxBytes ?? containerLogMaxFiles) !== undefined;

function replays(input: WhatIfInput, changes: SettingChanges): { nodes: NodeReplay[]; left: string[] } {
  const [rollups, disks, gcs] = [byNode(input.rollups), byNode(input.disks), byNode(input.gcs)];
  const thresholds = new Map(input.thresholds.map((record) => [nodeKey(record), record]));
  const left: string[] = [];
  const nodes = input.nodes.flatMap(({ cluster, node, layout = 'unknown' }): NodeReplay[] => {
    const key = nodeKey({ cluster, node });
    const settings = thresholds.get(key);
    const of = <R>(records: ReadonlyMap<string, R[]>) => records.get(key) ?? [];
    const series = { layout, rollups: of(rollups), disks: of(disks), gcs: of(gcs) };
    const replay = settings && replayOf({ ...series, thresholds: settings }, changes);
    if (replay === undefined) {
      left.push(node);
      return [];
    }
    return [{ cluster, node, ...replay, logsKept: logsKept(replay, lostBy(input.cases, cluster, node)) }];
  });
  const concerned = nodes.filter(
    ({ reclaims, imageGcs }) => reclaims.recorded + reclaims.added + imageGcs.recorded + imageGcs.added > 0
  );
  return { nodes: concerned.sort((a, b) => b.reclaims.recorded - a.reclaims.recorded), left };
}

function byNode<R extends { cluster: string; node: string }>(records: readonly R[]): Map<string, R[]> {
  const all = new Map<string, R[]>();
  for (const record of records) {
    all.set(nodeKey(record), [...(all.get(nodeKey(record)) ?? []), record]);
  }
  return all;
}

/** Logs that reclaims removed from a node and that Loki lacks at least in part. */
const lostBy = (cases: readonly CaseTally[], cluster: string, node: string): number =>
  cases.reduce(
    (sum, one) =>
      one.cause === 'C1' &&
      one.cluster === cluster &&
      one.node === node &&
      (one.status === 'lost' || one.status === 'partial')
        ? sum + one.count
        : sum,
    0
  );

/** Which reclaim removed which of the lost logs is not reported: between what the other reclaims can have removed, and all. */
function logsKept({ containersKept, containersRecorded }: Replay, lost: number): NodeReplay['logsKept'] {
  const still = containersRecorded - containersKept;
  return { atLeast: Math.max(0, Math.min(containersKept, lost - still)), atMost: Math.min(lost, containersKept) };
}

const familyKey = (cluster: string, namespace: string, name: string) => JSON.stringify([cluster, namespace, name]);

function rotationUnder({ cases, records, thresholds }: WhatIfInput, changes: SettingChanges): LogsUnder {
  const settings = new Map(thresholds.map((record) => [nodeKey(record), record]));
  const largest = new Map<string, number>();
  for (const { cluster, namespace, workload, bytesSeen } of records.containers) {
    const key = familyKey(cluster, namespace, workload);
    largest.set(key, Math.max(largest.get(key) ?? 0, bytesSeen));
  }
  return logsUnder(cases, 'C15', ({ cluster, node, namespace, workload }) => {
    const bytes = largest.get(familyKey(cluster, namespace, workload));
    const known = settings.get(nodeKey({ cluster, node }));
    const maxBytes = changes.containerLogMaxBytes ?? known?.containerLogMaxBytes;
    const files = changes.containerLogMaxFiles ?? known?.containerLogMaxFiles;
    return bytes === undefined || maxBytes === undefined || files === undefined
      ? undefined
      : bytes <= maxBytes * (files - 1);
  });
}

function ttlUnder({ cases, familyCases = cases, records }: WhatIfInput, seconds: number): LogsUnder {
  const jobs = new Map(records.jobs.map((job) => [familyKey(job.cluster, job.namespace, job.job), job]));
  const ttls = new Map(
    records.pods.flatMap(({ cluster, namespace, workload, job }) => {
      const ttl = jobs.get(familyKey(cluster, namespace, job ?? ''))?.ttlSecondsAfterFinished ?? null;
      return ttl === null ? [] : [[familyKey(cluster, namespace, workload), ttl] as const];
    })
  );
  return logsUnder(familyCases, 'C7', ({ cluster, namespace, workload }) => {
    const ttl = ttls.get(familyKey(cluster, namespace, workload));
    return ttl === undefined ? undefined : ttl < seconds;
  });
}

function logsUnder(
  cases: readonly CaseTally[],
  cause: CaseTally['cause'],
  isKept: (tally: CaseTally) => boolean | undefined
): LogsUnder {
  const under = { cases: 0, kept: 0, unknown: 0 };
  for (const tally of cases.filter((one) => one.cause === cause)) {
    const kept = isKept(tally);
    under.cases += tally.count;
    under.kept += kept === true ? tally.count : 0;
    under.unknown += kept === undefined ? tally.count : 0;
  }
  return under;
}

function summaryOf(nodes: readonly NodeReplay[], changes: SettingChanges, left: readonly string[]): CapacityCode {
  const sum = (of: (node: NodeReplay) => number) => nodes.reduce((all, node) => all + of(node), 0);
  return !changesDisk(changes) || (nodes.length === 0 && left.length > 0)
    ? { code: 'what-if-no-disk' }
    : {
        code: 'what-if-reclaims',
        recorded: sum(({ reclaims }) => reclaims.recorded),
        avoided: sum(({ reclaims }) => reclaims.avoided),
        added: sum(({ reclaims }) => reclaims.added),
        containersKept: sum(({ containersKept }) => containersKept),
        logsAtLeast: sum(({ logsKept: { atLeast } }) => atLeast),
        logsAtMost: sum(({ logsKept: { atMost } }) => atMost),
        moreImageBytes: sum(({ imageBytesReplayed, imageBytesRecorded }) => imageBytesReplayed - imageBytesRecorded),
      };
}

function assumptionsOf(
  { thresholds }: WhatIfInput,
  changes: SettingChanges,
  nodes: readonly NodeReplay[],
  left: readonly string[]
): CapacityCode[] {
  const { imageGcHighPercent: high, imageGcLowPercent: low, diskBytes } = changes;
  const lowered = high !== undefined && low === undefined && thresholds.some((one) => one.imageGcLowPercent >= high);
  const when = (condition: boolean, code: CapacityCode): CapacityCode[] => (condition ? [code] : []);
  return [
    ...when(left.length > 0, { code: 'what-if-left', nodes: [...left] }),
    ...when(nodes.length > 0, { code: 'what-if-assumes-series' }),
    ...when(nodes.length > 0, { code: 'what-if-assumes-peak' }),
    ...when(nodes.length > 0, { code: 'what-if-assumes-images' }),
    ...when(
      nodes.some(({ hasRollups }) => hasRollups),
      { code: 'what-if-assumes-rollups' }
    ),
    ...when(diskBytes !== undefined, { code: 'what-if-assumes-inodes' }),
    ...when(lowered, { code: 'what-if-assumes-low', low: Math.max(0, (high ?? 0) - 5) }),
    ...when(changesRotation(changes), { code: 'what-if-assumes-logs' }),
    ...when(changes.ttlSeconds !== undefined, { code: 'what-if-assumes-ttl' }),
  ];
}
