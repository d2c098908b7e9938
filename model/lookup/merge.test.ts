import type { LogEntry } from '../log-entry';
import { type EntryPages, mergeByTime } from './merge';

const entry = (ns: number, line: string): LogEntry => ({ ns: BigInt(ns), line, fields: {} });

/** Pages of entries at these times; notes whether it was closed. */
async function* pagesOf(name: string, pages: number[][], closed: string[] = []): EntryPages {
  try {
    for (const page of pages) {
      yield await Promise.resolve(page.map((ns) => entry(ns, name)));
    }
  } finally {
    closed.push(name);
  }
}

async function collect(pages: EntryPages): Promise<string[]> {
  const lines: string[] = [];
  for await (const page of pages) {
    lines.push(...page.map(({ ns, line }) => `${ns}${line}`));
  }
  return lines;
}

describe('merging by time', () => {
  it('keeps the order of time over pages of any length', async () => {
    const sources = [pagesOf('a', [[1, 2, 9], [10]]), pagesOf('b', [[3], [4, 5], [11, 12]]), pagesOf('c', [])];
    expect(await collect(mergeByTime(sources, 'forward'))).toEqual([
      '1a',
      '2a',
      '3b',
      '4b',
      '5b',
      '9a',
      '10a',
      '11b',
      '12b',
    ]);
  });

  it('goes backward, too', async () => {
    const sources = [pagesOf('a', [[9, 2], [1]]), pagesOf('b', [[5, 4], [3]])];
    expect(await collect(mergeByTime(sources, 'backward'))).toEqual(['9a', '5b', '4b', '3b', '2a', '1a']);
  });

  it('closes its sources when it is left', async () => {
    const closed: string[] = [];
    for await (const page of mergeByTime(
      [pagesOf('a', [[1], [3]], closed), pagesOf('b', [[2], [4]], closed)],
      'forward'
    )) {
      expect(page).toHaveLength(1);
      break;
    }
    expect(closed.sort()).toEqual(['a', 'b']);
  });

  it('of nothing is nothing', async () => {
    expect(await collect(mergeByTime([], 'forward'))).toEqual([]);
  });
});
