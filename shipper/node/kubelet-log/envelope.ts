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
/** What colours a text on a terminal, also as rsyslog writes its control characters (`#033`). */
const colours = new RegExp(`(?:${String.fromCharCode(27)}|#033)\\[[0-9;]*m`, 'g');
/** Braces that begin no object may stand before the one that is looked for. */
const MAX_OBJECTS = 4;

/** @returns undefined for a line that no kubelet wrote */
export function openEnvelope(line: string): Envelope | undefined {
  return line.length > MAX_LINE ? undefined : open(line, MAX_DEPTH);
}

function open(line: string, depth: number): Envelope | undefined {
  if (depth === 0) {
    return undefined;
  }
  const text = line.includes('\u001b[') || line.includes('#033[') ? line.replace(colours, ' ') : line;
  const start = text.slice(0, MAX_PREFIX);
  const klogAt = start.search(header);
  let objectAt = start.indexOf('{');
  for (let i = 0; i < MAX_OBJECTS && objectAt >= 0 && (klogAt < 0 || objectAt < klogAt); i++) {
    const index = objectAt;
    const opened = openAt(text, index, depth, () => openObject(text, index, depth));
    if (opened !== undefined) {
      return opened;
    }
    objectAt = start.indexOf('{', index + 1);
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
  const inner = open(unquote(quoted), depth - 1);
  return inner === undefined || isBare(inner)
    ? // The quote was none: a lone one stands before the line. In CSV those of the line are doubled.
      withTimes(openUnquoted(text, index, take), timesIn(text.slice(0, index)))
    : withTimes(inner, timesIn(around));
}

/** A header without a message: what looked like the end of a quoted line is a quote of its own. */
const isBare = ({ object, text }: Envelope) =>
  object === undefined && /^[IWEF]\d{4} \S+\s+\d+ [^\]\s]+:\d+\]$/.test(text);

function openUnquoted(text: string, index: number, take: () => Envelope | undefined): Envelope | undefined {
  const rest = text.slice(index);
  return rest.includes('""') ? open(rest.replaceAll('""', '"').replace(/"\s*$/, ''), 1) : take();
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

/** In which field of an object other programs keep the line most often, and in which the time. */
const lineFields = ['log', 'MESSAGE', 'message', 'msg'];
const timeFields = ['__REALTIME_TIMESTAMP', 'time', '@timestamp', 'timestamp', 'ts', 'timeUnixNano', 'talos-time'];
/** So many other fields are looked into. */
const MAX_FIELDS = 50;

function openObject(text: string, index: number, depth: number): Envelope | undefined {
  const object = parseObject(text.slice(index));
  if (object === undefined) {
    return undefined;
  }
  return openFields(object, depth);
}

function openFields(object: Fields, depth: number): Envelope | undefined {
  const known = openFirst(object, lineFields, depth);
  if (known !== undefined) {
    return known;
  }
  return typeof object.msg === 'string' && (typeof object.ts === 'number' || typeof object.ts === 'string')
    ? { text: '', object, ...none }
    : openFirst(object, Object.keys(object).slice(0, MAX_FIELDS), depth);
}

/** The first of some fields that holds a line: a text, bytes as journald writes those of coloured lines, or an object. */
function openFirst(object: Fields, names: readonly string[], depth: number): Envelope | undefined {
  for (const name of names) {
    const opened = Object.hasOwn(object, name) ? openValue(object[name], depth - 1) : undefined;
    if (opened !== undefined) {
      return withTimes(opened, timesOf(object));
    }
  }
  return undefined;
}

function openValue(value: unknown, depth: number): Envelope | undefined {
  if (typeof value === 'string') {
    return open(value, depth);
  }
  if (Array.isArray(value)) {
    return value.length > 0 && value.every(isByte) ? open(Buffer.from(value).toString('utf8'), depth) : undefined;
  }
  return isFields(value) && depth > 0 ? openFields(value, depth) : undefined;
}

const isByte = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 256;

/** The object that a text begins with; other braces may stand behind it. */
function parseObject(text: string): Fields | undefined {
  for (const end of [text.lastIndexOf('}') + 1, endOfObject(text)]) {
    try {
      const parsed: unknown = JSON.parse(text.slice(0, end));
      return isFields(parsed) ? parsed : undefined;
    } catch {
      // cut short, or no JSON at all
    }
  }
  return undefined;
}

/** Index just past the brace that closes the first; 0 where none does. */
function endOfObject(text: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') {
      const end = endOfQuoted(text, i);
      if (end < 0) {
        return 0;
      }
      i = end - 1;
    } else if (text[i] === '{') {
      depth++;
    } else if (text[i] === '}' && --depth === 0) {
      return i + 1;
    }
  }
  return 0;
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
  const [, seconds, behindPoint, fraction = behindPoint ?? ''] =
    /(?<![\d.])([12]\d{9})(?:\.(\d{1,9})|(\d{3,9}))?(?![\d.])/.exec(text) ?? [];
  return seconds === undefined || (fraction === '' && text.trim() !== seconds)
    ? none
    : { writtenMs: Number(seconds) * 1000 + Number(`0.${fraction || '0'}`) * 1000, dateMs: undefined };
}
