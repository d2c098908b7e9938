import { containerRecord, heartbeat, job, machine, t, watch } from '../cases/testing/records';
import { runPlan } from '../lookup';
import { MemoryLoki } from '../lookup/testing/memory-loki';
import { ENGLISH } from '../messages';
import { type HeartbeatRecord, type NodeRecord, recordLabels, type WatchRecord } from '../records';
import { parseNs } from '../time';
import { isWhole, observerCodes, observersPlan, type ObserverSelection } from '.';

const ns = (clock: string) => parseNs(t(clock)) ?? 0n;

/** A Loki with records as agents and watches write them. */
function lokiWith(records: ReadonlyArray<HeartbeatRecord | NodeRecord | WatchRecord>): MemoryLoki {
  const loki = new MemoryLoki();
  for (const record of records) {
    const moment = 'to' in record && record.to !== null ? record.to : t('06:00:00');
    const metadata = {
      ...('node' in record && { node: record.node }),
      ...('about' in record && { about: record.about }),
      id: record.id,
    };
    add(loki, record, moment, metadata);
  }
  return loki;
}

function add(
  loki: MemoryLoki,
  record: { kind: string; cluster: string },
  at: string,
  metadata: Record<string, string>
) {
  const labels = { service_name: 'afterlog', record: record.kind, cluster: record.cluster };
  loki.lines.push({ ns: parseNs(at) ?? 0n, line: JSON.stringify(record), labels, metadata });
}

async function ask(loki: MemoryLoki, selection: ObserverSelection = {}, from = '08:00:00') {
  const window = { from: ns(from), to: ns('12:10:00'), now: ns('12:00:00') };
  const observers = await runPlan(observersPlan(selection, window), loki.ask);
  return { observers, isWhole: isWhole(observers), text: ENGLISH.renderAll(observerCodes(observers)) };
}

const beat = (node: string, from: string, to: string, more: object = {}) =>
  heartbeat(from, to, { node, id: `${node}/heartbeat/${from}`, ...more });
const watching = watch('07:00:00', '11:59:00');

