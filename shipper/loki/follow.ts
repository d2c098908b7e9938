import { setTimeout as wait } from 'node:timers/promises';
import { LokiUnreachable } from './connection';
import { pages } from './pages';
import type { Entry } from './query-answer';
import { LokiRefusal, type QueryClient } from './query-client';
import { Recent } from './recent';
import { tail } from './tail';

export interface FollowOptions {
  signal: AbortSignal;
  /** How often to ask where tailing is refused, and how long to wait before connecting again. */
  pauseMs?: number;
  now?: () => bigint;
  /** Is told when Loki cannot be reached, and when it does not offer tailing. */
  onTrouble?: (error: LokiRefusal | LokiUnreachable) => void;
}

const AHEAD_NS = 600_000_000_000n;

/**
 * Entries of a log query from `from` on, and then every new one, until the signal: over a websocket, and by asking
 * again and again where that is refused. Each entry comes once. An interruption is filled from the store.
 *
 * @throws LokiRefusal where the query itself is refused
 */
export async function* follow(
  client: QueryClient,
  query: string,
  from: bigint,
  { signal, pauseMs = 2000, now = () => BigInt(Date.now()) * 1_000_000n, onTrouble = () => undefined }: FollowOptions
): AsyncGenerator<Entry[], void, void> {
  const recent = new Recent(from);
  let tailing = true;
  while (!signal.aborted) {
    try {
      const range = { query, from: recent.from, to: now() + AHEAD_NS };
      for await (const page of pages(client, range, 'forward', { signal })) {
        yield recent.fresh(page);
      }
      if (tailing) {
        yield* tailed(client, query, recent, signal);
      }
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      if (error instanceof TailRefused) {
        tailing = false;
        onTrouble(error.refusal);
      } else if (error instanceof LokiUnreachable) {
        onTrouble(error);
      } else {
        throw error;
      }
    }
    await wait(pauseMs, undefined, { signal }).catch(() => undefined); // The signal ends the loop.
  }
}

class TailRefused extends Error {
  constructor(readonly refusal: LokiRefusal) {
    super(refusal.message);
  }
}

/** What comes over the websocket, until it ends or Loki says that it left something out. */
async function* tailed(
  client: QueryClient,
  query: string,
  recent: Recent,
  signal: AbortSignal
): AsyncGenerator<Entry[], void, void> {
  try {
    for await (const { entries, dropped } of tail(client.connection, query, recent.from, signal)) {
      yield recent.fresh(entries);
      if (dropped) {
        return;
      }
    }
  } catch (error) {
    throw error instanceof LokiRefusal ? new TailRefused(error) : error;
  }
}
