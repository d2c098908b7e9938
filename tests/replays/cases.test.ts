import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { CaseJson as Case } from '../../shipper/lookup/case-text';
import { PATIENCE_MS, Replayed } from '../testkit/replayed';
import { itemsOf } from '../testkit/json-list';

/** What both ways of reading tell of a case. */
const comparable = ({ id, status, cause, also, confidence, at, finished, sentence }: Partial<Case>) => ({
  ...{ id, status, cause, also, confidence, at, finished, sentence },
});

const byId = (cases: ReadonlyArray<Partial<Case>>) =>
  cases.map(comparable).sort((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1));

function tally(cases: readonly Case[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { cause, confidence } of cases) {
    counts[`${cause} ${confidence}`] = (counts[`${cause} ${confidence}`] ?? 0) + 1;
  }
  return counts;
}

const reviewSchema = z.object({
  rows: z.array(
    z.looseObject({
      name: z.string(),
      containersRemoved: z.number().nullable(),
      logs: z.record(z.string(), z.number()),
    })
  ),
});
const sumOf = (counts: Record<string, number>) => Object.values(counts).reduce((sum, count) => sum + count, 0);

function countBy<T>(list: readonly T[], keyOf: (one: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of list) {
    counts[keyOf(one)] = (counts[keyOf(one)] ?? 0) + 1;
  }
  return counts;
}

const otherCauses = { 'C4 strong': 3, 'C7 strong': 1, 'C8 strong': 4, 'C9 confirmed': 1, 'C15 strong': 1 };

