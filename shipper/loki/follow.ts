import { setTimeout as wait } from 'node:timers/promises';
import { LokiUnreachable } from './connection';
import { pages } from './pages';
import type { Entry } from './query-answer';
import { LokiRefusal, type QueryClient } from './query-client';
import { Recent } from './recent';
import { openTail, type Tail } from './tail';

export interface FollowOptions {
  signal: AbortSignal;
  /** How often to ask where tailing is refused, and how long to wait before connecting again. */
  pauseMs?: number;
  /** How often to look an hour back for lines that came late. */
  farEveryMs?: number;
  now?: () => bigint;
  /** Is told when Loki cannot be reached, and when it does not offer tailing. */
  onTrouble?: (error: LokiRefusal | LokiUnreachable) => void;
}

const AHEAD_NS = 600_000_000_000n;
/** How often to look far back where Loki does not report by itself what came late. */
const FAR_EVERY_MS = 30_000;

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
  {
    signal,
    pauseMs = 2000,
    farEveryMs = FAR_EVERY_MS,
    now = () => BigInt(Date.now()) * 1_000_000n,
    onTrouble = () => undefined,
  }: FollowOptions
): AsyncGenerator<Entry[], void, void> {
  const recent = new Recent(from);
  let tailing = true;
  let lookedFarAt = -Infinity;
  while (!signal.aborted) {
    let tail: Tail | undefined;
    try {
      // First the tail, then what is there already: nothing falls between them.
      tail = tailing ? await openTail(client.connection, query, signal) : undefined;
      const isFar = tail !== undefined || performance.now() - lookedFarAt >= farEveryMs;
      const range = { query, from: isFar ? recent.farFrom : recent.from, to: now() + AHEAD_NS };
      lookedFarAt = isFar ? performance.now() : lookedFarAt;
      for await (const page of pages(client, range, 'forward', { signal })) {
        yield recent.fresh(page);
      }
      for await (const { entries, dropped } of tail?.messages ?? []) {
        yield recent.fresh(entries);
        if (dropped) {
          break; // The store has them: asked for in the next round.
        }
      }
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      if (!(error instanceof LokiRefusal || error instanceof LokiUnreachable)) {
        throw error;
      }
      if (error instanceof LokiRefusal && tailing && tail === undefined) {
        tailing = false;
      } else if (error instanceof LokiRefusal && error.status < 500 && error.status !== 429) {
        throw error;
      }
      onTrouble(error);
    } finally {
      tail?.close();
    }
    await wait(pauseMs, undefined, { signal }).catch(() => undefined); // The signal ends the loop.
  }
}
