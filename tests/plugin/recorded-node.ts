import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CONTAINER_METADATA,
  DISK_METADATA,
  type DiskRecord,
  GC_METADATA,
  THRESHOLDS_METADATA,
} from '../../model/records';
import { parseNs } from '../../model/time';
import { type Store, startStore } from '../../pocket-loki';
import { metadataOf } from '../../shipper/cluster/core/tracker';
import { replay } from '../../shipper/cluster/testing/replayed';
import { recordedEvents } from '../../shipper/cluster/testing/recording';
import { createLogger } from '../../shipper/common/log';
import { connectLoki } from '../../shipper/loki/connection';
import { type OutgoingRecord, RecordWriter } from '../../shipper/loki/record-writer';
import { RECORDED, recordedRecords } from '../../src/timeline/testing/recorded';

/** A record as the agent writes it. */
function outgoing<R extends { v: number; kind: string; cluster: string }>(
  record: R,
  time: string,
  fields: Readonly<Record<string, keyof R>>
): OutgoingRecord {
  const final = 'final' in record ? record.final === true : true;
  return {
    ...{ kind: record.kind, cluster: record.cluster, timestamp: parseNs(time) ?? 0n, line: JSON.stringify(record) },
    metadata: metadataOf({ ...record, final }, fields),
  };
}

/**
 * The recorded node has one disk, and the recording none of what the agent adds to the kubelet's statistics; of this one,
 * images and containers lie on a disk of their own.
 */
const withOwnImagefs = (disk: DiskRecord): DiskRecord => ({
  ...{ ...disk, node: 'node-b', id: `node-b/disk/${disk.time}`, layout: 'dedicated-imagefs' },
  ...{ imagefs: disk.nodefs, atRisk: 1024, logs: { live: 4096, dead: 2048 } },
  nearest: { signal: 'imagefs.available', margin: 1024, fraction: 0.1 },
});

/** All that Afterlog writes of the recorded node, and of another node's disk. */
function recordedNode(): OutgoingRecord[] {
  const { containers, gcs, disks, thresholds } = recordedRecords();
  const allDisks = disks.flatMap((disk) => [disk, withOwnImagefs(disk)]);
  return [
    ...replay(recordedEvents()),
    ...containers.map((one) => outgoing(one, one.left?.at ?? one.lastTime ?? '', CONTAINER_METADATA)),
    ...gcs.map((one) => outgoing(one, one.start, GC_METADATA)),
    ...allDisks.map((one) => outgoing(one, one.time, DISK_METADATA)),
    ...thresholds.map((one) => outgoing(one, one.time, THRESHOLDS_METADATA)),
  ];
}

/** A store with the recorded node in it, in the days of the recording. @returns also what ends it */
export async function storeOfRecordedNode(): Promise<{ store: Store; close: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'afterlog-recorded-'));
  const now = () => RECORDED.to;
  const store = await startStore({ dir, port: 0, now });
  const connection = connectLoki({ url: store.url });
  const writer = new RecordWriter(connection, { logger: createLogger('error'), now: () => BigInt(now()) * 1_000_000n });
  recordedNode().forEach((record) => writer.write(record));
  await writer.flush();
  await writer.close(0);
  const close = async () => {
    await connection.close();
    await store.close();
    await rm(dir, { recursive: true });
  };
  return { store, close };
}
