/**
 * Reading what an API server sent. It is `unknown` until looked at here, field by field: a field that is missing or of
 * the wrong kind is null, never an exception, because one strange object must not cost the knowledge about the others.
 */
export type Fields = Readonly<Record<string, unknown>>;

const none: Fields = {};

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object's fields; of anything else none. */
export function fields(value: unknown): Fields {
  return isFields(value) ? value : none;
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text that is not empty. */
export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A text cut to so many characters: messages can be long, and records should not be. */
export function shortText(value: unknown, length: number): string | null {
  const whole = text(value);
  return whole === null || whole.length <= length ? whole : `${whole.slice(0, length - 1)}…`;
}

/** A whole number that a JavaScript number holds exactly. */
export function whole(value: unknown): number | null {
  return Number.isSafeInteger(value) ? Number(value) : null;
}

export function flag(value: unknown): boolean {
  return value === true;
}

const YEAR_2000 = 946_684_800;
const YEAR_2100 = 4_102_444_800;

/**
 * A time of the API (RFC 3339) as seconds since 1970; the fraction of the few that have one is dropped.
 * Go's zero time and others that no cluster ever saw are null.
 */
export function seconds(value: unknown): number | null {
  if (typeof value !== 'string') {
    return null;
  }
  const time = Math.floor(Date.parse(value) / 1000);
  return time >= YEAR_2000 && time < YEAR_2100 ? time : null;
}

/** Seconds since 1970 as records write times. */
export function timeText(time: number): string {
  return `${new Date(time * 1000).toISOString().slice(0, 19)}.000000000Z`;
}

export function timeTextOrNull(time: number | null): string | null {
  return time === null ? null : timeText(time);
}

/** The latest of several times that may be unknown. */
export function latest(...times: Array<number | null | undefined>): number | null {
  let max: number | null = null;
  for (const time of times) {
    if (time !== null && time !== undefined && (max === null || time > max)) {
      max = time;
    }
  }
  return max;
}

/**
 * One copy of each text that many objects share (node, image, namespace, reason): 100,000 pods must fit into little
 * memory. Emptied when it grows large, which costs sharing, not correctness.
 */
export class SharedTexts {
  private readonly texts = new Map<string, string>();

  constructor(private readonly limit = 20_000) {}

  of<T extends string | null>(value: T): T;
  of(value: string | null): string | null {
    if (value === null) {
      return null;
    }
    const known = this.texts.get(value);
    if (known !== undefined) {
      return known;
    }
    if (this.texts.size >= this.limit) {
      this.texts.clear();
    }
    this.texts.set(value, value);
    return value;
  }
}
