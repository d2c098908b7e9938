import { type CaseInput, casesOf as codedCasesOf, diskPressures, inferReclaims } from '../../model/cases';
import { withTexts } from '../../model/cases/testing/words';
import { atTheEnd, replay } from '../../shipper/cluster/testing/replayed';
import { recordedEvents } from '../../shipper/cluster/testing/recording';
import { recordedContainerRecords, recordedReclaims } from './cases-container-records';

const watched = replay(recordedEvents());
const everything: Required<Pick<CaseInput, 'containers' | 'pods' | 'jobs' | 'nodes' | 'events' | 'gcs'>> = {
  containers: recordedContainerRecords(),
  pods: atTheEnd(watched, 'pod'),
  jobs: atTheEnd(watched, 'job'),
  nodes: atTheEnd(watched, 'node'),
  events: atTheEnd(watched, 'event'),
  gcs: recordedReclaims(),
};
const withoutKubeletLog = { ...everything, gcs: [] };

type Case = ReturnType<typeof withTexts>;
const casesOf = (input: CaseInput): Case[] => codedCasesOf(input).map(withTexts);

const tally = (cases: Case[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { cause, confidence } of cases) {
    counts[`${cause} ${confidence}`] = (counts[`${cause} ${confidence}`] ?? 0) + 1;
  }
  return counts;
};
const find = (cases: Case[], pod: string, restart = 0): Case | undefined =>
  cases.find((one) => one.pod.startsWith(pod) && one.restart === restart);

describe('the cases of the recorded node', () => {
  const cases = casesOf(everything);

  test('are exactly the container runs that left the node, and the one that was rotated', () => {
    const left = everything.containers.filter((containerRecord) => containerRecord.left !== null).map(({ id }) => id);
    const rotated = everything.containers
      .filter((containerRecord) => containerRecord.rotatedAway !== null)
      .map(({ id }) => id);
    expect(left).toHaveLength(53);
    expect(rotated).toHaveLength(1);
    expect(cases.map(({ id }) => id).sort()).toEqual([...left, ...rotated].sort());
    expect(cases.every(({ status, seen }) => status === 'complete' && seen)).toBe(true);
  });

  test('have these causes', () => {
    expect(tally(cases)).toEqual({
      'C1 confirmed': 41,
      'C4 strong': 3,
      'C7 strong': 1,
      'C8 confirmed': 3,
      'C8 strong': 4, // the CronJob's Events about these fell to the Event spam filter
      'C9 confirmed': 1,
      'C15 strong': 1,
    });
  });

  test('tell the first reclaim from the second', () => {
    const reclaimed = cases.filter(({ cause }) => cause === 'C1');
    const [first, second] = [34, 7].map((n) =>
      reclaimed.filter(({ sentence }) => sentence.includes(`${n - 1} others`))
    );
    expect(first).toHaveLength(34);
    expect(second).toHaveLength(7);
    expect(first?.every(({ at }) => at?.startsWith('2026-11-23T23:15:3'))).toBe(true);
    expect(second?.every(({ at }) => at?.startsWith('2026-11-23T23:19:22'))).toBe(true);
  });

  test('say in a sentence what happened and where the log is', () => {
    expect(find(cases, 'tick-1795475700')?.sentence).toBe(
      'The kubelet removed this container 34 s after it finished, together with 33 others, to free disk on node-a. Its log is in Loki, complete.'
    );
    expect(find(cases, 'ttl-cleanup')?.sentence).toContain('deleted with its pods 20 s after it finished');
    expect(find(cases, 'tick-1795476180')?.sentence).toContain('CronJob tick keeps the newest finished Job only');
    expect(find(cases, 'crashy', 0)?.sentence).toContain('run 1 of 4');
    expect(find(cases, 'crashy', 3)?.sentence).toContain('BackoffLimitExceeded');
    expect(find(cases, 'rotate')?.sentence).toContain('deleted its first 180,000 lines from the node');
  });

  test('name what they rest on, oldest first, and what came later', () => {
    const hello = find(cases, 'hello-6ldg2');
    expect(hello?.evidence.map(({ at, source, text }) => `${at?.slice(11, 19)} ${source}: ${text}`)).toEqual([
      '23:15:38 kubelet log: the kubelet began to reclaim ephemeral-storage',
      '23:15:38 kubelet log: inside this reclaim the kubelet removed container f75822faabb2',
      '23:15:38 files on the node: the log file was removed, its directory stayed, empty; Loki had all of it',
      '23:15:41 kubelet log: the reclaim removed 34 containers and 1 image (2 MB); that sufficed',
      '23:15:48 node condition: node-a was reported under DiskPressure until 23:16:48, 10 s after the reclaim',
      '23:21:20 pod: the pod was deleted later',
      '23:21:20 job: neither a TTL, a CronJob nor an owner explains it: a person or a client',
    ]);
    expect(hello?.also).toEqual([]);
  });

  test('know that three of the second reclaim had lost their pods to the CronJob just before', () => {
    const also = cases.filter((one) => one.cause === 'C1' && one.also.includes('C8')).map(({ job }) => job);
    expect(also.sort()).toEqual(['tick-1795475760', 'tick-1795475820', 'tick-1795475880']);
  });

  test('leave out the four pods that were rejected at admission (C3b)', () => {
    const rejected = everything.pods.filter(({ reason }) => reason === 'Evicted').map(({ id }) => id);
    expect(rejected).toHaveLength(4);
    expect(cases.filter(({ podUid }) => rejected.includes(podUid))).toEqual([]);
  });
});

