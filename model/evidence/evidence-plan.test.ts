import { casesOf } from '../cases';
import { containerRecord, gc, heartbeat, job, left, pod, run, t } from '../cases/testing/records';
import { evidencePlan, type EvidenceWindow, type Selection, type Wish } from './evidence-plan';
import { kindNamed, RecordBase } from './record-base';

interface Stored {
  kind: string;
  cluster: string;
  node?: string | null;
}

/** Answers what the plan asks from records that Loki has, each at its time of day. */
function readAs(
  selection: Selection,
  window: EvidenceWindow,
  stored: ReadonlyArray<[clock: string, record: Stored]>,
  onWish: (wish: Wish) => void = () => undefined
) {
  const base = new RecordBase();
  for (const wishes of evidencePlan(base, selection, window)) {
    for (const wish of wishes) {
      onWish(wish);
      const { kind, span, cluster, metadata, isOne } = wish;
      const asked = metadata.node === undefined ? undefined : [metadata.node].flat();
      const found = stored.filter(([clock, record]) => {
        const at = Date.parse(t(clock));
        const isThere = asked === undefined || asked.includes(record.node ?? '');
        return kindNamed(record.kind) === kind && at >= span.from && at <= span.to && isThere
          ? cluster === undefined || cluster === record.cluster
          : false;
      });
      for (const [clock, record] of isOne === true ? found.slice(-1) : found) {
        base.add(kind, JSON.stringify(record), BigInt(Date.parse(t(clock))) * 1_000_000n);
      }
    }
  }
  return base;
}

/** The wishes of a plan that is run over records at their times. */
function wishesOver(
  selection: Selection,
  window: EvidenceWindow,
  stored: ReadonlyArray<[clock: string, record: Stored]>
): Wish[] {
  const all: Wish[] = [];
  readAs(selection, window, stored, (wish) => all.push(wish));
  return all;
}

describe('what is read of agents', () => {
  const lostPod = (cluster: string) =>
    pod({
      ...{ cluster, finished: t('10:33:43'), created: t('10:33:39') },
      containers: [{ name: 'main', state: 'terminated', runs: [run(0, '10:33:40', '10:33:43')] }],
    });
  const processes = (cluster: string): Array<[string, Stored]> => [
    ['10:26:29', heartbeat('10:26:29', '10:26:29', { cluster })],
    ['10:33:16', heartbeat('10:26:29', '10:33:16', { cluster, final: true })],
    ['10:34:26', heartbeat('10:34:26', '10:34:26', { cluster })],
    ['10:41:18', heartbeat('10:34:26', '10:41:18', { cluster, final: true })],
  ];
  const stored: Array<[string, Stored]> = [
    ...processes('c1'),
    ['10:33:51', lostPod('c1')],
    ['10:34:08', gc('10:34:08', [1])],
  ];
  const windowTo = (clock: string): EvidenceWindow => {
    const to = Date.parse(t(clock));
    return { from: Date.parse(t('10:00:00')), to, recordsTo: to };
  };

  test.each(['10:45:00', '10:58:00', '13:00:00'])(
    'a log that nobody opened is lost, also when asked at %s',
    (clock) => {
      const base = readAs({}, windowTo(clock), stored);
      expect(base.of('heartbeats').map(({ from }) => from)).toEqual(
        expect.arrayContaining([t('10:26:29'), t('10:34:26')])
      );
      expect(casesOf({ ...base.records(), now: t(clock) })).toMatchObject([{ status: 'lost' }]);
    }
  );

  test('of two clusters with nodes of one name each has its own', () => {
    const running: Array<[string, Stored]> = [['10:44:00', heartbeat('09:00:00', '10:44:00', { cluster: 'c2' })]];
    const other: Stored = { ...lostPod('c2'), ...{ id: 'other' } };
    const both: Array<[string, Stored]> = [...stored, ...running, ['10:33:51', other]];
    const base = readAs({}, windowTo('10:45:00'), both);
    expect(casesOf({ ...base.records(), now: t('10:45:00') }).find(({ cluster }) => cluster === 'c1')).toMatchObject({
      status: 'lost',
    });
  });
});

