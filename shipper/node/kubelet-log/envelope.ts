import { endOfQuoted, unquote } from './quoted';

/**
 * Finds what the kubelet wrote in a line as it lies on a node. Between the kubelet and the file stand syslog, journald,
 * a container runtime, a supervisor such as k0s or k3s, or another shipper, and each puts something around the line:
 *
 *     Nov 28 19:53:14 node-1 kubelet[286]: I1128 19:53:14.571940     286 eviction_manager.go:366] "Eviction…" …
 *     <30>1 2026-11-28T19:53:14.6+09:00 node-1 kubelet 286 - - {"ts":1795899194571.9,"msg":"RemoveContainer",…}
 *     time="2026-11-28T10:53:14Z" level=info msg="I1128 10:53:14.571940     286 … \"Eviction…\"" component=kubelet
 *     {"log":"I1128 10:53:14.571940     286 …\n","stream":"stderr","time":"2026-11-28T10:53:14.6Z"}
 *     2026-11-28T10:53:14.6Z stderr F I1128 10:53:14.571940     286 …
 *     MESSAGE=I1128 10:53:14.571940     286 …                                    (journalctl --output=export)
 *
 * Nothing is assumed about those programs: a klog header, or a JSON object with `ts` and `msg`, is looked for behind any
 * text, inside quotes (whose escapes are undone) and inside the texts of a JSON object, nested up to `MAX_DEPTH`.
 * Pure, and linear in the length of the line.
 */
export interface Envelope {
  /** From the klog header on; of a JSON line empty. */
  text: string;
  /** The kubelet's own JSON object, where it logs in that format. */
  object: Fields | undefined;
  /** When the surrounding program had the line: milliseconds since 1970; undefined where it does not tell in full. */
  writtenMs: number | undefined;
  /** A date and time without a zone (`2026/11/28 19:53:14`), taken as UTC: it tells the year. */
  dateMs: number | undefined;
}

export type Fields = Readonly<Record<string, unknown>>;
type Times = Pick<Envelope, 'writtenMs' | 'dateMs'>;

const MAX_DEPTH = 4;
/** Whatever surrounds a line as text begins within so many characters. */
const MAX_PREFIX = 4096;
/** Longer lines are not read: the longest that matters, a list of all pods of a node, has some 30 KB. */
export const MAX_LINE = 256 * 1024;

const header = /(?<![A-Za-z0-9])[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{6}\s+\d+ [^\]\s]+:\d+\] /;
/** What colours a text on a terminal. */
const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/** @returns undefined for a line that no kubelet wrote */
export function openEnvelope(line: string): Envelope | undefined {
  return line.length > MAX_LINE ? undefined : open(line, MAX_DEPTH);
}

function open(line: string, depth: number): Envelope | undefined {
  if (depth === 0) {
    return undefined;
  }
  const text = line.includes('\u001b[') ? line.replace(colours, '') : line;
  const start = text.slice(0, MAX_PREFIX);
  const klogAt = start.search(header);
  const objectAt = start.indexOf('{');
  if (objectAt >= 0 && (klogAt < 0 || objectAt < klogAt)) {
    const opened = openAt(text, objectAt, depth, () => openObject(text, objectAt, depth));
    if (opened !== undefined || klogAt < 0) {
      return opened;
    }
  }
  return klogAt < 0
    ? undefined
    : openAt(text, klogAt, depth, () => ({ text: text.slice(klogAt).trimEnd(), object: undefined, ...none }));
}

/** What begins at `index`, or what the quotes around it hold; with the times that stand before and behind. */
function openAt(text: string, index: number, depth: number, take: () => Envelope | undefined): Envelope | undefined {
  const quote = openQuote(text, index);
  if (quote < 0) {
    return withTimes(take(), timesIn(text.slice(0, index)));
  }
  const end = endOfQuoted(text, quote);
  // A line that was cut short still has its beginning.
  const quoted = end < 0 ? `${text.slice(quote).replace(/\\$/, '')}"` : text.slice(quote, end);
  const around = `${text.slice(0, quote)} ${end < 0 ? '' : text.slice(end, end + MAX_PREFIX)}`;
  return withTimes(open(unquote(quoted), depth - 1), timesIn(around));
}

