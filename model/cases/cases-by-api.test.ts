import { type CaseInput, casesOf as codedCasesOf } from './index';
import { withTexts } from './testing/words';
import {
  condition,
  containerId,
  deletion,
  event,
  heartbeat,
  job,
  containerRecord,
  left,
  machine,
  pod,
  run,
  t,
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

describe('evictions', () => {
  const evicted = (message: string) => pod({ phase: 'Failed', reason: 'Evicted', message, finished: t('12:19:59') });

  test.each([
    ['C2 confirmed', 'The node was low on resource: ephemeral-storage. '],
    [
      'C2 confirmed',
      'The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi. Container main was using 2Gi, request is 0, has larger consumption of memory. ',
    ],
    ['C3 confirmed', 'Container main exceeded its local ephemeral storage limit "1Gi". '],
    ['C3 confirmed', 'Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. '],
    ['C3 confirmed', 'Usage of EmptyDir volume "tmp" exceeds the limit "1Gi". '],
    ['C2 likely', 'something that no version read says'],
  ])('%s: %s', (expected, message) => {
    expect(
      statusOn({ containers: [containerRecord({ left: left('12:20:00', 'removed') })], pods: [evicted(message)] })
    ).toBe(expected);
  });

  test('go before the deletion of the pod that follows', () => {
    const gone = {
      ...evicted('The node was low on resource: memory. '),
      deletion: pod({ deletion: deletion('owner', '12:20:05') }).deletion,
    };
    expect(statusOn({ containers: [containerRecord()], pods: [gone] })).toBe('C2 confirmed');
  });

  test('do not explain a log that was gone before', () => {
    const late = pod({
      phase: 'Failed',
      reason: 'Evicted',
      message: 'The node was low on resource: memory. ',
      finished: t('12:40:00'),
    });
    expect(only({ containers: [containerRecord()], pods: [late] }).cause).not.toBe('C2');
  });

  test('are known from the Event alone', () => {
    const message = 'The node was low on resource: ephemeral-storage. ';
    expect(
      statusOn({ containers: [containerRecord()], events: [event('Evicted', 'Pod', 'p', '12:20:00', { message })] })
    ).toBe('C2 confirmed');
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
    expect(statusOn({ containers: [containerRecord()], pods: [preempted] })).toBe('C14 confirmed');
  });
});

describe('what ended a pod did not remove', () => {
  const evicted = (more: object) =>
    pod({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory. ', ...more });

  test('a log that went seconds before its container ended: somebody deleted it while it ran', () => {
    const containers = [containerRecord({ left: left('12:09:56') })];
    expect(statusOn({ containers, pods: [evicted({})] })).toBe('C17 strong');
    const deleted = pod({ deletion: deletion('drain', '12:09:55', { evidence: ['event x'] }) });
    expect(statusOn({ containers, pods: [deleted] })).toBe('C17 strong');
  });

  test('the log of a run after which another one started', () => {
    const runs = [run(0, '12:00:00', '12:09:40', { exitCode: 0 }), run(1, '12:09:46', '12:09:48', { exitCode: 0 })];
    const init = { name: 'main', role: 'init', state: 'terminated', restarts: 1, runs };
    const first = containerRecord({ lastTime: t('12:09:40'), left: left('12:09:45', 'unknown') });
    const cases = casesOf({ containers: [first], pods: [evicted({ containers: [init] })] });
    expect(cases.find(({ restart }) => restart === 0)).toMatchObject({ cause: 'C5', confidence: 'likely' });
  });

  test('for sure a log that went seconds before the deletion, by clocks that agree', () => {
    const deleted = (requested: string) =>
      pod({ deletion: deletion('drain', requested, { evidence: ['condition DisruptionTarget'] }) });
    const containers = [containerRecord({ left: left('12:20:00', 'removed') })];
    expect(statusOn({ containers, pods: [deleted('12:20:01')] })).toBe('C14 confirmed');
    expect(statusOn({ containers, pods: [deleted('12:20:04')] })).toBe('C14 likely');
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
  const gone = containerRecord({ left: left('12:20:00', 'unknown') });

  test('C4: the next run had finished as well', () => {
    const runs = [run(0, '12:00:00', '12:10:00'), run(1, '12:10:10', '12:20:00'), run(2, '12:20:10', null)];
    expect(statusOn({ containers: [gone], pods: [crashing(runs)] })).toBe('C4 strong');
  });

  test('C4 while an agent was observing all the time', () => {
    const runs = [run(0, '12:00:00', '12:10:00'), run(1, '12:10:10', '12:19:59'), run(2, '12:20:10', null)];
    const heartbeats = [heartbeat('11:00:00', '13:00:00')];
    expect(statusOn({ containers: [gone], pods: [crashing(runs)], heartbeats })).toBe('C4 strong');
  });

  test('C4 is seen from the container records alone: the API shows the last two runs only', () => {
    const next = containerRecord({ restart: 1, firstTime: t('12:10:10'), lastTime: t('12:19:59'), left: null });
    expect(casesOf({ containers: [gone, next] })).toMatchObject([{ restart: 0, cause: 'C4', confidence: 'strong' }]);
  });

  test('the newest finished run is kept by the kubelet: its loss is not C4', () => {
    const runs = [run(0, '12:00:00', '12:10:00'), run(1, '12:10:10', null)];
    expect(only({ containers: [gone], pods: [crashing(runs)] }).cause).not.toBe('C4');
  });

  test('C19: a rule of the pod restarts all containers in place', () => {
    const runs = [run(0, '12:00:00', '12:10:00'), run(1, '12:20:01', null)];
    const pods = [crashing(runs, { restartsAllContainers: true })];
    expect(statusOn({ containers: [gone], pods })).toBe('C19 likely');
  });

  test('C5: an init container, after the sandbox changed', () => {
    const containers = [{ name: 'main', role: 'init', state: 'terminated', runs: [run(0, '12:00:00', '12:10:00')] }];
    const pods = [pod({ phase: 'Running', finished: null, containers, final: false })];
    const events = [event('SandboxChanged', 'Pod', 'p', '12:19:58')];
    expect(statusOn({ containers: [gone], pods, events })).toBe('C5 strong');
    expect(statusOn({ containers: [gone], pods, events: [event('SandboxChanged', 'Pod', 'p', '11:00:00')] })).toBe(
      'unknown unknown'
    );
  });

  test('runs that went together with their pod did not go by a restart', () => {
    const runs = [run(0, '12:00:00', '12:10:00'), run(1, '12:10:10', '12:19:50')];
    const pods = [crashing(runs, { deletion: deletion('unknown', '12:19:45') })];
    const second = containerRecord({ restart: 1, containerId: containerId(2), left: left('12:20:00', 'removed') });
    const first = containerRecord({ left: left('12:20:00', 'removed') });
    expect(casesOf({ containers: [first, second], pods }).map(({ cause }) => cause)).toEqual(['C6', 'C6']);
  });
});

describe('deletions', () => {
  const removed = containerRecord({ left: left('12:20:00', 'removed') });
  const deleted = (by: string, more: object = {}) => [pod({ deletion: deletion(by, '12:19:30', more) })];

  test.each([
    ['history-limit', ['event SuccessfulDelete on CronJob c by cronjob-controller: Deleted job j'], 'C8 confirmed'],
    ['history-limit', ['CronJob c keeps 3'], 'C8 strong'],
    ['replaced', ['event SuccessfulDelete on CronJob c by cronjob-controller: Deleted job j'], 'C8 confirmed'],
    ['job-controller', ['event SuccessfulDelete on Job j by job-controller: Deleted pod: p'], 'C9 confirmed'],
    ['job-controller', ['Job j ended with this pod active'], 'C9 strong'],
    ['podgc', ['20000 ended pods in the cluster'], 'C10 strong'],
    ['podgc', ['condition DisruptionTarget, reason DeletionByPodGC'], 'C10 confirmed'],
    ['owner', ['CronJob c was deleted'], 'C11 strong'],
    [
      'controller',
      ['event SuccessfulDelete on ReplicaSet r by replicaset-controller: Deleted pod: p'],
      'C11 confirmed',
    ],
    ['taint', ['event TaintManagerEviction on Pod p'], 'C12 confirmed'],
    ['node-gone', ['node node-a was removed'], 'C13 confirmed'],
    ['drain', ['condition DisruptionTarget, reason EvictionByEvictionAPI'], 'C14 confirmed'],
    ['preemption', ['event Preempted on Pod p'], 'C14 confirmed'],
    ['unknown', ['nothing in the API explains it'], 'C6 likely'],
  ])('by %s, told by %p: %s', (by, evidence, expected) => {
    expect(statusOn({ containers: [removed], pods: deleted(by, { evidence }) })).toBe(expected);
  });

  test('C7: the TTL controller reports nothing: strong in the seconds in which it ran out, likely at other times', () => {
    const withTtl = (ttl: number) => ({
      containers: [removed],
      pods: deleted('ttl'),
      jobs: [job({ ttlSecondsAfterFinished: ttl, deletion: deletion('ttl', '12:19:30') })],
    });
    expect(statusOn(withTtl(569))).toBe('C7 strong');
    expect(statusOn(withTtl(60))).toBe('C7 likely');
  });

  test('C11: the Job went, and its record tells of the pods that went with it', () => {
    const gone = job({
      deletion: deletion('unknown', '12:19:20', { evidence: ['neither a TTL, a CronJob nor an owner explains it'] }),
      podsDeleted: { count: 1, from: t('12:19:30'), to: t('12:19:40') },
    });
    const one = only({ containers: [removed], pods: [pod()], jobs: [gone] });
    expect(one).toMatchObject({ cause: 'C11', confidence: 'strong' });
    expect(one.sentence).toBe('Job j was deleted, and the pod and this log with it. Its log is in Loki, complete.');
  });

  test('while nobody watched: unknown, and it says so', () => {
    const pods = [pod({ deletion: deletion('unknown', null, { gone: t('12:30:00'), lastThere: t('12:15:00') }) })];
    expect(only({ containers: [removed], pods })).toMatchObject({
      cause: 'unknown',
      sentence: expect.stringContaining('while no watch was running'),
    });
  });

  test('are known from the Events alone, without any pod or Job record', () => {
    const message = 'Deleted job j';
    const events = [event('SuccessfulDelete', 'CronJob', 'c', '12:19:30', { message, subject: 'j' })];
    expect(statusOn({ containers: [removed], events })).toBe('C8 confirmed');
    expect(statusOn({ containers: [removed] })).toBe('unknown unknown');
  });

  test('after the log had gone do not explain it', () => {
    const pods = [pod({ deletion: deletion('owner', '12:40:00') })];
    expect(statusOn({ containers: [containerRecord()], pods })).toBe('unknown unknown');
  });

  test("long before an emptied directory do not explain it either: a deleted pod's directory goes whole", () => {
    const pods = [pod({ deletion: deletion('owner', '12:12:00') })];
    expect(statusOn({ containers: [containerRecord()], pods })).toBe('unknown unknown');
  });

  test('make the log unreadable before its files go', () => {
    const pending = containerRecord({ left: null, status: 'pending', bytesAcked: 50, final: false });
    expect(only({ containers: [pending], pods: deleted('unknown', { evidence: [] }) })).toMatchObject({
      cause: 'C6',
      at: '2026-11-23T12:19:30.000Z',
      sentence: expect.stringContaining('Its log has not fully arrived in Loki'),
    });
  });

  test('with a clock of the node ten minutes behind still explain a directory that went, with a lower confidence', () => {
    const evidence = ['event SuccessfulDelete on Job j by job-controller: Deleted pod: p'];
    const pods = [pod({ deletion: deletion('job-controller', '12:30:00', { evidence }) })];
    // Of a clock of which nothing is known somebody may as well have removed the directory before.
    const one = only({ containers: [removed], pods });
    expect(one).toMatchObject({ cause: 'unknown', rivals: [{ cause: 'C9', out: [] }, { cause: 'C17', out: [] }, {}] });
    expect(one.evidence.map(({ text }) => text).join()).toContain('clocks');
    const near = [pod({ deletion: deletion('job-controller', '12:20:30', { evidence }) })];
    expect(only({ containers: [removed], pods: near })).toMatchObject({ cause: 'C9', confidence: 'likely' });
  });

  test('with a clock of the node ten minutes behind, which its pods show, are as sure as ever', () => {
    const evidence = ['event SuccessfulDelete on Job j by job-controller: Deleted pod: p'];
    const takenUp = { scheduled: t('12:09:58'), started: t('11:59:59') };
    const pods = [pod({ ...takenUp, deletion: deletion('job-controller', '12:29:59', { evidence }) })];
    const one = only({ containers: [removed], pods });
    expect(one).toMatchObject({ cause: 'C9', confidence: 'confirmed' });
    expect(one.evidence.map(({ at }) => at)).toContain('2026-11-23T12:29:59.000Z');
    // And by a clock that is right a removal before the deletion was somebody else's.
    const right = [pod({ scheduled: t('12:00:00'), started: t('12:00:01'), deletion: pods[0]?.deletion })];
    expect(only({ containers: [removed], pods: right })).toMatchObject({
      cause: 'C17',
      rivals: [{ cause: 'C1' }, { cause: 'C9', out: [{ code: 'out-not-deleted' }] }],
    });
  });
});

describe('the Job controller deletes an active pod', () => {
  const removed = containerRecord({ left: left('12:20:00', 'removed') });
  const evidence = ['event SuccessfulDelete on Job j by job-controller: Deleted pod: p'];
  const pods = [pod({ deletion: deletion('job-controller', '12:19:30', { evidence }) })];
  const statement = (more: object) => only({ containers: [removed], pods, jobs: [job(more)] }).statement;
  const changed = (to: string, clock: string, reason?: string) => ({ transitions: [{ at: t(clock), to, reason }] });

  test.each<[string, object, object]>([
    [
      'that ended then',
      { finished: t('12:19:31'), reason: 'BackoffLimitExceeded', result: 'failed' },
      { code: 'deleted-job-ended', reason: 'BackoffLimitExceeded' },
    ],
    [
      'whose success policy was met then',
      { finished: t('12:30:00'), ...changed('success-criteria-met', '12:19:29', 'SuccessPolicy') },
      { code: 'deleted-job-ended', reason: 'SuccessPolicy' },
    ],
    [
      'that was suspended then, whatever became of it',
      { finished: t('12:50:00'), reason: 'CompletionsReached', ...changed('suspended', '12:19:29') },
      { code: 'deleted-job-suspended' },
    ],
    [
      'that needed fewer pods then',
      { finished: null, result: 'running', final: false, ...changed('parallelism', '12:19:29') },
      { code: 'deleted-job-continues' },
    ],
    ['that goes on', { finished: null, result: 'running', final: false }, { code: 'deleted-job-continues' }],
  ])('of a Job %s', (_, more, expected) => {
    expect(statement(more)).toMatchObject(expected);
  });
});

describe('restarted in place, as the kubelet reports it', () => {
  const runs = [run(0, '12:00:00', '12:10:00', { removed: 'RestartingAllContainers' }), run(1, '12:10:05', null)];
  const pods = [
    pod({
      phase: 'Running',
      finished: null,
      final: false,
      containers: [{ name: 'main', state: 'running', restarts: 1, runs }],
    }),
  ];

  test('C19 of a file that stays: kubectl cannot read it', () => {
    const one = only({ containers: [containerRecord({ left: null })], pods });
    expect(one).toMatchObject({ cause: 'C19', confidence: 'confirmed', statement: { fileStays: true } });
  });
});

describe('nodes', () => {
  const watching = [heartbeat('11:00:00', '12:27:00')];
  const open = containerRecord({ left: null, status: 'pending', ended: false, final: false, bytesAcked: 60 });

  test('C13 is not decided where nobody watched for long before, unless the node was down', () => {
    const machines = [machine({ removed: t('13:30:00'), final: true })];
    const evidence = ['condition DisruptionTarget, reason DeletionByPodGC: PodGC: node no longer exists'];
    const pods = [pod({ deletion: deletion('node-gone', '13:30:45', { evidence }) })];
    for (const records of [{}, { pods }]) {
      const input = { containers: [open], heartbeats: watching, ...records };
      const one = only({ ...input, nodes: machines });
      expect(one).toMatchObject({ cause: 'unknown', statement: { code: 'node-removed-unwatched' } });
      expect(one.happened).toMatch(/^Node node-a was removed.*no agent was watching from 12:27:00 on[.]$/);
      const down = { ...condition('12:28:00', '13:30:00', 'Ready'), status: 'Unknown' as const };
      expect(only({ ...input, nodes: [...machines, down] })).toMatchObject({ cause: 'C13', confidence: 'likely' });
    }
  });

  test('C13: the node is gone, and what Loki did not have by then is missing', () => {
    const nodes = [machine({ removed: t('12:30:00'), final: true })];
    const one = only({ containers: [open], nodes, heartbeats: watching });
    expect(one).toMatchObject({
      cause: 'C13',
      confidence: 'confirmed',
      status: 'partial',
      at: '2026-11-23T12:30:00.000Z',
    });
    expect(one.sentence).toContain('at least 40 bytes are missing');
  });

  test('C13 stays C13 where the pod is deleted because its node is gone', () => {
    const nodes = [machine({ removed: t('12:30:00'), final: true })];
    const evidence = ['condition DisruptionTarget, reason DeletionByPodGC: PodGC: node no longer exists'];
    const pods = [pod({ deletion: deletion('node-gone', '12:30:45', { evidence }) })];
    expect(only({ containers: [open], nodes, pods, heartbeats: watching })).toMatchObject({
      cause: 'C13',
      confidence: 'confirmed',
      rivals: [],
    });
    // Nobody knows whether an agent that had fallen silent would have seen another removal before.
    const heartbeats = [heartbeat('11:00:00', '12:10:00')];
    expect(only({ containers: [open], nodes, pods, heartbeats })).toMatchObject({ cause: 'C13', confidence: 'likely' });
  });

  test('C13 is known from the Event of the controller too', () => {
    const events = [event('RemovingNode', 'Node', 'node-a', '12:30:00')];
    expect(statusOn({ containers: [{ ...open, linesAcked: 0 }], events, heartbeats: watching })).toBe('C13 confirmed');
    expect(only({ containers: [{ ...open, linesAcked: 0, bytesAcked: 0 }], events }).status).toBe('lost');
    expect(only({ containers: [{ ...open, bytesAcked: 100 }], events }).status).toBe('unknown');
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
    expect(statusOn({ containers: [containerRecord({ left: left('12:20:00', 'removed') })], pods: [shutdown] })).toBe(
      'C20 likely'
    );
  });
});
