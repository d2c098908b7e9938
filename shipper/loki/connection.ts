import type { Agent } from 'node:http';
import { errorText } from '../../model/error-text';
import { HttpClient, tunnelThrough } from '../common/http-client';
import { proxyFor } from '../common/proxy';
import { version } from '../common/version';
import type { LokiOptions } from './loki-options';
import { openAuthorization } from './authorization';
import { parseLokiUrl } from './base-url';
import { type TlsSettings, readTls } from './tls';

export type { LokiOptions } from './loki-options';

export interface LokiAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  /** The answer was longer than `headBytes`; the rest was not read. */
  cut: boolean;
}

export interface LokiRequest {
  query?: Record<string, string | string[]>;
  headers?: Record<string, string>;
  body?: Buffer | string;
  signal?: AbortSignal;
  /** The longest that Loki may be silent, in milliseconds. */
  timeoutMs?: number;
  /** The longest that request and answer may take together, in milliseconds; four times `timeoutMs` by default. */
  totalMs?: number;
  /** A longer answer is an error; by default one of more than 64 MiB. */
  maxBytes?: number;
  /** No more than so many bytes of the answer are read. */
  headBytes?: number;
}

export interface LokiConnection {
  /** The base URL, without credentials. */
  readonly url: string;
  /**
   * One request. Whatever Loki answers is an answer, also 4xx and 5xx.
   *
   * @throws LokiUnreachable for connection errors and timeouts; the signal's reason when it was aborted
   */
  request(method: 'GET' | 'POST', path: string, options?: LokiRequest): Promise<LokiAnswer>;
  /** Upgrades for a websocket need what a request carries: the address, the headers, the TLS settings, the proxy. */
  upgrade(
    path: string,
    query: Record<string, string>
  ): { url: string; headers: Record<string, string>; tls: TlsSettings; agent: Agent | undefined };
  close(): Promise<void>;
}

/** No answer came: nobody listens there, the name is not known, the certificate is not trusted, time ran out, … */
export class LokiUnreachable extends Error {
  constructor(
    readonly url: string,
    override readonly cause: unknown
  ) {
    super(`cannot reach Loki at ${url}: ${errorText(cause)}`);
    this.name = 'LokiUnreachable';
  }
}

/** Loki's header with the tenant, in lower case as all of the headers here. */
export const TENANT_HEADER = 'x-scope-orgid';

const DEFAULT_CONNECTIONS = 16;
const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Connections to one Loki, opened when needed and kept open. Files with tokens are read again when they change
 * (a service account's token is rotated every hour).
 *
 * @throws UserError for a bad URL, an unreadable file, or two kinds of authentication at once
 */
export function connectLoki(options: LokiOptions): LokiConnection {
  const base = parseLokiUrl(options.url);
  const authorization = openAuthorization(options, base);
  const tls = readTls(options);
  const client = new HttpClient(base.origin, { ...tls, maxSockets: options.connections ?? DEFAULT_CONNECTIONS });
  const fixed: Record<string, string> = {
    'user-agent': `afterlog/${version}`,
    ...(options.tenantId !== undefined && { [TENANT_HEADER]: options.tenantId }),
    ...options.headers,
  };
  const headersOf = (more?: Record<string, string>) => {
    const value = authorization();
    return value === undefined ? { ...fixed, ...more } : { ...fixed, authorization: value, ...more };
  };

  return {
    url: base.url,
    async request(method, path, { query, headers, body, timeoutMs = DEFAULT_TIMEOUT_MS, ...rest } = {}) {
      try {
        return await client.exchange({
          method,
          path: base.prefix + path + queryText(query),
          headers: headersOf(headers),
          body,
          timeoutMs,
          ...rest,
        });
      } catch (error) {
        rest.signal?.throwIfAborted();
        throw new LokiUnreachable(base.url, error);
      }
    },
    upgrade(path, query) {
      const url = base.url.replace(/^http/, 'ws') + path + queryText(query);
      const proxy = proxyFor(new URL(base.origin));
      return { url, headers: headersOf(), tls, agent: proxy && tunnelThrough(proxy, tls) };
    },
    close: async () => client.close(),
  };
}

function queryText(query: LokiRequest['query']): string {
  if (query === undefined) {
    return '';
  }
  const text = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      text.append(name, one);
    }
  }
  return `?${text.toString()}`;
}
