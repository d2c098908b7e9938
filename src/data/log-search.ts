import type { LineQuery } from '../../model/lookup';
import { withLineFilter } from '../../model/logql';

/** What is looked for in a log: Loki itself leaves out the lines without it. */
export interface LogSearch {
  text: string;
  isCaseSensitive: boolean;
}

export const searched = (queries: readonly LineQuery[], search: LogSearch | undefined): LineQuery[] =>
  queries.map((one) =>
    search === undefined ? one : { ...one, query: withLineFilter(one.query, search.text, search.isCaseSensitive) }
  );

/** A part of a line, and whether it is what was looked for. */
export interface Part {
  text: string;
  isMatch: boolean;
}

/** A line in parts, to show what in it was looked for. */
export function partsOf(line: string, search: LogSearch | undefined): Part[] {
  if (search === undefined) {
    return [{ text: line, isMatch: false }];
  }
  const pattern = new RegExp(search.text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), search.isCaseSensitive ? 'g' : 'gi');
  const parts: Part[] = [];
  let end = 0;
  for (const { 0: text, index } of line.matchAll(pattern)) {
    parts.push({ text: line.slice(end, index), isMatch: false }, { text, isMatch: true });
    end = index + text.length;
  }
  return [...parts, { text: line.slice(end), isMatch: false }].filter(({ text }) => text !== '');
}
