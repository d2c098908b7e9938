/**
 * The line formats of the kubelet's log (Go's klog):
 *
 *     I1123 23:15:38.571940   18848 container_gc.go:85] attempting to delete unused containers      text, up to 1.20
 *     I1123 23:15:38.571940   18848 scope.go:110] "RemoveContainer" containerID="d02a…"             structured, from 1.21
 *     {"ts":1676363919199.718,"caller":"…","msg":"RemoveContainer","v":0,"containerID":"d02a…"}     `logging.format: json`
 *
 * Pure. The time of a text line has neither year nor zone: see `klog-time.ts`.
 */
export interface KlogLine {
  /** Wall clock of the header; null in JSON lines, which carry a full time. */
  wall: WallTime | null;
  /** Nanoseconds since 1970; null in text lines. */
  time: bigint | null;
  /** The message; of structured lines without its quotes and values. */
  message: string;
  /** Key and value pairs of structured and JSON lines; undefined where the line is unstructured text. */
  values: Record<string, string> | undefined;
}

/** A klog header's time as it stands: month 1–12, no year, no zone. */
export interface WallTime {
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  micros: number;
}

const header = /^[IWEF](\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{6})\s+\d+ [^\]\s]+:\d+\] /;

/** One line of the kubelet's log; undefined where it is none (a continuation line, a broken one, another program's). */
export function parseKlog(line: string): KlogLine | undefined {
  if (line.startsWith('{')) {
    return parseJson(line);
  }
  const m = header.exec(line);
  if (!m) {
    return undefined;
  }
  const [month, day, hour, minute, second, micros] = m.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) {
    return undefined;
  }
  const rest = line.slice(m[0].length).trimEnd();
  return { wall: { month, day, hour, minute, second, micros }, time: null, ...parseBody(rest) };
}

/** The text after a header: a quoted message with its pairs, or plain text. */
function parseBody(text: string): Pick<KlogLine, 'message' | 'values'> {
  const end = text.startsWith('"') ? endOfQuoted(text, 0) : -1;
  if (end < 0 || (end < text.length && text[end] !== ' ')) {
    return { message: text, values: undefined };
  }
  return { message: unquote(text.slice(0, end)), values: parsePairs(text.slice(end)) };
}

function parseJson(line: string): KlogLine | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined; // a line cut short, or not the kubelet's: nothing to learn from it
  }
  if (typeof parsed !== 'object' || parsed === null) {
    return undefined;
  }
  const { ts, msg, ...rest } = parsed as Record<string, unknown>;
  if (typeof ts !== 'number' || typeof msg !== 'string' || !(ts > 0 && ts < 1e14)) {
    return undefined;
  }
  const values: Record<string, string> = {};
  for (const [key, value] of Object.entries(rest)) {
    values[key] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  return { wall: null, time: BigInt(Math.round(ts * 1000)) * 1000n, message: msg.trimEnd(), values };
}

const pairStart = /\s*([A-Za-z_][\w./-]*)=/y;

function parsePairs(text: string): Record<string, string> {
  const values: Record<string, string> = {};
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
    values[m[1]] = raw.startsWith('"') ? unquote(raw) : raw;
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

/** Index just past the closing quote of the quoted text at `from`; -1 where it is not closed. */
function endOfQuoted(text: string, from: number): number {
  for (let i = from + 1; i < text.length; i++) {
    if (text[i] === '\\') {
      i++;
    } else if (text[i] === '"') {
      return i + 1;
    }
  }
  return -1;
}

/** Go's quoting is JSON's but for a few escapes; what JSON cannot read stays as it is, without its quotes. */
function unquote(quoted: string): string {
  try {
    const parsed: unknown = JSON.parse(quoted);
    return typeof parsed === 'string' ? parsed : quoted;
  } catch {
    return quoted.replace(/^"|"$/g, '');
  }
}
