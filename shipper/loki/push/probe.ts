import { compressSync } from 'snappy';
import type { Logger } from '../../common/log';
import type { LokiConnection } from '../connection';
import { sleep } from './backoff';

const PROBE_MS = 5_000;

/**
 * Asks with an empty push whether Loki is there and lets us in, until it is or the signal is aborted; then a real push
 * has the word.
 * @param problem is told why not, whenever that changes, and null in the end; its answer is whether still to ask
 */
export async function probeLoki(
  connection: LokiConnection,
  how: { logger: Logger; timeoutMs: number; signal: AbortSignal; wanted: () => boolean },
  problem: (reason: string | null) => void
): Promise<void> {
  let last: string | null = null;
  while (!how.signal.aborted && how.wanted()) {
    const reason = await ask(connection, how);
    if (how.signal.aborted) {
      return;
    }
    if (reason !== last || reason === null) {
      problem(reason);
    }
    if (reason === null) {
      return;
    }
    if (reason !== last) {
      how.logger.warn('Loki cannot be used; trying again', { problem: reason });
    }
    last = reason;
    await sleep(PROBE_MS, how.signal);
  }
}

async function ask(
  connection: LokiConnection,
  how: { timeoutMs: number; signal: AbortSignal }
): Promise<string | null> {
  try {
    const { status, body } = await connection.request('POST', '/loki/api/v1/push', {
      body: compressSync(Buffer.alloc(0)),
      headers: { 'content-type': 'application/x-protobuf' },
      timeoutMs: how.timeoutMs,
      signal: how.signal,
    });
    // Whatever it says of the emptiness, it has let us in: 422 since 3.4, 204 before.
    return status === 204 || status === 422 || status === 400 ? null : `Loki answers ${status} ${body.trim()}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
