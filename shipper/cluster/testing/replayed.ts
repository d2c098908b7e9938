import type * as z from 'zod';
import {
  eventRecordSchema,
  jobRecordSchema,
  nodeRecordSchema,
  podRecordSchema,
  type EventRecord,
  type JobRecord,
  type NodeRecord,
  type PodRecord,
} from '../../../model/records';
import type { OutgoingRecord } from '../../loki/record-writer';
import { ClusterClock } from '../core/cluster-clock';
import { watched } from '../core/tracker';
import { ClusterState } from '../cluster-state';
import type { RecordedEvent } from './recording';

/** Shows a cluster state the recorded events, second by second, and collects what it writes. */
export function replay(events: RecordedEvent[], afterwardsSeconds = 600): OutgoingRecord[] {
  let now = events[0]?.at ?? 0;
  const clock = new ClusterClock(() => now);
  const clusterState = new ClusterState('c1', clock, true);
  const records: OutgoingRecord[] = [];
  const goOn = (until: number) => {
    for (; now < until; now = Math.min(until, now + 1000)) {
      records.push(...clusterState.take({ now: clock.seconds(), limit: Infinity, early: false }));
    }
  };
  for (const { kind, type, object, at } of events) {
    goOn(at);
    if (type === 'DELETED') {
      clusterState.trackers[kind].remove(object);
    } else {
      clusterState.trackers[kind].put(object, watched);
    }
  }
  goOn(now + afterwardsSeconds * 1000);
  return records;
}

const schemas = {
  pod: podRecordSchema,
  job: jobRecordSchema,
  node: nodeRecordSchema,
  event: eventRecordSchema,
} satisfies Record<string, z.ZodType>;

interface Kinds {
  pod: PodRecord;
  job: JobRecord;
  node: NodeRecord;
  event: EventRecord;
}

/** The records of one kind as a reader has them at the end: parsed, the later of an id in place of the earlier. */
export function atTheEnd<K extends keyof Kinds>(records: OutgoingRecord[], kind: K): Array<Kinds[K]> {
  const last = new Map<string | undefined, OutgoingRecord>();
  for (const record of records.filter((one) => one.kind === kind)) {
    const { id } = record.metadata;
    const before = last.get(id);
    if (before === undefined || before.timestamp < record.timestamp) {
      last.set(id, record);
    }
  }
  const schema: z.ZodType = schemas[kind];
  return [...last.values()].map(({ line }) => schema.parse(JSON.parse(line)) as Kinds[K]);
}
