/** Amounts that are written alike in every language. */

const units = ['kB', 'MB', 'GB', 'TB'];

/** `90.1 MB`, powers of a thousand; undefined below 1000, which languages write with a word. */
export function sizeText(n: number): string | undefined {
  if (n < 1000) {
    return undefined;
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

/** `720,000`. */
export const numberText = (n: number): string => n.toLocaleString('en-US');

/** `92 %`, one fractional digit where it has one. */
export const percentText = (percent: number): string => `${percent.toFixed(1).replace(/\.0$/, '')} %`;

export const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);

/** The use at which a threshold such as `15%` of free space is crossed; undefined for a quantity. */
export function usedAt(configured: string): number | undefined {
  const free = /^(\d+(?:\.\d+)?)%$/.exec(configured)?.[1];
  return free === undefined ? undefined : 100 - Number(free);
}

/** A duration in the one unit that fits. */
export function spanParts(durationMs: number): { value: number; unit: 's' | 'min' | 'h' | 'days' } {
  const seconds = Math.round(Math.abs(durationMs) / 1000);
  if (seconds < 120) {
    return { value: seconds, unit: 's' };
  }
  if (seconds < 7200) {
    return { value: Math.round(seconds / 60), unit: 'min' };
  }
  return seconds < 172_800
    ? { value: Math.round(seconds / 3600), unit: 'h' }
    : { value: Math.round(seconds / 86_400), unit: 'days' };
}
