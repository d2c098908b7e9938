import type * as z from 'zod';
import { type Identified, LatestRecords } from '../../model/records';
import type { TimedLine } from './log-frames';

/** The record that a line holds; undefined for one of a version not known here, and for what somebody else wrote. */
export function parseRecord<R>(line: string, schema: z.ZodType<R>): R | undefined {
  return schema.safeParse(jsonOf(line)).data;
}

/** The records that lines hold, of each key the one that replaces the others. */
export function latestOf<R extends Identified>(lines: readonly TimedLine[], schema: z.ZodType<R>): R[] {
  const latest = new LatestRecords<R>();
  for (const { line, ns } of lines) {
    const record = parseRecord(line, schema);
    if (record !== undefined) {
      latest.add(record, ns);
    }
  }
  return latest.all();
}

/** What a line of JSON says; undefined, as much no record as one that does not fit, where it is none. */
export function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
