import type { Gap } from '../records';
import { answersOf, type CaseInput, casesOf as codedCasesOf } from './index';
import { withTexts } from './testing/words';
import {
  condition,
  containerId,
  deletion,
  disk,
  event,
  gc,
  heartbeat,
  job,
  kubeletLog,
  containerRecord,
  left,
  machine,
  pod,
  run,
  t,
  thresholds,
  watch,
} from './testing/records';

type Case = ReturnType<typeof withTexts>;
const casesOf = (input: CaseInput): Case[] => codedCasesOf(input).map(withTexts);

/** The one case of some records. */
function only(input: CaseInput): Case {
  const cases = casesOf(input);
  expect(cases).toHaveLength(1);
  return cases[0] as Case;
}
const statusOn = (input: CaseInput) => {
  const { cause, confidence } = only(input);
  return `${cause} ${confidence}`;
};

describe('C1, a reclaim of disk', () => {
  const others = [2, 3].map((n) => containerRecord({ podUid: `other-${n}`, pod: `other-${n}` }));
  const ofP = (cases: Case[]): Case | undefined => cases.find(({ podUid }) => podUid === 'p');

  test('is confirmed by the kubelet log naming the container, whatever else is missing', () => {
    expect(statusOn({ containers: [containerRecord()], gcs: [gc('12:20:00', [1, 2])] })).toBe('C1 confirmed');
  });

  test('takes the container id from the API where the node never showed it', () => {
    const input = { containers: [containerRecord({ containerId: null })], pods: [pod()], gcs: [gc('12:20:00', [1])] };
    expect(statusOn(input)).toBe('C1 confirmed');
  });

  test('of inodes says so', () => {
    const { sentence } = only({ containers: [containerRecord()], gcs: [gc('12:20:00', [1], { resource: 'inodes' })] });
    expect(sentence).toBe(
      'The kubelet removed this container 10 min after it finished, to free inodes (too many files) on node-a. Its log is in Loki, complete.'
    );
  });

  test('is not confirmed by a line about a container whose file was gone before, or is there still', () => {
    expect(statusOn({ containers: [containerRecord()], gcs: [gc('12:30:00', [1])] })).toBe('unknown unknown');
    expect(casesOf({ containers: [containerRecord({ left: null })], gcs: [gc('12:20:00', [1])] })).toEqual([]);
  });

  test('is strong where the agent found the file gone only later', () => {
    expect(statusOn({ containers: [containerRecord({ left: left('13:00:00') })], gcs: [gc('12:20:00', [1])] })).toBe(
      'C1 strong'
    );
  });

  test('is not one whose file the agent still had a while after: the kubelet names containers that end, too', () => {
    const stayed = containerRecord({ left: left('12:40:00', 'removed') });
    const deleted = pod({ deletion: deletion('ttl', '12:39:30') });
    const input = { containers: [stayed], pods: [deleted], gcs: [gc('12:20:00', [1])] };
    expect(statusOn(input)).toBe('C1 strong');
    const awake = containerRecord({ podUid: 'q', pod: 'q', containerId: containerId(2), left: left('12:30:00') });
    const cases = casesOf({ ...input, containers: [stayed, awake] });
    expect(ofP(cases)).toMatchObject({ cause: 'C7', also: [] });
  });

  test('is confirmed by the time at which the file went, however late the agent noticed', () => {
    const late = containerRecord({
      left: { at: t('12:20:01'), noticed: t('12:31:01'), directory: 'empty', bytesUnacked: 0 },
    });
    const cases = casesOf({ containers: [late], pods: [pod()], gcs: [gc('12:20:00', [1])] });
    expect(ofP(cases)).toMatchObject({ cause: 'C1', confidence: 'confirmed' });
    expect(ofP(cases)?.evidence.map(({ text }) => text)).toContainEqual(
      expect.stringContaining('(the agent noticed 11 min later)')
    );
  });

  test('is not the periodic image GC, which never touches logs', () => {
    const imageGc = gc('12:20:00', [1], { trigger: 'image-gc' });
    expect(statusOn({ containers: [containerRecord()], gcs: [imageGc] })).toBe('unknown unknown');
  });

  test('is strong when pod, newest run, empty directory and DiskPressure go together', () => {
    const input = { containers: [containerRecord()], pods: [pod()], nodes: [condition('12:20:09', '12:25:00')] };
    expect(statusOn(input)).toBe('C1 strong');
  });

  test.each([
    ['the condition came more than 10 s later', { nodes: [condition('12:20:30', '12:25:00')] }, 'unknown unknown'],
    ['the pressure was over before', { nodes: [condition('12:00:00', '12:10:00')] }, 'unknown unknown'],
    ['it was memory that ran out', { nodes: [condition('12:19:00', null, 'MemoryPressure')] }, 'unknown unknown'],
    [
      'the kubelet was about to reclaim memory',
      { events: [event('EvictionThresholdMet', 'Node', 'node-a', '12:20:00', { resource: 'memory' })] },
      'unknown unknown',
    ],
    [
      'only the Event of the reclaim came through',
      { events: [event('EvictionThresholdMet', 'Node', 'node-a', '12:20:00', { resource: 'ephemeral-storage' })] },
      'C1 strong',
    ],
    [
      'the Event is of another node',
      { events: [event('EvictionThresholdMet', 'Node', 'node-b', '12:20:00', { resource: 'ephemeral-storage' })] },
      'unknown unknown',
    ],
    [
      'the Event has impossible times',
      {
        events: [
          event('EvictionThresholdMet', 'Node', 'node-a', '12:20:00', { resource: 'inodes', timesDoubtful: true }),
        ],
      },
      'unknown unknown',
    ],
  ])('when %s', (_, input, expected) => {
    expect(statusOn({ containers: [containerRecord()], pods: [pod()], ...input })).toBe(expected);
  });

  test('is joined by the name of the node: its Events have the name as uid, or none', () => {
    const object = { kind: 'Node', namespace: null, name: 'node-a', uid: 'node-a' };
    const met = event('EvictionThresholdMet', 'Node', 'node-a', '12:20:00', { resource: 'ephemeral-storage', object });
    const gone = machine({ uid: 'another' });
    expect(statusOn({ containers: [containerRecord()], pods: [pod()], events: [met], nodes: [gone] })).toBe(
      'C1 strong'
    );
  });

  describe('of which only the emptied directories of several pods tell', () => {
    const emptied = { containers: [containerRecord(), ...others], pods: [pod()] };
    const sample = (usedPart: number) => [disk('12:19:30', usedPart)];

    test('could have been an rm as well: both are named, with what would decide', () => {
      const one = ofP(casesOf(emptied));
      expect(one).toMatchObject({ cause: 'unknown', confidence: 'unknown' });
      expect(one?.sentence).toContain('The evidence fits C1 and C17');
      expect(one?.rivals.map(({ cause, out, needs }) => [cause, out.length, needs.length > 0])).toEqual([
        ['C1', 0, true],
        ['C17', 0, true],
      ]);
    });

    test('is likely where the disk was nearly full', () => {
      const one = ofP(casesOf({ ...emptied, disks: sample(0.84) }));
      expect(one).toMatchObject({ cause: 'C1', confidence: 'likely' });
      expect(one?.sentence).toMatch(
        /^Most likely the kubelet removed this container 10 min after it finished, together with 2 others/
      );
    });

    test('is likely, too, where the disk had room again when the last of them went', () => {
      const disks = [...sample(0.84), disk('12:20:00', 0.27)];
      expect(ofP(casesOf({ ...emptied, disks }))).toMatchObject({ cause: 'C1', confidence: 'likely' });
    });

    test('is none where the disk had room', () => {
      const one = ofP(casesOf({ ...emptied, disks: sample(0.27) }));
      expect(one).toMatchObject({ cause: 'C17', confidence: 'likely' });
      expect(one?.rivals).toEqual([
        { cause: 'C1', out: [{ code: 'out-disk-free', usedPercent: expect.closeTo(27) }], needs: [] },
      ]);
    });

    test('is none where the conditions of the node were watched, and there was no pressure', () => {
      const watches = [watch('11:00:00', '12:40:00')];
      expect(ofP(casesOf({ ...emptied, watches }))).toMatchObject({ cause: 'C17', confidence: 'strong' });
      expect(ofP(casesOf({ ...emptied, watches: [watch('11:00:00', '12:19:00')] }))?.cause).toBe('unknown');
    });

    test('is none where the log of the kubelet was read, and names no such container', () => {
      const read = (from: string, to: string) => [
        heartbeat('11:00:00', '12:40:00', { kubeletLog: kubeletLog(from, to) }),
      ];
      expect(ofP(casesOf({ ...emptied, heartbeats: read('11:00:00', '12:40:00') }))?.cause).toBe('C17');
      expect(ofP(casesOf({ ...emptied, heartbeats: read('12:30:00', '12:40:00') }))?.cause).toBe('unknown');
    });

    test('is none where logs of running containers were removed together with it', () => {
      const running = containerRecord({
        ...{ podUid: 'runs', pod: 'runs', containerId: containerId(9) },
        ...{ ended: false, lastTime: t('12:20:00'), status: 'pending' },
      });
      const disks = sample(0.84);
      const one = ofP(casesOf({ ...emptied, containers: [...emptied.containers, running], disks }));
      expect(one).toMatchObject({ cause: 'C17', confidence: 'likely' });
      expect(one?.rivals[0]).toMatchObject({ cause: 'C1', out: [{ code: 'out-running-removed' }] });
      const silent = { ...running, lastTime: t('12:00:00') };
      const unclear = ofP(casesOf({ ...emptied, containers: [...emptied.containers, silent], disks }));
      expect(unclear?.cause).toBe('C1');
    });

    test('leaves open who removed a directory while others were emptied in the same moment', () => {
      const containers = [containerRecord({ left: left('12:20:00', 'removed') }), ...others];
      const watches = [watch('11:00:00', '12:40:00')];
      const nodes = [condition('12:20:05', '12:25:00')];
      expect(ofP(casesOf({ containers, pods: [pod()], watches, nodes }))).toMatchObject({ cause: 'unknown' });
      const alone = [containerRecord({ left: left('12:20:00', 'removed') })];
      expect(ofP(casesOf({ containers: alone, pods: [pod()], watches, nodes }))).toMatchObject({ cause: 'C17' });
    });

    test('is likely for an older run that was removed together with them, whatever ended before', () => {
      const older = containerRecord({ left: left('12:20:00', 'unknown'), lastTime: t('12:05:00') });
      const next = containerRecord({
        ...{ restart: 1, containerId: containerId(7), left: null },
        ...{ firstTime: t('12:06:00'), lastTime: t('12:19:00') },
      });
      const nodes = [condition('12:20:05', '12:25:00')];
      const of = (beside: typeof others) =>
        casesOf({ containers: [older, next, ...beside], nodes }).find(
          ({ podUid, restart }) => podUid === 'p' && restart === 0
        );
      expect(of(others)).toMatchObject({ cause: 'C1', confidence: 'likely' });
      expect(of([])?.cause).not.toBe('C1');
    });

    test('is none where other terminated containers of the node stayed', () => {
      const stays = containerRecord({ podUid: 'stays', pod: 'stays', containerId: containerId(9), left: null });
      const pods = [pod(), pod({ id: 'stays', pod: 'stays' })];
      const containers = [...emptied.containers, stays];
      const heartbeats = [heartbeat('11:00:00', '12:40:00')];
      expect(ofP(casesOf({ containers, pods, heartbeats }))).toMatchObject({ cause: 'C17', confidence: 'likely' });
    });
  });

  test('is not made up from one directory, or from several containers of one pod', () => {
    expect(statusOn({ containers: [containerRecord()], pods: [pod()] })).toBe('unknown unknown');
    const cases = casesOf({
      containers: [containerRecord(), containerRecord({ container: 'sidecar' })],
      pods: [pod()],
    });
    expect(cases.map(({ cause }) => cause)).toEqual(['unknown', 'unknown']);
  });

  test('spares the containers of a pod that still ran', () => {
    const containers = [
      { name: 'main', state: 'terminated', runs: [run(0, '12:00:00', '12:10:00')] },
      { name: 'sidecar', state: 'running', runs: [] },
    ];
    const running = pod({ phase: 'Running', finished: null, containers, final: false });
    const nodes = [condition('12:20:00', '12:25:00')];
    expect(only({ containers: [containerRecord()], pods: [running], nodes }).cause).not.toBe('C1');
  });

  test('came before the condition by seconds also where only a later reclaim had an Event', () => {
    const input: CaseInput = {
      containers: [containerRecord()],
      pods: [pod()],
      nodes: [condition('12:20:06', '12:25:00')],
      events: [event('EvictionThresholdMet', 'Node', 'node-a', '12:20:06', { resource: 'ephemeral-storage' })],
      watches: [watch('11:00:00', '13:00:00')],
    };
    expect(statusOn(input)).toBe('C1 strong');
  });

  test('leaves no directory removed: then it was something else', () => {
    const input = {
      containers: [containerRecord({ left: left('12:20:00', 'removed') })],
      pods: [pod()],
      nodes: [condition('12:20:00', '12:25:00')],
    };
    expect(only(input)).toMatchObject({
      cause: 'C17',
      confidence: 'likely',
      sentence: expect.stringContaining('other than the kubelet deleted the log directory'),
    });
  });
});

