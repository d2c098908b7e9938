import type { Gap } from '../records';
import { type Case, type CaseInput, casesOf } from './index';
import {
  condition,
  containerId,
  deletion,
  event,
  gc,
  job,
  ledger,
  left,
  machine,
  pod,
  run,
  t,
} from './testing/records';

/** The one case of some records. */
function only(input: CaseInput): Case {
  const cases = casesOf(input);
  expect(cases).toHaveLength(1);
  return cases[0] as Case;
}
const verdictOn = (input: CaseInput) => {
  const { cause, grade } = only(input);
  return `${cause} ${grade}`;
};

describe('C1, a reclaim of disk', () => {
  const others = [2, 3].map((n) => ledger({ podUid: `other-${n}`, pod: `other-${n}` }));
  const ofP = (cases: Case[]): Case | undefined => cases.find(({ podUid }) => podUid === 'p');

  test('is proved by the kubelet log naming the container, whatever else is missing', () => {
    expect(verdictOn({ containers: [ledger()], gcs: [gc('12:20:00', [1, 2])] })).toBe('C1 proved');
  });

  test('takes the container id from the API where the node never showed it', () => {
    const input = { containers: [ledger({ containerId: null })], pods: [pod()], gcs: [gc('12:20:00', [1])] };
    expect(verdictOn(input)).toBe('C1 proved');
  });

  test('of inodes says so', () => {
    const { sentence } = only({ containers: [ledger()], gcs: [gc('12:20:00', [1], { resource: 'inodes' })] });
    expect(sentence).toBe(
      'The kubelet removed this container 10 min after it finished, to free inodes (too many files) on node-a. Its log is in Loki, complete.'
    );
  });

  test('is not proved by a line about a container whose file was gone before, or is there still', () => {
    expect(verdictOn({ containers: [ledger()], gcs: [gc('12:30:00', [1])] })).toBe('unknown unknown');
    expect(casesOf({ containers: [ledger({ left: null })], gcs: [gc('12:20:00', [1])] })).toEqual([]);
  });

  test('is strong where the agent found the file gone only later', () => {
    expect(verdictOn({ containers: [ledger({ left: left('13:00:00') })], gcs: [gc('12:20:00', [1])] })).toBe(
      'C1 strong'
    );
  });

  test('is not the periodic image GC, which never touches logs', () => {
    const imageGc = gc('12:20:00', [1], { trigger: 'image-gc' });
    expect(verdictOn({ containers: [ledger()], gcs: [imageGc] })).toBe('unknown unknown');
  });

  test('is strong when pod, newest run, empty directory and DiskPressure go together', () => {
    const input = { containers: [ledger()], pods: [pod()], nodes: [condition('12:20:09', '12:25:00')] };
    expect(verdictOn(input)).toBe('C1 strong');
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
    expect(verdictOn({ containers: [ledger()], pods: [pod()], ...input })).toBe(expected);
  });

  test('is joined by the name of the node: its Events have the name as uid, or none', () => {
    const object = { kind: 'Node', namespace: null, name: 'node-a', uid: 'node-a' };
    const met = event('EvictionThresholdMet', 'Node', 'node-a', '12:20:00', { resource: 'ephemeral-storage', object });
    const gone = machine({ uid: 'another' });
    expect(verdictOn({ containers: [ledger()], pods: [pod()], events: [met], nodes: [gone] })).toBe('C1 strong');
  });

  test('is likely where only the emptied directories of several pods tell of it', () => {
    const cases = casesOf({ containers: [ledger(), ...others], pods: [pod()] });
    expect(ofP(cases)).toMatchObject({ cause: 'C1', grade: 'likely' });
    expect(ofP(cases)?.sentence).toMatch(
      /^Most likely the kubelet removed this container 10 min after it finished, together with 2 others/
    );
  });

  test('is not made up from one directory, or from several containers of one pod', () => {
    expect(verdictOn({ containers: [ledger()], pods: [pod()] })).toBe('unknown unknown');
    const cases = casesOf({ containers: [ledger(), ledger({ container: 'sidecar' })], pods: [pod()] });
    expect(cases.map(({ cause }) => cause)).toEqual(['unknown', 'unknown']);
  });

  test('spares the containers of a pod that still ran', () => {
    const containers = [
      { name: 'main', state: 'terminated', runs: [run(0, '12:00:00', '12:10:00')] },
      { name: 'sidecar', state: 'running', runs: [] },
    ];
    const running = pod({ phase: 'Running', finished: null, containers, final: false });
    const nodes = [condition('12:20:00', '12:25:00')];
    expect(verdictOn({ containers: [ledger()], pods: [running], nodes })).toBe('unknown unknown');
  });

  test('leaves no directory removed: then it was something else', () => {
    const input = {
      containers: [ledger({ left: left('12:20:00', 'removed') })],
      pods: [pod()],
      nodes: [condition('12:20:00', '12:25:00')],
    };
    expect(only(input)).toMatchObject({
      cause: 'unknown',
      sentence: expect.stringContaining('although the pod is not known'),
    });
  });
});

