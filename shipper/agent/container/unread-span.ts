import { lineTime } from '../files/line-time';
import { LineFormat } from '../entries/line-format';
import type { TailedFile } from './tailed-file';

/** Far enough to hold a line's time and most lines whole. */
const SPAN_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** Times of the first and the last line that are not read of a file; null where they cannot be read. */
export function unreadSpan({ log }: TailedFile): { from: string | null; to: string | null } {
  const format = new LineFormat();
  const memory = Buffer.alloc(SPAN_BYTES);
  const timeOf = (start: number, end: number) => {
    const line = format.parse(memory, start, end);
    return line && lineTime(line.seconds, line.nanos);
  };

  const first = log.readAt(memory, 0, SPAN_BYTES, log.read.offset) ?? 0;
  const firstEnd = memory.subarray(0, first).indexOf(NEWLINE);
  const from = timeOf(0, firstEnd < 0 ? first : firstEnd);

  const at = Math.max(log.read.offset, log.size - SPAN_BYTES);
  const n = log.readAt(memory, 0, SPAN_BYTES, at) ?? 0;
  let end = n > 0 && memory[n - 1] === NEWLINE ? n - 1 : n;
  while (end > 0) {
    const start = memory.lastIndexOf(NEWLINE, end - 1) + 1;
    const to = timeOf(start, end);
    if (to !== null || start === 0) {
      return { from, to };
    }
    end = start - 1;
  }
  return { from, to: null };
}

/** The time of a file's first line, milliseconds since 1970; null where it cannot be read. */
export function firstLineMs({ log }: TailedFile): number | null {
  const memory = Buffer.alloc(SPAN_BYTES);
  const n = log.readAt(memory, 0, SPAN_BYTES, 0) ?? 0;
  const end = memory.subarray(0, n).indexOf(NEWLINE);
  const line = end < 0 ? null : new LineFormat().parse(memory, 0, end);
  return line && line.seconds * 1000 + line.nanos / 1e6;
}
