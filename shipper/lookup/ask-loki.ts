import type { LogEntry } from '../../model/log-entry';
import type { LokiQuestion, LokiReply } from '../../model/lookup';
import { newestEntry, pages } from '../loki/pages';
import type { Entry } from '../loki/query-answer';
import { LokiRefusal, type QueryClient } from '../loki/query-client';

const SECOND_NS = 1_000_000_000n;

/** Answers the questions of a look-up from one Loki, over HTTP. @throws LokiRefusal, LokiUnreachable, StrangeAnswer */
export const askLoki =
  (client: QueryClient) =>
  async (question: LokiQuestion): Promise<LokiReply | undefined> => {
    if (question.by !== undefined) {
      return count(client, question, question.by);
    }
    if (question.limit === 1) {
      const entry = await newestEntry(client, question);
      return { entries: entry === undefined ? [] : [logEntryOf(entry)], isPart: false };
    }
    return read(client, question);
  };

/** An entry without what tells labels and metadata apart. */
export const logEntryOf = ({ ns, line, labels, metadata }: Entry): LogEntry => ({
  ns,
  line,
  fields: { ...labels, ...metadata },
});

async function read(client: QueryClient, question: LokiQuestion): Promise<LokiReply> {
  const { limit = Infinity, isEnough } = question;
  const entries: LogEntry[] = [];
  for await (const page of pages(client, question, 'backward', { maxEntries: limit })) {
    page.forEach((entry) => entries.push(logEntryOf(entry)));
    if (entries.length >= limit || isEnough?.(entries)) {
      break;
    }
  }
  return { entries: entries.slice(0, limit), isPart: entries.length > limit };
}

/** A Loki that is asked to count too much refuses, with its limits on series and on time. */
async function count(client: QueryClient, { query, from, to }: LokiQuestion, by: readonly string[]) {
  const seconds = (to - from) / SECOND_NS + 1n;
  const expr = `sum by (${by.join(', ')}) (count_over_time(${query} [${seconds}s]))`;
  try {
    const samples = await client.instant(expr, to);
    return {
      entries: samples.map(({ labels, value }) => ({ ns: to, line: `${value}`, fields: labels })),
      isPart: false,
    };
  } catch (error) {
    if (!(error instanceof LokiRefusal) || error.status === 401 || error.status === 403) {
      throw error;
    }
    return undefined;
  }
}
