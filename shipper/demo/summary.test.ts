import type { ContainerRecord } from '../../model/records';
import { goneText, verdictTable, workloadName } from './summary';

function record(fields: Partial<ContainerRecord>): ContainerRecord {
  return {
    v: 1,
    kind: 'container',
    id: 'uid/c/0',
    cluster: 'demo',
    node: 'node-a',
    namespace: 'ns',
    pod: 'pod',
    podUid: 'uid',
    container: 'c',
    restart: 0,
    containerId: null,
    workload: 'hello',
    job: 'hello',
    linesSeen: 0,
    linesAcked: 0,
    bytesSeen: 0,
    bytesAcked: 0,
    firstTime: null,
    lastTime: null,
    ended: true,
    gaps: [],
    rotatedAway: null,
    left: null,
    verdict: 'kept',
    final: true,
    ...fields,
  };
}

describe('the table of verdicts', () => {
  it('has a line a Job, the Jobs of a CronJob in one, and the sum of all', () => {
    const records = [
      record({ id: '1', linesAcked: 1, verdict: 'rescued' }),
      record({ id: '2', linesAcked: 1 }),
      record({ id: '3', linesAcked: 719_998, job: 'rotate', workload: 'rotate' }),
      record({ id: '4', job: 'tick-28000000', workload: 'tick', verdict: 'lost' }),
      record({ id: '5', job: 'tick-28000001', workload: 'tick' }),
    ];
    expect(verdictTable(records, new Map([['3', 5]])).split('\n')).toEqual([
      'workload       containers     lines   kept   rescued   partial   lost   files on the node',
      '─────────────────────────────────────────────────────────────────────────────────────────',
      'cronjob/tick            2         –      1         –         –      1                   –',
      'job/hello               2         2      1         1         –      –                   –',
      'job/rotate              1   719,998      1         –         –      –                   5',
      '─────────────────────────────────────────────────────────────────────────────────────────',
      'all                     5   720,000      3         1         –      1                   5',
      'kept: in the store before it left the node · rescued: left first, read on through the open file · lost: nothing could be read',
    ]);
  });

  it('shows pending logs where there are any', () => {
    const table = verdictTable([record({ verdict: 'pending', job: null, workload: 'web' })], new Map());
    expect(table.split('\n')[0]).toContain('pending');
    expect(table).toMatch(/^web /m);
  });
});

it('says what has gone from the node: whole logs, and what rotation dropped of the others', () => {
  const left = { at: '2026-11-23T23:13:47.000000000Z', directory: 'empty' as const, bytesUnacked: 0 };
  const rotatedAway = { files: 1, lines: 180_000, bytes: 1, from: null, to: null };
  const records = [
    record({ left }),
    record({ left, rotatedAway }),
    record({ rotatedAway, job: 'rotate', workload: 'rotate' }),
    record({}),
  ];
  expect(goneText(records)).toBe(
    'Gone from the node: the logs of 2 containers, 180,000 lines of job/rotate by rotation.'
  );
});

it('names a workload the way `afterlog logs` takes it', () => {
  expect(workloadName({ job: 'hello', workload: 'hello' })).toBe('job/hello');
  expect(workloadName({ job: 'tick-28000000', workload: 'tick' })).toBe('cronjob/tick');
  expect(workloadName({ job: null, workload: 'web' })).toBe('web');
});