describe('the cases of a replay that the agent saw whole', () => {
  const replayed = new Replayed();
  beforeAll(() => replayed.play('--agent-down', 'none'), PATIENCE_MS);
  afterAll(() => replayed.close());

  test('are the container runs that left the node, and the rotated one, all kept', () => {
    expect(replayed.report).toContain('✓ Every line of the recording is in the store');
    expect(replayed.cases).toHaveLength(54);
    expect(replayed.cases.filter(({ status, seen }) => !seen || !['complete', 'rescued'].includes(status))).toEqual([]);
  });

  test('have their causes, the reclaims confirmed by the kubelet’s log', () => {
    expect(tally(replayed.cases)).toEqual({ ...otherCauses, 'C1 confirmed': 41, 'C8 confirmed': 3 });
    const reclaimed = replayed.cases.filter(({ cause }) => cause === 'C1');
    expect(reclaimed.filter(({ sentence }) => sentence.includes('together with 33 others'))).toHaveLength(34);
    expect(reclaimed.filter(({ sentence }) => sentence.includes('together with 6 others'))).toHaveLength(7);
  });

  test('stand in case records as they are worked out', async () => {
    expect(byId(await replayed.listed())).toEqual(byId(replayed.cases));
  });

  test('know the 180,000 lines that rotation took from the node', () => {
    const rotated = replayed.cases.filter(({ cause }) => cause === 'C15');
    expect(rotated).toMatchObject([{ job: 'rotate', status: 'complete', gaps: [], rotatedAway: { lines: 180_000 } }]);
  });

  test('are counted by a capacity review, beside what the kubelet’s log and the API server tell', async () => {
    // By hand from the recording: 34 and 7 containers, images of 2,130,676 and 195,135,483 bytes, twice a minute of the
    // condition, and two pods rejected after each reclaim.
    const cases = await replayed.listed();
    const [node] = reviewSchema.parse(itemsOf(await replayed.capacity('-o', 'json'))[0]).rows;
    const { complete, rescued = 0 } = countBy(cases, ({ status }) => status ?? '');
    expect(node).toMatchObject({
      ...{ name: 'node-a', reclaims: 2, imageGcs: 0, containersRemoved: 41, imagesRemoved: 4 },
      ...{ imageBytesRemoved: 197_266_159, podsEvicted: 0, podsOverLimit: 0, podsRejected: 4, pressureMs: 120_000 },
    });
    expect([node?.logs.complete, node?.logs.rescued, node?.logs.lost]).toEqual([complete, rescued, 0]);
  });

  test('are ranked by Job family as `afterlog cases` counts them', async () => {
    const { rows } = reviewSchema.parse(itemsOf(await replayed.capacity('--by', 'job', '-o', 'json'))[0]);
    const isAny = ({ logs }: (typeof rows)[number]) => sumOf(logs) > 0;
    expect(Object.fromEntries(rows.filter(isAny).map(({ name, logs }) => [name, sumOf(logs)]))).toEqual(
      countBy(replayed.cases, ({ workload }) => workload)
    );
    const reclaimed = countBy(replayed.cases, ({ cause, workload }) => (cause === 'C1' ? workload : 'others'));
    expect(rows.find(({ name }) => name === 'tick')?.containersRemoved).toBe(reclaimed.tick);
    expect(rows.reduce((sum, { containersRemoved }) => sum + (containersRemoved ?? 0), 0)).toBe(41);
  });

  test('make a review with headroom, findings and what is not known', async () => {
    const markdown = await replayed.capacity('-o', 'markdown');
    expect(markdown).toContain('\n| node-a | nodefs bytes | 3.1 GB |');
    expect(markdown).toContain('| image-gc-high | 85 % |');
    expect(markdown).toContain('too little data');
    expect(markdown).toContain('imageGCHighThresholdPercent: 75\n');
    expect(markdown).toContain('(job-test/rotate)');
    expect(markdown).toContain('no rollup covers that time');
    expect(markdown).toContain('Nothing observed the period before');
    // The Job that deletes itself 20 s after its end, and the log of 89 MB that rotation shortened to four files of 10 MiB.
    expect(markdown).toContain('ttlSecondsAfterFinished of job-test/ttl-cleanup is 20: 1 container log');
    expect(markdown).toContain('containerLogMaxSize: 30Mi\n');
    expect((await replayed.capacity('-o', 'csv')).split('\n')[0]).toMatch(/^cluster,node,pressure_hours,reclaims,/);
  });

  test('would have lost no container to reclaims on a disk of 6 GB with image GC from 70 % on', async () => {
    // The disk of 3.1 GB cannot have held more than that, and the threshold is 5.1 GB; 1.1 and 1.4 GB would have stayed.
    expect(await replayed.under('diskSize=6GB,imageGCHighThresholdPercent=70')).toMatchObject({
      ...{ reclaims: { recorded: 2, avoided: 2, added: 0 }, containersKept: 41, imageBytesRecorded: 197_266_159 },
      imageBytesReplayed: 0,
    });
    // It was filled from a third to its threshold within a minute: image GC, every five minutes, does not come first.
    expect(await replayed.under('imageGCHighThresholdPercent=70')).toMatchObject({
      ...{ reclaims: { recorded: 2, avoided: 0, added: 0 }, imageGcs: { recorded: 0, avoided: 0, added: 0 } },
    });
    expect(await replayed.under('imageGCHighThresholdPercent=85')).toMatchObject({
      reclaims: { avoided: 0, added: 0 },
    });
  });

  test('leave out the pods that were rejected at admission (C3b)', () => {
    expect(replayed.cases.filter(({ pod }) => /disk-pressure-test-(rc8kt|kfcmf)/.test(pod))).toEqual([]);
  });

  test.each([
    ['C1', 'hello', 'imageGCHighThresholdPercent'],
    ['C4', 'crashy', 'run 3 of 4'],
    ['C7', 'ttl-cleanup', 'ttlSecondsAfterFinished'],
    ['C8', 'tick', 'CronJob tick keeps the newest finished Job only'],
    ['C9', 'crashy', 'BackoffLimitExceeded'],
    ['C15', 'rotate', 'log rotation deleted its first 180,000 lines'],
  ])('can be explained one by one: %s of %s', async (cause, workload, words) => {
    const one = replayed.cases.findLast((found) => found.cause === cause && found.workload === workload);
    const explained = await replayed.explain(one?.pod ?? '');
    expect(explained).toContain(words);
    expect(explained).toMatch(new RegExp(`Cause +${cause} `));
  });
});

interface Truth {
  uid: string;
  container: string;
  restart: number;
  /** null: its log is still on the node. */
  cause: string | null;
}

