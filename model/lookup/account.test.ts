import type { ContainerRecord } from '../records';
import { accountOf, nameOf } from './account';
import { between, bytes, count } from './words';

const [from, to] = ['2026-11-23T23:22:50.000000000Z', '2026-11-23T23:23:50.000000000Z'];
const complete: ContainerRecord = {
  ...{ v: 2, kind: 'container', id: 'u/hello/0', cluster: 'c1', node: 'n1', namespace: 'job-test' },
  ...{ pod: 'hello-rtkpw', podUid: 'u', container: 'hello', restart: 0, workload: 'hello', job: 'hello' },
  containerId: 'd1e747c55ee0f13bea0da9da2afa86f35ad0c86d8af9c0a937f6183ee5c6cb83',
  ...{ linesSeen: 720_000, linesAcked: 720_000, bytesSeen: 90_120_000, bytesAcked: 90_120_000 },
  ...{ firstTime: from, lastTime: to, ended: true, gaps: [], rotatedAway: null },
  left: { at: '2026-11-23T23:25:01.500000000Z', directory: 'empty', bytesUnacked: 0 },
  ...{ status: 'complete', final: true },
};
const codes = (changes: Partial<ContainerRecord>) => accountOf({ ...complete, ...changes });

describe('the account of a container run', () => {
  it('names it', () => {
    expect(nameOf(complete)).toBe(
      'hello-rtkpw/hello (namespace job-test, restart 0, container d1e747c55ee0, node n1, cluster c1)'
    );
    expect(nameOf({ pod: 'p', container: 'c', containerId: null })).toBe('p/c');
  });

  const at = '2026-11-23T23:25:01.500000000Z';
  const lines = { lines: 720_000, from, to };
  it.each<[string, Partial<ContainerRecord>, object[]]>([
    [
      'complete',
      {},
      [
        { code: 'account-complete', bytes: 90_120_000, ...lines },
        { code: 'account-left', at, directory: 'empty' },
      ],
    ],
    [
      'complete but for what rules dropped, for another tenant',
      {
        linesAcked: 719_990,
        tenant: 'team-a',
        rules: [
          { rule: 'noise', action: 'drop', lines: 10, bytes: 400 },
          { rule: 'card', action: 'redact', lines: 2, bytes: 32 },
        ],
      },
      [
        { code: 'account-complete', bytes: 90_120_000, ...lines, lines: 719_990 },
        { code: 'account-dropped', rule: 'noise', lines: 10, bytes: 400 },
        { code: 'account-redacted', rule: 'card', lines: 2 },
        { code: 'account-tenant', tenant: 'team-a' },
        { code: 'account-left', at, directory: 'empty' },
      ],
    ],
    [
      'excluded, whatever rotation deleted of it',
      {
        ...{ linesSeen: 0, linesAcked: 0, bytesAcked: 0, status: 'unknown', left: null },
        gaps: [{ reason: 'excluded', bytes: null, lines: null, from: null, to: null, detail: 'select.pods.include' }],
        rotatedAway: { files: 1, lines: 0, bytes: 0, from: null, to: null },
      },
      [
        { code: 'account-excluded', rule: 'select.pods.include' },
        { code: 'account-on-node', ended: true },
      ],
    ],
    [
      'empty, on the node',
      { linesAcked: 0, bytesSeen: 0, bytesAcked: 0, left: null },
      [{ code: 'account-empty' }, { code: 'account-on-node', ended: true }],
    ],
    [
      'rescued',
      { status: 'rescued', left: { at, directory: 'removed', bytesUnacked: 12_345 } },
      [
        { code: 'account-rescued', bytes: 90_120_000, ...lines, rescuedBytes: 12_345 },
        { code: 'account-left', at, directory: 'removed' },
      ],
    ],
    [
      'pending',
      { status: 'pending', bytesAcked: 1500, left: null, ended: false },
      [
        { code: 'account-pending', bytes: 1500, of: 90_120_000, ...lines },
        { code: 'account-on-node', ended: false },
      ],
    ],
    [
      'all there, and growing',
      { status: 'pending', left: null, ended: false },
      [
        { code: 'account-growing', ...lines },
        { code: 'account-on-node', ended: false },
      ],
    ],
    [
      'partial, with a gap',
      {
        ...{ status: 'partial', linesAcked: 5, linesSeen: 9, left: null },
        gaps: [{ reason: 'shed', bytes: 40, lines: 4, from, to: null }],
      },
      [
        { code: 'account-partial', lines: 5, of: 9 },
        { code: 'account-gap', lines: 4, bytes: 40, from, to: null, reason: 'shed', detail: null },
        { code: 'account-on-node', ended: true },
      ],
    ],
    [
      'rotated',
      { left: null, rotatedAway: { files: 2, lines: 180_000, bytes: 22_500_000, from, to } },
      [
        { code: 'account-complete', bytes: 90_120_000, ...lines },
        { code: 'account-rotated', lines: 180_000, bytes: 22_500_000, from, to, hasGaps: false },
        { code: 'account-on-node', ended: true },
      ],
    ],
  ])('%s', (_, changes, expected) => {
    expect(codes(changes)).toEqual(expected);
  });

  it('begins with what removed the log, where that is known', () => {
    expect(accountOf(complete, {}, { code: 'deleted-client' }).map(({ code }) => code)).toEqual([
      'deleted-client',
      'account-complete',
      'account-left',
    ]);
  });

  it('follows what is known beside the record: its pod has ended', () => {
    const [first] = accountOf({ ...complete, status: 'pending', ended: false, left: null }, { status: 'complete' });
    expect(first?.code).toBe('account-complete');
  });

  it('says of a container that has finished, and whose agent has not confirmed all of it yet, no more than that', () => {
    const asOf = to;
    const running = { ...complete, status: 'pending' as const, ended: false, left: null };
    expect(accountOf(running, { status: 'pending', finished: to, asOf })).toEqual([
      { code: 'account-unconfirmed', ...lines, finished: to, asOf },
      { code: 'account-on-node', ended: true },
    ]);
    expect(accountOf(running, { status: 'pending', finished: null, asOf })[0]?.code).toBe('account-growing');
  });
});

describe('words', () => {
  it('for amounts', () => {
    expect([0, 1, 999, 1000, 9949, 9950, 999_499, 999_500, 90_120_000, 2e12].map(bytes)).toEqual([
      ...['0 bytes', '1 byte', '999 bytes', '1.0 kB', '9.9 kB', '10 kB', '999 kB', '1.0 MB', '90 MB', '2.0 TB'],
    ]);
    expect(count(1, 'line') + count(1234, 'line')).toBe('1 line1,234 lines');
  });

  it('for spans', () => {
    const midnight = ['2026-11-23T23:59:59.5Z', '2026-11-24T00:00:01Z'] as const;
    expect(between(...midnight)).toBe('between 2026-11-23 23:59:59 and 2026-11-24 00:00:01 UTC');
    expect(between(midnight[0], null)).toBe('at 2026-11-23 23:59:59 UTC');
    expect(between(null, null)).toBe('');
  });
});
