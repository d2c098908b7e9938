import { casesOf } from '../cases';
import { containerRecord, gc, heartbeat, left, pod, run, t } from '../cases/testing/records';
import { evidencePlan, type EvidenceWindow, type Selection } from './evidence-plan';
import { kindNamed, RecordBase } from './record-base';

interface Stored {
  kind: string;
  cluster: string;
  node?: string | null;
}

/** Answers what the plan asks from records that Loki has, each at its time of day. */
function readAs(selection: Selection, window: EvidenceWindow, stored: ReadonlyArray<[clock: string, record: Stored]>) {
  const base = new RecordBase();
  for (const wishes of evidencePlan(base, selection, window)) {
    for (const { kind, span, cluster, metadata, isOne } of wishes) {
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
