import type { CaseTally, CountInput } from '../counts';
import type { CapacityInput } from '..';
import {
  type DiskRecord,
  type GcRecord,
  type NodeRecord,
  nodeRecordSchema,
  type PodRecord,
  podRecordSchema,
  RECORD_VERSION,
  type RollupRecord,
  rollupRecordSchema,
  type ThresholdsRecord,
} from '../../records';
import { defaultThresholds } from '../../thresholds';

export const GB = 1e9;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const START = Date.parse('2026-11-23T00:00:00Z');
export const iso = (ms: number) => new Date(ms).toISOString();
const where = { v: RECORD_VERSION, cluster: 'c1', node: 'node-a' } as const;

/** A sample of one disk of 100 GB and 1,000 inodes. */
export const disk = (at: number, usedGb: number, node = 'node-a'): DiskRecord => ({
  ...{ ...where, node, kind: 'disk', id: `${node}/disk/${at}`, time: iso(at), layout: 'single', layoutFrom: 'devices' },
  nodefs: {
    ...{ capacity: 100 * GB, available: (100 - usedGb) * GB, used: usedGb * GB, inodes: 1000, inodesFree: 900 },
  },
  ...{ imagefs: null, logs: { live: 2 * GB, dead: GB }, images: 10 * GB, layers: 3 * GB, pods: [], atRisk: 0 },
  nearest: null,
});

/** An hour whose use is given in GB of 100. */
export function rollup(
  at: number,
  { p95, greatest, last }: { p95: number; greatest: number; last: number }
): RollupRecord {
  const bytes = { capacity: 100 * GB, least: 0, mean: 0, p95: p95 * GB, greatest: greatest * GB, last: last * GB };
  return rollupRecordSchema.parse({
    ...{ ...where, kind: 'rollup', id: `node-a/rollup/hour/${at}`, period: 'hour', from: iso(at), to: iso(at + HOUR) },
    ...{ observedSeconds: 3600, layout: 'single', reclaims: 1, containersRemoved: 5 },
    nodefs: { bytes: { ...bytes, filled: 2 * GB, worstMinute: GB }, inodes: null },
    volumes: { mean: GB, greatest: GB, last: GB },
  });
}

export const gc = (at: number, more: Partial<GcRecord> = {}): GcRecord => ({
  ...{ ...where, kind: 'gc', id: `node-a/gc/${at}`, trigger: 'eviction', resource: 'ephemeral-storage' },
  ...{ start: iso(at), end: iso(at + 2000), containers: [], containersTotal: 34, containersFailed: 0 },
  images: [{ id: 'a', bytes: GB }],
  ...{ imageBytes: GB, evicted: [], outcome: 'relieved', source: 'kubelet-log', part: 1, parts: 1, ...more },
});

export const pressure = (from: number, to: number | null): NodeRecord =>
  nodeRecordSchema.parse({
    ...{ ...where, kind: 'node', about: 'condition', id: `node-a/condition/${from}`, condition: 'DiskPressure' },
    ...{ status: 'True', from: iso(from), to: to === null ? null : iso(to), final: to !== null },
  });

export const evicted = (id: string, at: number, message: string): PodRecord =>
  podRecordSchema.parse({
    ...{ ...where, kind: 'pod', id, namespace: 'shop', pod: `report-${id}`, workload: 'report', phase: 'Failed' },
    ...{ reason: 'Evicted', message, started: iso(at), final: true },
  });

export const tally = (more: Partial<CaseTally>): CaseTally => ({
  ...{
    cluster: 'c1',
    node: 'node-a',
    namespace: 'shop',
    workload: 'report',
    status: 'complete',
    cause: 'C1',
    count: 1,
  },
  ...more,
});

export const thresholds = (more: Partial<ThresholdsRecord> = {}): ThresholdsRecord => ({
  ...{ ...where, kind: 'thresholds', id: 'node-a/thresholds', time: iso(START), ...defaultThresholds('v1.30.1') },
  ...{ source: 'configz', ...more },
});

export const counts = (more: Partial<CountInput> = {}): CountInput => ({
  ...{ range: { from: START, to: START + 24 * HOUR }, rollups: [], gcs: [], pressures: [], pods: [], cases: [] },
  ...{
    withKubeletLog: new Set(['c1 node-a']),
    watched: new Map([['c1', 1]]),
    nodes: [{ cluster: 'c1', node: 'node-a' }],
  },
  ...more,
});

export const input = (more: Partial<CapacityInput> = {}): CapacityInput => ({
  ...{ ...counts(more), disks: [], thresholds: [], stopped: new Map() },
  ...more,
});
