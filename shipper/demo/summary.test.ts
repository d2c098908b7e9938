import type { Case } from '../../model/cases';
import type { ContainerRecord } from '../../model/records';
import { causeTable, statusTable, workloadName } from './summary';

function record(fields: Partial<ContainerRecord>): ContainerRecord {
  return {
    v: 2,
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
    status: 'complete',
    final: true,
    ...fields,
  };
}

describe('the table of statuses', () => {
  it('has a line a Job, the Jobs of a CronJob in one, and the sum of all', () => {
    const records = [
      record({ id: '1', linesAcked: 1, status: 'rescued' }),
      record({ id: '2', linesAcked: 1 }),
      record({ id: '3', linesAcked: 719_998, job: 'rotate', workload: 'rotate' }),
      record({ id: '4', job: 'tick-28000000', workload: 'tick', status: 'lost' }),
      record({ id: '5', job: 'tick-28000001', workload: 'tick' }),
    ];
    expect(statusTable(records, [], new Map([['3', 5]])).split('\n')).toEqual([
      'workload       containers     lines   complete   rescued   partial   lost   files on the node',
      '─────────────────────────────────────────────────────────────────────────────────────────────',
      'cronjob/tick            2         –          1         –         –      1                   –',
      'job/hello               2         2          1         1         –      –                   –',
      'job/rotate              1   719,998          1         –         –      –                   5',
      '─────────────────────────────────────────────────────────────────────────────────────────────',
      'all                     5   720,000          3         1         –      1                   5',
      'complete: in the store before it left the node · rescued: left first, read on through the open file · lost: nothing could be read',
    ]);
  });

  it('shows pending logs where there are any', () => {
    const table = statusTable([record({ status: 'pending', job: null, workload: 'web' })], [], new Map());
    expect(table.split('\n')[0]).toContain('pending');
    expect(table).toMatch(/^web /m);
  });
});

it('counts what took the logs, the most frequent cause first', () => {
  const one = (cause: Case['cause'], confidence: Case['confidence'], status: Case['status']) => ({
    cause,
    confidence,
    status,
  });
  const cases = [one('C8', 'strong', 'complete'), one('C1', 'confirmed', 'complete'), one('C1', 'confirmed', 'lost')];
  expect(causeTable(cases).split('\n')).toEqual([
    'why kubectl logs cannot show it   containers   confirmed   complete   lost',
    '──────────────────────────────────────────────────────────────────────────',
    'C1 disk reclaim                            2           2          1      1',
    'C8 CronJob history                         1           –          1      –',
  ]);
});

it('names a workload the way `afterlog logs` takes it', () => {
  expect(workloadName({ job: 'hello', workload: 'hello' })).toBe('job/hello');
  expect(workloadName({ job: 'tick-28000000', workload: 'tick' })).toBe('cronjob/tick');
  expect(workloadName({ job: null, workload: 'web' })).toBe('web');
});
