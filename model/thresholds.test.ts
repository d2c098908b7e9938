import { defaultThresholds, reclaimOrder, signalStates, thresholdOf } from './thresholds';

const GB = 1e9;
const filesystem = (capacity: number, available: number, inodesFree = 900_000) => ({
  capacity,
  available,
  used: capacity - available,
  inodes: 1_000_000,
  inodesFree,
});

describe('the default thresholds', () => {
  test('are marked as assumed, with the reason', () => {
    expect(defaultThresholds('v1.29.4', 'answered 403')).toMatchObject({ source: 'assumed', reason: 'answered 403' });
  });

  test.each([
    ['v1.20.2', undefined],
    ['v1.29.4', undefined],
    ['v1.30.0', '5%'],
    ['v1.36.3+k3s1', '5%'],
    [null, undefined],
  ])('have one for the inodes of imagefs since 1.30: %p', (version, expected) => {
    expect(defaultThresholds(version).evictionHard['imagefs.inodesFree']).toBe(expected);
  });
});

describe('thresholdOf', () => {
  test.each([
    ['10%', 200, 20],
    ['2.5%', 200, 5],
    ['1Gi', null, 2 ** 30],
    ['0%', 200, undefined],
    ['100%', 200, undefined],
    ['0', 200, undefined],
    ['10%', null, undefined],
    ['lots', 200, undefined],
  ])('%p of %p is %p', (configured, capacity, expected) => {
    expect(thresholdOf(configured, capacity)).toBe(expected);
  });
});

describe('signalStates', () => {
  const defaults = defaultThresholds('v1.31.0').evictionHard;

  test('on one disk imagefs is reached first, at 85 % of use', () => {
    const states = signalStates({ layout: 'single', nodefs: filesystem(100 * GB, 16 * GB), imagefs: null }, defaults);
    expect(states[0]).toEqual({
      signal: 'imagefs.available',
      threshold: 15 * GB,
      margin: GB,
      fraction: 0.01,
      deletesContainers: true,
    });
    expect(states.map(({ signal }) => signal)).toEqual([
      'imagefs.available',
      'nodefs.available',
      'nodefs.inodesFree',
      'imagefs.inodesFree',
    ]);
  });

  test('is negative beyond the threshold, and counts inodes too', () => {
    const states = signalStates(
      { layout: 'single', nodefs: filesystem(100 * GB, 90 * GB, 40_000), imagefs: null },
      defaults
    );
    expect(states[0]).toMatchObject({ signal: 'nodefs.inodesFree', margin: -10_000, fraction: -0.01 });
  });

  test.each([
    ['single', true, true],
    ['dedicated-imagefs', false, true],
    ['split', true, false],
  ] as const)('in layout %s: nodefs deletes dead containers: %p, imagefs: %p', (layout, nodefs, imagefs) => {
    const disks = { layout, nodefs: filesystem(GB, GB), imagefs: filesystem(GB, GB) };
    const states = signalStates(disks, { 'nodefs.available': '10%', 'imagefs.available': '15%' });
    expect(Object.fromEntries(states.map(({ signal, deletesContainers }) => [signal, deletesContainers]))).toEqual({
      'nodefs.available': nodefs,
      'imagefs.available': imagefs,
    });
  });

  test('leaves out what has no numbers, and signals that are not about disks', () => {
    const disks = {
      layout: 'unknown' as const,
      nodefs: { ...filesystem(GB, GB), inodes: null, inodesFree: null },
      imagefs: null,
    };
    expect(signalStates(disks, defaults).map(({ signal }) => signal)).toEqual(['nodefs.available']);
  });
});

describe('reclaimOrder', () => {
  const disk = filesystem(100 * GB, 40 * GB);
  const read = { ...defaultThresholds('v1.31.0'), source: 'configz' as const };
  const single = { layout: 'single' as const, nodefs: disk, imagefs: null };
  const dedicated = { layout: 'dedicated-imagefs' as const, nodefs: filesystem(10 * GB, GB), imagefs: disk };

  test('of the defaults is a tie, that the eviction manager wins', () => {
    expect(reclaimOrder(single, read)).toEqual({ imageGc: 0.85, eviction: 0.85, signal: 'imagefs.available' });
    expect(reclaimOrder(dedicated, read)).toEqual({ imageGc: 0.85, eviction: 0.85, signal: 'imagefs.available' });
  });

  test('is by the first of hard and soft thresholds, of both signals where one disk has both', () => {
    const evictionHard = { 'imagefs.available': '10%', 'nodefs.available': '20Gi' };
    const set = { ...read, evictionHard, imageGcHighPercent: 70 };
    expect(reclaimOrder(single, set)).toMatchObject({ imageGc: 0.7, eviction: 0.7853, signal: 'nodefs.available' });
    expect(reclaimOrder(dedicated, set)).toMatchObject({ eviction: 0.9, signal: 'imagefs.available' });
    const soft = { ...set, evictionSoft: { 'imagefs.available': '25%' } };
    expect(reclaimOrder(dedicated, soft)).toMatchObject({ eviction: 0.75 });
  });

  test('is not known of thresholds that were assumed, without a capacity or a threshold, or where images only go', () => {
    expect(reclaimOrder(single, defaultThresholds('v1.31.0'))).toBeUndefined();
    expect(reclaimOrder({ ...single, nodefs: null }, read)).toBeUndefined();
    expect(reclaimOrder(single, { ...read, evictionHard: {} })).toBeUndefined();
    expect(reclaimOrder({ ...dedicated, layout: 'split' }, read)).toBeUndefined();
  });
});
