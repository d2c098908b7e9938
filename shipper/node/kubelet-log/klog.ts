import { type Envelope, type Fields, openEnvelope } from './envelope';
import { endOfQuoted, unquote } from './quoted';

/**
 * The line formats of the kubelet's log (Go's klog):
 *
 *     I1123 23:15:38.571940   18848 container_gc.go:85] attempting to delete unused containers      text, up to 1.20
 *     I1123 23:15:38.571940   18848 scope.go:110] "RemoveContainer" containerID="d02a…"             structured, from 1.21
 *     {"ts":1676363919199.718,"caller":"…","msg":"RemoveContainer","v":0,"containerID":"d02a…"}     `logging.format: json`
 *
 * Whatever other programs put around such a line is taken off first (`envelope.ts`). Pure. The time of a text line has
 * neither year nor zone: see `klog-time.ts`.
 */
export interface KlogLine {
  /** Wall clock of the header; null in JSON lines, which carry a full time. */
  wall: WallTime | null;
  /** Nanoseconds since 1970; null in text lines. */
  time: bigint | null;
  /** When a surrounding program had the line, milliseconds since 1970; undefined where none tells. */
  writtenMs: number | undefined;
  /** A surrounding date and time without a zone, taken as UTC; undefined where there is none. */
  dateMs: number | undefined;
  /** The message; of structured lines without its quotes and values. */
  message: string;
  /** Key and value pairs of structured and JSON lines; undefined where the line is unstructured text. */
  values: Values | undefined;
}

/** By key; a map, because the keys come from outside. */
export type Values = ReadonlyMap<string, string>;

/** A klog header's time as it stands: month 1–12, no year, no zone. */
export interface WallTime {
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  micros: number;
}

const header = /^[IWEF](\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{6})\s+\d+ [^\]\s]+:\d+\] ?/;

/** One line of the kubelet's log; undefined where it is none (a continuation line, a broken one, another program's). */
export function parseKlog(line: string): KlogLine | undefined {
  const envelope = openEnvelope(line);
  return envelope && (envelope.object ? parseObject(envelope, envelope.object) : parseText(envelope));
}

function parseText({ text, writtenMs, dateMs }: Envelope): KlogLine | undefined {
  const m = header.exec(text);
  if (!m) {
    return undefined;
  }
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0, micros = 0] = m.slice(1).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) {
    return undefined;
  }
  const wall = { month, day, hour, minute, second, micros };
  return { wall, time: null, writtenMs, dateMs, ...parseBody(text.slice(m[0].length)) };
}

/** The text after a header: a quoted message with its pairs, or plain text. */
function parseBody(text: string): Pick<KlogLine, 'message' | 'values'> {
  const end = text.startsWith('"') ? endOfQuoted(text, 0) : -1;
  if (end < 0 || (end < text.length && text[end] !== ' ')) {
    return { message: text, values: undefined };
  }
  return { message: unquote(text.slice(0, end)), values: parsePairs(text.slice(end)) };
}

function parseObject({ writtenMs, dateMs }: Envelope, { ts, msg, ...rest }: Fields): KlogLine | undefined {
  const ms = typeof ts === 'number' ? ts : typeof ts === 'string' ? Date.parse(ts) : NaN;
  if (typeof msg !== 'string' || !(ms > 0 && ms < 1e14)) {
    return undefined;
  }
  return {
    wall: null,
    time: BigInt(Math.round(ms * 1000)) * 1000n,
    writtenMs,
    dateMs,
    message: msg.trimEnd(),
    values: new Map(
      Object.entries(rest).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)])
    ),
  };
}

const pairStart = /\s*([A-Za-z_][\w./-]*)=/y;

function parsePairs(text: string): Values {
  const values = new Map<string, string>();
  let at = 0;
  for (;;) {
    pairStart.lastIndex = at;
    const m = pairStart.exec(text);
    if (!m?.[1]) {
      return values;
    }
    const from = at + m[0].length;
    const to = endOfValue(text, from);
    const raw = text.slice(from, to);
    values.set(m[1], raw.startsWith('"') ? unquote(raw) : raw);
    at = to;
  }
}

/** Index just past the value that starts at `from`: quoted, bracketed, or up to the next space. */
function endOfValue(text: string, from: number): number {
  const first = text[from];
  if (first === '"') {
    const end = endOfQuoted(text, from);
    return end < 0 ? text.length : end;
  }
  if (first !== '[' && first !== '{') {
    const space = text.indexOf(' ', from);
    return space < 0 ? text.length : space;
  }
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const c = text[i];
    if (c === '"') {
      const end = endOfQuoted(text, i);
      if (end < 0) {
        return text.length;
      }
      i = end - 1;
    } else if (c === '[' || c === '{') {
      depth++;
    } else if ((c === ']' || c === '}') && --depth === 0) {
      return i + 1;
    }
  }
  return text.length;
}
