import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { CaseJson as Case } from '../../shipper/lookup/case-text';
import { condition, containerRecord, heartbeat, machine, pod, watch } from '../../model/cases/testing/records';
import {
  CONTAINER_METADATA,
  DISK_METADATA,
  diskRecordSchema,
  GC_METADATA,
  HEARTBEAT_METADATA,
  NODE_METADATA,
  POD_METADATA,
  THRESHOLDS_METADATA,
  thresholdsRecordSchema,
} from '../../model/records';
import { defaultThresholds } from '../../model/thresholds';
import { parseNs } from '../../model/time';
import { type Store, startStore } from '../../pocket-loki';
import { replay } from '../../shipper/cluster/testing/replayed';
import { recordedEvents } from '../../shipper/cluster/testing/recording';
import { casesCommand } from '../../shipper/commands/cases';
import { explainCommand } from '../../shipper/commands/explain';
import { createLogger } from '../../shipper/common/log';
import { connectLoki, type LokiConnection } from '../../shipper/loki/connection';
import { QueryClient } from '../../shipper/loki/query-client';
import { type OutgoingRecord, RecordWriter } from '../../shipper/loki/record-writer';
import { CaseReader } from '../../shipper/lookup/case-reader';
import type { CaseSelection, CaseWindow } from '../../shipper/lookup/case-window';
import { recordedContainerRecords, recordedReclaims } from './cases-container-records';
import { itemsOf } from '../testkit/json-list';

const ns = (time: string): bigint => parseNs(time) ?? 0n;
const NOW = ns('2026-11-23T23:40:00Z');
const window: CaseWindow = { from: ns('2026-11-23T23:00:00Z'), to: NOW, recordsTo: NOW, now: NOW };

/** A record as the agent writes it. */
function outgoing<R extends { kind: string; cluster: string }>(
  record: R,
  time: string,
  fields: Record<string, keyof R>
): OutgoingRecord {
  const metadata = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, String(record[field] ?? '')])
  );
  return { kind: record.kind, cluster: record.cluster, timestamp: ns(time), line: JSON.stringify(record), metadata };
}

const containerRecords = recordedContainerRecords();
const reclaims = recordedReclaims();
/** The node's disk shortly before the first reclaim, and the kubelet's settings. */
const sample = diskRecordSchema.parse({
  ...{ v: 2, kind: 'disk', id: 'node-a/disk/1', cluster: 'c1', node: 'node-a', time: '2026-11-23T23:15:30.000000000Z' },
  ...{ layout: 'single', layoutFrom: 'devices', imagefs: null, logs: null, images: null, layers: null, pods: [] },
  ...{ nodefs: { capacity: 2.9e9, available: 0.29e9, used: 2.61e9, inodes: null, inodesFree: null } },
  ...{ atRisk: null, nearest: null },
});
const settings = thresholdsRecordSchema.parse({
  ...{ v: 2, kind: 'thresholds', id: 'node-a/thresholds', cluster: 'c1', node: 'node-a' },
  ...{ time: '2026-11-23T20:00:00.000000000Z', ...defaultThresholds('v1.20.2'), source: 'configz' },
});
const recorded = [
  outgoing(sample, sample.time, DISK_METADATA),
  outgoing(settings, settings.time, THRESHOLDS_METADATA),
  ...replay(recordedEvents()),
  ...containerRecords.map((record) => outgoing(record, record.left?.at ?? record.lastTime ?? '', CONTAINER_METADATA)),
  ...reclaims.map((record) => outgoing(record, record.start, GC_METADATA)),
];

/** The same node in another cluster, where nobody reads the kubelet's log. */
const elsewhere = recorded
  .filter(({ kind }) => kind !== 'gc')
  .map((record) => ({ ...record, cluster: 'c2', line: record.line.replaceAll('"cluster":"c1"', '"cluster":"c2"') }));

