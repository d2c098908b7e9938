import { type CaseInput, casesOf } from './index';
import { condition, containerRecord, deletion, event, heartbeat, left, pod, run, t } from './testing/records';

const decided = (input: CaseInput) =>
  casesOf(input).map(({ restart, cause, confidence }) => ({ restart, cause, confidence }));

describe('an agent that began a while ago, and has not said since that it is there', () => {
  const heartbeats = [heartbeat('11:00:00', '12:11:00'), heartbeat('12:12:00', '12:12:00')];

  describe('with a directory that was removed with its pod after a reclaim', () => {
    const record = containerRecord({ left: left('12:16:00', 'removed') });
    const input: CaseInput = {
      containers: [record],
      pods: [pod({ deletion: deletion('owner', '12:15:30', { evidence: ['CronJob c was deleted'] }) })],
      nodes: [condition('12:11:10', '12:15:20')],
      events: [event('EvictionThresholdMet', 'Node', 'node-a', '12:11:00', { resource: 'ephemeral-storage' })],
      heartbeats,
    };
    const foundGone = (lastSeen: string): CaseInput => ({
      ...input,
      containers: [
        { ...record, left: { ...left('12:16:00', 'removed'), lastSeen: t(lastSeen) } as typeof record.left },
      ],
    });

    test('knows that the reclaim had left it: the agent was watching when it went', () => {
      expect(decided(input)).toEqual([{ restart: 0, cause: 'C11', confidence: 'strong' }]);
    });

    test('does not where it was found gone by an agent that began later', () => {
      expect(casesOf(foundGone('12:11:00'))).toMatchObject([
        { cause: 'unknown', statement: { code: 'undecided', causes: ['C11', 'C1'] } },
      ]);
    });

    test('knows it where that agent followed the one before within seconds', () => {
      expect(decided(foundGone('12:15:45'))).toEqual([{ restart: 0, cause: 'C11', confidence: 'strong' }]);
    });
  });

  test("with a surplus pod's runs knows that the one before the last was removed with the pod", () => {
    const runs = [run(0, '12:00:00', '12:02:00'), run(1, '12:02:10', '12:15:30')];
    const evidence = ['event SuccessfulDelete on Job j by job-controller: Deleted pod: p'];
    const containers = [
      containerRecord({ lastTime: t('12:02:00'), left: left('12:15:31', 'unknown') }),
      containerRecord({ restart: 1, firstTime: t('12:02:10'), left: left('12:15:31', 'removed') }),
    ];
    const surplus = pod({
      finished: t('12:15:30'),
      containers: [{ name: 'main', state: 'terminated', restarts: 1, runs }],
      deletion: deletion('job-controller', '12:15:29', { evidence }),
    });
    expect(decided({ containers, pods: [surplus], heartbeats })).toEqual([
      { restart: 0, cause: 'C9', confidence: 'confirmed' },
      { restart: 1, cause: 'C9', confidence: 'confirmed' },
    ]);
  });

  test('knows that a restart removed the older run, whatever came to the pod later', () => {
    const runs = [run(0, '12:00:00', '12:13:00'), run(1, '12:13:10', '12:13:30'), run(2, '12:13:40', '12:15:00')];
    const record = containerRecord({ lastTime: t('12:13:00'), left: left('12:13:31', 'unknown') });
    const evidence = ['event SuccessfulDelete on Job j by job-controller: Deleted pod: p'];
    const crashing = pod({
      finished: t('12:15:00'),
      containers: [{ name: 'main', state: 'terminated', restarts: 2, runs }],
      deletion: deletion('job-controller', '12:14:00', { evidence }),
    });
    expect(decided({ containers: [record], pods: [crashing], heartbeats })).toContainEqual({
      ...{ restart: 0, cause: 'C4', confidence: 'strong' },
    });
  });
});