describe('files', () => {
  const gap = (reason: Gap['reason'], more: Partial<Gap> = {}): Gap => ({
    reason,
    bytes: 40,
    lines: 4,
    from: null,
    to: null,
    ...more,
  });
  const running = pod({
    phase: 'Running',
    finished: null,
    final: false,
    containers: [{ name: 'main', state: 'running', runs: [run(0, '12:00:00', null)] }],
  });

  test('C15: rotation deleted the first lines while the container was there', () => {
    const rotatedAway = { files: 2, lines: 180_000, bytes: 22e6, from: t('12:00:00'), to: t('12:05:00') };
    expect(only({ containers: [containerRecord({ left: null, rotatedAway })] })).toMatchObject({
      cause: 'C15',
      confidence: 'strong',
      at: '2026-11-23T12:05:00.000Z',
    });
    expect(only({ containers: [containerRecord({ rotatedAway })], gcs: [gc('12:20:00', [1])] })).toMatchObject({
      cause: 'C1',
      also: ['C15'],
    });
  });

  test('C15 of a container that may write on: the status is on what went', () => {
    const rotatedAway = { files: 1, lines: 2, bytes: 11e6, from: t('12:00:00'), to: t('12:05:00') };
    const growing = { left: null, ended: false, rotatedAway, status: 'pending' } as const;
    const statusAfter = (more: object) =>
      only({ containers: [containerRecord({ ...growing, ...more })], pods: [running] });
    expect(statusAfter({ bytesSeen: 12e6, bytesAcked: 11.5e6 })).toMatchObject({
      status: 'complete',
      sentence: expect.stringMatching(/All that was removed from the node is in Loki\.$/),
    });
    expect(statusAfter({ bytesSeen: 12e6, bytesAcked: 4e6 }).status).toBe('pending');
    expect(statusAfter({ bytesSeen: 11e6, bytesAcked: 11e6 - 40, gaps: [gap('gone-unread')] }).status).toBe('partial');
  });

  test('C15 with a backlog since: the record is older than what is said of it', () => {
    const rotatedAway = { files: 1, lines: 2, bytes: 11e6, from: t('12:00:00'), to: t('12:05:00') };
    const growing = { left: null, ended: false, rotatedAway, final: false, bytesSeen: 11e6, bytesAcked: 11e6 };
    const behind = heartbeat('11:00:00', '12:40:00', { unackedBytes: 5e6, oldestUnacked: t('12:05:30') });
    const upTo = (lastTime: string) => [containerRecord({ ...growing, status: 'pending', lastTime: t(lastTime) })];
    expect(only({ containers: upTo('12:05:20'), pods: [running], heartbeats: [behind] }).status).toBe('pending');
    // Loki has newer lines of it: it is another log that is behind.
    const containers = upTo('12:06:00');
    expect(only({ containers, pods: [running], heartbeats: [behind] }).status).toBe('complete');
    expect(only({ containers, pods: [running], heartbeats: [heartbeat('11:00:00', '12:40:00')] }).status).toBe(
      'complete'
    );
  });

  test('C17: a file that is emptied before it has the size of a rotation was not rotated', () => {
    const rotatedAway = { files: 1, lines: 90, bytes: 6600, from: t('12:00:00'), to: t('12:05:00') };
    const containers = [containerRecord({ left: null, ended: false, rotatedAway, status: 'pending' })];
    const one = only({ containers, pods: [running], thresholds: [thresholds('11:00:00')] });
    expect(one).toMatchObject({ cause: 'C17', confidence: 'strong' });
    expect(one.rivals).toEqual([
      { cause: 'C15', out: [{ code: 'out-file-size', bytes: 6600, maxBytes: 10 * 2 ** 20 }], needs: [] },
    ]);
    const small = thresholds('11:00:00', { containerLogMaxBytes: 6000 });
    expect(statusOn({ containers, pods: [running], thresholds: [small] })).toBe('C15 strong');
  });

  test('C18: a disk that was full while the container ran is told', () => {
    const full = disk('12:05:00', 1);
    expect(only({ containers: [containerRecord()], gcs: [gc('12:20:00', [1])], disks: [full] }).also).toEqual(['C18']);
  });

  test('C17: a file that goes while its container runs was not taken by the kubelet', () => {
    const before = containerRecord({ ended: false, left: left('12:05:00') });
    expect(statusOn({ containers: [before], pods: [pod()] })).toBe('C17 strong');
    expect(statusOn({ containers: [before], pods: [running] })).toBe('C17 likely');
  });

  test('C17: a file that became shorter was cut', () => {
    const cut = containerRecord({ left: null, gaps: [gap('truncated')], status: 'partial' });
    const one = only({ containers: [cut], pods: [running] });
    expect(one).toMatchObject({ cause: 'C17', confidence: 'strong' });
    expect(one.sentence).toContain('Its log is in Loki in part: 4 lines are missing.');
  });

  test('C16: the runtime lost the container, and its file is there', () => {
    const runs = [
      run(0, '12:00:00', '12:10:00', { reason: 'ContainerStatusUnknown', message: 'could not be located' }),
    ];
    const pods = [pod({ containers: [{ name: 'main', state: 'terminated', runs }] })];
    expect(statusOn({ containers: [containerRecord({ left: null })], pods })).toBe('C16 likely');
  });

  test.each([
    [
      'partial',
      [gap('gone-unread', { from: t('12:09:00'), to: t('12:10:00') })],
      'in part: 4 lines between 12:09:00 and 12:10:00 are missing.',
    ],
    ['partial', [gap('gone-unread', { lines: null, bytes: 1 })], 'in part: 1 byte is missing.'],
    ['partial', [gap('shed', { lines: null, bytes: null })], 'in part: an unknown part is missing.'],
    ['lost', [gap('gone-unread')], 'Nothing of its log reached Loki.'],
    ['rescued', [], 'the last part was read from the file after it had been deleted.'],
    ['unknown', [], 'Whether all of its log is in Loki is not known.'],
  ] as const)('say what Loki has when it is %s', (status, gaps, expected) => {
    const record = containerRecord({ status, gaps: [...gaps], linesAcked: status === 'lost' ? 0 : 6 });
    expect(only({ containers: [record] }).sentence).toContain(expected);
  });

  test('a container that runs, or has ended and is all there, is no case', () => {
    expect(casesOf({ containers: [containerRecord({ left: null })], pods: [pod()] })).toEqual([]);
    expect(
      casesOf({ containers: [containerRecord({ left: null, gaps: [gap('refused')], status: 'partial' })] })
    ).toEqual([]);
  });
});

