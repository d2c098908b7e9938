import type { LogEntry } from '../../log-entry';
import type { LokiQuestion, LokiReply } from '../plan';

/** A line with the labels of its stream, and the metadata of its own. */
export interface StoredLine {
  ns: bigint;
  line: string;
  labels: Record<string, string>;
  metadata?: Record<string, string>;
}

/**
 * As much of a Loki as a look-up asks of one: stream selectors, `|=`, `|~`, label filters with `and`, `or` and brackets,
 * and counting by labels. It holds a few lines in memory, and notes what it was asked.
 */
export class MemoryLoki {
  readonly asked: LokiQuestion[] = [];
  readonly lines: StoredLine[] = [];
  /** Refuses to count more combinations than these, as Loki's `max_query_series` does. */
  maxSeries = 500;

  readonly ask = async (question: LokiQuestion): Promise<LokiReply | undefined> => {
    this.asked.push(question);
    const found = this.find(question);
    if (question.by !== undefined) {
      const groups = grouped(found, question.by);
      return groups.length > this.maxSeries ? undefined : { entries: groups, isPart: false };
    }
    return { entries: found.slice(0, question.limit), isPart: false };
  };

  /** Newest first. */
  private find({ query, from, to }: LokiQuestion): LogEntry[] {
    const { selector, filters } = parse(query);
    return this.lines
      .filter(({ ns }) => ns >= from && ns < to)
      .filter(({ labels }) => selector(labels))
      .map(({ ns, line, labels, metadata }) => ({ ns, line, fields: { ...labels, ...metadata } }))
      .filter((entry) => filters.every((filter) => filter(entry)))
      .sort((a, b) => (a.ns < b.ns ? 1 : a.ns > b.ns ? -1 : 0));
  }
}

function grouped(entries: readonly LogEntry[], by: readonly string[]): LogEntry[] {
  const groups = new Map<string, { fields: Record<string, string>; ns: bigint; count: number }>();
  for (const { fields, ns } of entries) {
    const some = Object.fromEntries(by.flatMap((name) => (fields[name] ? [[name, fields[name]]] : [])));
    const key = JSON.stringify(some);
    const group = groups.get(key) ?? { fields: some, ns, count: 0 };
    group.count++;
    groups.set(key, group);
  }
  return [...groups.values()].map(({ fields, ns, count }) => ({ fields, ns, line: `${count}` }));
}

type Fields = Readonly<Record<string, string | undefined>>;

function parse(query: string): { selector: (fields: Fields) => boolean; filters: Array<(entry: LogEntry) => boolean> } {
  const tokens = new Tokens(query);
  tokens.expect('{');
  const matchers: Array<(fields: Fields) => boolean> = [];
  do {
    matchers.push(tokens.matcher());
  } while (tokens.take(','));
  tokens.expect('}');
  const filters: Array<(entry: LogEntry) => boolean> = [];
  while (!tokens.isEnd) {
    if (tokens.take('|=')) {
      const text = tokens.text();
      filters.push(({ line }) => line.includes(text));
    } else if (tokens.take('|~')) {
      const text = tokens.text();
      const pattern = new RegExp(text.replace(/^\(\?i\)/, ''), text.startsWith('(?i)') ? 'i' : '');
      filters.push(({ line }) => pattern.test(line));
    } else {
      tokens.expect('|');
      const filter = tokens.either();
      filters.push(({ fields }) => filter(fields));
    }
  }
  return { selector: (fields) => matchers.every((matches) => matches(fields)), filters };
}

class Tokens {
  private readonly tokens: string[];

  constructor(query: string) {
    this.tokens = query.match(/"(?:\\.|[^"\\])*"|\|=|\|~|=~|!~|!=|[{}(),|=]|\w+/g) ?? [];
  }

  get isEnd(): boolean {
    return this.tokens.length === 0;
  }

  take(token: string): boolean {
    const isNext = this.tokens[0] === token;
    if (isNext) {
      this.tokens.shift();
    }
    return isNext;
  }

  expect(token: string): void {
    if (!this.take(token)) {
      throw new Error(`expected ${token} before ${this.tokens.join(' ')}`);
    }
  }

  text(): string {
    return String(JSON.parse(this.next()));
  }

  either(): (fields: Fields) => boolean {
    const all = [this.both()];
    while (this.take('or')) {
      all.push(this.both());
    }
    return (fields) => all.some((matches) => matches(fields));
  }

  private both(): (fields: Fields) => boolean {
    const all = [this.one()];
    while (this.take('and')) {
      all.push(this.one());
    }
    return (fields) => all.every((matches) => matches(fields));
  }

  private one(): (fields: Fields) => boolean {
    if (!this.take('(')) {
      return this.matcher();
    }
    const inner = this.either();
    this.expect(')');
    return inner;
  }

  /** What is not there is the empty text, as in Loki. */
  matcher(): (fields: Fields) => boolean {
    const [name, operator, text] = [this.next(), this.next(), this.text()];
    const pattern = new RegExp(`^(?:${text})$`, 's');
    switch (operator) {
      case '=':
        return (fields) => (fields[name] ?? '') === text;
      case '!=':
        return (fields) => (fields[name] ?? '') !== text;
      case '=~':
        return (fields) => pattern.test(fields[name] ?? '');
      case '!~':
        return (fields) => !pattern.test(fields[name] ?? '');
      default:
        throw new Error(`unknown operator ${operator}`);
    }
  }

  private next(): string {
    return this.tokens.shift() ?? '';
  }
}
