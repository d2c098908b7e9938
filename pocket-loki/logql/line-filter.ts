import type { StoredEntry } from '../storage/entry';
import type { LineFilter } from './ast';
import { compileRegex } from './regex';

/** A line filter in two forms: on the entry as it lies in the database, and on a line that was changed since. */
export interface CompiledLineFilter {
  entry(entry: StoredEntry): boolean;
  line(line: string): boolean;
}

export function compileLineFilter({ op, alternatives }: LineFilter): CompiledLineFilter {
  const tests = alternatives.map(({ value }) => (op === '|=' || op === '!=' ? contains(value) : matches(value)));
  const wanted = op.startsWith('|');
  return {
    entry: (entry) => tests.some((test) => test.entry(entry)) === wanted,
    line: (line) => tests.some((test) => test.line(line)) === wanted,
  };
}

function contains(text: string): CompiledLineFilter {
  const bytes = Buffer.from(text);
  return { entry: (entry) => entry.lineIncludes(bytes), line: (line) => line.includes(text) };
}

function matches(pattern: string): CompiledLineFilter {
  const regex = compileRegex(pattern);
  return { entry: (entry) => regex.test(entry.line), line: (line) => regex.test(line) };
}
