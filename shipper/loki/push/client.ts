import type { LokiConnection } from '../connection';
import { readPushAnswer, type PushOutcome } from './answer';
import type { AgentMetrics } from '../../agent/status/metrics';
import type { Batch } from '../../agent/push/request-builder';

const PUSH_PATH = '/loki/api/v1/push';
const HEADERS = { 'content-type': 'application/x-protobuf' };

/** Sends a request once and reads the answer. Never fails: no answer is an outcome, too. */
export async function deliver(
  batch: Batch,
  how: { connection: LokiConnection; metrics: AgentMetrics; timeoutMs: number; signal: AbortSignal }
): Promise<PushOutcome> {
  const { metrics, connection, timeoutMs, signal } = how;
  const end = metrics.pushSeconds.startTimer();
  metrics.encodedBytes.inc(batch.uncompressedBytes);
  metrics.sentBytes.inc(batch.body.length);
  try {
    const { status, body } = await connection.request('POST', PUSH_PATH, {
      body: batch.body,
      headers: HEADERS,
      timeoutMs,
      signal,
    });
    metrics.requests.inc({ status: String(status) });
    return readPushAnswer(status, body, batch.entries);
  } catch (error) {
    metrics.requests.inc({ status: 'none' });
    const reason = error instanceof Error ? error.message : String(error);
    // Whoever could not even be connected to has stored nothing.
    return {
      kind: 'retry',
      reason,
      stored: /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH/.test(reason) ? 'no' : 'maybe',
    };
  } finally {
    end();
  }
}
