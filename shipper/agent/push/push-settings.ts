import type { AgentConfig } from '../../config/agent-config';
import type { PushOptions } from './pusher';

/** What the configuration says about pushing, as the pusher takes it. */
export function pushOptions({ push, batch, limits }: AgentConfig, pollMs: number): PushOptions {
  return {
    batchWaitMs: batch.wait,
    pollMs,
    batchBytes: batch.size,
    concurrency: push.concurrency,
    backoff: { min: push['backoff-min'], max: push['backoff-max'] },
    maxLineBytes: limits['max-line-size'],
    maxAgeSeconds: limits['max-age'] / 1000,
    futureSeconds: limits['max-future'] / 1000,
    misdated: limits['misdated-lines'],
  };
}