test('what else was on many nodes is read once, not once for every fifty of them', () => {
  const wishesOf = (count: number) => {
    const nodes = Array.from({ length: count }, (_, i) => `node-${i}`);
    const base = new RecordBase();
    for (const node of nodes) {
      const one = containerRecord({ node, podUid: node, left: left('12:20:00') });
      base.add('containers', JSON.stringify(one), BigInt(Date.parse(t('12:20:00'))) * 1_000_000n);
    }
    const window = {
      from: Date.parse(t('12:00:00')),
      to: Date.parse(t('13:00:00')),
      recordsTo: Date.parse(t('13:00:00')),
    };
    const all = [...evidencePlan(base, { namespace: 'ns' }, window)].flat();
    return all.filter(
      ({ kind, metadata }) => kind === 'containers' && metadata.namespace === undefined && metadata.id === undefined
    );
  };
  expect(wishesOf(100).map(({ metadata }) => [metadata.node].flat().length)).toEqual([50, 50]);
  expect(wishesOf(500).map(({ metadata }) => metadata)).toEqual([{}]);
});

describe('of very many agents that were restarted', () => {
  const HOUR = 3_600_000;
  const nodes = Array.from({ length: 300 }, (_, i) => `node-${i}`);
  const window = {
    from: Date.parse(t('00:00:00')),
    to: Date.parse(t('23:00:00')),
    recordsTo: Date.parse(t('23:00:00')),
  };
  /** A rolling upgrade: each agent ended at ten, and the next one began. */
  const upgraded = nodes.flatMap((node): Array<[string, Stored]> => {
    const before = { node, id: `${node}/heartbeat/1`, final: true };
    const after = { node, id: `${node}/heartbeat/2`, previousUntil: t('10:00:00') };
    const ran = containerRecord({ node, podUid: node, left: left('12:20:00') });
    return [
      ['10:00:05', heartbeat('00:00:00', '10:00:05', before)],
      ['22:58:00', heartbeat('10:00:20', '22:58:00', after)],
      ['12:20:00', { ...ran, node }],
    ];
  });

  test('only the heartbeats around the restart are read, and the process before is known', () => {
    const base = readAs({ cluster: 'c1' }, window, upgraded);
    expect(base.of('heartbeats')).toHaveLength(600);
    const spans = wishesOver({ cluster: 'c1' }, window, upgraded)
      .filter(({ kind }) => kind === 'heartbeats')
      .map(({ span }) => span);
    const length = spans.reduce((sum, { from, to }) => sum + to - from, 0);
    expect(length).toBeLessThan(HOUR);
  });
});

test('in a short window no pod and no Job that was under way before is read, unless something happened to it', () => {
  const window = {
    from: Date.parse(t('12:10:00')),
    to: Date.parse(t('12:20:00')),
    recordsTo: Date.parse(t('13:20:00')),
  };
  const living = pod({ finished: null, final: false, phase: 'Running', created: t('08:00:00') });
  const stored: Array<[string, Stored]> = [
    ['08:00:10', living],
    ['12:15:00', containerRecord({ podUid: living.id, left: left('12:15:00') })],
  ];
  const wishes = wishesOver({ cluster: 'c1' }, window, stored);
  const before = wishes.filter(({ kind, span }) => (kind === 'pods' || kind === 'jobs') && span.to <= window.from);
  expect(before.filter(({ metadata }) => metadata.id === undefined)).toEqual([]);
  expect(
    readAs({ cluster: 'c1' }, window, stored)
      .of('pods')
      .map(({ id }) => id)
  ).toEqual([living.id]);
});

test('of a single pod its own Job is read, not all of its namespace', () => {
  const window = {
    from: Date.parse(t('12:00:00')),
    to: Date.parse(t('13:00:00')),
    recordsTo: Date.parse(t('13:00:00')),
  };
  const stored: Array<[string, Stored]> = [['12:20:00', pod({ created: t('12:10:00') })]];
  const jobs = wishesOver({ namespace: 'ns', pod: 'some-pod' }, window, stored).filter(({ kind }) => kind === 'jobs');
  expect(jobs.filter(({ metadata }) => metadata.id === undefined && metadata.job === undefined)).toEqual([]);
});

