import { on } from 'node:events';
import type { IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { type LokiConnection, LokiUnreachable } from './connection';
import { type Entry, entriesOf, isRecord, parseJson, StrangeAnswer } from './query-answer';
import { LokiRefusal } from './query-client';

export interface TailMessage {
  entries: Entry[];
  /** Loki could not keep up with this reader and left entries out. */
  dropped: boolean;
}

const ALIVE_EVERY_MS = 20_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** No message of Loki comes to that; a longer one ends the connection. */
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

/** A websocket on which Loki reports new entries. */
export interface Tail {
  /** Ends when Loki ends it, which it does after an hour (`querier.tail_max_duration`). */
  messages: AsyncGenerator<TailMessage, void, void>;
  close(): void;
}

/**
 * Has Loki report the new entries of a log query from now on (`/loki/api/v1/tail`). They wait until `messages` is read.
 *
 * @throws LokiRefusal where tailing is not offered or not allowed, LokiUnreachable where nobody answers or the
 *   connection breaks
 */
export async function openTail(connection: LokiConnection, query: string, signal: AbortSignal): Promise<Tail> {
  const socket = await open(connection, { query, start: `${BigInt(Date.now()) * 1_000_000n}` });
  const watch = endWhenSilent(socket);
  // A slow reader holds the socket up, not the memory.
  const texts = on(socket, 'message', { close: ['close'], highWaterMark: 64, lowWaterMark: 16, signal });
  return {
    messages: messagesOf(texts as AsyncIterable<unknown[]>, connection.url, signal),
    close() {
      clearInterval(watch);
      socket.terminate();
    },
  };
}

async function* messagesOf(texts: AsyncIterable<unknown[]>, url: string, signal: AbortSignal): Tail['messages'] {
  try {
    for await (const [text] of texts) {
      yield parseMessage(String(text));
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof StrangeAnswer ? error : new LokiUnreachable(url, error);
  }
}

function parseMessage(text: string): TailMessage {
  const message = parseJson(text);
  const { streams, dropped_entries: dropped } = isRecord(message) ? message : {};
  return { entries: entriesOf(streams ?? []), dropped: Array.isArray(dropped) && dropped.length > 0 };
}

function open(connection: LokiConnection, parameters: Record<string, string>): Promise<WebSocket> {
  const { url, headers, tls, agent } = connection.upgrade('/loki/api/v1/tail', parameters);
  const socket = new WebSocket(url, {
    ...tls,
    agent,
    headers: { ...headers, 'x-loki-response-encoding-flags': 'categorize-labels' },
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    maxPayload: MAX_MESSAGE_BYTES,
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
