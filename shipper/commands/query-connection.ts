import * as z from 'zod';
import { AnswerTooLong } from '../common/body-text';
import { NoAnswer } from '../common/http-client';
import { UserError } from '../common/user-error';
import type { CommandInput } from '../config/command';
import { lokiGroup, lokiOptions } from '../config/loki-settings';
import { flagForm, type SettingsGroup } from '../config/settings';
import { positiveDuration } from '../config/units';
import { connectLoki, type LokiConnection, LokiUnreachable } from '../loki/connection';
import { explainLokiError } from '../loki/explain';
import { QueryClient } from '../loki/query-client';
import { userConfig } from './user-config';

/** How to read from Loki, for the commands that do: besides how to reach it. */
export const queryGroup = {
  heading: 'Loki:',
  schema: z.strictObject({
    'request-timeout': positiveDuration
      .prefault('1m')
      .describe('maximum time to wait for an answer of Loki; its own limit on a query is 1m by default')
      .register(flagForm, { value: 'duration' }),
  }),
} satisfies SettingsGroup;

/** How long Loki is silent before a person is told that it is waited for. */
const QUIET_MS = 3_000;

/**
 * Connects a command that reads from Loki as its flags, the environment and the user's own file say. On a terminal it shows
 * how long Loki has been silent.
 * @throws UserError for a setting that is none
 */
export function connectForQueries(
  input: CommandInput,
  { connections }: { connections?: number } = {}
): { client: QueryClient; connection: LokiConnection } {
  const { 'request-timeout': timeoutMs } = input.read(queryGroup);
  const options = lokiOptions(input.read(lokiGroup), process.env, userConfig(process.env).loki);
  const connection = withWaiting(connectLoki({ ...options, connections }), timeoutMs, process.stderr);
  return { connection, client: new QueryClient(connection, { timeoutMs }) };
}

/** An error of Loki as one that says what to check, and how to ask for less; any other error as it is. */
export function explainQueryError(error: unknown, url: string): unknown {
  const explained = explainLokiError(error, url);
  const cause = error instanceof LokiUnreachable ? error.cause : undefined;
  const advice =
    cause instanceof NoAnswer
      ? 'If it needs longer, narrow the search (--since, --namespace) or wait longer (--request-timeout).'
      : cause instanceof AnswerTooLong
        ? 'If it is, narrow the search (--since, --namespace).'
        : undefined;
  return explained instanceof UserError && advice !== undefined
    ? new UserError(`${explained.message}\n${advice}`)
    : explained;
}

/** The connection, with a line on the terminal while an answer is long in coming. */
function withWaiting(connection: LokiConnection, timeoutMs: number, stderr: NodeJS.WriteStream): LokiConnection {
  if (!stderr.isTTY) {
    return connection;
  }
  /** When each request that is under way was sent. */
  const sentAt = new Set<{ ms: number }>();
  let timer: NodeJS.Timeout | undefined;
  let isShown = false;
  const show = () => {
    const waited = performance.now() - Math.min(...[...sentAt].map(({ ms }) => ms));
    if (waited >= QUIET_MS) {
      isShown = true;
      const seconds = `${Math.round(waited / 1000)} s of ${Math.round(timeoutMs / 1000)} s`;
      stderr.write(`\rWaiting for Loki at ${connection.url}: ${seconds} (Ctrl+C stops)\u001b[K`);
    }
  };
  const clear = () => {
    if (isShown) {
      isShown = false;
      stderr.write('\r\u001b[K');
    }
  };
  return {
    ...connection,
    async request(method, path, options) {
      const sent = { ms: performance.now() };
      sentAt.add(sent);
      timer ??= setInterval(show, 1000);
      try {
        return await connection.request(method, path, options);
      } finally {
        sentAt.delete(sent);
        clear();
        if (sentAt.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      }
    },
  };
}