describe('what an answer that found nothing rests on', () => {
  test('is whole where every agent reported all the time', async () => {
    const loki = lokiWith([
      ...['node-a', 'node-b'].map((node) => beat(node, '07:00:00', '11:58:00')),
      machine({ created: t('06:00:00') }),
      watching,
    ]);
    const { isWhole, text } = await ask(loki);
    expect(isWhole).toBe(true);
    expect(text).toBe('2 nodes reporting during all of this time.');
  });

  test('is whole, too, for a range that lies between two heartbeats of an agent', async () => {
    const loki = lokiWith([beat('node-a', '07:00:00', '11:57:00'), machine({ created: t('06:00:00') }), watching]);
    const { isWhole, text } = await ask(loki, {}, '11:59:30');
    expect(isWhole).toBe(true);
    expect(text).toBe('1 node reporting during all of this time.');
    // One that was silent before the range began is not counted, nor one that had stopped.
    const gone = lokiWith([beat('node-a', '07:00:00', '11:45:00'), watching]);
    expect((await ask(gone, {}, '11:59:30')).isWhole).toBe(false);
    const stopped = lokiWith([beat('node-a', '07:00:00', '11:57:00', { final: true }), watching]);
    expect((await ask(stopped, {}, '11:59:30')).isWhole).toBe(false);
  });

  test('names since when, where the agents began in the middle', async () => {
    const loki = lokiWith([beat('node-a', '09:00:00', '11:58:00'), beat('node-b', '09:00:30', '11:58:00'), watching]);
    const { isWhole, text } = await ask(loki);
    expect(isWhole).toBe(true);
    expect(text).toBe('2 nodes reporting since 2026-11-23 09:00:00 UTC.');
  });

  test('names a node that went silent, also one that its agent left in order', async () => {
    const loki = lokiWith([
      beat('node-a', '07:00:00', '11:58:00'),
      beat('node-b', '07:00:00', '08:12:00'),
      beat('node-c', '07:00:00', '11:50:00', { final: true }),
      watching,
    ]);
    const { isWhole, observers, text } = await ask(loki);
    expect(isWhole).toBe(false);
    expect(observers.silent).toEqual([
      { node: 'node-b', since: t('08:12:00') },
      { node: 'node-c', since: t('11:50:00') },
    ]);
    expect(text).toContain('2 nodes silent since 2026-11-23 08:12:00 UTC or later: node-b, node-c.');
  });

  test.each([500, 50])(
    'names every node of an outage with its moment, by few questions (%d series)',
    async (maxSeries) => {
      const clock = (minute: number) =>
        `${`${Math.floor(minute / 60)}`.padStart(2, '0')}:${`${minute % 60}`.padStart(2, '0')}:00`;
      const HEARTBEATS = 15;
      // Every fourth goes on; the others fell silent together, but for every tenth.
      const lastOf = (n: number) => (n % 4 === 0 ? 714 : n % 10 === 0 ? 490 + n : 580) + (n % 5);
      const names = Array.from({ length: 200 }, (_, n) => `node-${n}`);
      const loki = lokiWith([
        ...names.flatMap((name, n) => {
          const last = lastOf(n);
          const count = Math.floor((last - 420) / HEARTBEATS);
          return Array.from({ length: count }, (_, back) => beat(name, '07:00:00', clock(last - back * HEARTBEATS)));
        }),
        watching,
      ]);
      for (const line of loki.lines) {
        Object.assign(line.labels, recordLabels({ ...JSON.parse(line.line) }));
      }
      loki.maxSeries = maxSeries;
      const { observers } = await ask(loki);
      const silent = names.map((node, n) => ({ node, since: t(clock(lastOf(n))) })).filter((_, n) => n % 4 !== 0);
      const byName = (a: { node: string }, b: { node: string }) => (a.node < b.node ? -1 : 1);
      expect(observers.silent.toSorted(byName)).toEqual(silent.toSorted(byName));
      expect(loki.asked.filter(({ by }) => by === undefined).length).toBeLessThan(60);
    }
  );

  test('names the time in which a node had no agent, and passes over an update', async () => {
    const loki = lokiWith([
      beat('node-a', '07:00:00', '09:00:00'),
      beat('node-a', '09:13:00', '10:00:00', { previousUntil: t('09:00:04') }),
      beat('node-a', '10:00:40', '11:58:00', { previousUntil: t('10:00:00') }),
      watching,
    ]);
    const { isWhole, observers } = await ask(loki);
    expect(isWhole).toBe(false);
    expect(observers.interrupted).toEqual([
      { node: 'node-a', from: '2026-11-23T09:00:04.000Z', to: '2026-11-23T09:13:00.000Z' },
    ]);
  });

  test('knows of an earlier process of which the state directory does not tell', async () => {
    const loki = lokiWith([beat('node-a', '07:00:00', '09:00:00'), beat('node-a', '11:00:00', '11:58:00'), watching]);
    expect((await ask(loki)).text).toContain(
      'No agent was observing node-a from 2026-11-23 09:00:00 UTC to 2026-11-23 11:00:00 UTC.'
    );
  });

  test('tells a node that has no agent from one that was removed, and from one that joined', async () => {
    const loki = lokiWith([
      beat('node-a', '07:00:00', '11:58:00'),
      beat('node-b', '07:00:00', '09:00:00'),
      beat('node-d', '11:00:00', '11:58:00'),
      machine({ id: 'b', node: 'node-b', created: t('06:00:00'), removed: t('09:00:05') }),
      machine({ id: 'c', node: 'node-c', created: t('06:00:00') }),
      machine({ id: 'd', node: 'node-d', created: t('10:59:20') }),
      watching,
    ]);
    const { observers, text } = await ask(loki);
    expect(observers).toMatchObject({ absent: ['node-c'], silent: [], interrupted: [] });
    expect(text).toContain('1 node without an agent: node-c.');
  });

  test('names a node that was there before its agent', async () => {
    const loki = lokiWith([
      beat('node-a', '07:00:00', '11:58:00'),
      beat('node-d', '11:00:00', '11:58:00'),
      machine({ id: 'd', node: 'node-d', created: t('06:00:00') }),
      watching,
    ]);
    expect((await ask(loki)).observers.interrupted).toEqual([
      { node: 'node-d', from: '2026-11-23T08:00:00.000Z', to: '2026-11-23T11:00:00.000Z' },
    ]);
  });

  test('is nothing where the Loki is empty, or its agents stopped before', async () => {
    const empty = await ask(new MemoryLoki());
    expect(empty.isWhole).toBe(false);
    expect(empty.text).toMatch(
      /^No agent has reported to this Loki in this time range, so nothing is known\. Check the URL/
    );
    const before = await ask(lokiWith([beat('node-a', '01:00:00', '03:00:00')]));
    expect(before.isWhole).toBe(false);
    expect(before.text).toContain('The last report of an agent is from 2026-11-23 03:00:00 UTC.');
  });

  test('is not whole where an agent cannot read the logs, or the watch is silent', async () => {
    const blind = await ask(lokiWith([beat('node-a', '07:00:00', '11:58:00', { logsProblem: 'EACCES' }), watching]));
    expect(blind).toMatchObject({ isWhole: false, observers: { blind: ['node-a'] } });
    const unwatched = await ask(lokiWith([beat('node-a', '07:00:00', '11:58:00'), watch('07:00:00', '10:00:00')]));
    expect(unwatched.isWhole).toBe(false);
    expect(unwatched.text).toContain('The watch of cluster c1 has been silent since 2026-11-23 10:00:00 UTC');
  });

  test('is whole without any watch, and says so', async () => {
    const { isWhole, text } = await ask(lokiWith([beat('node-a', '07:00:00', '11:58:00')]));
    expect(isWhole).toBe(true);
    expect(text).toContain('No watch has reported');
  });

  test('of two clusters names both', async () => {
    const other = { cluster: 'c2' };
    const loki = lokiWith([beat('node-a', '07:00:00', '11:58:00'), beat('node-a', '07:00:00', '09:00:00', other)]);
    expect((await ask(loki)).observers).toMatchObject({ reporting: ['c1/node-a'], silent: [{ node: 'c2/node-a' }] });
    expect((await ask(loki, { cluster: 'c1' })).observers.silent).toEqual([]);
  });

  test('where Loki will not count, is what the last heartbeats and the nodes tell', async () => {
    const loki = lokiWith([
      beat('node-a', '07:00:00', '11:58:00'),
      beat('node-b', '07:00:00', '08:12:00'),
      machine({ id: 'b', node: 'node-b', created: t('06:00:00') }),
    ]);
    loki.maxSeries = 1;
    const { isWhole, text } = await ask(loki);
    expect(isWhole).toBe(false);
    expect(text).toContain('node-b');
  });
});

