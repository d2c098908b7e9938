import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { streamsOf } from '../api/answers';
import { Params } from '../api/params';
import { wantsCategories } from '../api/router';
import { labelsObject } from '../common/labels';
import type { Limits } from '../common/limits';
import { badRequest, RequestError } from '../common/request-error';
import { mergeLabels } from '../logql/rows/entry-labels';
import type { QueryPool } from '../query/query-pool';
import type { QueryWorker } from '../query/query-worker';
import type { LiveFeed } from '../tail/live-feed';
import { Outbox } from '../tail/outbox';
import { TailReader } from '../tail/tail-reader';
import type { Access } from './access';
import { urlOf } from './server';

const path = '/loki/api/v1/tail';
const flushInterval = 200;
const pingInterval = 5000;
const maxUnsentBytes = 1 << 20;
const maxDelaySeconds = 5;
const maxCloseReason = 120;

export interface TailOptions {
  pool: QueryPool;
  feed: LiveFeed;
  access: Access;
  limits: Limits;
  now: () => number;
  onError: (error: unknown, during: string) => void;
}

/** Follows the log over web sockets: `tail`. @returns what ends all of them */
export function serveTail(server: Server, options: TailOptions): () => void {
  // What a client has to say fits in nothing: it only listens.
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 });
  const open = new Set<QueryWorker>();
  server.on('upgrade', (message: IncomingMessage, connection: Duplex, head: Buffer) => {
    connection.on('error', () => connection.destroy());
    const accept = () => new Promise<WebSocket>((resolve) => sockets.handleUpgrade(message, connection, head, resolve));
    serve(message, connection, accept, open, options).catch((error: unknown) => refuse(connection, error, options));
  });
  return () => {
    sockets.clients.forEach((socket) => socket.terminate());
    sockets.close();
    open.forEach((worker) => worker.end());
  };
}

interface TailRequest {
  /** The parameters as they came. */
  query: string;
  delay: number;
  categorize: boolean;
}

async function serve(
  message: IncomingMessage,
  connection: Duplex,
  accept: () => Promise<WebSocket>,
  open: Set<QueryWorker>,
  options: TailOptions
): Promise<void> {
  const request = readRequest(message, options);
  const { pool, limits } = options;
  if (open.size >= limits.maxTailRequests) {
    const count = `${open.size + 1} > ${limits.maxTailRequests}`;
    (await accept()).close(1011, `max concurrent tail requests limit exceeded, count > limit (${count})`);
    return;
  }
  const worker = pool.lease();
  open.add(worker);
  const end = () => {
    open.delete(worker);
    worker.end();
  };
  connection.once('close', end);
  try {
    await worker.run({ kind: 'tail', query: request.query }, new AbortController().signal);
    follow(await accept(), worker, request, options);
  } catch (error) {
    end();
    throw error;
  }
}

function readRequest(message: IncomingMessage, { access, now }: TailOptions): TailRequest {
  access.check(message);
  const url = urlOf(message);
  if (url.pathname !== path) {
    throw new RequestError(404, '404 page not found');
  }
  const params = new Params(url.searchParams, now());
  const delay = params.integer('delay_for', 0);
  if (delay < 0 || delay > maxDelaySeconds) {
    throw badRequest(`delay_for can't be greater than ${maxDelaySeconds}`);
  }
  const categorize = wantsCategories(message.headers);
  return { query: url.searchParams.toString(), delay: delay * 1000, categorize };
}

function refuse(connection: Duplex, error: unknown, { onError }: TailOptions): void {
  const known = error instanceof RequestError;
  if (!known) {
    onError(error, path);
  }
  const text = `${known ? error.message : 'internal error'}\n`;
  const status = known ? error.status : 500;
  connection.end(
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
  );
}

function follow(
  socket: WebSocket,
  worker: QueryWorker,
  request: TailRequest,
  { feed, limits, now, onError }: TailOptions
): void {
  socket.on('error', (error) => onError(error, path));
  const outbox = new Outbox(request.delay);
  const reader = new TailReader(worker, outbox, now, (error) => {
    // A client that goes while its history is read ends that reading.
    if (socket.readyState === WebSocket.OPEN) {
      socket.close(1011, error.message.slice(0, maxCloseReason));
    }
  });
  const unsubscribe = feed.subscribe((stored) => reader.add(stored));
  const flush = setInterval(() => sendDue(socket, outbox, request, now()), flushInterval);
  const ping = setInterval(() => socket.ping(), pingInterval);
  const end = setTimeout(() => socket.close(1011, 'reached tail max duration limit'), limits.maxTailDuration);
  socket.on('close', () => {
    unsubscribe();
    clearInterval(flush);
    clearInterval(ping);
    clearTimeout(end);
    worker.end();
  });
  reader.start();
}

function sendDue(socket: WebSocket, outbox: Outbox, { categorize }: TailRequest, now: number): void {
  while (socket.readyState === WebSocket.OPEN && socket.bufferedAmount < maxUnsentBytes) {
    const message = outbox.take(now);
    if (!message) {
      return;
    }
    const dropped = message.dropped.map(({ time, labels }) => ({
      timestamp: `${time}`,
      labels: labelsObject(mergeLabels(labels)),
    }));
    socket.send(
      JSON.stringify({
        streams: message.rows.flatMap((row) => streamsOf([row], { categorize })),
        ...(dropped.length > 0 && { dropped_entries: dropped }),
        ...(categorize && { encodingFlags: ['categorize-labels'] }),
      })
    );
  }
}
