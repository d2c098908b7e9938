import { givingWay, type Pinned } from './rescue';

const MIB = 2 ** 20;
const NOW = 1_000_000;
const HOUR = 3_600_000;
const file = (name: string, owner: string, mib: number, ageMs = 0): Pinned & { name: string } => ({
  name,
  owner,
  bytes: mib * MIB,
  since: NOW - ageMs,
});
const budget = (mib: number, maxAgeMs = HOUR) => ({ maxBytes: mib * MIB, maxAgeMs });

test.each([
  ['nothing while all fits', [file('a', 'A', 50), file('b', 'B', 50)], budget(100), []],
  ['nothing where nothing is held', [], budget(0), []],
  ['the noisiest, not the oldest', [file('a', 'A', 10, 9_000), file('b', 'B', 95, 1_000)], budget(100), ['b']],
  [
    'of the noisiest the oldest file first, and no more than it takes',
    [file('b2', 'B', 40, 1_000), file('b1', 'B', 40, 2_000), file('a', 'A', 30, 3_000)],
    budget(100),
    ['b1'],
  ],
  [
    'who is the noisiest then',
    [file('b1', 'B', 60, 3_000), file('b2', 'B', 10, 2_000), file('a', 'A', 50, 1_000)],
    budget(40),
    ['b1', 'a'],
  ],
  ['all, where there is no budget', [file('a', 'A', 1), file('b', 'B', 2)], budget(0), ['b', 'a']],
  ['what is too old, even where all fits', [file('a', 'A', 1, 2 * HOUR), file('b', 'B', 2)], budget(100), ['a']],
  [
    'what is too old first, and then the rest may fit',
    [file('a', 'A', 60, 2 * HOUR), file('b', 'B', 80)],
    budget(100),
    ['a'],
  ],
])('gives up %s', (_what, pinned, limits, names) => {
  expect(givingWay(pinned, limits, NOW).map(({ name }) => name)).toEqual(names);
});