/** Records that lie outside of the window, of cases inside of it. */
const scattered = [
  ...[
    containerRecord({
      podUid: 'old',
      pod: 'old',
      firstTime: day(19, '12:00'),
      lastTime: day(19, '13:00'),
      left: left(day(23, '23:20')),
    }),
    containerRecord({
      podUid: 'on-lost-node',
      pod: 'on-lost-node',
      node: 'node-z',
      firstTime: day(23, '20:00'),
      lastTime: day(23, '20:30'),
      left: null,
    }),
  ].map((record) =>
    outgoing({ ...record, cluster: 'c3' }, record.left?.at ?? record.lastTime ?? '', CONTAINER_METADATA)
  ),
  ...[
    pod({
      id: 'old',
      pod: 'old',
      created: day(19, '12:00'),
      finished: day(19, '13:00'),
      containers: ran(day(19, '12:00'), day(19, '13:00')),
    }),
    pod({
      id: 'on-lost-node',
      pod: 'on-lost-node',
      node: 'node-z',
      created: day(23, '20:00'),
      finished: day(23, '20:30'),
      containers: ran(day(23, '20:00'), day(23, '20:30')),
    }),
    pod({
      id: 'unseen',
      pod: 'unseen',
      created: day(23, '22:00'),
      finished: day(23, '22:30'),
      containers: ran(day(23, '22:00'), day(23, '22:30')),
      deletion: { requested: day(23, '23:10'), gone: day(23, '23:10'), by: 'drain' },
    }),
  ].map((record) => outgoing({ ...record, cluster: 'c3' }, record.finished ?? '', POD_METADATA)),
  ...[condition('x', null), machine({ id: 'node-z/node/1', node: 'node-z', removed: day(23, '23:30') })].map((record) =>
    outgoing(
      { ...record, cluster: 'c3', ...(record.about === 'condition' && { from: day(23, '23:20') }) },
      day(23, '23:30'),
      NODE_METADATA
    )
  ),
  ...['20:00', '23:30'].map((clock) => {
    const time = day(23, clock);
    const record = diskRecordSchema.parse({
      ...{
        v: 2,
        kind: 'disk',
        id: `node-a/disk/${time}`,
        cluster: 'c3',
        node: 'node-a',
        time,
        layout: 'unknown',
        layoutFrom: 'none',
      },
      ...{ nodefs: null, imagefs: null, logs: null, images: null, layers: null, pods: [], atRisk: null, nearest: null },
    });
    return outgoing(record, time, DISK_METADATA);
  }),
];

/** A node whose agent ships the namespace, and never opened one of its pods. */
const skipped = [
  ...[
    containerRecord({
      podUid: 'other',
      pod: 'other',
      firstTime: day(23, '22:00'),
      lastTime: day(23, '22:01'),
      left: null,
    }),
  ].map((record) => outgoing({ ...record, cluster: 'c5' }, record.lastTime ?? '', CONTAINER_METADATA)),
  ...[
    pod({
      ...{ id: 'alone', pod: 'alone', created: day(23, '22:22'), finished: day(23, '22:30') },
      containers: ran(day(23, '22:22'), day(23, '22:30')),
      deletion: { requested: day(23, '23:10'), gone: day(23, '23:10'), by: 'drain' },
    }),
  ].map((record) => outgoing({ ...record, cluster: 'c5' }, record.finished ?? '', POD_METADATA)),
  ...['22:20', '22:31'].map((clock) => {
    const [time, id] = [day(23, clock), `node-a/disk/${clock}`];
    return outgoing({ ...sample, id, time, cluster: 'c5' }, time, DISK_METADATA);
  }),
];

/** A quiet cluster: an agent and a watch were there, and no log went. */
const quiet = [
  outgoing({ ...heartbeat('23:05:00', '23:38:00'), cluster: 'c6' }, day(23, '23:38'), HEARTBEAT_METADATA),
  outgoing({ ...watch('22:00:00', '23:39:00'), cluster: 'c6' }, day(23, '23:39'), { id: 'id' }),
  outgoing(
    { ...containerRecord({ namespace: 'shop', left: null }), cluster: 'c6' },
    day(23, '23:00'),
    CONTAINER_METADATA
  ),
];

