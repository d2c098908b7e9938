import { randomFrom } from '../../../tests/testkit/random';
import { parseChanges, reviewOf, type SettingChanges } from '..';
import { GB, HOUR, input, START, thresholds } from '../testing/inputs';
import { simulate, type SimulatedPod } from '../testing/simulated-disk';
import { changedThresholds } from './changes';

/*
 * The same Job pods are run on a simulated node under the recorded settings and under others. What is replayed of the
 * records of the first is held against what happened in the second.
 */

const HOURS = 36;
const MINUTES = HOURS * 60;
const SEEDS = [1, 2, 3];
const CAPACITY = 100 * GB;
const settings = thresholds();

function changesOf(text: string): SettingChanges {
  const changes = parseChanges(text);
  if ('code' in changes) {
    throw new Error(changes.code);
  }
  return changes;
}

interface Node {
  pods: SimulatedPod[];
  images: Map<string, number>;
  baseBytes: number;
}

/** Job pods of two to forty minutes with a dozen images, of which some are used far more often than others. */
function nodeFrom(seed: number): Node {
  const random = randomFrom(seed);
  const images = new Map(Array.from({ length: 12 }, (_, i) => [`image-${i}`, (0.5 + random() * 5) * GB]));
  const pods: SimulatedPod[] = [];
  for (let startMinute = 0; startMinute < MINUTES; startMinute += 3 + Math.floor(random() * 25)) {
    const image = `image-${Math.floor(random() ** 2 * images.size)}`;
    const minutes = 2 + Math.floor(random() * 40);
    pods.push({ startMinute, minutes, image, bytesPerMinute: random() ** 2 * 0.1 * GB });
  }
  return { pods, images, baseBytes: (20 + random() * 25) * GB };
}

const run = ({ pods, images, baseBytes }: Node, capacityBytes: number, thresholds: typeof settings) =>
  simulate(pods, images, baseBytes, { capacityBytes, thresholds }, MINUTES);

/** What was recorded, what of it is replayed, and what the simulated kubelet did under the other settings. */
function compare(text: string) {
  const changes = changesOf(text);
  return SEEDS.map((seed) => {
    const node = nodeFrom(seed);
    const { disks, gcs, ...recorded } = run(node, CAPACITY, settings);
    const truth = run(node, changes.diskBytes ?? CAPACITY, { ...settings, ...changedThresholds(settings, changes) });
    const range = { from: START, to: START + HOURS * HOUR };
    const under = reviewOf('node', input({ range, thresholds: [settings], disks, gcs }), changes).whatIf?.nodes[0];
    if (under === undefined) {
      throw new Error('nothing was replayed');
    }
    const { reclaims, containersRecorded, containersKept } = under;
    return {
      recorded: recorded.reclaims,
      replayed: reclaims.recorded - reclaims.avoided + reclaims.added,
      truth: truth.reclaims,
      containers: { recorded: containersRecorded, removed: recorded.containersRemoved, kept: containersKept },
      imageBytes: {
        recorded: recorded.imageBytesRemoved,
        replayed: under.imageBytesReplayed,
        truth: truth.imageBytesRemoved,
      },
    };
  });
}

const sum = <T>(all: readonly T[], of: (one: T) => number) => all.reduce((total, one) => total + of(one), 0);

test('what is recorded is counted as it happened', () => {
  for (const { containers, recorded, replayed, truth } of compare('imageGCHighThresholdPercent=100')) {
    expect(containers.recorded).toBe(containers.removed);
    expect(recorded).toBeGreaterThan(0);
    // No image GC came before a reclaim: without it everything is the same.
    expect([replayed, truth]).toEqual([recorded, recorded]);
  }
});

describe.each([
  ['diskSize=120GB'],
  ['diskSize=200GB'],
  ['imageGCHighThresholdPercent=70,imageGCLowThresholdPercent=60'],
  ['evictionHard.nodefs.available=5%,evictionHard.imagefs.available=5%,imageGCHighThresholdPercent=100'],
])('fewer reclaims with %s', (text) => {
  const all = compare(text);

  test('are promised only as far as they come', () => {
    for (const { recorded, replayed, truth } of all) {
      expect(replayed).toBeLessThanOrEqual(recorded);
      expect(replayed).toBeGreaterThanOrEqual(truth - 1);
    }
  });

  test('are most of those that come', () => {
    const recorded = sum(all, (one) => one.recorded);
    expect(sum(all, ({ truth }) => truth)).toBeLessThan(recorded);
    expect(recorded - sum(all, ({ replayed }) => replayed)).toBeGreaterThanOrEqual(
      (recorded - sum(all, ({ truth }) => truth)) / 3
    );
  });
});

test('a greater disk saves pulls of images, no more than it does', () => {
  for (const { imageBytes } of compare('diskSize=200GB')) {
    expect(imageBytes.replayed).toBeLessThan(imageBytes.recorded);
    expect(imageBytes.replayed).toBeGreaterThanOrEqual(imageBytes.truth * 0.9);
  }
});

test.each([['diskSize=80GB'], ['evictionHard.imagefs.available=25%']])('more reclaims with %s', (text) => {
  const all = compare(text);
  for (const { recorded, replayed } of all) {
    expect(replayed).toBeGreaterThanOrEqual(recorded);
  }
  const [replayed, truth] = [sum(all, (one) => one.replayed), sum(all, (one) => one.truth)];
  expect(Math.abs(replayed - truth) / truth).toBeLessThan(0.2);
});
