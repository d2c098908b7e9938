/** Amounts and times in the words of a sentence. */

/** `1 line`, `720,000 lines`. */
export function count(n: number, thing: string): string {
  return `${n.toLocaleString('en-US')} ${thing}${n === 1 ? '' : 's'}`;
}

const units = ['kB', 'MB', 'GB', 'TB'];

/** `24 bytes`, `90.1 MB`: powers of a thousand. */
export function bytes(n: number): string {
  if (n < 1000) {
    return count(n, 'byte');
  }
  let value = n;
  let unit = '';
  for (const next of units) {
    if (value < 999.5) {
      break;
    }
    value /= 1000;
    unit = next;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** RFC 3339 as `2026-11-23 23:15:38 UTC`. */
export function moment(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`;
}

/** `between … and …`; the day only once; nothing where neither is known. */
export function between(from: string | null, to: string | null): string {
  const [first, last] = [from ?? to, to ?? from];
  if (first === null || last === null) {
    return '';
  }
  if (first.slice(0, 19) === last.slice(0, 19)) {
    return `at ${moment(first)}`;
  }
  const sameDay = first.slice(0, 10) === last.slice(0, 10);
  return `between ${first.slice(0, 10)} ${first.slice(11, 19)} and ${sameDay ? moment(last).slice(11) : moment(last)}`;
}
