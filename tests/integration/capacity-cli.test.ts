import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import {
  type DiskRecord,
  type GcRecord,
  nodeRecordSchema,
  PERIOD_MS,
  RECORD_VERSION,
  recordLabels,
  rollupLine,
  rollupMetadata,
  type RollupPeriod,
  rollupRecordSchema,
  type ThresholdsRecord,
} from '../../model/records';
import { defaultThresholds } from '../../model/thresholds';
import { capacityCommand } from '../../shipper/commands/capacity';
import { startTestStore, type TestStore, type Value } from '../testkit/store';
import { itemsOf } from '../testkit/json-list';

const { hour: HOUR, day: DAY } = PERIOD_MS;
const MINUTE = 60_000;
const GB = 1e9;
const TODAY = Math.floor(Date.now() / DAY) * DAY;
/** Five days ago, half an hour after midnight, to yesterday, half past two: three whole days, and hours at both ends. */
const FROM = TODAY - 5 * DAY + 30 * MINUTE;
const TO = TODAY - DAY + 2 * HOUR + 30 * MINUTE;
const iso = (ms: number) => new Date(ms).toISOString();
const where = (node: string) => ({ v: RECORD_VERSION, cluster: 'c1', node }) as const;

let store: TestStore;
let out: string;
let err: string;

const push = (kind: string, node: string, values: Value[], period?: RollupPeriod) =>
  store.push(recordLabels({ kind, cluster: 'c1', node, period }), values);
const ns = (ms: number) => BigInt(ms) * 1_000_000n;

/** One reclaim of two containers in each period; use is 40 GB, and 70 GB at its worst. */
function rollup(node: string, period: RollupPeriod, from: number): Value {
  const to = from + PERIOD_MS[period];
  const use = { capacity: 100 * GB, least: 0, mean: 30 * GB, p95: 50 * GB, greatest: 70 * GB, last: 40 * GB };
  const record = rollupRecordSchema.parse({
    ...{ ...where(node), kind: 'rollup', id: `${node}/rollup/${period}/${iso(from)}`, period, from: iso(from) },
    ...{ to: iso(to), observedSeconds: (to - from) / 1000, layout: 'single', reclaims: 1, containersRemoved: 2 },
    nodefs: { bytes: { ...use, filled: GB, worstMinute: GB }, inodes: null },
  });
  return [ns(to - 1), rollupLine(record), rollupMetadata(record)];
}

function reclaim(node: string, at: number): Value {
  const record: GcRecord = {
    ...{ ...where(node), kind: 'gc', id: `${node}/gc/${iso(at)}`, trigger: 'eviction', resource: 'ephemeral-storage' },
    ...{ start: iso(at), end: iso(at + 2000), containers: [], containersTotal: 10, containersFailed: 0, images: [] },
    ...{ imageBytes: 0, evicted: [], outcome: 'relieved', source: 'kubelet-log', part: 1, parts: 1 },
  };
  return [ns(at), JSON.stringify(record), { id: record.id, node }];
}

function sample(node: string, at: number): Value {
  const record: DiskRecord = {
    ...{ ...where(node), kind: 'disk', id: `${node}/disk/${iso(at)}`, time: iso(at), layout: 'single' },
    ...{ layoutFrom: 'devices', imagefs: null, logs: null, images: null, layers: null, pods: [], atRisk: null },
    nodefs: { capacity: 100 * GB, available: 10 * GB, used: 90 * GB, inodes: null, inodesFree: null },
    nearest: null,
  };
  return [ns(at), JSON.stringify(record), { id: record.id, node }];
}

function settings(node: string): Value {
  const record: ThresholdsRecord = {
    ...{ ...where(node), kind: 'thresholds', id: `${node}/thresholds`, time: iso(TO - HOUR) },
    ...{ ...defaultThresholds('v1.30.1'), source: 'configz' },
  };
  return [ns(TO - HOUR), JSON.stringify(record), { id: record.id, node }];
}

const times = (from: number, to: number, step: number) =>
  Array.from({ length: Math.floor((to - from) / step) }, (_, index) => from + index * step);

