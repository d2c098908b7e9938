import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { labelsObject } from '../common/labels';
import type { Limits } from '../common/limits';
import { mergeLabels } from '../logql/rows/entry-labels';
import { type LogRow, runLogQuery } from '../logql/logs/log-query';
import { parseQuery } from '../logql/syntax/parse';
import { QueryContext } from '../logql/pipeline/query-context';
import { badRequest, RequestError } from '../common/request-error';
import type { LogStorage } from '../storage/log-storage';
import type { LiveFeed } from '../tail/live-feed';
import { Outbox } from '../tail/outbox';
import { identityOf, TailQuery } from '../tail/tail-query';
import type { Access } from './access';
import { streamsOf } from './answers';
import { Params } from './params';
import { wantsCategories } from './router';
import { urlOf } from './server';

const path = '/loki/api/v1/tail';
const flushInterval = 200;
const pingInterval = 5000;
const maxUnsentBytes = 1 << 20;
const maxDelaySeconds = 5;

export interface TailOptions {
  storage: LogStorage;
  feed: LiveFeed;
  access: Access;
  limits: Limits;
  now: () => number;
  onError: (error: unknown, during: string) => void;
}

/** Follows the log over web sockets: `tail`. @returns what ends all of them */
export function serveTail(server: Server, options: TailOptions): () => void {
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (message: IncomingMessage, connection: Duplex, head: Buffer) => {
    try {
      const request = readRequest(message, options);
      sockets.handleUpgrade(message, connection, head, (socket) => {
        follow(socket, request, options).catch((error: unknown) => {
          // A client that goes while its history is read ends that reading.
          if (socket.readyState === WebSocket.OPEN) {
            options.onError(error, path);
            socket.close(1011, 'internal error');
          }
        });
      });
    } catch (error) {
      refuse(connection, error, options);
    }
  });
  return () => {
    sockets.clients.forEach((socket) => socket.terminate());
    sockets.close();
  };
}

interface TailRequest {
  expr: Extract<ReturnType<typeof parseQuery>, { kind: 'log' }>;
  query: TailQuery;
  from: bigint;
  until: bigint;
  limit: number;
  delay: number;
  categorize: boolean;
}

function readRequest(message: IncomingMessage, { access, limits, now }: TailOptions): TailRequest {
  access.check(message);
  const url = urlOf(message);
  if (url.pathname !== path) {
    throw new RequestError(404, '404 page not found');
  }
  const params = new Params(url.searchParams, now());
  const expr = parseQuery(params.text('query') ?? '');
  if (expr.kind !== 'log') {
    throw badRequest('only log queries can be tailed');
  }
  const delay = params.integer('delay_for', 0);
  if (delay < 0 || delay > maxDelaySeconds) {
    throw badRequest(`delay_for can't be greater than ${maxDelaySeconds}`);
  }
  const limit = params.limit(limits);
  const categorize = wantsCategories(message.headers);
  return { expr, query: new TailQuery(expr), ...params.range(), limit, delay: delay * 1000, categorize };
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

async function follow(socket: WebSocket, request: TailRequest, options: TailOptions): Promise<void> {
  const { feed, limits, now } = options;
  const error = (reason: unknown) => options.onError(reason, path);
  socket.on('error', error);
  if (feed.size >= limits.maxTailRequests) {
    const count = `${feed.size + 1} > ${limits.maxTailRequests}`;
    socket.close(1011, `max concurrent tail requests limit exceeded, count > limit (${count})`);
    return;
  }
  // What is stored while the history is read waits here, and may be in the history as well.
  let meanwhile: LogRow[] | undefined = [];
  const outbox = new Outbox(request.delay);
  const unsubscribe = feed.subscribe((stored) => {
    const rows = request.query.rows(stored);
    if (meanwhile) {
      meanwhile.push(...rows);
    } else {
      outbox.add(rows, now());
    }
  });
  const flush = setInterval(() => sendDue(socket, outbox, request, now()), flushInterval);
  const ping = setInterval(() => socket.ping(), pingInterval);
  const end = setTimeout(() => socket.close(1011, 'reached tail max duration limit'), limits.maxTailDuration);
  const ended = new AbortController();
  socket.on('close', () => {
    unsubscribe();
    clearInterval(flush);
    clearInterval(ping);
    clearTimeout(end);
    ended.abort();
  });
  const history = await readHistory(request, options, ended.signal);
  const seen = new Set(history.map(identityOf));
  outbox.add([...history, ...meanwhile.filter((row) => !seen.has(identityOf(row)))], now());
  meanwhile = undefined;
}

async function readHistory(
  request: TailRequest,
  { storage, limits }: TailOptions,
  signal: AbortSignal
): Promise<LogRow[]> {
  const { expr, from, until, limit } = request;
  const context = new QueryContext(storage, limits, signal);
  const rows = await runLogQuery(context, { expr, from, until, limit, forward: false, interval: 0n });
  return rows.reverse();
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