describe('the recorded node of Kubernetes 1.36, whose kubelet logs text and then JSON', () => {
  const recording = join(__dirname, '../recording/disk-pressure-1.36');
  const replayed = new Replayed();
  beforeAll(
    () => replayed.play('--recording', 'disk-pressure-1.36', '--agent-down', 'none', '--speed', '20'),
    PATIENCE_MS
  );
  afterAll(() => replayed.close());

  test('has every line in the store', () => {
    expect(replayed.report).toContain('✓ Every line of the recording is in the store');
    expect(replayed.report).toContain('node-b, 2026-11-28');
  });

  test('has case records that tell the same', async () => {
    expect(byId(await replayed.listed())).toEqual(byId(replayed.cases));
  });

  test('is reviewed with the figures of its description', async () => {
    // By hand from the recording's README.md: reclaims of 46, 11, 11, 0, 13 and 9 containers, two of which evicted a pod;
    // image GC by threshold and by age and a reclaim removed the same five images of 65,045,161 bytes; DiskPressure was
    // reported for 61, 61, 62, 61 and 71 s; `greedy` exceeded its own limit.
    const text = await replayed.capacity('-o', 'json');
    const { rows } = reviewSchema.parse(itemsOf(text)[0]);
    expect(rows).toEqual([
      expect.objectContaining({
        ...{ name: 'node-b', reclaims: 6, imageGcs: 2, containersRemoved: 90, imagesRemoved: 15 },
        ...{ imageBytesRemoved: 15 * 65_045_161, imagesPulledAgain: 10, podsEvicted: 2, podsOverLimit: 1 },
        ...{ podsRejected: 0, pressureMs: (61 + 61 + 62 + 61 + 71) * 1000 },
      }),
    ]);
    expect(sumOf(rows[0]?.logs ?? {})).toBe(replayed.cases.length);
    const markdown = await replayed.capacity('-o', 'markdown');
    // The kubelet's message of the eviction of `hog`: 819252Ki, a fifth more in steps of 16Mi.
    expect(markdown).toContain(
      '1 pod of job-test/hog was evicted when the node was short of disk: container main used'
    );
    expect(markdown).toContain('              ephemeral-storage: 976Mi\n');
    expect(markdown).toContain('1 pod of job-test/greedy was evicted for exceeding 20Mi');
    expect(markdown).toContain('evictionHard does not name imagefs.inodesFree.');
    // Image GC begins at 30 % there: it is not late.
    expect(markdown).not.toContain('imageGCHighThresholdPercent:');
  });

  test('would have been reclaimed less on a disk of 6 GB', async () => {
    const under = z
      .object({ reclaims: z.object({ recorded: z.number(), avoided: z.number(), added: z.number() }) })
      .parse(await replayed.under('diskSize=6GB'));
    expect(under.reclaims.recorded).toBe(6);
    expect(under.reclaims.avoided - under.reclaims.added).toBeGreaterThan(0);
    expect(await replayed.under('imageGCHighThresholdPercent=30')).toMatchObject({
      reclaims: { avoided: 0, added: 0 },
    });
  });

  test('tells the same of each case in a window of a minute', async () => {
    const removed = replayed.cases.filter(({ at }) => at !== null);
    const times = removed.map(({ at }) => Date.parse(at ?? ''));
    const found: Case[] = [];
    for (let from = Math.min(...times) - 1; from <= Math.max(...times); from += 60_000) {
      found.push(...(await replayed.within(from, from + 60_000)));
    }
    expect(byId(found.filter(({ at }) => at !== null))).toEqual(byId(removed));
  });

  test('has for each container the cause that ground-truth.jsonl tells, and its whole log', async () => {
    const lines = (await readFile(join(recording, 'ground-truth.jsonl'), 'utf8')).trimEnd().split('\n');
    const truth = lines.map((line) => JSON.parse(line) as Truth).filter(({ cause }) => cause !== null);
    const textOf = (uid: string, container: string, restart: number, cause: string | null, status: string) =>
      `${uid}/${container}/${restart} ${cause ?? ''} ${status}`;
    const reported = replayed.cases.map(({ podUid, container, restart, cause, status }) =>
      textOf(podUid, container, restart, cause, status === 'rescued' ? 'complete' : status)
    );
    expect(reported.sort()).toEqual(
      truth.map(({ uid, container, restart, cause }) => textOf(uid, container, restart, cause, 'complete')).sort()
    );
  });

  test('confirms only what a component said of the container itself', () => {
    expect(tally(replayed.cases)).toEqual({
      ...{ 'C1 confirmed': 90, 'C2 confirmed': 2, 'C3 confirmed': 1, 'C4 strong': 6, 'C6 likely': 3, 'C7 strong': 2 },
      ...{
        'C8 confirmed': 4,
        'C8 strong': 2,
        'C9 confirmed': 6,
        'C11 strong': 1,
        'C14 confirmed': 1,
        'C19 confirmed': 3,
      },
    });
  });

  test('explains what kubectl answers of the containers that were restarted together in place', async () => {
    const explained = await replayed.explain('restartall');
    expect(explained).toMatch(/Cause +C19 /);
  });
});

