import type { LogEntry } from '../log-entry';
import { LineJoiner } from './line-joiner';
import { Origins } from './origins';

const entry = (ns: number, line: string, metadata: Record<string, string> = {}): LogEntry => ({
  ns: BigInt(ns),
  line,
  fields: {
    ...{ namespace: 'n', container: 'c', workload: 'w', pod: 'p', restart: '0', container_id: 'a', stream: 'stdout' },
    ...metadata,
  },
});
const more = { continues: 'true' };

describe('joining lines', () => {
  let origins: Origins;
  let joiner: LineJoiner;
  beforeEach(() => {
    origins = new Origins();
    joiner = new LineJoiner(origins);
  });
  const push = (...entries: LogEntry[]) => joiner.push(entries).map(({ ns, text }) => `${ns} ${text}`);

  it('leaves whole lines as they are', () => {
    expect(push(entry(1, 'a'), entry(2, ''), entry(3, 'b'))).toEqual(['1 a', '2 ', '3 b']);
  });

  it('puts pieces together, of each stream of each container run its own', () => {
    expect(push(entry(1, 'o1', more), entry(1, 'e1', { ...more, stream: 'stderr' }))).toEqual([]);
    expect(push(entry(2, 'x', { container_id: 'b' }), entry(3, 'o2'), entry(4, 'e2', { stream: 'stderr' }))).toEqual([
      '1 o1o2',
      '1 e1e2',
      '2 x',
    ]);
  });

  it('gives lines in the order of time: later ones wait for one that goes on', () => {
    expect(push(entry(1, 'a'), entry(2, 'b1', more), entry(3, 'c', { stream: 'stderr' }))).toEqual(['1 a']);
    expect(push(entry(4, 'd', { container_id: 'b' }))).toEqual([]);
    expect(push(entry(5, 'b2'), entry(6, 'e'))).toEqual(['2 b1b2', '3 c', '4 d', '6 e']);
  });

  it('gives what waited when the line before it never ends', () => {
    push(entry(1, 'a', more), entry(2, 'b', { stream: 'stderr' }));
    expect(joiner.end().map(({ text }) => text)).toEqual(['a', 'b']);
  });

  it('holds nothing back where lines are followed', () => {
    joiner = new LineJoiner(origins, false);
    expect(push(entry(1, 'a', more), entry(2, 'b', { stream: 'stderr' }))).toEqual(['2 b']);
  });

  it('gives what never ended at the end', () => {
    expect(push(entry(1, 'a', more))).toEqual([]);
    expect(joiner.end().map(({ text }) => text)).toEqual(['a']);
    expect(joiner.end()).toEqual([]);
  });

  it('gives a line that is too long for the memory in parts', () => {
    const megabyte = 'x'.repeat(1024 * 1024);
    const pieces = Array.from({ length: 20 }, (_, i) => entry(i, megabyte, more));
    expect(joiner.push(pieces).map(({ text }) => text.length)).toEqual([16 * 1024 * 1024]);
    expect(joiner.end().map(({ text }) => text.length)).toEqual([4 * 1024 * 1024]);
  });

  it('drops what came twice at one time, not what was written twice', () => {
    expect(push(entry(1, 'a'), entry(1, 'b'), entry(1, 'a'), entry(1, 'b'), entry(2, 'a'))).toEqual([
      '1 a',
      '1 b',
      '2 a',
    ]);
    expect(push(entry(2, 'a'), entry(2, 'a', { container_id: 'b' }), entry(2, 'a', { stream: 'stderr' }))).toEqual([
      '2 a',
      '2 a',
    ]);
  });

  it('counts for each container run', () => {
    push(entry(5, 'a'), entry(6, 'b', { replaced: 'utf8' }), entry(7, 'c', { container_id: 'b', format: 'unparsed' }));
    expect(origins.all).toMatchObject([
      {
        pod: 'p',
        container: 'c',
        restart: 0,
        containerId: 'a',
        lines: 2,
        first: 5n,
        last: 6n,
        replaced: 1,
        unparsed: 0,
      },
      { containerId: 'b', lines: 1, replaced: 0, unparsed: 1 },
    ]);
  });
});
