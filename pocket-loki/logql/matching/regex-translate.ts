/** A JavaScript pattern that means what an RE2 pattern means. */
export interface Translation {
  source: string;
  flags: string;
}

const groupStart = /\((?:\?(?:P?<([a-zA-Z_][a-zA-Z0-9_]*)>|(:)))?/y;
const repetition = /(?:[*+?]|\{\d+(?:,\d*)?\})\??/y;
const sameInBoth = /\\[dDwWbBfnrtv.*+?()[\]{}|^$/\\]/y;
const punctuation = /\\([!-/:-@[-`{-~])/y;
const flagsAtStart = /^\(\?([is]+)\)/;
const space = '\\t\\n\\f\\r ';

/**
 * RE2 to JavaScript, for the patterns that people write; undefined for what JavaScript has no equal of (`\pN` of other
 * Unicode tables, `[[:alpha:]]`, inner flags, multi-line mode, …) and for repetitions of repetitions, on which a
 * backtracking matcher could spend for ever. `pattern` is valid RE2; `dotAll`: `.` matches newlines too.
 */
export function translate(pattern: string, dotAll: boolean): Translation | undefined {
  const start = flagsAtStart.exec(pattern);
  const flags = start?.[1] ?? '';
  const translator = new Translator(pattern.slice(start?.[0].length ?? 0), dotAll || flags.includes('s'));
  const source = translator.run();
  return source === undefined ? undefined : { source, flags: flags.includes('i') ? 'iu' : 'u' };
}

class Translator {
  private at = 0;
  private out = '';
  /** For each open group: whether there is a repetition in it. */
  private readonly repeats: boolean[] = [false];
  private lastRepeats = false;

  constructor(
    private readonly pattern: string,
    private readonly dotAll: boolean
  ) {}

  run(): string | undefined {
    while (this.at < this.pattern.length) {
      if (!this.step()) {
        return undefined;
      }
    }
    return this.out;
  }

  private step(): boolean {
    switch (this.pattern[this.at]) {
      case '(':
        return this.openGroup();
      case ')':
        return this.closeGroup();
      case '[':
        return this.characterClass();
      case '\\':
        return this.atom(this.escape(false));
      case '.':
        this.at++;
        // JavaScript's dot leaves out more line ends than the newline.
        return this.atom(this.dotAll ? '[^]' : '[^\\n]');
      case '*':
      case '+':
      case '?':
      case '{':
        return this.repeat();
      default:
        return this.atom(this.literal());
    }
  }

  private openGroup(): boolean {
    const match = this.take(groupStart);
    if (!match || this.pattern[this.at] === '?') {
      return false;
    }
    this.out += match[1] === undefined ? match[0] : `(?<${match[1]}>`;
    this.repeats.push(false);
    return true;
  }

  private closeGroup(): boolean {
    this.at++;
    this.out += ')';
    this.lastRepeats = this.repeats.pop() ?? false;
    this.markRepeats(this.lastRepeats);
    return true;
  }

  private repeat(): boolean {
    const match = this.take(repetition);
    if (!match || this.lastRepeats) {
      return false;
    }
    this.out += match[0];
    this.markRepeats(!match[0].startsWith('?'));
    return true;
  }

  private markRepeats(repeats: boolean): void {
    const open = this.repeats.length - 1;
    this.repeats[open] = (this.repeats[open] ?? false) || repeats;
  }

  private atom(source: string | undefined): boolean {
    if (source === undefined) {
      return false;
    }
    this.out += source;
    this.lastRepeats = false;
    return true;
  }

  private literal(): string {
    const char = String.fromCodePoint(this.pattern.codePointAt(this.at) ?? 0);
    this.at += char.length;
    return char === '}' || char === ']' ? `\\${char}` : char;
  }

  private escape(inClass: boolean): string | undefined {
    const next = this.pattern[this.at + 1];
    if (next === 's' || (next === 'S' && !inClass)) {
      this.at += 2;
      return inClass ? space : next === 's' ? `[${space}]` : `[^${space}]`;
    }
    // In a class `\b` is no word boundary in JavaScript, and nothing in RE2.
    const same = inClass && next?.toLowerCase() === 'b' ? undefined : this.take(sameInBoth);
    if (same) {
      return same[0];
    }
    const plain = this.take(punctuation);
    return plain?.[1] === '-' && inClass ? '\\-' : plain?.[1];
  }

  private characterClass(): boolean {
    let source = '[';
    this.at++;
    if (this.pattern[this.at] === '^') {
      source += '^';
      this.at++;
    }
    let first = true;
    while (first || this.pattern[this.at] !== ']') {
      const char = this.pattern[this.at];
      const part = char === '\\' ? this.escape(true) : this.classLiteral();
      if (char === undefined || part === undefined) {
        return false;
      }
      source += part;
      first = false;
    }
    this.at++;
    return this.atom(`${source}]`);
  }

  private classLiteral(): string | undefined {
    if (this.pattern.startsWith('[:', this.at)) {
      return undefined;
    }
    const char = String.fromCodePoint(this.pattern.codePointAt(this.at) ?? 0);
    this.at += char.length;
    return char === '[' || char === ']' || char === '^' ? `\\${char}` : char;
  }

  private take(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.at;
    const match = expression.exec(this.pattern);
    if (match) {
      this.at = expression.lastIndex;
    }
    return match ?? undefined;
  }
}
