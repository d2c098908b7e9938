import { type Answer, type CaseInput, casesOf } from './index';
import {
  containerId,
  containerRecord,
  deletion,
  disk,
  event,
  heartbeat,
  job,
  pod,
  run,
  t,
  watch,
} from './testing/records';

// Where evidence cannot decide between causes, none is named: found in simulated worlds (tests/truth).

const ofP = (input: CaseInput): Answer | undefined => casesOf(input).find(({ podUid }) => podUid === 'p');
const said = (input: CaseInput): string => {
  const found = ofP(input);
  return `${found?.cause} ${found?.confidence}`;
};
const causes = (input: CaseInput): string[] => (ofP(input)?.rivals ?? []).map(({ cause }) => cause);

const other = (n: number, more: object = {}) =>
  containerRecord({ podUid: `other-${n}`, pod: `other-${n}`, job: null, containerId: containerId(10 + n), ...more });
const millis = (clock: string, ms: number) => `2026-11-23T${clock}.${String(ms).padStart(3, '0')}000000Z`;
const emptiedAt = (clock: string, ms: number) =>
  ({ at: millis(clock, ms), directory: 'empty', bytesUnacked: 0 }) as const;

describe('logs of other pods that are removed in the same moment', () => {
  const evicted = pod({
    ...{
      phase: 'Failed',
      reason: 'Evicted',
      message: 'The node was low on resource: memory. ',
      finished: t('12:19:58'),
    },
    containers: [{ name: 'main', state: 'terminated', runs: [run(0, '12:00:00', '12:19:58')] }],
  });
  const own = containerRecord({ lastTime: t('12:19:57'), left: emptiedAt('12:20:00', 15) });
  const burst = [other(1, { left: emptiedAt('12:20:00', 0) }), other(2, { left: emptiedAt('12:20:00', 30) })];

  test('an eviction explains its own pod only', () => {
    expect(said({ containers: [own], pods: [evicted] })).toBe('C2 confirmed');
    expect(said({ containers: [own, ...burst], pods: [evicted] })).toBe('unknown unknown');
    // Removed a second later, it was by itself.
    const later = burst.map((one) => ({ ...one, left: emptiedAt('12:20:01', 500) }));
    expect(said({ containers: [own, ...later], pods: [evicted] })).toBe('C2 confirmed');
  });

  test('a deletion explains its own pod only', () => {
    const deleted = pod({
      ...{ scheduled: t('11:59:00'), started: t('11:59:00') },
      deletion: deletion('podgc', '12:20:00', { evidence: ['condition DisruptionTarget, reason DeletionByPodGC: '] }),
    });
    const containers = [containerRecord({ left: emptiedAt('12:20:00', 15) })];
    expect(said({ containers, pods: [deleted] })).toBe('C10 confirmed');
    expect(said({ containers: [...containers, ...burst], pods: [deleted] })).toBe('unknown unknown');
  });

  test('a newer run that is removed with the older one, and with those of other pods, does not explain it', () => {
    const runs = [0, 1].map((restart) =>
      containerRecord({ restart, containerId: containerId(restart), left: emptiedAt('12:20:00', 15) })
    );
    const [older] = casesOf({ containers: [...runs, ...burst] }).filter(({ id }) => id === 'p/main/0');
    expect(older).toMatchObject({ cause: 'unknown' });
  });
});

describe('C1 without a word of the kubelet', () => {
  const containers = [
    containerRecord({ left: emptiedAt('12:20:00', 0) }),
    other(1, { left: emptiedAt('12:20:00', 12) }),
  ];
  const disks = [disk('12:19:00', 0.83)];

  test('is likely while the disk was nearly full and nothing speaks against it', () => {
    expect(said({ containers, disks, pods: [pod()] })).toBe('C1 likely');
  });

  test('is not, where logs stayed whose containers had long been over', () => {
    const over = other(2, { lastTime: t('12:05:00'), left: null });
    const input = { containers: [...containers, over], disks, heartbeats: [heartbeat('11:00:00', '13:00:00')] };
    expect(said(input)).toBe('unknown unknown');
    expect(causes(input)).toEqual(expect.arrayContaining(['C1', 'C17']));
    // One that may crash again and again has not ended.
    const young = other(2, { lastTime: t('12:15:00'), left: null });
    expect(said({ ...input, containers: [...containers, young] })).toBe('C1 likely');
    // Its pod has a container that runs.
    const beside = other(2, { container: 'proxy', ended: false, left: null });
    expect(said({ ...input, containers: [...containers, over, beside] })).toBe('C1 likely');
  });

  test('is ruled out by a terminated pod whose log stayed for 40 s more', () => {
    const stayed = pod({ id: 'other-2', pod: 'other-2', job: null, jobUid: null });
    const stays = other(2, { left: emptiedAt('12:20:40', 0) });
    const input = { containers: [...containers, stays], disks, pods: [pod(), stayed] };
    expect(ofP(input)).toMatchObject({
      cause: 'C17',
      rivals: expect.arrayContaining([
        expect.objectContaining({ cause: 'C1', out: [{ code: 'out-others-stayed', containers: 1 }] }),
      ]),
    });
  });

  test('is not, where the Events of the node were watched and none reports a reclaim', () => {
    const watching = watch('11:00:00', '13:00:00');
    const { pods } = watching.kinds;
    const ofEvents = { ...watching, kinds: { pods, events: pods } } as typeof watching;
    const times = { scheduled: t('11:59:00'), started: t('11:59:00') };
    const input = { containers, disks, pods: [pod(times)], watches: [ofEvents] };
    expect(said(input)).toBe('unknown unknown');
    const inOther = { ...watching, kinds: { pods, 'events in ns': pods } } as typeof watching;
    expect(said({ ...input, watches: [inOther] })).toBe('C1 likely');
    const events = [event('EvictionThresholdMet', 'Node', 'node-a', '12:20:00', { resource: 'ephemeral-storage' })];
    expect(said({ ...input, events })).toBe('C1 strong');
  });

  test('is no removal of a container that ended after the others had been removed', () => {
    const young = containerRecord({ lastTime: millis('12:20:01', 0), left: emptiedAt('12:20:01', 900) });
    const rest = [1, 2].map((n) => other(n, { left: emptiedAt('12:20:00', 100 * n) }));
    expect(said({ containers: [young, ...rest], disks: [disk('12:19:00', 0.83)] })).toBe('unknown unknown');
  });
});

