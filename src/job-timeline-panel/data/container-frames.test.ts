import { createDataFrame, FieldType } from '@grafana/data';
import { isContainerFrame, livesOfFrames } from './container-frames';
import { frameOfLife } from './data-links';

const START = Date.parse('2026-11-23T23:10:00Z');
const frameOf = (columns: Record<string, unknown[]>, timeFields = ['start', 'end', 'gone', 'Start']) =>
  createDataFrame({
    fields: Object.entries(columns).map(([name, values]) => ({
      ...{ name, values },
      type: timeFields.includes(name) ? FieldType.time : FieldType.string,
    })),
  });
const livesOf = (columns: Record<string, unknown[]>) => livesOfFrames([frameOf(columns)]).map(({ life }) => life);

describe('frames of containers', () => {
  it.each([
    [{ start: [START], pod: ['a'] }, true],
    [{ Start: [START], Job: ['a'] }, true],
    [{ start: [START], node: ['a'] }, false],
    [{ time: [START], pod: ['a'] }, false],
  ])('%j: %s', (columns, is) => {
    expect(isContainerFrame(frameOf(columns))).toBe(is);
  });

  it('tell of each container what they know', () => {
    const [life] = livesOf({
      ...{ start: [START], end: [START + 1000], gone: [START + 2000], pod: ['p'], container: ['c'], job: ['j'] },
      ...{ 'Cron Job': ['cj'], namespace: ['n'], node: ['node-a'], exit_code: [137], reason: ['OOMKilled'] },
      ...{ status: ['Partial'], cause: ['c1'], restart: [2] },
    });
    expect(life).toMatchObject({
      ...{ started: START, ended: START + 1000, gone: START + 2000, pod: 'p', container: 'c', job: 'j', cronJob: 'cj' },
      ...{ namespace: 'n', node: 'node-a', exit: 'failed', exitCode: 137, exitReason: 'OOMKilled' },
      ...{ status: 'partial', cause: 'C1', restart: 2 },
    });
  });

  it.each([
    [{ end: [null] }, 'running'],
    [{ end: [START + 1] }, 'unknown'],
    [{ end: [START + 1], exitCode: [0] }, 'complete'],
    [{ end: [START + 1], result: ['Succeeded'], exitCode: [1] }, 'complete'],
    [{ end: [START + 1], result: ['Error'] }, 'failed'],
  ])('with %j it is %s', (more, exit) => {
    expect(livesOf({ start: [START], pod: ['p'], ...more }).map((life) => life.exit)).toEqual([exit]);
  });

  it('leave out rows without a start, and know nothing of a log of which nothing is said', () => {
    const lives = livesOf({ start: [null, START], job: ['a', 'b'], cause: ['C1', 'nonsense'] });
    expect(lives).toMatchObject([{ job: 'b', pod: 'b', status: 'unknown', cause: undefined, gone: undefined }]);
  });

  it('read what a data link is given back', () => {
    const [life] = livesOf({ start: [START], end: [START + 5], pod: ['p'], status: ['lost'], cause: ['C3'] });
    const again = life && livesOfFrames([frameOfLife(life)])[0]?.life;
    expect({ ...again, id: '' }).toEqual({ ...life, id: '' });
  });
});
