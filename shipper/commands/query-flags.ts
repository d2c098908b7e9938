import * as z from 'zod';
import type { CommandInput } from '../config/command';
import { lokiGroup, lokiOptions } from '../config/loki-settings';
import { flagForm } from '../config/settings';
import { CaseReader, type CaseWindow, RECORDS_AFTER_NS } from '../lookup/case-reader';
import { type TimeFlags, timeWindow } from '../lookup/time-window';
import { connectLoki } from '../loki/connection';
import { explainLokiError } from '../loki/explain';
import { QueryClient } from '../loki/query-client';

/** A name that narrows a search down. */
export const nameFilter = (description: string, short?: string) =>
  z.string().optional().describe(description).register(flagForm, { short, value: 'name' });

/** The time range of a search. @param what what the times are compared with */
export const timeRange = (what: string, defaultSince: string) => ({
  since: z
    .string()
    .optional()
    .describe(`${what} since this time: a duration such as 15m, 2h30m, 2w, or RFC 3339 (default ${defaultSince})`)
    .register(flagForm, { value: 'time' }),
  from: z.string().optional().describe('the same as --since').register(flagForm, { value: 'time' }),
  to: z
    .string()
    .optional()
    .describe(`${what} before this time: RFC 3339, or a duration ago`)
    .register(flagForm, { value: 'time' }),
});

/** The output format: the first is the default. */
export const outputFormat = <const T extends readonly [string, ...string[]]>(formats: T) =>
  z
    .enum(formats)
    .optional()
    .transform((format): T[number] => format ?? formats[0])
    .describe(`output format: ${formats.join(', ')} (default ${formats[0]})`)
    .register(flagForm, { short: 'o', value: 'format' });

/** The window of the time flags. @param defaultSince where they name none */
export function caseWindow(flags: TimeFlags, defaultSince: string): CaseWindow {
  const now = BigInt(Date.now()) * 1_000_000n;
  const given = flags.since ?? flags.from;
  const { from, to } = timeWindow({ ...flags, since: given === undefined ? defaultSince : flags.since }, now);
  return { from, to, recordsTo: to + RECORDS_AFTER_NS, now };
}

/** Runs something that reads cases; Loki's errors become ones that say what to check. */
export async function withCases<T>(input: CommandInput, use: (reader: CaseReader) => Promise<T>): Promise<T> {
  const connection = connectLoki(lokiOptions(input.read(lokiGroup), process.env));
  const reader = new CaseReader(new QueryClient(connection));
  try {
    const result = await use(reader);
    if (reader.unreadable > 0) {
      process.stderr.write(
        `afterlog: ${reader.unreadable} records were ignored because they could not be read; update afterlog if a newer version wrote them\n`
      );
    }
    return result;
  } catch (error) {
    throw explainLokiError(error, connection.url);
  } finally {
    await connection.close();
  }
}