describe('a name that no record has', () => {
  const loki = lokiWith([beat('node-a', '07:00:00', '11:58:00'), watching]);
  const ran = { namespace: 'shop', pod: 'nightly-x', job: 'nightly', workload: 'nightly', node: 'node-a' };
  add(loki, containerRecord(ran), t('09:00:00'), ran);
  add(loki, job({ namespace: 'shop', job: 'nightly' }), t('09:00:00'), { namespace: 'shop', job: 'nightly' });

  test.each<[ObserverSelection, string]>([
    [{ cluster: 'c9' }, 'No record names cluster c9. Records name c1.'],
    [{ namespace: 'shopp' }, 'No record names namespace shopp. Records name shop.'],
    [{ namespace: 'shop', job: 'nighty' }, 'No record names Job nighty. Records name nightly.'],
    [{ workload: 'nighly' }, 'No record names CronJob or workload nighly. Records name nightly.'],
    [{ node: 'node-x' }, 'No record names node node-x. Records name node-a.'],
  ])('%j', async (selection, expected) => {
    const { isWhole, text } = await ask(loki, selection);
    expect(isWhole).toBe(false);
    expect(text).toContain(expected);
  });

  test('is none that a record of the last days has', async () => {
    expect(
      (await ask(loki, { cluster: 'c1', namespace: 'shop', job: 'nightly', node: 'node-a' }, '11:00:00')).isWhole
    ).toBe(true);
  });
});

test('of more nodes than Loki counts in one answer, those that fell silent are still told apart from those without an agent', async () => {
  const names = Array.from({ length: 60 }, (_, n) => `node-${n}`);
  const loki = new MemoryLoki();
  loki.maxSeries = 20;
  for (const node of names) {
    const record = beat(node, '07:00:00', node === 'node-7' ? '10:00:00' : '11:58:00');
    const labels = recordLabels({ kind: 'heartbeat', cluster: record.cluster, node });
    loki.lines.push({ ns: parseNs(record.to) ?? 0n, line: JSON.stringify(record), labels, metadata: { node } });
  }
  const { observers } = await ask(loki);
  expect(observers.reporting).toHaveLength(59);
  expect(observers.silent).toEqual([{ node: 'node-7', since: t('10:00:00') }]);
});
