/** A JavaScript pattern that means what an RE2 pattern means. */
export interface Translation {
  source: string;
  flags: string;
  /** Repetitions without an upper bound: a backtracking matcher may try every length of each. */
  unbounded: number;
  /** How many ways there are through the rest of the pattern, at most. */
  paths: number;
}

const groupStart = /\((?:\?(?:P?<([a-zA-Z_][a-zA-Z0-9_]*)>|(:)))?/y;
const repetition = /(?:[*+?]|\{\d+(?:,\d*)?\})\??/y;
const sameInBoth = /\\[dDwWbBfnrtv.*+?()[\]{}|^$/\\]/y;
const punctuation = /\\([!-/:-@[-`{-~])/y;
const flagsAtStart = /^\(\?([is]+)\)/;
const space = '\\t\\n\\f\\r ';

/**
 * RE2 to JavaScript, for the patterns that people write; undefined for what JavaScript has no equal of (`\pN` of other
 * Unicode tables, `[[:alpha:]]`, inner flags, multi-line mode, …) and for repetitions of what itself has several ways to
 * match, as `(a|a)*`, on which a backtracking matcher could spend exponential time. `pattern` is valid RE2; `dotAll`: `.`
 * matches newlines too.
 */
export function translate(pattern: string, dotAll: boolean): Translation | undefined {
  const start = flagsAtStart.exec(pattern);
  const flags = start?.[1] ?? '';
  const translator = new Translator(pattern.slice(start?.[0].length ?? 0), dotAll || flags.includes('s'));
  const source = translator.run();
  return source === undefined ? undefined : { source, flags: flags.includes('i') ? 'iu' : 'u', ...translator.cost() };
}

/** A group that is open: how many alternatives it has so far, and whether anything in it can match in several ways. */
interface Group {
  branches: number;
  varies: boolean;
}

class Translator {
  private at = 0;
  private out = '';
  private readonly groups: Group[] = [{ branches: 1, varies: false }];
  /** Whether what was read last can match in more than one way. */
  private lastVaries = false;
  private unbounded = 0;
  private paths = 1;

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

  cost(): Pick<Translation, 'unbounded' | 'paths'> {
    return { unbounded: this.unbounded, paths: this.paths * this.innermost().branches };
  }

  private step(): boolean {
    switch (this.pattern[this.at]) {
      case '|':
        this.at++;
        this.out += '|';
        this.innermost().branches++;
        return true;
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
    this.groups.push({ branches: 1, varies: false });
    return true;
  }

  private closeGroup(): boolean {
    this.at++;
    this.out += ')';
    const { branches, varies } = this.groups.pop() ?? this.innermost();
    this.paths *= branches;
    this.lastVaries = varies || branches > 1;
    this.innermost().varies ||= this.lastVaries;
    return true;
  }

  private repeat(): boolean {
    const match = this.take(repetition);
    const isOptional = match?.[0].startsWith('?') ?? false;
    if (!match || (this.lastVaries && !isOptional)) {
      return false;
    }
    this.out += match[0];
    const [, least = '0', comma, most = ''] = /^\{(\d+)(,(\d*))?/.exec(match[0]) ?? [];
    const isBounded = isOptional || (match[0].startsWith('{') && (comma === undefined || most !== ''));
    this.unbounded += isBounded ? 0 : 1;
    this.paths *= isOptional ? 2 : Math.max(Number(most || least), 1);
    this.lastVaries = true;
    this.innermost().varies = true;
    return true;
  }

  private innermost(): Group {
    // The first group is the whole pattern; it is never closed.
    return this.groups.at(-1) ?? { branches: 1, varies: false };
  }

  private atom(source: string | undefined): boolean {
    if (source === undefined) {
      return false;
    }
    this.out += source;
    this.lastVaries = false;
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