describe('the same replay without the kubelet’s log, sent to a Loki', () => {
  const replayed = new Replayed();
  beforeAll(() => replayed.playInto('--agent-down', 'none', '--no-kubelet-log'), PATIENCE_MS);
  afterAll(() => replayed.close());

  test('is complete there', () => {
    expect(replayed.report).toContain('✓ Every line of the recording is in the store');
  });

  test('has the same cases, the reclaims no longer confirmed', () => {
    // Three pods had been deleted seconds before the second reclaim: what took their files cannot be known then.
    expect(tally(replayed.cases)).toEqual({ ...otherCauses, 'C1 strong': 38, 'C8 confirmed': 6 });
    const doubtful = replayed.cases.filter(({ cause, also }) => cause === 'C8' && also.includes('C1'));
    expect(doubtful).toHaveLength(3);
  });
});

describe('a replay in which the agent is down during the second reclaim', () => {
  const replayed = new Replayed();
  beforeAll(() => replayed.play(), PATIENCE_MS);
  afterAll(() => replayed.close());

  test('loses what came and went meanwhile, and says so of each', () => {
    const lost = replayed.cases.filter(({ status }) => status === 'lost');
    expect(tally(lost)).toEqual({ 'C1 confirmed': 6 });
    expect(lost.filter(({ seen }) => seen)).toEqual([]);
    expect(replayed.report).toContain('Missing: 12 lines of 6 containers, each named by its case or container record:');
  });

  test('has them as lost in the capacity review', async () => {
    await replayed.listed();
    const [node] = reviewSchema.parse(itemsOf(await replayed.capacity('-o', 'json'))[0]).rows;
    expect(node).toMatchObject({ name: 'node-a', reclaims: 2, logs: { lost: 6, partial: 0 } });
  });

  test('keeps the rest, also what was removed meanwhile and had been read to its end before', () => {
    const rest = replayed.cases.filter(({ status }) => status !== 'lost');
    // disk-pressure-test-rdgcs among them: the heartbeat of the clean stop says that Loki had all there was.
    expect(rest.filter(({ status }) => !['complete', 'rescued'].includes(status))).toEqual([]);
    // The agent noticed only when it was there again: the directory knows when the file went.
    expect(tally(replayed.cases)).toEqual({ ...otherCauses, 'C1 confirmed': 41, 'C8 confirmed': 3 });
  });
});

describe('two replays under two cluster names in one store', () => {
  const replayed = new Replayed();
  beforeAll(async () => {
    await replayed.playInto('--agent-down', 'none', '--cluster.name', 'east');
    await replayed.playAgain('--agent-down', 'none', '--cluster.name', 'west');
  }, PATIENCE_MS);
  afterAll(() => replayed.close());

  test('have the cases of both', () => {
    expect(replayed.cases).toHaveLength(108);
    const of = (cluster: string) => replayed.cases.filter((one) => one.cluster === cluster);
    expect([of('east').length, of('west').length]).toEqual([54, 54]);
    expect(tally(of('west'))).toEqual(tally(of('east')));
    expect(tally(of('east'))).toEqual({ ...otherCauses, 'C1 confirmed': 41, 'C8 confirmed': 3 });
  });
});