/** A cluster whose agent ended long before the end of the window, and a pod that ran and was deleted afterwards. */
const ended = [
  outgoing(
    { ...heartbeat('22:00:00', '23:01:00', { final: true }), cluster: 'c7' },
    day(23, '23:01'),
    HEARTBEAT_METADATA
  ),
  outgoing(
    {
      ...pod({
        ...{ id: 'after', pod: 'after', created: day(23, '23:05'), finished: day(23, '23:06') },
        containers: ran(day(23, '23:05'), day(23, '23:06')),
        deletion: { requested: day(23, '23:10'), gone: day(23, '23:10'), by: 'drain' },
      }),
      cluster: 'c7',
    },
    day(23, '23:06'),
    POD_METADATA
  ),
];

function day(n: number, clock: string): string {
  return `2026-11-${n}T${clock}:00.000000000Z`;
}

function left(at: string) {
  return { at, directory: 'empty' as const, bytesUnacked: 0 };
}

function ran(started: string, finished: string): object[] {
  return [{ name: 'main', state: 'terminated', runs: [{ restart: 0, started, finished }] }];
}

let dir: string;
let store: Store;
let connection: LokiConnection;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'afterlog-cases-'));
  store = await startStore({ dir, port: 0, now: () => Number(NOW / 1_000_000n) });
  connection = connectLoki({ url: store.url });
  const writer = new RecordWriter(connection, { logger: createLogger('error'), now: () => NOW });
  const all = [...recorded, ...elsewhere, ...scattered, ...skipped, ...quiet, ...ended];
  all.forEach((record) => writer.write(record));
  await writer.flush();
  expect(writer.statistics).toMatchObject({ acknowledged: all.length, refused: 0 });
  await writer.close(0);
});
afterAll(async () => {
  await connection.close();
  await store.close();
  await rm(dir, { recursive: true });
});

const read = (selection: CaseSelection) => new CaseReader(new QueryClient(connection)).cases(selection, window);