beforeAll(async () => {
  store = await startTestStore();
  const hours = times(TODAY - 5 * DAY, TODAY - DAY + 2 * HOUR, HOUR);
  const days = times(TODAY - 4 * DAY, TODAY - DAY, DAY);
  for (const node of ['node-a', 'node-c']) {
    await push(
      'rollup',
      node,
      hours.map((at) => rollup(node, 'hour', at)),
      'hour'
    );
    // node-c has not written its newest day yet.
    await push(
      'rollup',
      node,
      days.slice(0, node === 'node-c' ? -1 : undefined).map((at) => rollup(node, 'day', at)),
      'day'
    );
    await push('thresholds', node, [settings(node)]);
  }
  // Before the range, in its first half hour, inside of an hour that is counted, and in its last half hour.
  const reclaims = [FROM - 20 * MINUTE, FROM + 10 * MINUTE, TODAY - 3 * DAY, TO - 10 * MINUTE];
  await push(
    'gc',
    'node-a',
    reclaims.map((at) => reclaim('node-a', at))
  );
  for (const node of ['node-a', 'node-b']) {
    const record = nodeRecordSchema.parse({
      ...{ ...where(node), kind: 'node', about: 'node', id: `${node}/node/u`, uid: 'u', labels: { pool: 'batch' } },
      final: false,
    });
    await push('node', node, [[ns(TO - HOUR), JSON.stringify(record), { id: record.id, node, about: 'node' }]]);
  }
  // No rollup tells of node-b.
  await push('gc', 'node-b', [reclaim('node-b', TODAY - 3 * DAY)]);
  await push('disk', 'node-b', [sample('node-b', TODAY - 3 * DAY)]);
  await push('thresholds', 'node-b', [settings('node-b')]);
}, 120_000);
afterAll(() => store.close());

beforeEach(() => {
  out = err = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
});
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = undefined;
});

const range = ['--from', iso(FROM), '--to', iso(TO)];
const run = (...args: string[]) =>
  capacityCommand()
    .exitOverride()
    .configureOutput({ writeErr: (text) => void (err += text) })
    .parseAsync(['--loki.url', store.url, ...args], { from: 'user' });

const number = z.number().nullable();
const reviewSchema = z.object({
  rows: z.array(z.object({ name: z.string(), reclaims: number, containersRemoved: number, pressureMs: number })),
  nodes: z.array(
    z.object({
      node: z.string(),
      observedMs: number,
      headroom: z.array(z.looseObject({ use: z.looseObject({ worst: z.number(), isP95Bound: z.boolean() }) })),
    })
  ),
  notes: z.array(z.looseObject({ code: z.string() })),
});

test('days, hours at both ends and raw records of the rest are each taken once', async () => {
  await run(...range, '-o', 'json');
  const { rows, nodes, notes } = reviewSchema.parse(itemsOf(out)[0]);
  expect(rows).toEqual([
    // Reclaims are counted by their own records: the first was before the range.
    { name: 'node-a', reclaims: 3, containersRemoved: 30, pressureMs: null },
    { name: 'node-b', reclaims: 1, containersRemoved: 10, pressureMs: null },
    { name: 'node-c', reclaims: 0, containersRemoved: 0, pressureMs: null },
  ]);
  // 23 and 2 hours and 3 days; of node-c the 24 hours of the day that is not written yet.
  expect(nodes.map(({ node, observedMs, headroom: [first] }) => [node, observedMs, first?.use.worst])).toEqual([
    ['node-a', (25 + 3 * 24) * HOUR, 70 * GB],
    ['node-b', 11 * MINUTE, 90 * GB],
    ['node-c', (25 + 3 * 24) * HOUR, 70 * GB],
  ]);
  expect(nodes.map(({ headroom: [first] }) => first?.use.isP95Bound)).toEqual([true, false, true]);
  expect(notes).toContainEqual(expect.objectContaining({ code: 'capacity-note-no-watch', clusters: ['c1'] }));
  expect(notes).toContainEqual(expect.objectContaining({ code: 'capacity-note-samples', nodes: ['node-b'] }));
  expect([process.exitCode, err]).toEqual([0, '']);
});

