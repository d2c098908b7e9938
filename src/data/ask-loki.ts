import type { LogEntry } from '../../model/log-entry';
import { type AskNumbers, saysTooManySeries } from '../../model/metric-numbers';
import type { LokiQuestion, LokiReply } from '../../model/lookup';
import { entryPages } from './entry-pages';
import { type LokiSource, msSpanOf } from './loki-source';
import { LokiFailure } from './query-frames';

/** More records, or lines, than these are not read to find something. */
const MAX_ENTRIES = 20_000;

/** Answers the questions of a look-up through a data source of Grafana's. @throws LokiFailure, AbortError */
export const askThrough =
  (loki: LokiSource, signal?: AbortSignal) =>
  async (question: LokiQuestion): Promise<LokiReply | undefined> =>
    question.by === undefined ? read(loki, question, signal) : count(loki, question, question.by, signal);

async function read(loki: LokiSource, question: LokiQuestion, signal?: AbortSignal): Promise<LokiReply> {
  const { query, limit = MAX_ENTRIES, isEnough } = question;
  if (limit === 1) {
    return { entries: await loki.newest(query, msSpanOf(question), 1, signal), isPart: false };
  }
  const entries: LogEntry[] = [];
  for await (const page of entryPages(loki, question, 'backward', { signal })) {
    page.forEach((entry) => entries.push(entry));
    if (entries.length >= limit || isEnough?.(entries)) {
      break;
    }
  }
  return { entries: entries.slice(0, limit), isPart: entries.length >= limit };
}

/** A Loki that is asked to count too much refuses, with its limits on series and on time. */
async function count(loki: LokiSource, question: LokiQuestion, by: readonly string[], signal?: AbortSignal) {
  const { from, to } = msSpanOf(question);
  const expr = `sum by (${by.join(', ')}) (count_over_time(${question.query} [${to - from}ms]))`;
  try {
    const counts = await loki.vector(expr, to, signal);
    const entries = counts.map(({ labels, value }) => ({ ns: question.to, line: `${value}`, fields: labels }));
    return { entries, isPart: false };
  } catch (failure) {
    signal?.throwIfAborted();
    if (!(failure instanceof LokiFailure)) {
      throw failure;
    }
    return undefined;
  }
}

/** Asks for the numbers of metric queries through a data source of Grafana's. @throws LokiFailure, AbortError */
export const askNumbers =
  (loki: LokiSource, signal: AbortSignal): AskNumbers =>
  async (query, atMs) => {
    try {
      return await loki.vector(query, atMs, signal);
    } catch (failure) {
      signal.throwIfAborted();
      if (failure instanceof LokiFailure && saysTooManySeries(failure.message)) {
        return undefined;
      }
      throw failure;
    }
  };
