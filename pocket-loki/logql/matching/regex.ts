import { RE2JS } from 're2js';
import { errorText } from '../../common/error-text';
import { badRequest } from '../../common/request-error';
import { type Translation, translate } from './regex-translate';

/** A compiled regular expression of a query. LogQL's are RE2's (https://github.com/google/re2/wiki/Syntax). */
export interface Regex {
  test(text: string): boolean;
  /** The matches in the text that do not overlap. */
  matches(text: string): Iterable<RegexMatch>;
  /** The groups that have a name. */
  readonly names: ReadonlyArray<{ name: string; group: number }>;
}

export interface RegexMatch {
  index: number;
  /** The text of each group, the whole match first; undefined for a group that took no part. */
  groups: ReadonlyArray<string | undefined>;
}

/**
 * Compiles an RE2 pattern. JavaScript's own matcher is many times faster, but it backtracks: it is used where it means the
 * same and the worst it could do on the text at hand is bounded. On all other texts RE2 runs, in linear time.
 *
 * @throws RequestError 400 where the pattern is not valid RE2
 */
export function compileRegex(pattern: string): Regex {
  return compile(pattern, pattern, false, (source) => source);
}

/** A pattern that has to match all of a text, as in `{a=~"…"}`; newlines are characters like others. */
export function compileAnchored(pattern: string): Regex {
  return compile(pattern, `^(?s:${pattern})$`, true, (source) => `^(?:${source})$`);
}

function compile(written: string, meant: string, dotAll: boolean, wrap: (source: string) => string): Regex {
  // The pattern as it was written is compiled first, so that an error speaks of that one.
  parse(written);
  const re2 = parse(meant);
  const names = Object.entries(re2.namedGroups()).map(([name, group]) => ({ name, group }));
  const translation = translate(written, dotAll);
  const native = translation && tryNative(wrap(translation.source), translation.flags);
  const linear = new Re2Regex(re2, names);
  return native ? new BoundedRegex(native, longestText(translation, dotAll), linear) : linear;
}

function parse(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw badRequest(errorText(error));
  }
}

/** What JavaScript's matcher may spend on one text: some milliseconds. */
const maxSteps = 1_000_000;

/**
 * The longest text on which backtracking stays below `maxSteps`: from each start, each way through the pattern, with each
 * length of each repetition.
 */
function longestText({ unbounded, paths }: Translation, anchored: boolean): number {
  const dimensions = unbounded + (anchored ? 0 : 1);
  return dimensions === 0 && paths <= maxSteps ? Infinity : Math.floor((maxSteps / paths) ** (1 / dimensions));
}

function tryNative(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, `${flags}g`);
  } catch {
    // Valid RE2 that is no valid JavaScript: then the other matcher takes it.
    return undefined;
  }
}

class BoundedRegex implements Regex {
  constructor(
    private readonly regex: RegExp,
    private readonly longest: number,
    private readonly linear: Re2Regex
  ) {}

  get names(): Regex['names'] {
    return this.linear.names;
  }

  test(text: string): boolean {
    if (text.length > this.longest) {
      return this.linear.test(text);
    }
    this.regex.lastIndex = 0;
    return this.regex.test(text);
  }

  *matches(text: string): Iterable<RegexMatch> {
    if (text.length > this.longest) {
      yield* this.linear.matches(text);
      return;
    }
    for (const match of text.matchAll(this.regex)) {
      yield { index: match.index, groups: match };
    }
  }
}

class Re2Regex implements Regex {
  constructor(
    private readonly regex: RE2JS,
    readonly names: Regex['names']
  ) {}

  test(text: string): boolean {
    return this.regex.test(text);
  }

  *matches(text: string): Iterable<RegexMatch> {
    const matcher = this.regex.matcher(text);
    while (matcher.find()) {
      const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? undefined);
      yield { index: matcher.start(), groups };
    }
  }
}