test('pools are the nodes with one value of a label; nodes without it are a group of their own', async () => {
  await run(...range, '--by', 'pool', '--pool.label', 'pool', '-o', 'csv');
  const lines = out.trimEnd().split('\n').slice(1);
  expect(lines.map((line) => line.split(',').slice(0, 6).join())).toEqual(['c1,batch,,4,0,40', 'c1,,,0,0,0']);
  out = '';
  await run(...range, '--by', 'pool', '--pool.label', 'pool');
  expect(out).toContain('BY POOL\n');
  expect(out).toMatch(/\(no label\) +–/);
});

test('other settings are replayed with the review', async () => {
  await run(...range, '--what-if', 'diskSize=1TB');
  expect(out).toContain('Of 4 reclaims 4 would not have happened. 40 containers would have stayed');
});

describe('Ctrl+C', () => {
  /** Passes requests on to the store; SIGINT comes with a query that is asked for. */
  async function interrupted(isTime: (query: string) => boolean, ...flags: string[]): Promise<void> {
    const proxy = createServer((incoming, outgoing) => {
      if (isTime(decodeURIComponent(incoming.url ?? ''))) {
        process.emit('SIGINT');
      }
      const passed = request(new URL(incoming.url ?? '/', store.url), (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      passed.on('error', () => outgoing.destroy());
      passed.end();
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    await capacityCommand()
      .exitOverride()
      .parseAsync(['--loki.url', `http://127.0.0.1:${port}`, ...range, ...flags], { from: 'user' });
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  }

  test('before the counts keeps what disks tell', async () => {
    await interrupted((url) => url.includes('record="pod"'));
    expect(process.exitCode).toBe(130);
    expect(out).toContain(
      'The reading was interrupted: reclaims, DiskPressure, evictions and removed logs are missing.'
    );
    expect(out).toContain('\nHEADROOM\n');
    expect(out).not.toContain('BY NODE');
    expect(out).not.toContain('WHAT TO CHANGE');
    expect(err).toContain('interrupted');
  });

  test('in the period before keeps the counts', async () => {
    const startOf = (url: string) => Number(/start=(\d+)/.exec(url)?.[1] ?? Infinity) / 1e6;
    await interrupted((url) => url.includes('record="rollup"') && startOf(url) < FROM - DAY);
    expect(process.exitCode).toBe(130);
    expect(out).toContain('BY NODE');
    expect(out).toMatch(/node-a +– +3 /);
    expect(out).not.toContain('COMPARED WITH');
    expect(out).toContain('The reading was interrupted: the period before is missing.');
  });

  test('before anything came ends without a review', async () => {
    await interrupted((url) => url.includes('record="rollup"'));
    expect([process.exitCode, out]).toEqual([130, '']);
    expect(err).toContain('interrupted before anything was read');
  });
});

test('one node, as CSV: what is not known is empty', async () => {
  await run(...range, '--node', 'node-b', '-o', 'csv');
  const [header, ...lines] = out.trimEnd().split('\n');
  expect(header).toMatch(/^cluster,node,pressure_hours,reclaims,image_gcs,containers_removed,/);
  expect(lines).toEqual([expect.stringMatching(/^c1,node-b,,1,0,10,/)]);
});

test('a time range of which there is no record says so', async () => {
  await run('--from', '2020-01-01T00:00:00Z', '--to', '2020-01-02T00:00:00Z');
  expect(out).toContain('No record tells of a node in this time range.');
});

test.each([
  [['--by', 'disk'], '--by: invalid value "disk" (one of: node, pool, namespace, job)'],
  [['--by', 'pool'], '--by pool needs --pool.label'],
  [['--what-if', 'disk=6GB'], '--what-if: unknown setting "disk" (one of: diskSize,'],
  [['--what-if', 'diskSize=big'], '--what-if: invalid value "big" of diskSize (example: diskSize=200GB)'],
  [['-o', 'yaml'], '--output: invalid value "yaml" (one of: table, markdown, csv, json)'],
  [['--from', 'monday'], '--from: invalid time "monday"'],
  [['--loki.url', 'http://127.0.0.1:1'], 'cannot reach Loki at http://127.0.0.1:1'],
])('%p is refused', async (flags, message) => {
  await expect(run(...flags)).rejects.toThrow(message);
});
