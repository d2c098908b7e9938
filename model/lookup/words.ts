/** Amounts and times in the words of a sentence. */

export { bytes, count } from '../messages/en';

/** RFC 3339 as `2026-11-23 23:15:38 UTC`. */
function moment(time: string): string {
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
