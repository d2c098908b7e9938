import type { ContainerRecord, Gap } from '../../../model/records';

/** A record with fewer words for the same gaps, one step after the other. */
const SHORTER: ReadonlyArray<(gaps: readonly Gap[]) => readonly Gap[]> = [
  (gaps) => gaps,
  (gaps) => mergeBy(gaps, ({ reason, detail }) => `${reason} ${detail}`),
  (gaps) => mergeBy(gaps, ({ reason }) => reason),
  (gaps) => mergeBy(gaps, ({ reason }) => reason).map(({ detail: _detail, ...gap }) => gap),
];

/**
 * A container record as one line that Loki takes: where its gaps make it too long, several are reported as one, which spans
 * them all.
 * @param maxBytes Loki's max_line_size
 */
export function recordLine(record: ContainerRecord, maxBytes: number): string {
  let line = '';
  for (const shorten of SHORTER) {
    line = JSON.stringify({ ...record, gaps: shorten(record.gaps) });
    if (Buffer.byteLength(line) <= maxBytes) {
      break;
    }
  }
  return line;
}

function mergeBy(gaps: readonly Gap[], key: (gap: Gap) => string): Gap[] {
  const merged = new Map<string, Gap>();
  for (const gap of gaps) {
    const before = merged.get(key(gap));
    merged.set(key(gap), before ? join(before, gap) : gap);
  }
  return [...merged.values()];
}

/** Both gaps as one: where one side is open, or an amount not known, it is so of both. */
function join(a: Gap, b: Gap): Gap {
  const from = a.from === null || b.from === null ? null : a.from < b.from ? a.from : b.from;
  const to = a.to === null || b.to === null ? null : a.to > b.to ? a.to : b.to;
  const add = (x: number | null, y: number | null) => (x === null || y === null ? null : x + y);
  return { ...a, from, to, bytes: add(a.bytes, b.bytes), lines: add(a.lines, b.lines) };
}