describe('evictions', () => {
  const evicted = (message: string) => pod({ phase: 'Failed', reason: 'Evicted', message, finished: t('12:19:59') });

  test.each([
    ['C2 proved', 'The node was low on resource: ephemeral-storage. '],
    [
      'C2 proved',
      'The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi. Container main was using 2Gi, request is 0, has larger consumption of memory. ',
    ],
    ['C3 proved', 'Container main exceeded its local ephemeral storage limit "1Gi". '],
    ['C3 proved', 'Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. '],
    ['C3 proved', 'Usage of EmptyDir volume "tmp" exceeds the limit "1Gi". '],
    ['C2 likely', 'something that no version read says'],
  ])('%s: %s', (expected, message) => {
    expect(verdictOn({ containers: [ledger({ left: left('12:20:00', 'removed') })], pods: [evicted(message)] })).toBe(
      expected
    );
  });

  test('go before the deletion of the pod that follows', () => {
    const gone = {
      ...evicted('The node was low on resource: memory. '),
      deletion: pod({ deletion: deletion('owner', '12:20:05') }).deletion,
    };
    expect(verdictOn({ containers: [ledger()], pods: [gone] })).toBe('C2 proved');
  });

  test('do not explain a log that was gone before', () => {
    const late = pod({
      phase: 'Failed',
      reason: 'Evicted',
      message: 'The node was low on resource: memory. ',
      finished: t('12:40:00'),
    });
    expect(only({ containers: [ledger()], pods: [late] }).cause).not.toBe('C2');
  });

  test('are known from the Event alone', () => {
    const message = 'The node was low on resource: ephemeral-storage. ';
    expect(verdictOn({ containers: [ledger()], events: [event('Evicted', 'Pod', 'p', '12:20:00', { message })] })).toBe(
      'C2 proved'
    );
  });

  test.each([
    'The node had condition: [DiskPressure]. ',
    'Pod The node had condition: [DiskPressure]. ',
    'Pod was rejected: The node had condition: [DiskPressure]. ',
  ])('a pod that was rejected (%s) is no case: C3b', (message) => {
    const rejected = pod({
      phase: 'Failed',
      reason: 'Evicted',
      message,
      containers: [{ name: 'main', state: 'unknown' }],
    });
    expect(casesOf({ pods: [rejected], now: t('13:00:00') })).toEqual([]);
  });

  test("the kubelet's preemption for a critical pod is C14", () => {
    const preempted = pod({
      phase: 'Failed',
      reason: 'Preempting',
      message: 'Preempted in order to admit critical pod',
    });
    expect(verdictOn({ containers: [ledger()], pods: [preempted] })).toBe('C14 proved');
  });
});

