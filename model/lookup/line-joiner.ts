import type { LogEntry } from '../log-entry';
import { isForeignLine, streamOf } from './line-origin';
import type { Origin, Origins } from './origins';

/** A line as the container wrote it. */
export interface LogLine {
  ns: bigint;
  text: string;
  origin: Origin;
  /** The entry it came in; the first one where it came in pieces. */
  entry: LogEntry;
}

interface Pieces {
  first: LogEntry;
  texts: string[];
  length: number;
}

/** What a line without end may take in memory before it is given out in parts. */
const MAX_LENGTH = 16 * 1024 * 1024;
/** Lines that wait for an earlier one to end: with more than these it is given up to be in order. */
const MAX_WAITING = 100_000;

const byTime = (a: LogLine, b: LogLine) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0);

/**
 * Makes lines of entries that come in the order of time: puts the pieces together that a line longer than Loki's limit
 * was cut into, drops entries that came twice (sent again after a time-out), and counts for each container run.
 */
export class LineJoiner {
  private readonly open = new Map<string, Pieces>();
  private now = -1n;
  /** What came at this nanosecond; nearly always it is one entry, and no map is needed. */
  private firstNow = '';
  private firstStream = '';
  private readonly othersNow = new Map<string, string[]>();
  /** Lines that ended while one that began before them had not. */
  private waiting: LogLine[] = [];

  /** @param isOrdered lines wait for those that began before them, so that all come in the order of time */
  constructor(
    private readonly origins: Origins,
    private readonly isOrdered = true
  ) {}

  /** The lines that these entries end. */
  push(entries: readonly LogEntry[]): LogLine[] {
    const lines = this.waiting;
    this.waiting = [];
    for (const entry of entries) {
      const origin = this.origins.of(entry);
      if (!this.isDouble(entry, origin)) {
        const line = this.add(entry, origin, `${origin.key} ${streamOf(entry.fields)}`);
        if (line !== undefined) {
          lines.push(line);
        }
      }
    }
    return this.isOrdered ? this.inOrder(lines) : lines;
  }

  /** The lines whose last piece never came, and those that waited for them. */
  end(): LogLine[] {
    const rest = [...this.open.values()].map((pieces) => this.line(pieces, this.origins.of(pieces.first)));
    this.open.clear();
    const lines = [...this.waiting, ...rest];
    this.waiting = [];
    return lines.sort(byTime);
  }

  /** Those of the lines that nothing which began before them can come after. */
  private inOrder(lines: LogLine[]): LogLine[] {
    lines.sort(byTime);
    let earliest: bigint | undefined;
    for (const { first } of this.open.values()) {
      earliest = earliest === undefined || first.ns < earliest ? first.ns : earliest;
    }
    const held = earliest === undefined ? -1 : lines.findIndex(({ ns }) => ns >= (earliest ?? ns));
    if (held < 0 || lines.length - held > MAX_WAITING) {
      return lines;
    }
    this.waiting = lines.splice(held);
    return lines;
  }

  private add(entry: LogEntry, origin: Origin, source: string): LogLine | undefined {
    const open = this.open.get(source);
    const continues = entry.fields.continues === 'true';
    if (open === undefined && !continues) {
      return this.line({ first: entry, texts: [entry.line], length: 0 }, origin);
    }
    const pieces = open ?? { first: entry, texts: [], length: 0 };
    pieces.texts.push(entry.line);
    pieces.length += entry.line.length;
    if (continues && pieces.length < MAX_LENGTH) {
      this.open.set(source, pieces);
      return undefined;
    }
    this.open.delete(source);
    return this.line(pieces, origin);
  }

  private line({ first, texts }: Pieces, origin: Origin): LogLine {
    origin.lines++;
    origin.first = first.ns < origin.first ? first.ns : origin.first;
    origin.last = first.ns > origin.last ? first.ns : origin.last;
    origin.foreignLines += isForeignLine(first.fields) ? 1 : 0;
    origin.replaced += first.fields.replaced === 'utf8' ? 1 : 0;
    origin.unparsed += first.fields.format === 'unparsed' ? 1 : 0;
    return { ns: first.ns, text: texts.length === 1 ? (texts[0] ?? '') : texts.join(''), origin, entry: first };
  }

  /**
   * The same line of the same container run at the same nanosecond is the same line; where a shipper does not report stdout
   * from stderr, of either.
   */
  private isDouble(entry: LogEntry, origin: Origin): boolean {
    const key = `${origin.key} ${entry.line}`;
    const stream = streamOf(entry.fields) ?? '';
    if (entry.ns !== this.now) {
      this.now = entry.ns;
      this.firstNow = key;
      this.firstStream = stream;
      this.othersNow.clear();
      return false;
    }
    const isSame = (known: string) => known === stream || known === '' || stream === '';
    const others = this.othersNow.get(key);
    const isKnown = (key === this.firstNow && isSame(this.firstStream)) || others?.some(isSame) === true;
    if (others === undefined) {
      this.othersNow.set(key, [stream]);
    } else {
      others.push(stream);
    }
    return isKnown;
  }
}
