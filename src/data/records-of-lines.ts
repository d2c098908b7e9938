import * as z from 'zod';
import type { TimedLine } from './log-frames';
import { jsonOf } from './parse-record';
import { KIND_NAMES, KINDS } from './kinds';
import { type Explained, RecordCache } from './record-cache';

const kindOfRecord = z.object({ kind: z.string() });
const nameOf = new Map(KIND_NAMES.map((name) => [KINDS[name].label, name]));

/**
 * The records of all kinds among lines that somebody else asked Loki for, with what follows from them: without records
 * that explain others a cause stays unknown.
 *
 * @returns also how many lines were no record of a version known here
 */
export function recordsOfLines(lines: readonly TimedLine[]): Explained & { unreadable: number } {
  const cache = new RecordCache();
  let unreadable = 0;
  for (const { line, ns } of lines) {
    const json = jsonOf(line);
    const name = nameOf.get(kindOfRecord.safeParse(json).data?.kind ?? '');
    const record = name && KINDS[name].schema.safeParse(json).data;
    if (name && record) {
      cache.add(name, record, ns);
    } else {
      unreadable++;
    }
  }
  return { ...cache.explained(), unreadable };
}
