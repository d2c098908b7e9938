import { badRequest } from '../../common/request-error';
import type { StoredEntry } from '../../storage/entry';
import type { LineFilter } from '../syntax/ast';
import { compileIp } from '../matching/ip';
import { linePattern } from '../parsers/pattern';
import { compileRegex } from '../matching/regex';

/** A line filter in two forms: on the entry as it lies in the database, and on a line that was changed since. */
export interface CompiledLineFilter {
  entry(entry: StoredEntry): boolean;
  line(line: string): boolean;
}

/** Alternatives: with `|=`, `|~` and `|>` one has to match, with `!=`, `!~` and `!>` none may. */
export function compileLineFilter({ op, alternatives }: LineFilter): CompiledLineFilter {
  const tests = alternatives.map(({ value, ip }) => (ip ? address(op, value) : compileTest(op, value)));
  const wanted = op.startsWith('|');
  return {
    entry: (entry) => tests.some((test) => test.entry(entry)) === wanted,
    line: (line) => tests.some((test) => test.line(line)) === wanted,
  };
}

function compileTest(op: LineFilter['op'], value: string): CompiledLineFilter {
  switch (op) {
    case '|=':
    case '!=': {
      const bytes = Buffer.from(value);
      return { entry: (entry) => entry.lineIncludes(bytes), line: (line) => line.includes(value) };
    }
    case '|~':
    case '!~': {
      const regex = compileRegex(value);
      return onLine((line) => regex.test(line));
    }
    default:
      return onLine(linePattern(value));
  }
}

function address(op: LineFilter['op'], pattern: string): CompiledLineFilter {
  if (op !== '|=' && op !== '!=') {
    throw badRequest('ip: invalid operation');
  }
  return onLine(compileIp(pattern));
}

function onLine(test: (line: string) => boolean): CompiledLineFilter {
  return { entry: (entry) => test(entry.line), line: test };
}
