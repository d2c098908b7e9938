/**
 * Log timestamps have nanoseconds, which a JavaScript number of milliseconds cannot hold.
 * In memory they are nanoseconds since 1970 as bigint, in records RFC 3339 text with nine digits.
 */

/** Nanoseconds since 1970 as RFC 3339 in UTC with nine fractional digits. */
export function formatNs(ns: bigint): string {
  const seconds = ns / 1_000_000_000n;
  const nanos = (ns % 1_000_000_000n).toString().padStart(9, '0');
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${nanos}Z`;
}

/** Seconds and nanoseconds since 1970 as RFC 3339; the form the tailer keeps its times in. */
export function formatTime(seconds: number, nanos: number): string {
  return formatNs(BigInt(seconds) * 1_000_000_000n + BigInt(nanos));
}

const rfc3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|z|[+-]\d\d:\d\d)$/;

/** RFC 3339 text as nanoseconds since 1970; undefined where it is none. */
export function parseNs(text: string): bigint | undefined {
  const m = rfc3339.exec(text);
  if (!m) {
    return undefined;
  }
  const [, date, time, fraction = '', zone] = m;
  const ms = Date.parse(`${date}T${time}${zone?.toUpperCase()}`);
  if (Number.isNaN(ms)) {
    return undefined;
  }
  return BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
