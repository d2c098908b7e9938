import type * as z from 'zod';

/** The record that a line holds; undefined for one of a version not known here, and for what somebody else wrote. */
export function parseRecord<R>(line: string, schema: z.ZodType<R>): R | undefined {
  return schema.safeParse(jsonOf(line)).data;
}

/** What a line of JSON says; undefined, as much no record as one that does not fit, where it is none. */
export function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