describe('a log that nobody had seen for long before its pod was deleted', () => {
  const ttl = pod({
    ...{ scheduled: t('11:59:00'), started: t('11:59:00') },
    deletion: deletion('ttl', '12:40:00', { evidence: ['ttlSecondsAfterFinished 1800'] }),
  });
  const jobs = [job({ ttlSecondsAfterFinished: 1800, deletion: deletion('ttl', '12:40:00') })];
  const containers = [containerRecord({ left: null })];
  const until = (clock: string) => ({ containers, pods: [ttl], jobs, heartbeats: [heartbeat('11:00:00', clock)] });

  test('may have been removed before', () => {
    expect(said(until('12:35:00'))).toMatch(/^C7 (?:likely|strong)$/);
    expect(said(until('12:25:00'))).toBe('unknown unknown');
    expect(causes(until('12:25:00'))).toContain('C7');
    const statement = { code: 'deleted-unattended', since: '2026-11-23T12:25:00.000Z' };
    expect(ofP(until('12:25:00'))).toMatchObject({ statement });
  });

  test('may have, also of an agent that began only later', () => {
    const heartbeats = [heartbeat('12:50:00', '13:10:00')];
    expect(said({ pods: [ttl], jobs, heartbeats })).toBe('unknown unknown');
  });
});

test('C5 is ruled out while another container of the pod runs on: a new sandbox ends all of them', () => {
  const containers = [
    { name: 'init', role: 'init', state: 'terminated', restarts: 1 },
    { name: 'main', role: 'main', state: 'terminated', restarts: 0 },
  ];
  const runs = [
    [run(0, '12:00:00', '12:01:00', { exitCode: 0 }), run(1, '12:21:30', '12:21:40', { exitCode: 0 })],
    [run(0, '12:01:00', '12:21:00')],
  ];
  const init = containerRecord({ container: 'init', lastTime: t('12:00:59') });
  const after = containerRecord({ container: 'init', restart: 1, left: null, lastTime: t('12:21:40') });
  const pods = [pod({ containers: containers.map((one, n) => ({ ...one, runs: runs[n] })), finished: t('12:21:40') })];
  const first = casesOf({ containers: [init, after], pods }).find(({ id }) => id === 'p/init/0');
  expect(first?.cause).not.toBe('C5');
  expect(first?.rivals).toContainEqual(expect.objectContaining({ cause: 'C5', out: [{ code: 'out-running' }] }));
});

test('C19 that nobody reported is ruled out while another container of the pod runs on: a restart ends all of them', () => {
  const containers = [
    { name: 'main', role: 'main', state: 'terminated', restarts: 1 },
    { name: 'proxy', role: 'main', state: 'terminated', restarts: 0 },
  ];
  const runs = (proxyEnd: string) => [
    [run(0, '12:00:00', '12:19:59'), run(1, '12:20:03', '12:30:00')],
    [run(0, '12:00:00', proxyEnd)],
  ];
  const causesWith = (proxyEnd: string) => {
    const own = containers.map((one, n) => ({ ...one, runs: runs(proxyEnd)[n] }));
    const pods = [pod({ containers: own, finished: t('12:30:00'), restartsAllContainers: true })];
    const first = casesOf({ containers: [containerRecord({ lastTime: t('12:19:58') })], pods })[0];
    return [first?.cause, ...(first?.rivals ?? []).map(({ cause }) => cause)];
  };
  expect(causesWith('12:19:59')).toContain('C19');
  expect(causesWith('12:30:00')).not.toContain('C19');
});

test('an end that only the agent knows of does not make a newer run explain a log that was not seen to go', () => {
  const pods = [
    pod({
      ...{ phase: 'Running', finished: null, final: false },
      containers: [{ name: 'main', state: 'running', restarts: 1, runs: [run(1, '12:11:00', null)] }],
      deletion: { requested: null, gone: t('13:00:00'), lastThere: t('12:30:00'), by: 'unknown', evidence: [] },
    }),
  ];
  const containers = [
    containerRecord({ left: null }),
    containerRecord({
      restart: 1,
      containerId: containerId(2),
      left: null,
      firstTime: t('12:11:00'),
      lastTime: t('12:29:30'),
    }),
  ];
  const input = { containers, pods, heartbeats: [heartbeat('11:00:00', '12:30:00')] };
  expect(casesOf(input).find(({ id }) => id === 'p/main/0')).toMatchObject({ cause: 'unknown' });
});
