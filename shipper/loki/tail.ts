import { on } from 'node:events';
import type { IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { type LokiConnection, LokiUnreachable } from './connection';
import { type Entry, entriesOf, isRecord, parseJson } from './query-answer';
import { LokiRefusal } from './query-client';

export interface TailMessage {
  entries: Entry[];
  /** Loki could not keep up with this reader and left entries out. */
  dropped: boolean;
}

const ALIVE_EVERY_MS = 20_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * New entries of a log query as Loki gets them, over a websocket (`/loki/api/v1/tail`); first those since `from`. Ends
 * when Loki ends it, which it does after an hour (`querier.tail_max_duration`), or when the connection breaks.
 *
 * @throws LokiRefusal where tailing is not offered or not allowed, LokiUnreachable where nobody answers
 */
export async function* tail(
  connection: LokiConnection,
  query: string,
  from: bigint,
  signal: AbortSignal
): AsyncGenerator<TailMessage, void, void> {
  const socket = await open(connection, { query, start: `${from}`, limit: '5000' });
  const watch = endWhenSilent(socket);
  const stop = () => socket.terminate();
  signal.addEventListener('abort', stop);
  try {
    for await (const text of messagesOf(socket, connection.url, signal)) {
      yield parseMessage(text);
    }
  } finally {
    clearInterval(watch);
    signal.removeEventListener('abort', stop);
    socket.terminate();
  }
}

async function* messagesOf(socket: WebSocket, url: string, signal: AbortSignal): AsyncGenerator<string, void, void> {
  try {
    // A slow reader holds the socket up, not the memory.
    const messages = on(socket, 'message', { close: ['close'], highWaterMark: 64, lowWaterMark: 16, signal });
    for await (const [data] of messages as AsyncIterable<unknown[]>) {
      yield String(data);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new LokiUnreachable(url, error);
  }
}

function parseMessage(text: string): TailMessage {
  const message = parseJson(text);
  const { streams, dropped_entries: dropped } = isRecord(message) ? message : {};
  return { entries: entriesOf(streams ?? []), dropped: Array.isArray(dropped) && dropped.length > 0 };
}

function open(connection: LokiConnection, parameters: Record<string, string>): Promise<WebSocket> {
  const { url, headers, tls } = connection.upgrade('/loki/api/v1/tail', parameters);
  const socket = new WebSocket(url, {
    ...tls,
    headers: { ...headers, 'x-loki-response-encoding-flags': 'categorize-labels' },
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
  });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket));
    socket.once('unexpected-response', (request, response: IncomingMessage) => {
      request.destroy();
      reject(new LokiRefusal(connection.url, response.statusCode ?? 0, response.statusMessage ?? ''));
    });
    socket.on('error', (error) => reject(new LokiUnreachable(connection.url, error)));
  });
}

/** A connection whose other side vanished stays open for ever, unless somebody asks. */
function endWhenSilent(socket: WebSocket): NodeJS.Timeout {
  let alive = true;
  for (const sign of ['message', 'ping', 'pong']) {
    socket.on(sign, () => (alive = true));
  }
  return setInterval(() => {
    if (!alive) {
      socket.terminate();
      return;
    }
    alive = false;
    socket.ping();
  }, ALIVE_EVERY_MS);
}