describe('a log of which no agent has a record', () => {
  const beat = (from: string, to: string, more: object = {}) => heartbeat(from, to, more);
  const other = containerRecord({ podUid: 'q', pod: 'q', left: null });
  const gone = [pod({ deletion: deletion('drain', '12:20:00') })];
  const now = t('13:00:00');
  const unseen = (input: CaseInput) => answersOf({ pods: gone, now, ...input }).find(({ seen }) => !seen);

  test.each<[string, CaseInput, string, string]>([
    ['no agent was on the node', {}, 'lost', 'unseen-no-agent'],
    ['it started later', { heartbeats: [beat('12:30:00', '13:00:00')] }, 'lost', 'unseen-started-later'],
    [
      'it was down',
      { heartbeats: [beat('11:00:00', '11:50:00'), beat('12:40:00', '13:00:00')] },
      'lost',
      'unseen-silent',
    ],
    [
      'it was down for less than a quarter of an hour',
      { heartbeats: [beat('11:00:00', '11:59:00'), beat('12:21:00', '13:00:00')], containers: [other] },
      'lost',
      'unseen-silent',
    ],
    [
      'it reports nothing of the namespace',
      { heartbeats: [beat('11:00:00', '13:00:00')], containers: [{ ...other, namespace: 'else' }] },
      'unknown',
      'unseen-excluded',
    ],
    [
      'nothing explains it',
      { heartbeats: [beat('11:00:00', '13:00:00')], containers: [other] },
      'unknown',
      'unseen-unexplained',
    ],
    [
      'its agent has not been heard of since',
      { heartbeats: [beat('11:00:00', '12:12:00')], containers: [other] },
      'unknown',
      'unseen-silent',
    ],
    [
      'the agent is behind',
      { heartbeats: [beat('11:00:00', '13:00:00', { unackedBytes: 1, oldestUnacked: t('12:05:00') })] },
      'pending',
      'unseen-not-yet',
    ],
  ])('because %s', (_, input, status, code) => {
    const one = unseen(input);
    // That the log was still there when its pod was deleted, only an agent on the node could tell.
    const cause = code === 'unseen-no-agent' ? 'unknown' : 'C14';
    expect(one).toMatchObject({ place: 'removed', cause, status, unseen: { code } });
  });

  test('is an answer and no case while nothing tells that it was removed', () => {
    const pods = [pod()];
    const heartbeats = [beat('11:00:00', '12:11:00')];
    expect(casesOf({ pods, now })).toEqual([]);
    expect(answersOf({ pods, now })).toMatchObject([{ place: 'unknown', status: 'unknown' }]);
    expect(answersOf({ pods, heartbeats, now: t('12:11:00') })).toMatchObject([{ place: 'node', status: 'pending' }]);
  });

  test('of a pod that was deleted a moment ago is not lost: its files stay for a minute', () => {
    const heartbeats = [beat('11:00:00', '12:20:30')];
    const one = unseen({ heartbeats, now: t('12:20:30') });
    expect(one?.status).not.toBe('lost');
    expect(unseen({ now: t('12:20:30') })?.status).not.toBe('lost');
  });

  test('is not said of containers that never started, and of static pods', () => {
    const waiting = pod({ containers: [{ name: 'main', state: 'waiting', waiting: 'ImagePullBackOff' }] });
    const mirror = pod({ owner: { kind: 'Node', name: 'node-a', uid: 'n' } });
    expect(answersOf({ pods: [waiting], now })).toEqual([]);
    expect(answersOf({ pods: [mirror], now })).toEqual([]);
  });
});

