import type { ContainerRecord } from '../records';
import { nameOf, sentencesOf } from './account';
import { between, bytes, count } from './words';

const kept: ContainerRecord = {
  v: 2,
  kind: 'container',
  id: 'u/hello/0',
  cluster: 'c1',
  node: 'n1',
  namespace: 'job-test',
  pod: 'hello-rtkpw',
  podUid: 'u',
  container: 'hello',
  restart: 0,
  containerId: 'd1e747c55ee0f13bea0da9da2afa86f35ad0c86d8af9c0a937f6183ee5c6cb83',
  workload: 'hello',
  job: 'hello',
  linesSeen: 720_000,
  linesAcked: 720_000,
  bytesSeen: 90_120_000,
  bytesAcked: 90_120_000,
  firstTime: '2026-11-23T23:22:50.000000000Z',
  lastTime: '2026-11-23T23:23:50.000000000Z',
  ended: true,
  gaps: [],
  rotatedAway: null,
  left: { at: '2026-11-23T23:25:01.500000000Z', directory: 'empty', bytesUnacked: 0 },
  status: 'complete',
  final: true,
};
const tell = (changes: Partial<ContainerRecord>) => sentencesOf({ ...kept, ...changes });

describe('the account of a container run', () => {
  it('names it', () => {
    expect(nameOf(kept)).toBe(
      'hello-rtkpw/hello (namespace job-test, restart 0, container d1e747c55ee0, node n1, cluster c1)'
    );
    expect(nameOf({ pod: 'p', container: 'c', containerId: null })).toBe('p/c');
  });

  it('complete', () => {
    expect(sentencesOf(kept)).toEqual([
      'All of its log is in Loki: 720,000 lines between 2026-11-23 23:22:50 and 23:23:50 UTC, a log of 90 MB.',
      'The log left the node at 2026-11-23 23:25:01 UTC; its directory stayed behind, empty, as the kubelet leaves it when it deletes a dead container and keeps the pod.',
    ]);
  });

  it('kept, still on the node, and written nothing', () => {
    expect(
      tell({ linesSeen: 0, linesAcked: 0, bytesSeen: 0, bytesAcked: 0, firstTime: null, lastTime: null, left: null })
    ).toEqual(['The container wrote nothing.', 'The container had ended; its log was still on the node.']);
  });

  it('rescued', () => {
    const left = { at: '2026-11-23T23:25:01.500000000Z', directory: 'removed' as const, bytesUnacked: 12_345 };
    expect(tell({ status: 'rescued', left })).toEqual([
      'All of its log is in Loki: 720,000 lines between 2026-11-23 23:22:50 and 23:23:50 UTC, a log of 90 MB; the last 12 kB of it were read from the deleted file.',
      "The log left the node at 2026-11-23 23:25:01 UTC; the pod's log directory went with it, as when the pod is deleted or evicted.",
    ]);
  });

  it('partial, with what is missing and why', () => {
    const gaps: ContainerRecord['gaps'] = [
      { reason: 'gone-unread', bytes: 5000, lines: null, from: '2026-11-23T23:23:00Z', to: '2026-11-23T23:24:00Z' },
      { reason: 'refused', bytes: null, lines: 1, from: null, to: '2026-11-23T23:24:00Z', detail: 'max entry size' },
      { reason: 'unreadable', bytes: null, lines: null, from: null, to: null },
    ];
    expect(tell({ status: 'partial', linesAcked: 719_000, gaps }).slice(0, 4)).toEqual([
      'Its log is in Loki in part: 719,000 of 720,000 lines.',
      'Missing: 5.0 kB between 2026-11-23 23:23:00 and 23:24:00 UTC, because the file was deleted before it was read.',
      'Missing: 1 line at 2026-11-23 23:24:00 UTC, because Loki refused the lines for good (max entry size).',
      'Missing: an unknown part, because the file could not be read.',
    ]);
    expect(tell({ status: 'partial', linesSeen: 5, linesAcked: 5 })[0]).toBe(
      'Its log is in Loki in part: 5 lines, and the container had written more.'
    );
  });

  it('lost', () => {
    expect(tell({ status: 'lost', linesAcked: 0 })[0]).toBe('Its log is lost: nothing of it is in Loki.');
  });

  it('pending, with bytes under way or without', () => {
    expect(tell({ status: 'pending', linesAcked: 10, bytesAcked: 1500, left: null })).toEqual([
      'Its log is still under way to Loki: 1.5 kB of 90 MB have arrived, 10 lines between 2026-11-23 23:22:50 and 23:23:50 UTC.',
      'The container had ended; its log was still on the node.',
    ]);
    expect(tell({ status: 'pending', ended: false, left: null })).toEqual([
      'All that it had written is in Loki, 720,000 lines between 2026-11-23 23:22:50 and 23:23:50 UTC; it may write more.',
      'Its log was still on the node.',
    ]);
  });

  it('what rotation took', () => {
    const rotatedAway = {
      files: 2,
      lines: 180_000,
      bytes: 22_500_000,
      from: '2026-11-23T23:22:50Z',
      to: '2026-11-23T23:23:05Z',
    };
    expect(tell({ rotatedAway })[1]).toBe(
      'Log rotation had deleted 180,000 lines (23 MB) between 2026-11-23 23:22:50 and 23:23:05 UTC from the node while the container was there. They are in Loki; kubectl logs could not show them.'
    );
  });
});

describe('words', () => {
  it('for amounts', () => {
    expect([0, 1, 999, 1000, 9949, 9950, 999_499, 999_500, 90_120_000, 2e12].map(bytes)).toEqual([
      '0 bytes',
      '1 byte',
      '999 bytes',
      '1.0 kB',
      '9.9 kB',
      '10 kB',
      '999 kB',
      '1.0 MB',
      '90 MB',
      '2.0 TB',
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