describe('restarts', () => {
  const crashing = (runs: object[], more: object = {}) =>
    pod({
      phase: 'Running',
      finished: null,
      final: false,
      containers: [{ name: 'main', state: 'running', restarts: runs.length - 1, runs }],
      ...more,
    });
  const gone = ledger({ left: left('12:20:00', 'unknown') });

  test('C4: the next run had finished as well', () => {
    const runs = [run(0, '12:00:00', '12:10:00'), run(1, '12:10:10', '12:20:00'), run(2, '12:20:10', null)];
    expect(verdictOn({ containers: [gone], pods: [crashing(runs)] })).toBe('C4 proved');
  });

  test('C4 is seen from the ledgers alone: the API shows the last two runs only', () => {
    const next = ledger({ restart: 1, firstTime: t('12:10:10'), lastTime: t('12:19:59'), left: null });
    expect(casesOf({ containers: [gone, next] })).toMatchObject([{ restart: 0, cause: 'C4', grade: 'proved' }]);
  });

  test('the newest finished run is kept by the kubelet: its loss is not C4', () => {
    const runs = [run(0, '12:00:00', '12:10:00'), run(1, '12:10:10', null)];
    expect(verdictOn({ containers: [gone], pods: [crashing(runs)] })).toBe('unknown unknown');
  });

  test('C19: a rule of the pod restarts all containers in place', () => {
    const runs = [run(0, '12:00:00', '12:10:00'), run(1, '12:19:59', null)];
    const pods = [crashing(runs, { restartsAllContainers: true })];
    expect(verdictOn({ containers: [gone], pods })).toBe('C19 strong');
  });

  test('C5: an init container, after the sandbox changed', () => {
    const containers = [{ name: 'main', role: 'init', state: 'terminated', runs: [run(0, '12:00:00', '12:10:00')] }];
    const pods = [pod({ phase: 'Running', finished: null, containers, final: false })];
    const events = [event('SandboxChanged', 'Pod', 'p', '12:19:58')];
    expect(verdictOn({ containers: [gone], pods, events })).toBe('C5 strong');
    expect(verdictOn({ containers: [gone], pods, events: [event('SandboxChanged', 'Pod', 'p', '11:00:00')] })).toBe(
      'unknown unknown'
    );
  });

  test('runs that went together with their pod did not go by a restart', () => {
    const runs = [run(0, '12:00:00', '12:10:00'), run(1, '12:10:10', '12:19:50')];
    const pods = [crashing(runs, { deletion: deletion('unknown', '12:19:45') })];
    const second = ledger({ restart: 1, containerId: containerId(2), left: left('12:20:00', 'removed') });
    const first = ledger({ left: left('12:20:00', 'removed') });
    expect(casesOf({ containers: [first, second], pods }).map(({ cause }) => cause)).toEqual(['C6', 'C6']);
  });
});

