import { ENTRIES_PER_QUERY } from './evidence-reader';
import type { FoundRun } from './found-run';
import type { Entry } from './log-frames';
import type { LokiSource } from './loki-source';
import { LokiFailure } from './query-frames';

/** The end of a container run's log, as far back as it was read. */
export interface LogPart {
  /** Oldest first, each entry once. */
  entries: Entry[];
  /** There is nothing older in Loki. */
  isWhole: boolean;
}

const PAGE = 1000;

/**
 * The log's newest entries, or those before what is known already. Grafana asks Loki in milliseconds, so the entries of
 * the oldest known millisecond come again; so many more are asked for.
 *
 * @throws LokiFailure
 */
export async function readLog(loki: LokiSource, { query, span }: FoundRun, known?: LogPart): Promise<LogPart> {
  const oldest = known?.entries[0];
  if (known === undefined || oldest === undefined) {
    const page = await loki.newest(query, span, PAGE);
    return { entries: withoutDoubles(page), isWhole: page.length < PAGE };
  }
  const to = Number(oldest.ns / 1_000_000n) + 1;
  const again = known.entries.filter(({ ns }) => ns < BigInt(to) * 1_000_000n).length;
  const limit = Math.min(PAGE + again, ENTRIES_PER_QUERY);
  const page = await loki.newest(query, { from: span.from, to }, limit);
  const entries = withoutDoubles([...page, ...known.entries].sort((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0)));
  const isWhole = page.length < limit;
  if (!isWhole && entries.length === known.entries.length) {
    throw new LokiFailure('more lines stand in one millisecond than Grafana can page through; `afterlog logs` can');
  }
  return { entries, isWhole };
}

function withoutDoubles(entries: readonly Entry[]): Entry[] {
  const byIdentity = new Map(entries.map((entry) => [`${entry.ns} ${entry.fields.stream} ${entry.line}`, entry]));
  return [...byIdentity.values()];
}

/** A line as the container wrote it. */
export interface LogLine {
  ns: bigint;
  text: string;
  isError: boolean;
}

/** Lines of entries: what was too long for Loki came in pieces, each but the last marked `continues`. */
export function linesOf(entries: readonly Entry[]): LogLine[] {
  const lines: LogLine[] = [];
  const open = new Map<string, LogLine>();
  for (const { ns, line, fields } of entries) {
    const { stream = 'stdout', continues } = fields;
    const begun = open.get(stream);
    const whole = begun ?? { ns, text: '', isError: stream === 'stderr' };
    whole.text += line;
    if (begun === undefined) {
      lines.push(whole);
    }
    if (continues === 'true') {
      open.set(stream, whole);
    } else {
      open.delete(stream);
    }
  }
  return lines;
}

/** The lines as a file has them. */
export const textOf = (entries: readonly Entry[]): string =>
  linesOf(entries)
    .map(({ text }) => (text.endsWith('\n') ? text : `${text}\n`))
    .join('');
