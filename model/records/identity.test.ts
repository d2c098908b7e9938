import { LatestRecords, recordKey, supersedes } from './identity';

const record = { cluster: 'c', id: 'i' };

describe('the key of a record', () => {
  it('tells clusters apart, whatever their names are', () => {
    const keys = [
      { cluster: 'a', id: 'x' },
      { cluster: 'b', id: 'x' },
      { cluster: 'a b', id: 'x' },
      { cluster: '', id: 'x' },
      { cluster: 'a', id: 'x/a' },
    ].map(recordKey);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('of two records with one key', () => {
  it.each<[string, object, bigint, object, bigint]>([
    ['the later one counts', { ...record, final: true }, 1n, { ...record, final: false }, 2n],
    ['the final one of one time', { ...record, final: false }, 1n, { ...record, final: true }, 1n],
    [
      'the one that acknowledges more, as numbers',
      { ...record, final: false, bytesAcked: 900 },
      1n,
      { ...record, final: false, bytesAcked: 1000 },
      1n,
    ],
    ['the one that says more', { ...record, node: null }, 1n, { ...record, node: 'node-a' }, 1n],
  ])('%s', (_, first, firstNs, second, secondNs) => {
    const [a, b] = [
      { record: first, ns: firstNs },
      { record: second, ns: secondNs },
    ];
    expect([supersedes(b, a), supersedes(a, b)]).toEqual([true, false]);
  });

  it('the same one is left, in whichever order they come', () => {
    const versions = [
      { record: { ...record, final: false, bytesAcked: 5, to: 'b' }, ns: 1n },
      { record: { ...record, final: false, bytesAcked: 5, to: 'a' }, ns: 1n },
      { record: { ...record, final: true, bytesAcked: 5, to: 'c' }, ns: 1n },
      { record: { ...record, final: true, bytesAcked: 4, to: 'c' }, ns: 1n },
    ];
    const left = [versions, [...versions].reverse()].map((order) => {
      const latest = new LatestRecords<(typeof versions)[number]['record']>();
      order.forEach(({ record: one, ns }) => latest.add(one, ns));
      return latest.all();
    });
    expect(left).toEqual([[versions[2]?.record], [versions[2]?.record]]);
  });

  it('the newest one stays while an older entry of its key is wanted, for nobody reads that again', () => {
    const latest = new LatestRecords<typeof record & { final?: boolean }>();
    const ended = { ...record, final: true };
    const other = { ...record, id: 'other' };
    latest.add(ended, 30n);
    latest.add(record, 10n);
    latest.add(other, 25n);
    latest.dropFrom(20n);
    expect(latest.all()).toEqual([ended]);
    latest.dropFrom(10n);
    expect(latest.size).toBe(0);
  });
});
