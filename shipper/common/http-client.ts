import http from 'node:http';
import https from 'node:https';
import type * as httpsProxyAgent from 'https-proxy-agent';
import { errorText } from '../../model/error-text';
import { AnswerTooLong, BodyText } from './body-text';
import { proxyFor, proxyHeaders, proxyName } from './proxy';

export interface HttpExchange {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: Buffer | string;
  signal?: AbortSignal;
  /** The longest silence of the other side, milliseconds. */
  timeoutMs: number;
  /** The longest that the whole exchange may take, however busy the other side is; four times `timeoutMs` by default. */
  totalMs?: number;
  /** A longer answer is an error, by default one of more than 64 MiB, … */
  maxBytes?: number;
  /** … unless its beginning is enough: then no more than so many bytes of it are read. */
  headBytes?: number;
}

export interface HttpAnswer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
  /** The answer was longer than `headBytes`; the rest was not read. */
  cut: boolean;
}

/** What no answer comes to that anybody here asks for; one that does not end must not take the memory of its reader. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Kept-alive connections to one server, through Node's own HTTP client: it costs an agent some 30 MiB less memory than
 * a client that brings its own parser.
 */
export class HttpClient {
  private readonly agent: http.Agent | https.Agent;
  private readonly url: URL;
  private readonly proxy: URL | undefined;

  /**
   * @param origin scheme, host and port
   * @param useProxy false for a server on the same node, which is never reached through the proxy of the environment
   * @throws UserError where a variable of the environment names no proxy
   */
  constructor(
    origin: string,
    private readonly options: https.AgentOptions,
    { useProxy = true }: { useProxy?: boolean } = {}
  ) {
    this.url = new URL(origin);
    this.proxy = useProxy ? proxyFor(this.url) : undefined;
    this.agent = connectionsTo(this.url, this.proxy, { ...options, keepAlive: true });
  }

  /** @throws NoAnswer, AnswerTooLong; the connection's error */
  async exchange(exchange: HttpExchange): Promise<HttpAnswer> {
    try {
      return await this.once(exchange).catch((error: unknown) => {
        if (error instanceof StaleConnection) {
          return this.once(exchange);
        }
        throw error;
      });
    } catch (error) {
      throw this.proxy === undefined || error instanceof AnswerTooLong
        ? error
        : new Error(`proxy ${proxyName(this.proxy)}: ${errorText(error)}`);
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private once(exchange: HttpExchange): Promise<HttpAnswer> {
    const { agent, url, proxy } = this;
    const { method, path, headers, body, signal, timeoutMs, totalMs = 4 * timeoutMs } = exchange;
    // A proxy takes whole addresses of plain HTTP; TLS goes through a tunnel that the agent opens.
    const plainProxy = url.protocol === 'http:' ? proxy : undefined;
    const target = plainProxy ?? url;
    const send = target.protocol === 'https:' ? https.request : http.request;
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const toProxy = plainProxy && { host: url.host, ...proxyHeaders(plainProxy) };
      const request = send(target, {
        ...this.options, // a tunnel takes what TLS needs from each request
        agent,
        method,
        path: plainProxy ? url.origin + path : path,
        headers: { ...headers, ...length, ...toProxy },
        auth: undefined, // of a proxy's address: it is in a header of its own
        signal,
        timeout: timeoutMs,
      });
      const giveUp = (error: Error) => {
        reject(error);
        request.destroy(error);
      };
      const deadline = setTimeout(() => giveUp(new NoAnswer(`no whole answer within ${totalMs} ms`)), totalMs);
      request.on('close', () => clearTimeout(deadline));
      request.on('timeout', () => giveUp(new NoAnswer(`no answer within ${timeoutMs} ms`)));
      request.on('error', (error) => {
        const reset = 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        reject(request.reusedSocket && reset ? new StaleConnection(error.message) : error);
      });
      request.on('proxyConnect', ({ statusCode }: { statusCode: number }) => {
        if (statusCode !== 200) {
          giveUp(refusalOf(statusCode));
        }
      });
      request.on('response', (response) => {
        if (response.statusCode === 407 && plainProxy) {
          giveUp(refusalOf(407));
          return;
        }
        response.on('close', () => clearTimeout(deadline)); // a kept connection outlives its answer
        read(response, exchange).then(resolve, giveUp);
      });
      request.end(body);
    });
  }
}

/** Kept-alive connections to a server, or to the proxy before it. */
function connectionsTo(url: URL, proxy: URL | undefined, options: https.AgentOptions): http.Agent | https.Agent {
  if (proxy !== undefined && url.protocol === 'https:') {
    return tunnelThrough(proxy, options);
  }
  const { protocol } = proxy ?? url;
  return new (protocol === 'https:' ? https.Agent : http.Agent)(options);
}

/** Connections through a proxy's CONNECT, which websockets need also without TLS. */
export function tunnelThrough(proxy: URL, options: https.AgentOptions): http.Agent {
  // Loaded where there is a proxy: an agent that needs none has no memory to spare for it.
  const { HttpsProxyAgent }: typeof httpsProxyAgent = require('https-proxy-agent');
  return new HttpsProxyAgent(proxy, options);
}

const refusalOf = (status: number) =>
  new Error(
    status === 407
      ? 'it asks for user and password (407): write them into its address'
      : `it answered ${status} to CONNECT`
  );

/** @throws AnswerTooLong; Error when the answer ends before its end */
function read(
  response: http.IncomingMessage,
  { maxBytes = MAX_BYTES, headBytes = Infinity }: HttpExchange
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    if (headBytes === Infinity && Number(response.headers['content-length']) > maxBytes) {
      reject(new AnswerTooLong(maxBytes));
      return;
    }
    const text = new BodyText(maxBytes);
    let bytes = 0;
    const end = (cut: boolean) =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text.end(), cut });
    response.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes > headBytes) {
        text.add(part.subarray(0, part.length - (bytes - headBytes)));
        end(true);
        response.destroy();
        return;
      }
      try {
        text.add(part);
      } catch (error) {
        reject(error);
      }
    });
    response.on('error', reject);
    response.on('end', () => end(false));
  });
}

/** The other side was silent for too long, or did not come to an end. */
export class NoAnswer extends Error {}

/** The server had closed a connection that was kept open, just when it was used again: nothing was answered. */
class StaleConnection extends Error {}