describe('without the kubelet log', () => {
  const cases = casesOf(withoutKubeletLog);

  test('the same containers went by a reclaim, and that is no longer confirmed', () => {
    expect(tally(cases)).toEqual({
      'C1 strong': 38,
      'C4 strong': 3,
      'C7 strong': 1,
      'C8 confirmed': 6, // the three whose pods were deleted just before: what took the files cannot be known
      'C8 strong': 4,
      'C9 confirmed': 1,
      'C15 strong': 1,
    });
    const doubtful = cases.filter(({ cause, also }) => cause === 'C8' && also.includes('C1')).map(({ job }) => job);
    expect(doubtful.sort()).toEqual(['tick-1795475760', 'tick-1795475820', 'tick-1795475880']);
  });

  test('the reclaims are inferred from the directories that were emptied together', () => {
    const containerRecords = everything.containers.filter(({ left, job }) => left && job !== 'tick-1795475820');
    expect(
      inferReclaims(containerRecords).map(({ source, containersTotal, start }) => [
        source,
        containersTotal,
        start.slice(11, 21),
      ])
    ).toEqual([
      ['files', 34, '23:15:38.6'],
      ['files', 6, '23:19:22.1'],
    ]);
  });

  test.each([
    ['nothing from the API', { containers: everything.containers }, { 'unknown unknown': 50, 'C4 strong': 3 }],
    [
      'no node and no Events',
      { ...withoutKubeletLog, nodes: [], events: [] },
      { 'unknown unknown': 41, 'C7 strong': 1 },
    ],
    ['no pods', { ...withoutKubeletLog, pods: [] }, { 'C1 likely': 36, 'C8 confirmed': 3, 'C9 confirmed': 1 }],
  ])('with %s the confidences fall, and no cause becomes a wrong one', (_, input, expected) => {
    const degraded = casesOf(input);
    expect(degraded).toHaveLength(54);
    expect(tally(degraded)).toMatchObject(expected);
    const truth = new Map(casesOf(everything).map((one) => [one.id, one]));
    for (const one of degraded) {
      const known = truth.get(one.id);
      expect(['unknown', known?.cause, ...(known?.also ?? [])]).toContain(one.cause);
    }
  });
});

test('a stretch of disk pressure begins with its first reclaim, not with the condition', () => {
  const stretches = diskPressures(everything.nodes, everything.events, everything.gcs);
  expect(
    stretches.map(({ from, conditionFrom = 0, to = 0 }) =>
      [from, conditionFrom, to].map((moment) => new Date(moment).toISOString().slice(11, 19))
    )
  ).toEqual([
    ['23:15:38', '23:15:48', '23:16:48'],
    ['23:19:22', '23:19:29', '23:20:29'],
  ]);
});

describe('an agent that never was there', () => {
  test('leaves all containers that the API showed as never seen; those that are gone are lost', () => {
    const { containers: _, ...rest } = everything;
    const cases = casesOf({ ...rest, gcs: [], now: '2026-11-23T23:40:00Z' });
    expect(cases.every(({ seen }) => !seen)).toBe(true);
    const hello = find(cases, 'hello-6ldg2');
    // The reclaim took it, and its Job was deleted later: nobody saw which came first.
    expect(hello).toMatchObject({ status: 'lost', cause: 'unknown', statement: { causes: ['C1', 'C11'] } });
    expect(hello?.sentence).toContain('No agent has reported from node-a. Its log is lost.');
    expect(find(cases, 'export')).toBeUndefined(); // it is on its node
    expect(find(cases, 'disk-pressure-test-tprrv')).toBeUndefined();
  });

  test('on one with a kubelet log the reclaim is confirmed even so', () => {
    const { containers: _, ...rest } = everything;
    expect(find(casesOf({ ...rest, now: '2026-11-23T23:40:00Z' }), 'report')).toMatchObject({
      status: 'lost',
      cause: 'C1',
      confidence: 'confirmed',
    });
  });
});