describe('CaseReader, on the recorded node', () => {
  test('finds the cases that the records make', async () => {
    const cases = await read({ cluster: 'c1' });
    expect(cases).toHaveLength(54);
    expect(cases.filter(({ cause, confidence }) => cause === 'C1' && confidence === 'confirmed')).toHaveLength(41);
    expect(cases.every(({ seen }) => seen)).toBe(true);
  });

  test.each<[string, CaseSelection, number]>([
    ['a Job', { cluster: 'c1', namespace: 'job-test', job: 'hello' }, 20],
    ['a CronJob', { cluster: 'c1', workload: 'tick' }, 12],
    ['a pod', { cluster: 'c1', pod: 'report-9zdg6' }, 3],
    ['a node', { cluster: 'c1', node: 'node-a' }, 54],
    ['another node', { cluster: 'c1', node: 'node-b' }, 0],
    ['another namespace', { cluster: 'c1', namespace: 'else' }, 0],
    ['another cluster', { cluster: 'c4' }, 0],
  ])('of %s', async (_, selection, expected) => {
    expect(await read(selection)).toHaveLength(expected);
  });

  test('asked for one Job it still knows how many others went with it', async () => {
    const [hello] = await read({ cluster: 'c1', job: 'hello' });
    expect(hello?.statement).toMatchObject({ code: 'reclaimed', others: 33 });
  });

  test.each<[string, CaseSelection]>([
    ['all pods', { cluster: 'c7' }],
    ['a pod', { cluster: 'c7', pod: 'after' }],
    ['a node', { cluster: 'c7', node: 'node-a' }],
  ])('knows of %s that the agent had ended by then, also where that was long before the end', async (_, selection) => {
    const [only] = await read(selection);
    expect(only?.unseen).toEqual({ code: 'unseen-silent', node: 'node-a', from: '2026-11-23T23:01:00.000Z', to: null });
  });

  test('finds the pod of a container by the beginning of its id, also where the node never showed the id', async () => {
    const reader = new CaseReader(new QueryClient(connection));
    const shown = containerRecords.find(({ containerId }) => containerId !== null)?.containerId ?? '';
    // Too short for a link under /var/log/containers: only the API told the id.
    const brief = containerRecords.find(({ containerId, left }) => containerId === null && left);
    const onlyInApi = (await read({ cluster: 'c1', pod: brief?.pod })).at(-1)?.containerId ?? '';
    expect(onlyInApi).toMatch(/^[0-9a-f]{64}$/);
    expect(await reader.podsOfContainer(shown.slice(0, 12), { cluster: 'c1' }, window)).toHaveLength(1);
    expect(await reader.podsOfContainer(onlyInApi.slice(0, 12), { cluster: 'c1' }, window)).toMatchObject([
      { namespace: 'job-test' },
    ]);
    expect(await reader.podsOfContainer('ffffffffffff', {}, window)).toEqual([]);
  });

  test('without a kubelet log it reads the neighbours too, for a reclaim shows in many logs at once', async () => {
    const [hello, ...rest] = await read({ cluster: 'c2', job: 'hello' });
    expect(rest).toHaveLength(19);
    expect(hello).toMatchObject({ cause: 'C1', confidence: 'strong', statement: { others: 33 } });
  });

  test('reads what is older than the window where it is needed: the pod of an old log, the container record of a lost node', async () => {
    const cases = await read({ cluster: 'c3' });
    expect(cases).toMatchObject([
      { podUid: 'on-lost-node', seen: true, cause: 'unknown', status: 'complete' }, // nobody watched its node for hours
      { podUid: 'old', seen: true, cause: 'C1', confidence: 'strong' },
      { podUid: 'unseen', seen: false, cause: 'unknown', status: 'lost' }, // deleted 40 minutes after it had ended
    ]);
    expect(cases[2]?.rivals.map(({ cause }) => cause)).toContain('C14');
    expect(cases[2]?.unseen).toMatchObject({ code: 'unseen-silent', from: '2026-11-23T20:00:00.000Z' });
  });

  test('asked for one pod it knows that its namespace is shipped', async () => {
    const [unseen] = await read({ cluster: 'c5', pod: 'alone' });
    expect(unseen?.unseen).toMatchObject({ code: 'unseen-silent' });
  });

  test('counts lines that are no record it knows, and goes on', async () => {
    const writer = new RecordWriter(connection, { logger: createLogger('error'), now: () => NOW });
    for (const line of ['{"v":99,"kind":"container"}', 'nonsense']) {
      writer.write({ kind: 'container', cluster: 'c9', timestamp: NOW - 1n, line, metadata: { id: line.slice(0, 3) } });
    }
    await writer.flush();
    await writer.close(0);
    const reader = new CaseReader(new QueryClient(connection));
    expect(await reader.cases({ cluster: 'c9' }, window)).toEqual([]);
    expect(reader.unreadable).toBe(2);
  });
});

