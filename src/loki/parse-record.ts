import type { z } from 'zod';

/** The record that a line holds; undefined for one of a version not known here, and for what somebody else wrote. */
export function parseRecord<R>(line: string, schema: z.ZodType<R>): R | undefined {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return undefined; // as much no record as one that does not fit
  }
  return schema.safeParse(json).data;
}