describe('deletions', () => {
  const removed = ledger({ left: left('12:20:00', 'removed') });
  const deleted = (by: string, more: object = {}) => [pod({ deletion: deletion(by, '12:19:30', more) })];

  test.each([
    ['history-limit', ['event SuccessfulDelete on CronJob c by cronjob-controller: Deleted job j'], 'C8 proved'],
    ['history-limit', ['CronJob c keeps 3'], 'C8 strong'],
    ['replaced', ['event SuccessfulDelete on CronJob c by cronjob-controller: Deleted job j'], 'C8 proved'],
    ['job-controller', ['event SuccessfulDelete on Job j by job-controller: Deleted pod: p'], 'C9 proved'],
    ['job-controller', ['Job j ended with this pod active'], 'C9 strong'],
    ['podgc', ['20000 ended pods in the cluster'], 'C10 strong'],
    ['podgc', ['condition DisruptionTarget, reason DeletionByPodGC'], 'C10 proved'],
    ['owner', ['CronJob c was deleted'], 'C11 strong'],
    ['controller', ['event SuccessfulDelete on ReplicaSet r by replicaset-controller: Deleted pod: p'], 'C11 proved'],
    ['taint', ['event TaintManagerEviction on Pod p'], 'C12 proved'],
    ['node-gone', ['node node-a was removed'], 'C13 proved'],
    ['drain', ['condition DisruptionTarget, reason EvictionByEvictionAPI'], 'C14 proved'],
    ['preemption', ['event Preempted on Pod p'], 'C14 proved'],
    ['unknown', ['nothing in the API explains it'], 'C6 likely'],
  ])('by %s, told by %p: %s', (by, evidence, expected) => {
    expect(verdictOn({ containers: [removed], pods: deleted(by, { evidence }) })).toBe(expected);
  });

  test('C7: the seconds in which the TTL ran out prove it, other times do not', () => {
    const withTtl = (ttl: number) => ({
      containers: [removed],
      pods: deleted('ttl'),
      jobs: [job({ ttlSecondsAfterFinished: ttl, deletion: deletion('ttl', '12:19:30') })],
    });
    expect(verdictOn(withTtl(569))).toBe('C7 proved');
    expect(verdictOn(withTtl(60))).toBe('C7 strong');
  });

  test('C11: the Job went, and its record tells of the pods that went with it', () => {
    const gone = job({
      deletion: deletion('unknown', '12:19:20', { evidence: ['neither a TTL, a CronJob nor an owner explains it'] }),
      podsDeleted: { count: 1, from: t('12:19:30'), to: t('12:19:40') },
    });
    const one = only({ containers: [removed], pods: [pod()], jobs: [gone] });
    expect(one).toMatchObject({ cause: 'C11', grade: 'proved' });
    expect(one.sentence).toBe(
      "Job j was deleted, and the pod and this log went with it. Who deleted it stands only in the API server's audit log. Its log is in Loki, complete."
    );
  });

  test('while nobody watched: unknown, and it says so', () => {
    const pods = [pod({ deletion: deletion('unknown', null, { gone: t('12:30:00'), lastThere: t('12:15:00') }) })];
    expect(only({ containers: [removed], pods })).toMatchObject({
      cause: 'unknown',
      sentence: expect.stringContaining('while nobody watched the API'),
    });
  });

  test('are known from the Events alone, without any pod or Job record', () => {
    const message = 'Deleted job j';
    const events = [event('SuccessfulDelete', 'CronJob', 'c', '12:19:30', { message, subject: 'j' })];
    expect(verdictOn({ containers: [removed], events })).toBe('C8 proved');
    expect(verdictOn({ containers: [removed] })).toBe('unknown unknown');
  });

  test('after the log had gone do not explain it', () => {
    const pods = [pod({ deletion: deletion('owner', '12:40:00') })];
    expect(verdictOn({ containers: [ledger()], pods })).toBe('unknown unknown');
  });

  test("long before an emptied directory do not explain it either: a deleted pod's directory goes whole", () => {
    const pods = [pod({ deletion: deletion('owner', '12:12:00') })];
    expect(verdictOn({ containers: [ledger()], pods })).toBe('unknown unknown');
  });

  test('make the log unreadable before its files go', () => {
    const pending = ledger({ left: null, verdict: 'pending', bytesAcked: 50, final: false });
    expect(only({ containers: [pending], pods: deleted('unknown', { evidence: [] }) })).toMatchObject({
      cause: 'C6',
      at: '2026-11-23T12:19:30.000Z',
      sentence: expect.stringContaining('Its log is still on its way to Loki.'),
    });
  });

  test('with a clock of the node ten minutes behind still explain a directory that went, with a lower grade', () => {
    const evidence = ['event SuccessfulDelete on Job j by job-controller: Deleted pod: p'];
    const pods = [pod({ deletion: deletion('job-controller', '12:30:00', { evidence }) })];
    const one = only({ containers: [removed], pods });
    expect(one).toMatchObject({ cause: 'C9', grade: 'likely' });
    expect(one.evidence.map(({ text }) => text).join()).toContain('clocks');
  });
});