describe('the commands', () => {
  let out: string;
  let err: string;
  beforeEach(() => {
    out = err = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    process.exitCode = undefined;
  });

  const times = ['--from', '2026-11-23T23:00:00Z', '--to', '2026-11-23T23:40:00Z'];
  const run = (command: Command, ...args: string[]) =>
    command
      .exitOverride()
      .configureOutput({ writeErr: (text) => void (err += text) })
      .parseAsync(['--loki.url', store.url, '--cluster', 'c1', ...times, ...args], { from: 'user' });

  test('cases prints a table like kubectl, and counts', async () => {
    await run(casesCommand(), '--job', 'ttl-cleanup', '-n', 'job-test');
    const [header, row] = out.split('\n');
    expect(header).toMatch(/^NAMESPACE +JOB +POD +CONTAINER +RESTART +STATUS +CAUSE +CONFIDENCE +REMOVED$/);
    expect(row).toMatch(/^job-test +ttl-cleanup +ttl-cleanup-tftfv +c +0 +complete +C7 Job TTL +strong +\d+[smhd]$/);
    expect(err).toBe('1 case: 1 complete\n');
  });

  test('cases -o json has everything, jsonl one a line, wide the sentence', async () => {
    await run(casesCommand(), '-o', 'json');
    expect(itemsOf(out)).toHaveLength(54);
    out = '';
    await run(casesCommand(), '-o', 'jsonl', '--cause', 'c15');
    expect(JSON.parse(out)).toMatchObject({ job: 'rotate', cause: 'C15', rotatedAway: { lines: 180_000 } });
    out = '';
    await run(casesCommand(), '-o', 'wide', '--job', 'crashy');
    expect(out).toContain('This was run 1 of 4 of the container.');
  });

  test('cases filters, and says when nothing is left', async () => {
    await run(casesCommand(), '-o', 'jsonl', '--cause', 'C4,C9');
    expect(out.trim().split('\n')).toHaveLength(4);
    out = '';
    await run(casesCommand(), '--cronjob', 'tick', '-o', 'jsonl');
    expect(out.trim().split('\n')).toHaveLength(12);
    out = '';
    await run(casesCommand(), '--status', 'lost,partial');
    expect(out).toBe('');
    expect(err).toContain('no cases with this --status and --cause; 54 others in this time range');
  });

  test.each([
    [['--node', 'node-a'], 54],
    [['--node', 'node-b'], 0],
    [['-n', 'job-test', '--job', 'hello'], 20],
    [['-n', 'else'], 0],
    [['--cluster', 'c4'], 0],
    [['--node', 'node-a', '--job', 'hello', '--cause', 'C1', '--status', 'complete'], 20],
    [['--job', 'hello', '--cause', 'C7'], 0],
  ])('cases %j finds as many', async (flags, expected) => {
    await run(casesCommand(), '-o', 'json', ...flags);
    expect(itemsOf(out)).toHaveLength(expected);
  });

  test('cases finds what went in the time that is asked for', async () => {
    await run(casesCommand(), '-o', 'json', '--to', '2026-11-23T23:15:00Z');
    const found = itemsOf(out) as Case[];
    expect(found.length).toBeLessThan(54);
    expect(found.every(({ at }) => (at ?? '') < '2026-11-23T23:15')).toBe(true);
  });

  test('cases --fail-on ends with 2 when such a case is there', async () => {
    await run(casesCommand(), '--fail-on', 'complete');
    expect(process.exitCode).toBe(2);
  });

  test('cases --fail-on ends with 0 only where somebody was observing', async () => {
    await run(casesCommand(), '--cluster', 'c6', '--fail-on', 'lost,partial');
    expect(err).toBe(
      'no cases: no log was removed from its node in this time range. For older cases use --since 7d.\n' +
        '1 node reporting since 2026-11-23 23:05:00 UTC.\n'
    );
    expect(process.exitCode).toBe(0);
  });

  test.each([
    [['--cluster', 'c1'], 'No agent has reported to this Loki in this time range'],
    [['--cluster', 'c66'], 'No record names cluster c66. Records name c'],
    [['--cluster', 'c6', '-n', 'shopp'], 'No record names namespace shopp. Records name shop.'],
    [['--cluster', 'c6', '--job', 'nightly'], 'No record names Job nightly.'],
    [['--cluster', 'c6', '--node', 'node-b'], 'No record names node node-b.'],
  ])('cases --fail-on of %j ends with 3, and is no all-clear', async (flags, expected) => {
    await run(casesCommand(), '--fail-on', 'lost', ...flags);
    expect(process.exitCode).toBe(3);
    expect(err).toContain(expected);
    expect(err).not.toContain('no log was removed');
  });

  test('cases of JSON says on stderr what no cases rests on', async () => {
    await run(casesCommand(), '--cluster', 'c6', '-o', 'json', '--timezone', 'Asia/Tokyo');
    expect(itemsOf(out)).toEqual([]);
    expect(err).toContain('1 node reporting since 2026-11-24 08:05:00 Asia/Tokyo.');
  });

  test.each([
    [['--status', 'gone'], '--status: invalid value "gone" (one of: complete'],
    [['--cause', 'C21'], '--cause: invalid cause "C21" (one of: C1 to C20, unknown)'],
    [['-o', 'yaml'], '--output: invalid value "yaml" (one of: table, wide, json, jsonl)'],
  ])('cases %p is refused', async (flags, message) => {
    await expect(run(casesCommand(), ...flags)).rejects.toThrow(message);
  });

  test('a Loki that is not there is named', async () => {
    await expect(run(casesCommand(), '--loki.url', 'http://127.0.0.1:1')).rejects.toThrow(
      'cannot reach Loki at http://127.0.0.1:1'
    );
  });

  test('explain tells a pod with its evidence and what to change', async () => {
    await run(explainCommand(), 'report-9zdg6', '-c', 'main');
    expect(out).toContain('job-test/report-9zdg6, container main, restart count 0');
    expect(out).toContain('together with 33 others, to free disk on node-a. Its log is in Loki, complete.');
    expect(out).toMatch(/2026-11-23 23:15:38 +kubelet log +the kubelet began to reclaim ephemeral-storage/);
    expect(out).toMatch(
      /2026-11-23 23:15:30 +disk +imagefs at 90 % \(0\.3 of 2\.9 GB free\); the kubelet reclaims at 85 % \(imagefs\.available < 15%\), read from \/configz/
    );
    expect(out).toMatch(/^ {2}imageGCHighThresholdPercent +85 +the kubelet's \/configz$/m);
    expect(out).toContain(
      'Change imageGCHighThresholdPercent from 85 to 75 and imageGCLowThresholdPercent from 80 to 70'
    );
  });

  test('explain tells the TTL and the history limits as they are set', async () => {
    await run(explainCommand(), 'job/ttl-cleanup', '-n', 'job-test');
    expect(out).toMatch(/^ {2}ttlSecondsAfterFinished +\d+ +the Job$/m);
    expect(out).toMatch(/spec\.ttlSecondsAfterFinished is \d+: raise it/);
    out = '';
    await run(explainCommand(), 'cronjob/tick', '-n', 'job-test');
    expect(out).toMatch(/spec\.successfulJobsHistoryLimit is \d/);
  });

  test('explain tells twenty pods that went the same way once', async () => {
    await run(explainCommand(), 'job/hello', '-n', 'job-test');
    expect(out.match(/^What to change$/gm)).toHaveLength(1);
    expect(out).toContain('19 more containers with the same cause');
  });

  test('explain takes the pasted text of kubectl logs', async () => {
    const id =
      containerRecords.find(({ pod, containerId }) => pod.startsWith('hello-') && containerId)?.containerId ?? '';
    await run(explainCommand(), `unable to retrieve container logs for containerd://${id}`, '-o', 'json');
    expect(itemsOf(out)).toMatchObject([{ containerId: id, cause: 'C1', confidence: 'confirmed' }]);
  });

  test.each([
    [['no-such-pod'], 'no case found for pod/no-such-pod'],
    [['no-such-pod', '--cluster', 'c6'], '1 node reporting since'],
    [['no-such-pod', '--cluster', 'c66'], 'No record names cluster c66.'],
    [['no-such-pod', '--timezone', 'Asia/Tokyo'], /between 2026-11-24 08:00:00 Asia\/Tokyo and/],
    [['no-such-pod', '--timezone', 'Mars'], 'unknown time zone "Mars" (UTC, local, or a name'],
    [['deployment/web'], 'no case found for deployment/web'],
    [['???'], 'no pod, Job, CronJob or container in'],
  ])('explain %p says what to do', async (what, message) => {
    await expect(run(explainCommand(), ...what)).rejects.toThrow(message);
  });
});