describe('what Loki has', () => {
  const unknownGap: Gap = { reason: 'gone-unread', bytes: null, lines: null, from: null, to: null };

  test('is all of it where the agent had acknowledged everything after the end, and stopped', () => {
    const record = containerRecord({ gaps: [unknownGap], status: 'unknown' });
    const input = { containers: [record], pods: [pod()], gcs: [gc('12:20:00', [1])] };
    expect(only(input).status).toBe('unknown');
    const stopped = heartbeat('11:00:00', '12:15:00', { final: true });
    expect(only({ ...input, heartbeats: [stopped] })).toMatchObject({ status: 'complete', gaps: [] });
    const behind = heartbeat('11:00:00', '12:15:00', { unackedBytes: 9, oldestUnacked: t('12:09:00') });
    expect(only({ ...input, heartbeats: [behind] }).status).toBe('unknown');
    expect(only({ ...input, heartbeats: [heartbeat('11:00:00', '12:09:00')] }).status).toBe('unknown');
  });

  test('is all of it where the agent came after the end, and the log was there until it had acknowledged everything', () => {
    const record = containerRecord({ gaps: [unknownGap], status: 'unknown' });
    const input = { containers: [record], pods: [pod()], gcs: [gc('12:20:00', [1])] };
    const of = (from: string, to: string) => only({ ...input, heartbeats: [heartbeat(from, to)] }).status;
    expect(of('12:15:00', '12:19:00')).toBe('complete');
    expect(of('12:15:00', '12:15:01')).toBe('unknown');
    expect(of('12:25:00', '12:40:00')).toBe('unknown');
    // What rotation had deleted before it came is missing.
    const there = { ...record, gaps: [{ ...unknownGap, to: t('12:15:00') }], left: null };
    const heartbeats = [heartbeat('12:15:00', '12:19:00')];
    expect(answersOf({ ...input, containers: [there], heartbeats })).toMatchObject([{ status: 'unknown' }]);
  });

  test('is not all of it where the agent was halted while the container ran, and never opened its log', () => {
    const never = { bytesSeen: 0, bytesAcked: 0, linesSeen: 0, linesAcked: 0, firstTime: null, lastTime: null };
    const gone = { left: left('12:20:00', 'removed'), gaps: [{ ...unknownGap, to: t('12:20:00') }] };
    const record = containerRecord({ ...never, ...gone, status: 'unknown' });
    const input = { containers: [record], pods: [pod({ deletion: deletion('drain', '12:10:30') })] };
    const heartbeats = [heartbeat('11:00:00', '12:40:00')];
    expect(only({ ...input, heartbeats })).toMatchObject({ status: 'unknown', loki: { code: 'loki-unknown' } });
  });

  test('lacks what rotation deleted while no agent was observing: a case, though the rest is on its node', () => {
    const gap = { ...unknownGap, from: t('12:02:00'), to: t('12:09:00') };
    const record = containerRecord({ left: null, ended: false, status: 'pending', final: false, gaps: [gap] });
    const down = [heartbeat('11:00:00', '12:03:00'), heartbeat('12:09:00', '12:30:00')];
    const one = only({ containers: [record], pods: [pod()], heartbeats: down });
    expect(one).toMatchObject({
      cause: 'C15',
      confidence: 'likely',
      status: 'unknown',
      at: '2026-11-23T12:09:00.000Z',
    });
    expect(one.sentence).toMatch(
      /^Files of this log were deleted .* Whether all of its log is in Loki is not known\.$/
    );
    const running = pod({ phase: 'Running', finished: null, containers: [] });
    expect(only({ containers: [record], pods: [running], heartbeats: down })).toMatchObject({
      status: 'pending',
      loki: { code: 'loki-unknown' },
    });
    // Rotation does not escape an agent that is there.
    const there = only({ containers: [record], pods: [pod()], heartbeats: [heartbeat('11:00:00', '12:30:00')] });
    expect(there.cause).toBe('unknown');
  });

  test('names of an agent that was killed until when it had watched', () => {
    const next = heartbeat('12:30:00', '13:00:00', { previousUntil: t('12:12:00') });
    const unseen = (more: object) =>
      answersOf({
        pods: [pod({ deletion: deletion('drain', '12:20:00'), ...more })],
        heartbeats: [heartbeat('11:00:00', '12:08:00'), next],
      }).find(({ seen }) => !seen)?.unseen;
    const later = { containers: [{ name: 'main', state: 'terminated', runs: [run(0, '12:14:00', '12:16:00')] }] };
    expect(unseen(later)).toMatchObject({ code: 'unseen-silent', from: '2026-11-23T12:12:00.000Z' });
  });

  test('is what its agent has read, of a container that runs', () => {
    const running = pod({
      phase: 'Running',
      finished: null,
      containers: [{ name: 'main', state: 'running', runs: [] }],
    });
    const record = containerRecord({ left: null, ended: false, status: 'pending', final: false });
    const of = (more: object) =>
      answersOf({
        containers: [{ ...record, ...more }],
        pods: [running],
        heartbeats: [heartbeat('11:00:00', '12:12:00')],
      });
    expect(of({})).toMatchObject([{ place: 'node', loki: { code: 'loki-caught-up' } }]);
    expect(of({ bytesAcked: 1 })).toMatchObject([{ place: 'node', loki: { code: 'loki-pending' } }]);
  });

  test('is all of it where the pod has ended, though the record does not say so yet', () => {
    const record = containerRecord({ left: null, ended: false, status: 'pending', final: false });
    const answers = answersOf({ containers: [record], pods: [pod()], heartbeats: [heartbeat('11:00:00', '12:12:00')] });
    expect(answers).toMatchObject([{ place: 'node', status: 'complete', asOf: '2026-11-23T12:12:00.000Z' }]);
  });
});