describe('nodes', () => {
  const open = ledger({ left: null, verdict: 'pending', ended: false, final: false, bytesAcked: 60 });

  test('C13: the node is gone, and what Loki did not have by then is missing', () => {
    const one = only({ containers: [open], nodes: [machine({ removed: t('12:30:00'), final: true })] });
    expect(one).toMatchObject({ cause: 'C13', grade: 'proved', verdict: 'partial', at: '2026-11-23T12:30:00.000Z' });
    expect(one.sentence).toContain('at least 40 bytes are missing');
  });

  test('C13 is known from the Event of the controller too', () => {
    const events = [event('RemovingNode', 'Node', 'node-a', '12:30:00')];
    expect(verdictOn({ containers: [{ ...open, linesAcked: 0 }], events })).toBe('C13 proved');
    expect(only({ containers: [{ ...open, linesAcked: 0, bytesAcked: 0 }], events }).verdict).toBe('lost');
    expect(only({ containers: [{ ...open, bytesAcked: 100 }], events }).verdict).toBe('unknown');
  });

  test('a machine of the same name that went before is another one', () => {
    expect(casesOf({ containers: [open], nodes: [machine({ removed: t('11:00:00') })] })).toEqual([]);
  });

  test('C20: the node was shut down, and the log was not there afterwards', () => {
    const shutdown = pod({
      phase: 'Failed',
      reason: 'Terminated',
      message: 'Pod was terminated in response to imminent node shutdown.',
    });
    expect(verdictOn({ containers: [ledger({ left: left('12:20:00', 'removed') })], pods: [shutdown] })).toBe(
      'C20 likely'
    );
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
    expect(only({ containers: [ledger({ left: null, rotatedAway })] })).toMatchObject({
      cause: 'C15',
      grade: 'proved',
      at: '2026-11-23T12:05:00.000Z',
    });
    expect(only({ containers: [ledger({ rotatedAway })], gcs: [gc('12:20:00', [1])] })).toMatchObject({
      cause: 'C1',
      also: ['C15'],
    });
  });

  test('C17: a file that goes while its container runs was not taken by the kubelet', () => {
    const before = ledger({ ended: false, left: left('12:05:00') });
    expect(verdictOn({ containers: [before], pods: [pod()] })).toBe('C17 strong');
    expect(verdictOn({ containers: [before], pods: [running] })).toBe('C17 likely');
  });

  test('C17: a file that became shorter was cut', () => {
    const cut = ledger({ left: null, gaps: [gap('truncated')], verdict: 'partial' });
    const one = only({ containers: [cut], pods: [running] });
    expect(one).toMatchObject({ cause: 'C17', grade: 'strong' });
    expect(one.sentence).toContain('Its log is in Loki in part: 4 lines are missing.');
  });

  test('C16: the runtime lost the container, and its file is there', () => {
    const runs = [
      run(0, '12:00:00', '12:10:00', { reason: 'ContainerStatusUnknown', message: 'could not be located' }),
    ];
    const pods = [pod({ containers: [{ name: 'main', state: 'terminated', runs }] })];
    expect(verdictOn({ containers: [ledger({ left: null })], pods })).toBe('C16 likely');
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
    ['rescued', [], 'the last of it was read from the file after it had been deleted.'],
    ['unknown', [], 'Whether all of its log is in Loki is not known.'],
  ] as const)('say what Loki has when it is %s', (verdict, gaps, expected) => {
    const record = ledger({ verdict, gaps: [...gaps], linesAcked: verdict === 'lost' ? 0 : 6 });
    expect(only({ containers: [record] }).sentence).toContain(expected);
  });

  test('a container that runs, or has ended and is all there, is no case', () => {
    expect(casesOf({ containers: [ledger({ left: null })], pods: [pod()] })).toEqual([]);
    expect(casesOf({ containers: [ledger({ left: null, gaps: [gap('refused')], verdict: 'partial' })] })).toEqual([]);
  });
});