/** Where the quotes begin that `index` lies in; -1 where it lies in none. */
function openQuote(text: string, index: number): number {
  let quote = -1;
  for (let i = 0; i < index; i++) {
    if (text[i] === '\\') {
      i++;
    } else if (text[i] === '"') {
      quote = quote < 0 ? i : -1;
    }
  }
  return quote;
}

/** In which field of an object other programs keep the line, and in which the time. */
const lineFields = ['log', 'MESSAGE', 'message', 'msg'];
const timeFields = ['__REALTIME_TIMESTAMP', 'time', '@timestamp', 'timestamp', 'ts'];

function openObject(text: string, index: number, depth: number): Envelope | undefined {
  const object = parseObject(text.slice(index));
  if (object === undefined) {
    return undefined;
  }
  for (const name of lineFields) {
    const inner = Object.hasOwn(object, name) ? object[name] : undefined;
    const opened = typeof inner === 'string' ? open(inner, depth - 1) : undefined;
    if (opened !== undefined) {
      return withTimes(opened, timesOf(object));
    }
  }
  return typeof object.msg === 'string' && (typeof object.ts === 'number' || typeof object.ts === 'string')
    ? { text: '', object, ...none }
    : undefined;
}

function parseObject(text: string): Fields | undefined {
  try {
    const parsed: unknown = JSON.parse(text.slice(0, text.lastIndexOf('}') + 1));
    return isFields(parsed) ? parsed : undefined;
  } catch {
    return undefined; // cut short, or no JSON at all
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const none: Times = { writtenMs: undefined, dateMs: undefined };

/** The times nearest to the line count: those of an inner envelope before those of an outer one. */
function withTimes(envelope: Envelope | undefined, times: Times): Envelope | undefined {
  return (
    envelope && {
      ...envelope,
      writtenMs: envelope.writtenMs ?? times.writtenMs,
      dateMs: envelope.dateMs ?? times.dateMs,
    }
  );
}

function timesOf(object: Fields): Times {
  for (const name of timeFields) {
    const value = Object.hasOwn(object, name) ? object[name] : undefined;
    const times = typeof value === 'string' ? timesIn(value) : typeof value === 'number' ? epoch(String(value)) : none;
    if (times.writtenMs !== undefined || times.dateMs !== undefined) {
      return times;
    }
  }
  return none;
}

const dateTime =
  /(?<!\d)(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?: ?(Z|UTC|GMT|[+-]\d\d:?\d\d)(?![A-Za-z0-9]))?/;

/** The first time that a surrounding text tells with its date. */
export function timesIn(text: string): Times {
  const m = dateTime.exec(text);
  if (!m) {
    return epoch(text);
  }
  const [, year, month, day, hour, minute, second, fraction = '0', zone] = m;
  const ms =
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) +
    Number(`0.${fraction}`) * 1000;
  return zone === undefined
    ? { writtenMs: undefined, dateMs: ms }
    : { writtenMs: ms - zoneMs(zone), dateMs: undefined };
}

function zoneMs(zone: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** Seconds since 1970 with a fraction (`journalctl --output=short-unix`), or micro- and milliseconds (journald's fields). */
function epoch(text: string): Times {
  const [, seconds, fraction = ''] = /(?<![\d.])([12]\d{9})(?:\.?(\d{3,9}))?(?![\d.])/.exec(text) ?? [];
  return seconds === undefined || (fraction === '' && text.trim() !== seconds)
    ? none
    : { writtenMs: Number(seconds) * 1000 + Number(`0.${fraction || '0'}`) * 1000, dateMs: undefined };
}