test('of chosen nodes no records of others are read to know which namespaces are shipped', () => {
  const window = {
    from: Date.parse(t('12:00:00')),
    to: Date.parse(t('13:00:00')),
    recordsTo: Date.parse(t('13:00:00')),
  };
  const unseen = (namespace: string) =>
    pod({
      ...{ id: namespace, namespace, node: 'node-a', created: t('12:10:00'), finished: t('12:20:00') },
      ...{ deletion: { requested: t('12:30:00'), gone: t('12:30:00'), by: 'ttl', evidence: [] } },
      containers: [{ name: 'main', state: 'terminated', runs: [run(0, '12:10:00', '12:20:00')] }],
    });
  const stored = ['a', 'b'].map((namespace): [string, Stored] => ['12:30:00', unseen(namespace)]);
  const byNamespace = (selection: Selection) =>
    wishesOver(selection, window, stored).filter(
      ({ kind, metadata, isOne }) => kind === 'containers' && metadata.namespace !== undefined && isOne !== true
    );
  expect(byNamespace({ cluster: 'c1', node: 'node-a' })).toEqual([]);
  expect(byNamespace({ cluster: 'c1' })).toHaveLength(1);
});

describe('Jobs of pods on chosen nodes', () => {
  const HOUR = 3_600_000;
  const [from, to] = [Date.parse(t('00:00:00')), Date.parse(t('23:00:00'))];
  const window = { from, to, recordsTo: to };
  const ended = pod({
    ...{ created: t('01:00:00'), finished: t('01:10:00'), node: 'node-a' },
    containers: [{ name: 'main', state: 'terminated', runs: [run(0, '01:00:00', '01:10:00')] }],
  });
  const deletedAt = (clock: string): [string, Stored] => [
    clock,
    job({ id: ended.jobUid ?? '', deletion: { requested: t(clock), gone: t(clock), by: 'ttl', evidence: [] } }),
  ];
  const spansOfJobs = (stored: Array<[string, Stored]>) =>
    wishesOver({ cluster: 'c1', node: 'node-a' }, window, [['01:10:00', ended], ...stored])
      .filter(({ kind, metadata }) => kind === 'jobs' && metadata.id !== undefined)
      .map(({ span }) => span);

  test('are looked for in the hours in which most are deleted, and no further if they were', () => {
    const [soon, ...more] = spansOfJobs([deletedAt('02:00:00')]);
    expect(more).toEqual([]);
    expect((soon?.to ?? 0) - (soon?.from ?? 0)).toBeLessThan(8 * HOUR);
  });

  test('are looked for until the end of the time range if they were not', () => {
    const stored = [deletedAt('20:00:00')];
    expect(spansOfJobs(stored).at(-1)?.to).toBeGreaterThanOrEqual(to);
    const base = readAs({ cluster: 'c1', node: 'node-a' }, window, [['01:10:00', ended], ...stored]);
    expect(base.of('jobs').map(({ deletion }) => deletion?.gone)).toEqual([t('20:00:00')]);
  });
});

test('an agent that was restarted on a chosen node has heartbeats read around its restart only', () => {
  const [from, to] = [Date.parse(t('00:00:00')), Date.parse(t('23:00:00'))];
  const node = 'node-a';
  const stored: Array<[string, Stored]> = [
    ['10:00:05', heartbeat('00:00:00', '10:00:05', { node, id: `${node}/heartbeat/1` })],
    ['22:58:00', heartbeat('10:00:20', '22:58:00', { node, id: `${node}/heartbeat/2` })],
    ['12:20:00', containerRecord({ node, podUid: 'some', left: left('12:20:00') })],
  ];
  const wishes = wishesOver({ cluster: 'c1', node }, { from, to, recordsTo: to }, stored);
  const beats = wishes.filter(({ kind }) => kind === 'heartbeats');
  expect(beats.reduce((sum, { span }) => sum + span.to - span.from, 0)).toBeLessThan(3_600_000);
  expect(beats.every(({ metadata }) => [metadata.node].flat().includes(node))).toBe(true);
});
