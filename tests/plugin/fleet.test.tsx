import { PERIOD_MS, rollupLine, rollupMetadata, type RollupRecord } from '../../model/records';
import { type Asked, ASKED_NOTHING } from '../../model/rollups';
import { LokiSource } from '../../src/data/loki-source';
import type { LoadedRecords } from '../../src/data/records';
import { RecordCache } from '../../src/data/record-cache';
import { RecordsLoader } from '../../src/data/records-loader';
import { LokiDataSource, type Value } from './loki-data-source';
import { containerRecord, iso, podOf, pushRecords } from './push-records';

const HOUR = PERIOD_MS.hour;
/** A range of whole hours that is over. */
const TO = Math.floor(Date.now() / HOUR) * HOUR - HOUR;
const RANGE = { from: TO - 4 * HOUR, to: TO };

let loki: LokiDataSource;
let loader: RecordsLoader;
beforeEach(async () => {
  loki = await LokiDataSource.start();
  loader = new RecordsLoader(new LokiSource('loki'), new RecordCache(), { disks: true, chooseNodes: true });
});
afterEach(() => loki.close());

function hourOf(node: string, from: number, more: Partial<RollupRecord> = {}): RollupRecord {
  const use = { capacity: 100, least: 10, mean: 20, p95: 30, greatest: 40, last: 25, filled: 9, worstMinute: 1 };
  return {
    ...{ v: 2, kind: 'rollup', id: `${node}/rollup/hour/${iso(from)}`, cluster: 'c1', node, period: 'hour' },
    ...{ from: iso(from), to: iso(from + HOUR), observedSeconds: 3600, layout: 'single', imagefs: null },
    ...{ nodefs: { bytes: use, inodes: null }, headroom: { signal: 'nodefs.available', fraction: 0.5 } },
    ...{ secondsBeyond: {}, images: null, layers: null, logsLive: null, logsDead: null, volumes: null },
    ...{
      imageBytesAdded: null,
      reclaims: 0,
      imageGcs: 0,
      containersRemoved: 0,
      imagesRemoved: 0,
      imagesRemovedAgain: 0,
    },
    ...{ imageBytesRemoved: 0, podsEvicted: 0, logs: {}, logBytes: 0, logBytesLost: 0 },
    ...{ top: { logs: [], layers: [], volumes: [], pods: [] }, written: [], ...more },
  };
}

async function pushHours(hours: readonly RollupRecord[]): Promise<void> {
  const values = hours
    .map((hour): Value => [BigInt(Date.parse(hour.to) - 1) * 1_000_000n, rollupLine(hour), rollupMetadata(hour)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  await loki.push({ service_name: 'afterlog', record: 'rollup', period: 'hour', cluster: 'c1' }, values);
}

/** Hours of a fleet of so many nodes. */
const fleet = (nodes: number, more: (node: number) => Partial<RollupRecord> = () => ({})) =>
  Array.from({ length: nodes }, (_, node) =>
    [0, 1, 2, 3].map((hour) => hourOf(`node-${node}`, RANGE.from + hour * HOUR, more(node)))
  ).flat();

function load(asked: Asked = ASKED_NOTHING): Promise<LoadedRecords> {
  return new Promise((resolve) => {
    const unsubscribe = loader.subscribe(() => {
      if (['done', 'failed'].includes(loader.current().status)) {
        unsubscribe();
        resolve(loader.current());
      }
    });
    loader.load(RANGE, asked);
  });
}

const recordQueries = () => loki.asked.filter((expr) => expr.startsWith('{') && !expr.includes('rollup'));

describe('many nodes', () => {
  it('are told apart by what happened on them: those that lost logs come first', async () => {
    await pushHours(
      fleet(30, (node) => ({
        ...(node === 17 && { logs: { lost: 2, complete: 9 } }),
        ...(node === 5 && { reclaims: 3 }),
        ...(node === 23 && { headroom: { signal: 'nodefs.available', fraction: 0.01 } }),
      }))
    );
    const { fleet: shown, status } = await load();
    expect(status).toBe('done');
    expect(shown).toMatchObject({ total: 30 });
    expect(shown?.shown).toHaveLength(20);
    expect(shown?.shown.slice(0, 3)).toEqual(['node-17', 'node-5', 'node-23']);
    expect(shown?.worst).toHaveLength(30);
  });

  it('are read only as far as they are shown, and all shown are', async () => {
    await pushHours(fleet(30, (node) => ({ reclaims: 30 - node })));
    const shown = containerRecord('shown', TO - HOUR, { node: 'node-3' });
    const other = containerRecord('other', TO - HOUR, { node: 'node-29' });
    await pushRecords(loki, [
      [TO - HOUR, shown],
      [TO - HOUR, other],
      [TO - HOUR, podOf(shown)],
    ]);
    const first = await load();
    expect(first.records.containers.map(({ node }) => node)).toEqual(['node-3']);
    expect(first.cases.map(({ node }) => node)).toEqual(['node-3']);
    expect(first.progress).toEqual({ read: 2, total: 2 });
    // Events and the watch are about no node, and few.
    expect(recordQueries().filter((expr) => !/node=|id=|job=|"event"|"watch"/.test(expr))).toEqual([]);
    const second = await load({ ...ASKED_NOTHING, nodes: ['node-29'] });
    expect(second.fleet?.shown).toEqual(['node-29']);
    expect(second.records.containers.map(({ node }) => node)).toEqual(['node-29']);
  });

  it('are chosen by the namespaces that are asked for', async () => {
    await pushHours(fleet(30, (node) => ({ reclaims: node })));
    const own = containerRecord('own', TO - HOUR, { node: 'node-2', namespace: 'wanted' });
    await pushRecords(loki, [[TO - HOUR, own]]);
    const loaded = await load({ ...ASKED_NOTHING, namespaces: ['wanted'] });
    expect(loaded.fleet?.shown).toEqual(['node-2']);
    expect(loaded.records.containers).toHaveLength(1);
  });

  it('are no fleet while they are few', async () => {
    await pushHours(fleet(20));
    expect((await load()).fleet).toBeUndefined();
  });

  it('are read as before where no agent writes rollups', async () => {
    await pushRecords(loki, [[TO - HOUR, containerRecord('a', TO - HOUR)]]);
    const { fleet: none, records } = await load();
    expect(none).toBeUndefined();
    expect(records.containers).toHaveLength(1);
  });
});

test('hours are drawn by their greatest use where no samples are read', () => {
  const cache = new RecordCache();
  cache.addHours([hourOf('node-a', RANGE.from), hourOf('node-a', RANGE.from + HOUR)]);
  const sample = {
    ...{ v: 2, kind: 'disk', id: 'x', cluster: 'c1', node: 'node-a', time: iso(RANGE.from + 5000), layout: 'single' },
    ...{ layoutFrom: 'devices', nodefs: null, imagefs: null, logs: null, images: null, layers: null, pods: [] },
    ...{ atRisk: null, nearest: null },
  };
  cache.base.add('disks', JSON.stringify(sample), BigInt(RANGE.from + 5000) * 1_000_000n);
  const { disks } = cache.explained().records;
  const [measured, ...drawn] = disks;
  expect(measured?.id).toBe('x');
  expect(drawn).toHaveLength(6);
  expect(drawn.every(({ nodefs }) => nodefs?.available === 60 && nodefs.capacity === 100)).toBe(true);
  expect(drawn.map(({ time }) => Date.parse(time) >= RANGE.from + HOUR)).not.toContain(false);
});
