import { badRequest } from '../../common/request-error';
import type { StoredEntry } from '../../storage/block';
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
      const search = new LineSearch(Buffer.from(value));
      return { entry: (entry) => search.finds(entry), line: (line) => line.includes(value) };
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

/**
 * Looks for bytes in one line after the other. Lines lie one behind the other in their block, so while the search goes
 * forward in one the place found last tells of all lines before it.
 */
class LineSearch {
  private block: StoredEntry['block'] | undefined;
  private index = -1;
  /** Undefined where it is not known. */
  private at: number | undefined;

  constructor(private readonly bytes: Buffer) {}

  finds({ block, index }: StoredEntry): boolean {
    const goesForward = block === this.block && index > this.index && this.bytes.length > 0;
    this.block = block;
    this.index = index;
    if (!goesForward) {
      this.at = undefined;
      return block.lineBytes(index).includes(this.bytes);
    }
    const [start, end] = [block.lineStart(index), block.lineEnd(index)];
    let at = this.at === undefined || this.at < start ? block.indexOf(this.bytes, start) : this.at;
    // What lies over the border of two lines is in neither.
    while (at < end && at + this.bytes.length > end) {
      at = block.indexOf(this.bytes, at + 1);
    }
    this.at = at;
    return at < end;
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
