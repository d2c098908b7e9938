import { appendFileSync } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import { formatNs } from '../../model/time';

const CHUNK_LINES = 20_000;

/**
 * Appends so many CRI lines of so many bytes each, numbered from `first` on; lets others run in between.
 * @returns bytes written
 */
export async function writeBulk(file: string, lines: number, lineBytes: number, first = 0): Promise<number> {
  const start = BigInt(Date.now()) * 1_000_000n - BigInt(lines) * 1_000n;
  const padding = 'x'.repeat(Math.max(0, lineBytes - 51));
  let bytes = 0;
  for (let from = 0; from < lines; from += CHUNK_LINES) {
    let text = '';
    for (let i = from; i < Math.min(lines, from + CHUNK_LINES); i++) {
      text += `${formatNs(start + BigInt(i) * 1_000n)} stdout F ${padding} ${String(first + i).padStart(9, '0')}\n`;
    }
    appendFileSync(file, text);
    bytes += text.length;
    await breathe();
  }
  return bytes;
}
