import { compressSync } from 'snappy';
import type { Logger } from '../../common/log';
import type { LokiConnection } from '../connection';
import { noAnswer, readPushAnswer } from './answer';
import { sleep } from './backoff';
import { HEAD_BYTES, problemOf, PUSH_PATH } from './client';

const PROBE_MS = 5_000;

/**
 * Asks with an empty push whether Loki is there and lets us in, until it does or the signal is aborted; then a real push
 * has the word.
 * @param report is given the problem whenever that changes, and null in the end
 */
export async function probeLoki(
  connection: LokiConnection,
  how: { logger: Logger; timeoutMs: number; signal: AbortSignal; wanted: () => boolean },
  report: (problem: string | null) => void
): Promise<void> {
  let last: string | null = null;
  while (!how.signal.aborted && how.wanted()) {
    const problem = await ask(connection, how);
    if (how.signal.aborted) {
      return;
    }
    if (problem !== last || problem === null) {
      report(problem);
    }
    if (problem === null) {
      return;
    }
    if (problem !== last) {
      how.logger.warn('Loki cannot be used; trying again', { problem });
    }
    last = problem;
    await sleep(PROBE_MS, how.signal);
  }
}

async function ask(
  connection: LokiConnection,
  how: { timeoutMs: number; signal: AbortSignal }
): Promise<string | null> {
  try {
    const answer = await connection.request('POST', PUSH_PATH, {
      body: compressSync(Buffer.alloc(0)),
      headers: { 'content-type': 'application/x-protobuf' },
      timeoutMs: how.timeoutMs,
      totalMs: 2 * how.timeoutMs,
      headBytes: HEAD_BYTES,
      signal: how.signal,
    });
    // Whatever it says of the emptiness, it has let us in: 422 since 3.4, 204 before.
    if (answer.status === 422 && /at least one valid stream/.test(answer.body)) {
      return null;
    }
    const outcome = readPushAnswer(answer, 0);
    return outcome.kind === 'stored' ? null : problemOf(outcome);
  } catch (error) {
    return problemOf(noAnswer(error));
  }
}
