import type * as z from 'zod';
import {
  type ContainerRecord,
  containerRecordSchema,
  type DiskRecord,
  diskRecordSchema,
  type EventRecord,
  eventRecordSchema,
  type GcRecord,
  gcRecordSchema,
  type HeartbeatRecord,
  heartbeatRecordSchema,
  type JobRecord,
  jobRecordSchema,
  LatestRecords,
  type NodeRecord,
  nodeRecordSchema,
  type PodRecord,
  podRecordSchema,
  type ThresholdsRecord,
  thresholdsRecordSchema,
  type WatchRecord,
  watchRecordSchema,
} from '../records';

/** The records that readers work on, by kind: what `casesOf` and `diskPressures` of `model/cases` take. Each key once. */
export interface RecordSet {
  containers: readonly ContainerRecord[];
  pods: readonly PodRecord[];
  jobs: readonly JobRecord[];
  nodes: readonly NodeRecord[];
  events: readonly EventRecord[];
  gcs: readonly GcRecord[];
  disks: readonly DiskRecord[];
  thresholds: readonly ThresholdsRecord[];
  heartbeats: readonly HeartbeatRecord[];
  watches: readonly WatchRecord[];
}

export type KindName = keyof RecordSet;
export type RecordOf<K extends KindName> = RecordSet[K][number];

/** A kind of records: the label `record` of its streams, and what its lines are. */
export interface Kind<R> {
  label: string;
  schema: z.ZodType<R>;
}

export const KINDS: { [K in KindName]: Kind<RecordOf<K>> } = {
  containers: { label: 'container', schema: containerRecordSchema },
  pods: { label: 'pod', schema: podRecordSchema },
  jobs: { label: 'job', schema: jobRecordSchema },
  nodes: { label: 'node', schema: nodeRecordSchema },
  events: { label: 'event', schema: eventRecordSchema },
  gcs: { label: 'gc', schema: gcRecordSchema },
  disks: { label: 'disk', schema: diskRecordSchema },
  thresholds: { label: 'thresholds', schema: thresholdsRecordSchema },
  heartbeats: { label: 'heartbeat', schema: heartbeatRecordSchema },
  watches: { label: 'watch', schema: watchRecordSchema },
};

// Of a mapped type, `Object.keys` knows no more than that they are texts.
const isKindName = (name: string): name is KindName => name in KINDS;
const KIND_NAMES: readonly KindName[] = Object.keys(KINDS).filter(isKindName);

const kindOfLabel = new Map(KIND_NAMES.map((name) => [KINDS[name].label, name]));

/** The kind with this label `record`. */
export const kindNamed = (label: string): KindName | undefined => kindOfLabel.get(label);

export const NO_RECORDS: RecordSet = {
  ...{ containers: [], pods: [], jobs: [], nodes: [], events: [], gcs: [], disks: [], thresholds: [], watches: [] },
  heartbeats: [],
};

type Lists = { [K in KindName]: LatestRecords<RecordOf<K>> };

/** All records that were read, of each key the one that replaces the others. */
export class RecordBase {
  /** Counts the changes. */
  version = 0;
  /** Lines that were no record of a version known here. */
  unreadable = 0;
  private readonly lists: Lists = {
    containers: new LatestRecords(),
    pods: new LatestRecords(),
    jobs: new LatestRecords(),
    nodes: new LatestRecords(),
    events: new LatestRecords(),
    gcs: new LatestRecords(),
    disks: new LatestRecords(),
    thresholds: new LatestRecords(),
    heartbeats: new LatestRecords(),
    watches: new LatestRecords(),
  };

  /** Takes over the record that a line of a kind's stream holds; what is none is counted. @param ns the entry's timestamp */
  add<K extends KindName>(kind: K, line: string, ns: bigint): void {
    const record = parseRecord(line, KINDS[kind].schema);
    if (record === undefined) {
      this.unreadable++;
    } else if (this.lists[kind].add(record, ns)) {
      this.version++;
    }
  }

  of<K extends KindName>(kind: K): Array<RecordOf<K>> {
    return this.lists[kind].all();
  }

  records(): RecordSet {
    return {
      containers: this.of('containers'),
      pods: this.of('pods'),
      jobs: this.of('jobs'),
      nodes: this.of('nodes'),
      events: this.of('events'),
      gcs: this.of('gcs'),
      disks: this.of('disks'),
      thresholds: this.of('thresholds'),
      heartbeats: this.of('heartbeats'),
      watches: this.of('watches'),
    };
  }

  get size(): number {
    return KIND_NAMES.reduce((sum, kind) => sum + this.lists[kind].size, 0);
  }

  /** Drops the records none of whose entries is older than this. @param ns nanoseconds since 1970 */
  dropFrom(ns: bigint): void {
    KIND_NAMES.forEach((kind) => this.lists[kind].dropFrom(ns));
    this.version++;
  }

  clear(): void {
    KIND_NAMES.forEach((kind) => this.lists[kind].clear());
    this.version++;
  }
}

/** The record that a line holds; undefined for one of a version not known here, and for what somebody else wrote. */
export function parseRecord<R>(line: string, schema: z.ZodType<R>): R | undefined {
  return schema.safeParse(jsonOf(line)).data;
}

/** What a line of JSON says; undefined, as much no record as one that does not fit, where it is none. */
export function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
