import { recordLabels, rollupLine, rollupMetadata, type RollupRecord, rollupRecordSchema } from '.';

const use = { capacity: 100, least: 0, mean: 20, p95: 30, greatest: 40, last: 25, filled: 50, worstMinute: 9 };

const record: RollupRecord = {
  ...{ v: 2, kind: 'rollup', id: 'node-a/rollup/hour/2026-11-23T10:00:00.000000000Z', cluster: 'c1', node: 'node-a' },
  ...{ period: 'hour', from: '2026-11-23T10:00:00.000000000Z', to: '2026-11-23T11:00:00.000000000Z' },
  ...{ observedSeconds: 3600, layout: 'single', imagefs: null },
  nodefs: { bytes: use, inodes: { ...use, capacity: 1000 } },
  headroom: { signal: 'nodefs.available', fraction: 0 },
  secondsBeyond: { 'image-gc-high': 12, 'hard:nodefs.inodesFree': 3 },
  images: { mean: 0, greatest: 5, last: 0 },
  ...{ layers: null, logsLive: { mean: 7, greatest: 8, last: 7 }, logsDead: null, volumes: null },
  ...{ imageBytesAdded: 5, reclaims: 0, imageGcs: 1, containersRemoved: 0, imagesRemoved: 2, imageBytesRemoved: 400 },
  imagesRemovedAgain: 1,
  ...{ podsEvicted: 0, logs: { complete: 3, lost: 0 }, logBytes: 1000, logBytesLost: 0 },
  top: { logs: [{ namespace: 'n', workload: 'w', bytes: 1000 }], layers: [], volumes: [], pods: [] },
  written: [],
};

test('a rollup has its numbers in the metadata, without an id', () => {
  expect(rollupRecordSchema.parse(JSON.parse(rollupLine(record)))).toEqual(record);
  expect(rollupLine(record)).not.toContain('"reclaims"');
  const metadata = rollupMetadata(record);
  expect(metadata).toMatchObject({
    ...{ node: 'node-a', observed_seconds: '3600', nodefs_capacity: '100', nodefs_worst_minute: '9' },
    ...{ nodefs_inodes_capacity: '1000', beyond_image_gc_high: '12', beyond_hard_nodefs_inodes_free: '3' },
    ...{ logs_live_mean: '7', image_gcs: '1', image_bytes_removed: '400', logs_complete: '3', log_bytes: '1000' },
  });
  expect(Object.keys(metadata).filter((name) => !/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name))).toEqual([]);
});

test('a zero counts where it is least or a mean, and is left out where it is added up', () => {
  const metadata = rollupMetadata(record);
  expect(metadata).toMatchObject({ nodefs_least: '0', images_mean: '0', headroom: '0' });
  for (const name of ['id', 'reclaims', 'logs_lost', 'layers_mean', 'imagefs_capacity']) {
    expect(metadata).not.toHaveProperty(name);
  }
});

test('the streams of hours and of days are apart, also of late ones', () => {
  const stream = { kind: 'rollup', cluster: 'c1', node: 'node-a', period: 'day' } as const;
  expect(recordLabels(stream)).toMatchObject({ record: 'rollup', period: 'day', shard: expect.any(String) });
  expect(recordLabels(stream, { late: 'true', hour: '2026-11-23T10' })).toMatchObject({ period: 'day', late: 'true' });
});
