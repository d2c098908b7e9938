import { InvalidArgumentError } from 'commander';
import * as z from 'zod';
import { type CauseId, isCauseId } from '../../model/causes';
import { type LogStatus, logStatusSchema } from '../../model/records';
import { connectLoki } from '../loki/connection';
import { explainLokiError } from '../loki/explain';
import { QueryClient } from '../loki/query-client';
import { lokiOptionsFrom } from '../config/loki-options';
import { CaseReader, type CaseWindow, RECORDS_AFTER_NS } from '../lookup/case-reader';
import { type TimeFlags, timeWindow } from '../lookup/time-window';

/** `lost,partial` as statuses. */
export function parseStatuses(text: string): LogStatus[] {
  return text.split(',').map((one) => {
    const status = logStatusSchema.safeParse(one.trim());
    if (!status.success) {
      throw new InvalidArgumentError(`Statuses are ${logStatusSchema.options.join(', ')}.`);
    }
    return status.data;
  });
}

/** `C1,unknown` as causes. */
export function parseCauses(text: string): Array<CauseId | 'unknown'> {
  return text.split(',').map((one) => {
    const cause = one.trim();
    const id = cause.toUpperCase();
    if (cause === 'unknown' || isCauseId(id)) {
      return cause === 'unknown' ? cause : (id as CauseId);
    }
    throw new InvalidArgumentError('Causes are C1 to C20, and unknown.');
  });
}

/** The window of the time flags; so much back where they name none. */
export function caseWindow(flags: TimeFlags, fallback: string): CaseWindow {
  const now = BigInt(Date.now()) * 1_000_000n;
  const given = flags.since ?? flags.from;
  const { from, to } = timeWindow({ ...flags, since: given === undefined ? fallback : flags.since }, now);
  return { from, to, recordsTo: to + RECORDS_AFTER_NS, now };
}

const clusterSchema = z.object({ cluster: z.string().optional() });

/** The cluster that the flags name; all of them where they name none. */
export function clusterOf(values: Record<string, unknown>): string | undefined {
  return clusterSchema.parse(values).cluster;
}

/** Runs something that reads cases; Loki's errors become ones that say what to check. */
export async function withCases<T>(
  values: Record<string, unknown>,
  use: (reader: CaseReader) => Promise<T>
): Promise<T> {
  const connection = connectLoki(lokiOptionsFrom(values, process.env));
  const reader = new CaseReader(new QueryClient(connection));
  try {
    const result = await use(reader);
    if (reader.unreadable > 0) {
      process.stderr.write(
        `afterlog: ${reader.unreadable} records could not be read and were left out; is this the newest afterlog here?\n`
      );
    }
    return result;
  } catch (error) {
    throw explainLokiError(error, connection.url);
  } finally {
    await connection.close();
  }
}