describe('a static pod that returns under its UID', () => {
  const life = (begin: string, end: string, removed: string, more: object = {}) => {
    const record = containerRecord({ firstTime: t(begin), lastTime: t(end), left: left(removed, 'removed') });
    return { ...record, ...more };
  };
  const first = life('12:00:00', '12:05:00', '12:05:30', { status: 'partial' });
  const crashed = { ...life('12:10:00', '12:11:00', '12:15:00'), id: 'p/main/0@1' };
  const again = life('12:12:00', '12:14:00', '12:15:00', { id: 'p/main/1', restart: 1 });
  const last = { ...life('12:20:00', '12:25:00', '12:30:00'), id: 'p/main/0@2' };

  test('has an answer for each of its lives', () => {
    const cases = casesOf({ containers: [first, crashed, again, last] });
    expect(cases.map(({ id, status, at }) => [id, status, at?.slice(11, 19)])).toEqual([
      ['p/main/0@2', 'complete', '12:30:00'],
      ['p/main/0@1', 'complete', '12:15:00'],
      ['p/main/1', 'complete', '12:15:00'],
      ['p/main/0', 'partial', '12:05:30'],
    ]);
  });

  test('restarts in one life only: a run of an earlier life is no newer run', () => {
    const cause = (id: string) =>
      casesOf({ containers: [first, crashed, again, last] }).find((one) => one.id === id)?.cause;
    expect(cause('p/main/0@2')).not.toBe('C4');
    expect(cause('p/main/0')).not.toBe('C4');
  });
});

