/** Times as Go prints them, for messages that have to read as Loki's. All in UTC, from nanoseconds since 1970. */

/** RFC 3339 to the second. */
export function rfc3339(ns: bigint): string {
  return iso(ns)?.concat('Z') ?? `${ns}ns`;
}

/** The form of Go's `Time.String()`: `2006-01-02 15:04:05.999999999 +0000 UTC`. */
export function timeString(ns: bigint): string {
  const fraction = (ns % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '');
  return `${iso(ns)?.replace('T', ' ') ?? ns}${fraction === '' ? '' : `.${fraction}`} +0000 UTC`;
}

/** Nanoseconds since 1970 from milliseconds. */
export function nanoseconds(ms: number): bigint {
  return BigInt(Math.floor(ms)) * 1_000_000n;
}

const timestamp = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)$/;

/** Nanoseconds since 1970 from RFC 3339 text; undefined where it is none. Digits beyond the ninth are dropped. */
export function parseRfc3339(text: string): bigint | undefined {
  const [, date, time, fraction = '', zone = ''] = timestamp.exec(text) ?? [];
  const ms = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

function iso(ns: bigint): string | undefined {
  const date = new Date(Number(ns / 1_000_000n));
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().slice(0, 19);
}
