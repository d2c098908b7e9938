/** Durations and sizes as Go and Loki write them. */

const nsPerUnit = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
  ['d', 86_400_000_000_000n],
  ['w', 604_800_000_000_000n],
  ['y', 31_536_000_000_000_000n],
]);
const durationPart = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w|y)/y;

/** A duration such as `1h30m` in nanoseconds; undefined where it is none. */
export function parseDuration(text: string): bigint | undefined {
  const negative = text.startsWith('-');
  const from = /^[-+]/.test(text) ? 1 : 0;
  if (text.slice(from) === '0') {
    return 0n;
  }
  let total = 0n;
  let at = from;
  do {
    durationPart.lastIndex = at;
    const match = durationPart.exec(text);
    const [, amount = '', unit = ''] = match ?? [];
    const perUnit = nsPerUnit.get(unit);
    if (!match || perUnit === undefined) {
      return undefined;
    }
    const [whole = '0', fraction = ''] = amount.split('.');
    const scale = 10n ** BigInt(fraction.length);
    total += BigInt(whole || '0') * perUnit + (BigInt(fraction || '0') * perUnit) / scale;
    at = durationPart.lastIndex;
  } while (at < text.length);
  return negative ? -total : total;
}

/** The units of durations that Go's own parser knows; labels are converted by that one. */
const goDuration = /^[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$|^[-+]?0$/;

/** A label's duration in seconds, e.g. `250ms`; undefined where it is none. */
export function parseGoSeconds(text: string): number | undefined {
  const ns = goDuration.test(text) ? parseDuration(text) : undefined;
  return ns === undefined ? undefined : Number(ns) / 1e9;
}

const bytesPerUnit = new Map([
  ['', 1],
  ['b', 1],
  ['k', 1e3],
  ['kb', 1e3],
  ['ki', 2 ** 10],
  ['kib', 2 ** 10],
  ['m', 1e6],
  ['mb', 1e6],
  ['mi', 2 ** 20],
  ['mib', 2 ** 20],
  ['g', 1e9],
  ['gb', 1e9],
  ['gi', 2 ** 30],
  ['gib', 2 ** 30],
  ['t', 1e12],
  ['tb', 1e12],
  ['ti', 2 ** 40],
  ['tib', 2 ** 40],
  ['p', 1e15],
  ['pb', 1e15],
  ['pi', 2 ** 50],
  ['pib', 2 ** 50],
  ['e', 1e18],
  ['eb', 1e18],
  ['ei', 2 ** 60],
  ['eib', 2 ** 60],
]);

/** A size such as `1.5KiB` or `20 MB` in bytes; undefined where it is none. */
export function parseBytes(text: string): number | undefined {
  const match = /^([\d.,]+)\s*([a-zA-Z]*)$/.exec(text);
  const amount = Number(match?.[1]?.replaceAll(',', ''));
  const unit = bytesPerUnit.get(match?.[2]?.toLowerCase() ?? '');
  return !match || Number.isNaN(amount) || unit === undefined ? undefined : Math.trunc(amount * unit);
}