describe('records that do not fit together', () => {
  test('a later record with the same id replaces the earlier one', () => {
    const early = containerRecord({ left: null, status: 'pending' });
    expect(casesOf({ containers: [early, containerRecord()], gcs: [gc('12:20:00', [1])] })).toHaveLength(1);
    expect(casesOf({ containers: [containerRecord(), early] })).toEqual([]);
  });

  test('two clusters with the same names do not mix', () => {
    const nodes = [{ ...condition('12:20:05', '12:25:00'), cluster: 'c2' }];
    expect(statusOn({ containers: [containerRecord()], pods: [pod()], nodes })).toBe('unknown unknown');
  });

  test.each(['', 'yesterday', '9999-99-99T99:99:99Z', '0001-01-01T00:00:00Z', '+292278994-08-17T07:12:55Z'])(
    'the time %p makes nothing crash and nothing wrong',
    (time) => {
      const input: CaseInput = {
        containers: [
          containerRecord({ firstTime: time, lastTime: time }),
          containerRecord({
            podUid: 'q',
            pod: 'q',
            containerId: null,
            left: { at: time, directory: 'empty', bytesUnacked: 0 },
          }),
        ],
        pods: [pod({ finished: time, created: time, deletion: { requested: time, gone: time, by: 'ttl' } })],
        jobs: [job({ finished: time, ttlSecondsAfterFinished: 1, deletion: { requested: time, by: 'ttl' } })],
        nodes: [machine({ removed: time })],
        events: [
          event('Evicted', 'Pod', 'q', '12:00:00', { first: time, last: time, message: 'The node had condition' }),
        ],
        gcs: [gc('12:20:00', [7], { start: time, end: time, containers: [{ containerId: containerId(1), at: time }] })],
      };
      for (const { cause, confidence, evidence } of casesOf(input)) {
        // A reclaim and a file that share an absurd time may have to do with each other; more than likely it never is.
        expect(['unknown unknown', 'C1 likely']).toContain(
          cause === 'C7' || cause === 'C13' ? 'unknown unknown' : `${cause} ${confidence}`
        );
        expect(evidence.every(({ at }) => at === null || !Number.isNaN(Date.parse(at)))).toBe(true);
      }
    }
  );

  test('tens of thousands of records are no trouble', () => {
    const one = containerRecord();
    const containers = Array.from({ length: 20_000 }, (_, n) => ({
      ...one,
      ...{ id: `p${n}/main/0`, podUid: `p${n}`, pod: `p${n}`, node: `node-${n % 500}`, containerId: containerId(n) },
    }));
    const podOnce = pod();
    const pods = containers.map(({ podUid, node }) => ({ ...podOnce, id: podUid, pod: podUid, node }));
    expect(casesOf({ containers, pods })).toHaveLength(20_000);
  });
});
