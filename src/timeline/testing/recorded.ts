import { readFileSync } from 'node:fs';
import { casesOf, diskPressures } from '../../../model/cases';
import { type DiskRecord, type NodeRecord, RECORD_VERSION, type ThresholdsRecord } from '../../../model/records';
import { atTheEnd, replay } from '../../../shipper/cluster/testing/replayed';
import { recordedEvents } from '../../../shipper/cluster/testing/recording';
import { layoutOf } from '../../../shipper/node/disk/disk-layout';
import { parseStatsSummary } from '../../../shipper/node/disk/stats-summary';
import { thresholdsFromConfigz } from '../../../shipper/node/effective-thresholds';
import { recordedContainerRecords, recordedReclaims } from '../../../tests/integration/cases-container-records';
import type { RecordSet } from '../../data/records';
import type { TimelineInput } from '../model/input';

const folder = 'tests/recording/disk-pressure/kubelet';
const common = { v: RECORD_VERSION, cluster: 'c1', node: 'node-a' } as const;

/** The first and the last moment of the recording, milliseconds since 1970. */
export const RECORDED = {
  from: Date.parse('2026-11-23T23:09:00Z'),
  to: Date.parse('2026-11-23T23:26:00Z'),
};

/** The records that Afterlog has of the recorded node, as a reader has them at the end. */
export function recordedRecords(): RecordSet {
  const watched = replay(recordedEvents());
  return {
    containers: recordedContainerRecords(),
    pods: atTheEnd(watched, 'pod'),
    jobs: atTheEnd(watched, 'job'),
    nodes: atTheEnd(watched, 'node'),
    events: atTheEnd(watched, 'event'),
    gcs: recordedReclaims(),
    disks: recordedDisks(),
    thresholds: [recordedThresholds()],
    watches: [],
    heartbeats: [],
  };
}

/** The recorded node as the timeline gets it. */
export function recordedInput(change: Partial<RecordSet> = {}): TimelineInput {
  const records = { ...recordedRecords(), ...change };
  return {
    records,
    cases: casesOf({ ...records, now: new Date(RECORDED.to).toISOString() }),
    pressures: diskPressures(records.nodes as NodeRecord[], records.events, records.gcs),
    now: RECORDED.to,
  };
}

function recordedDisks(): DiskRecord[] {
  return readFileSync(`${folder}/stats-summary.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const { t, summary } = JSON.parse(line) as { t: string; summary: { node: { fs: { time: string } } } };
      // The kubelet hands out for ten seconds what it measured then.
      const { time } = summary.node.fs;
      const stats = parseStatsSummary(summary);
      return {
        ...{ ...common, kind: 'disk', id: `node-a/disk/${t}`, time },
        ...layoutOf(undefined, undefined, undefined, stats),
        ...{ images: stats.images, layers: stats.layers, pods: stats.pods, logs: null, atRisk: null, nearest: null },
      };
    });
}

function recordedThresholds(): ThresholdsRecord {
  const configz: unknown = JSON.parse(readFileSync(`${folder}/configz.json`, 'utf8'));
  const time = new Date(RECORDED.from).toISOString();
  return { ...common, kind: 'thresholds', id: 'node-a/thresholds', time, ...thresholdsFromConfigz(configz, 'v1.20.2') };
}
