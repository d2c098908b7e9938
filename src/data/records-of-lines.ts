import * as z from 'zod';
import { jsonOf, kindNamed } from '../../model/evidence';
import type { TimedLine } from './log-frames';
import { type Explained, RecordCache } from './record-cache';

const kindOfRecord = z.object({ kind: z.string() });

/**
 * The records of all kinds among lines that somebody else asked Loki for, with what follows from them: without records
 * that explain others a cause stays unknown.
 *
 * @returns also how many lines were no record of a version known here
 */
export function recordsOfLines(lines: readonly TimedLine[]): Explained & { unreadable: number } {
  const cache = new RecordCache();
  let strange = 0;
  for (const { line, ns } of lines) {
    const kind = kindNamed(kindOfRecord.safeParse(jsonOf(line)).data?.kind ?? '');
    if (kind === undefined) {
      strange++;
    } else {
      cache.base.add(kind, line, ns);
    }
  }
  return { ...cache.explained(), unreadable: strange + cache.base.unreadable };
}