describe('never seen', () => {
  const disk = (clock: string) => ({
    ...{
      v: 1 as const,
      kind: 'disk' as const,
      id: `node-a/disk/${clock}`,
      cluster: 'c1',
      node: 'node-a',
      time: t(clock),
    },
    ...{ layout: 'single' as const, layoutFrom: 'devices' as const, nodefs: null, imagefs: null, logs: null },
    ...{ images: null, layers: null, pods: [], atRisk: null, nearest: null },
  });
  const other = ledger({ podUid: 'q', pod: 'q', left: null });
  const now = t('13:00:00');
  const why = (input: CaseInput): string =>
    casesOf({ pods: [pod()], now, ...input }).find(({ seen }) => !seen)?.sentence ?? '';

  test.each<[string, CaseInput, string]>([
    ['no agent on the node', {}, 'no agent ever reported from node-a'],
    ['it started later', { disks: [disk('12:30:00')] }, 'the agent on node-a started 20 min after it had ended'],
    [
      'it was down',
      { disks: [disk('11:50:00'), disk('12:40:00')] },
      'the agent on node-a was silent from 11:50:00 until 12:40:00',
    ],
    [
      'it ships other namespaces only',
      { disks: [disk('11:59:00'), disk('12:05:00'), disk('12:11:00')], containers: [{ ...other, namespace: 'else' }] },
      'ships nothing of namespace ns: it is excluded, most likely',
    ],
    [
      'nothing explains it',
      { disks: [disk('11:59:00'), disk('12:05:00'), disk('12:11:00')], containers: [other] },
      'why it did not open this log is not known',
    ],
  ])('because %s', (_, input, expected) => {
    expect(why(input)).toContain(expected);
  });

  test('is lost where the pod is gone, and not known to be where it is there', () => {
    const gone = [pod({ deletion: deletion('drain', '12:20:00') })];
    expect(only({ pods: gone, now })).toMatchObject({ seen: false, verdict: 'lost', cause: 'C14' });
    expect(only({ pods: [pod()], now })).toMatchObject({ seen: false, verdict: 'unknown', cause: 'unknown' });
  });

  test('is not said of a container that only just ended: its ledger may come', () => {
    expect(casesOf({ pods: [pod()], now: t('12:11:00') })).toEqual([]);
  });

  test('is not said of containers that never started, and of static pods', () => {
    const waiting = pod({ containers: [{ name: 'main', state: 'waiting', waiting: 'ImagePullBackOff' }] });
    const mirror = pod({ owner: { kind: 'Node', name: 'node-a', uid: 'n' } });
    expect(casesOf({ pods: [waiting], now })).toEqual([]);
    expect(casesOf({ pods: [mirror], now })).toEqual([]);
  });
});

describe('records that do not fit together', () => {
  test('a later record with the same id replaces the earlier one', () => {
    const early = ledger({ left: null, verdict: 'pending' });
    expect(casesOf({ containers: [early, ledger()], gcs: [gc('12:20:00', [1])] })).toHaveLength(1);
    expect(casesOf({ containers: [ledger(), early] })).toEqual([]);
  });

  test('two clusters with the same names do not mix', () => {
    const nodes = [{ ...condition('12:20:05', '12:25:00'), cluster: 'c2' }];
    expect(verdictOn({ containers: [ledger()], pods: [pod()], nodes })).toBe('unknown unknown');
  });

  test.each(['', 'yesterday', '9999-99-99T99:99:99Z', '0001-01-01T00:00:00Z', '+292278994-08-17T07:12:55Z'])(
    'the time %p makes nothing crash and nothing wrong',
    (time) => {
      const input: CaseInput = {
        containers: [
          ledger({ firstTime: time, lastTime: time }),
          ledger({ podUid: 'q', pod: 'q', containerId: null, left: { at: time, directory: 'empty', bytesUnacked: 0 } }),
        ],
        pods: [pod({ finished: time, created: time, deletion: { requested: time, gone: time, by: 'ttl' } })],
        jobs: [job({ finished: time, ttlSecondsAfterFinished: 1, deletion: { requested: time, by: 'ttl' } })],
        nodes: [machine({ removed: time })],
        events: [
          event('Evicted', 'Pod', 'q', '12:00:00', { first: time, last: time, message: 'The node had condition' }),
        ],
        gcs: [gc('12:20:00', [7], { start: time, end: time, containers: [{ containerId: containerId(1), at: time }] })],
      };
      for (const { cause, grade, evidence } of casesOf(input)) {
        // A reclaim and a file that share an absurd time may have to do with each other; more than likely it never is.
        expect(['unknown unknown', 'C1 likely']).toContain(
          cause === 'C7' || cause === 'C13' ? 'unknown unknown' : `${cause} ${grade}`
        );
        expect(evidence.every(({ at }) => at === null || !Number.isNaN(Date.parse(at)))).toBe(true);
      }
    }
  );

  test('tens of thousands of records are no trouble', () => {
    const one = ledger();
    const containers = Array.from({ length: 20_000 }, (_, n) => ({
      ...one,
      ...{ id: `p${n}/main/0`, podUid: `p${n}`, pod: `p${n}`, node: `node-${n % 500}`, containerId: containerId(n) },
    }));
    const podOnce = pod();
    const pods = containers.map(({ podUid, node }) => ({ ...podOnce, id: podUid, pod: podUid, node }));
    expect(casesOf({ containers, pods })).toHaveLength(20_000);
  });
});
