import * as z from 'zod';
import type { CommandInput } from '../config/command';
import { flagForm } from '../config/settings';
import { contextScope, userConfig } from './user-config';
import { AFTER_MS } from '../../model/evidence';
import { formatNs } from '../../model/time';
import { CaseList } from '../cases/case-list';
import { CaseReader, type ReadingProgress } from '../lookup/case-reader';
import type { CaseWindow } from '../lookup/case-window';
import { AHEAD_NS, type TimeFlags, timeWindow } from '../lookup/time-window';
import type { PrintedTimes } from '../lookup/times';
import type { QueryClient } from '../loki/query-client';
import { connectForQueries, explainQueryError } from './query-connection';

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

/** In which time zone times are printed. */
export const timeZone = z
  .string()
  .optional()
  .describe('time zone of printed times: UTC, local, or a name such as Asia/Tokyo (default UTC)')
  .register(flagForm, { value: 'name' });

/** The window of the time flags. @param defaultSince where they name none */
export function caseWindow(flags: TimeFlags, defaultSince: string): CaseWindow {
  const now = BigInt(Date.now()) * 1_000_000n;
  const given = flags.since ?? flags.from;
  const { from, to } = timeWindow({ ...flags, since: given === undefined ? defaultSince : flags.since }, now);
  const reported = to + BigInt(AFTER_MS) * 1_000_000n;
  const latest = now + AHEAD_NS;
  return { from, to, recordsTo: reported < latest ? reported : latest > to ? latest : to, now };
}

/** The cluster of a flag, else that of the kube context. */
export const clusterOf = (flags: { cluster?: string }): string | undefined =>
  flags.cluster ?? contextScope(userConfig(process.env), process.env).cluster;

/** How records are read besides. */
export interface Reading {
  client: QueryClient;
  /** SIGINT. */
  signal: AbortSignal;
  onProgress: (progress: ReadingProgress) => void;
}

/**
 * Runs something that reads cases, and shows its progress; Loki's errors become ones that say what to check. SIGINT ends the
 * reading, not the program: what was read is kept.
 *
 * @returns what it comes to, and what is missing in it, as sentences that stderr has as well
 */
export async function withCases<T>(
  input: CommandInput,
  times: PrintedTimes,
  use: (reader: CaseReader, list: CaseList, reading: Reading) => Promise<T>
): Promise<{ result: T; warnings: string[] }> {
  const { client, connection } = connectForQueries(input);
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  const view = progressView(process.stderr);
  const reader = new CaseReader(client, stop.signal, view.show);
  const cases = new CaseList(client, stop.signal, view.show);
  try {
    const result = await use(reader, cases, { client, signal: stop.signal, onProgress: view.show });
    view.clear();
    if (cases.worked.size > 0 && process.stderr.isTTY) {
      const clusters = [...cases.worked].sort().join(', ');
      process.stderr.write(
        `afterlog: cases of ${clusters} were worked out from container and pod records, because no watch had written them\n`
      );
    }
    const warnings: string[] = [];
    const stoppedAt = reader.stoppedAt ?? cases.stoppedAt;
    if (stoppedAt !== undefined) {
      warnings.push(`interrupted; cases before ${times.time(formatNs(stoppedAt))} may be missing`);
    }
    const unreadable = reader.unreadable + cases.unreadable;
    if (unreadable > 0) {
      warnings.push(
        `${unreadable} records were ignored because they could not be read; update afterlog if a newer version wrote them`
      );
    }
    warnings.forEach((warning) => process.stderr.write(`afterlog: ${warning}\n`));
    return { result, warnings };
  } catch (error) {
    view.clear();
    throw explainQueryError(error, connection.url);
  } finally {
    process.removeListener('SIGINT', interrupt);
    await connection.close();
  }
}

/** A terminal is written to no more often than that. */
const SHOW_EVERY_MS = 100;

/** One line about the progress of a reading, on a terminal; nothing elsewhere. */
function progressView(stderr: NodeJS.WriteStream): { show: (progress: ReadingProgress) => void; clear: () => void } {
  let shownAt = 0;
  return {
    show: ({ read, total }) => {
      const now = performance.now();
      if (stderr.isTTY && now - shownAt > SHOW_EVERY_MS) {
        shownAt = now;
        const known = total > 0 ? ` of ${Math.max(read, total).toLocaleString('en-US')}` : '';
        stderr.write(`\rReading records: ${read.toLocaleString('en-US')}${known} (Ctrl+C stops)\u001b[K`);
      }
    },
    clear: () => {
      if (shownAt > 0) {
        stderr.write('\r\u001b[K');
      }
    },
  };
}
