import { type Dispatcher, Pool, ProxyAgent } from 'undici';
import { errorText } from '../../../model/error-text';
import { AnswerTooLong, BodyText } from '../../common/body-text';
import { version } from '../../common/version';
import type { ClusterClock } from '../core/cluster-clock';
import { fields, text } from '../core/fields';
import type { ClusterAccess, Credentials } from './cluster-access';

/** The API server answered, and not with what was asked for. */
export class ApiError extends Error {
  constructor(
    /** HTTP status, or the code of a Status object inside a watch. */
    readonly status: number,
    /** Kubernetes' reason: `Forbidden`, `Expired`, `Conflict`, … */
    readonly reason: string,
    message: string,
    /** When to come back, in seconds, where the server said so. */
    readonly retryAfter: number | undefined = undefined
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** No answer came, or it broke off. */
export class ApiUnreachable extends Error {
  constructor(
    server: string,
    override readonly cause: unknown
  ) {
    super(`cannot reach the API server at ${server}: ${errorText(cause)}`);
    this.name = 'ApiUnreachable';
  }
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

const TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** Requests to one API server. */
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH';

export class ApiClient {
  private readonly origin: string;
  private readonly prefix: string;
  /** Connections, and the credentials that they were opened with. */
  private pool: { dispatcher: Dispatcher; cert: string | undefined } | undefined;

  constructor(
    private readonly access: ClusterAccess,
    private readonly clock: ClusterClock
  ) {
    const url = new URL(access.server);
    this.origin = url.origin;
    this.prefix = url.pathname.replace(/\/+$/, '');
  }

  get server(): string {
    return this.access.server;
  }

  /**
   * One object or list.
   * @throws ApiError, ApiUnreachable; the signal's reason when it was aborted
   */
  async get(path: string, query: Query = {}, signal?: AbortSignal): Promise<unknown> {
    return this.json('GET', path, query, undefined, signal);
  }

  /** Creates, replaces, or changes an object (PATCH: a JSON merge patch, RFC 7386). @throws as `get` */
  async send(method: 'POST' | 'PUT' | 'PATCH', path: string, body: unknown, signal?: AbortSignal): Promise<unknown> {
    return this.json(method, path, {}, JSON.stringify(body), signal);
  }

  /**
   * The bytes of a watch as they come.
   * @param silentMs how long the stream may be silent before it counts as broken
   * @param opened called when the server has accepted it
   * @throws as `get`, also while reading
   */
  async *stream(
    path: string,
    query: Query,
    silentMs: number,
    signal: AbortSignal,
    opened: () => void
  ): AsyncGenerator<Buffer> {
    const { statusCode, headers, body } = await this.request('GET', path, query, undefined, silentMs, signal);
    if (statusCode !== 200) {
      throw errorOf(statusCode, headers, await this.read(body, signal));
    }
    opened();
    try {
      for await (const chunk of body) {
        yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      }
    } catch (error) {
      signal.throwIfAborted();
      throw new ApiUnreachable(this.server, error);
    }
  }

  async close(): Promise<void> {
    await this.pool?.dispatcher.destroy();
  }

  /** Connections for these credentials: those that were opened with another client certificate end with their requests. */
  private connections({ cert, key }: Credentials): Dispatcher {
    const certText = cert?.toString();
    if (this.pool === undefined || this.pool.cert !== certText) {
      void this.pool?.dispatcher.close();
      this.pool = { dispatcher: this.connect(cert, key), cert: certText };
    }
    return this.pool.dispatcher;
  }

  private connect(cert: Buffer | undefined, key: Buffer | undefined): Dispatcher {
    const { ca, serverName, insecureSkipVerify, proxy } = this.access;
    const connect = {
      ...{ ca, cert, key, servername: serverName, rejectUnauthorized: !insecureSkipVerify },
      timeout: CONNECT_TIMEOUT_MS,
    };
    // Every watch holds a connection of its own.
    const options = { connections: null, pipelining: 1 };
    return proxy === undefined
      ? new Pool(this.origin, { ...options, connect })
      : new ProxyAgent({ ...options, uri: proxy.href, requestTls: connect });
  }

  private async json(
    method: Method,
    path: string,
    query: Query,
    content: string | undefined,
    signal: AbortSignal | undefined
  ): Promise<unknown> {
    const { statusCode, headers, body } = await this.request(method, path, query, content, TIMEOUT_MS, signal);
    const answer = await this.read(body, signal);
    if (statusCode < 200 || statusCode > 299) {
      throw errorOf(statusCode, headers, answer);
    }
    const parsed = parseJson(answer);
    if (parsed === undefined) {
      throw new ApiError(statusCode, 'BadAnswer', `${method} ${path}: the answer is not JSON: ${answer.slice(0, 100)}`);
    }
    return parsed;
  }

  private async request(
    method: Method,
    path: string,
    query: Query,
    body: string | undefined,
    silentMs: number,
    signal: AbortSignal | undefined
  ): Promise<Dispatcher.ResponseData> {
    try {
      const credentials = await this.access.credentials();
      const { authorization } = credentials;
      const answer = await this.connections(credentials).request({
        origin: this.origin,
        method,
        path: this.prefix + path + queryText(query),
        headers: {
          accept: 'application/json',
          'user-agent': `afterlog-watch/${version}`,
          ...(authorization !== undefined && { authorization }),
          ...(body !== undefined && {
            'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
          }),
        },
        body,
        signal,
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: silentMs,
      });
      this.clock.observe(answer.headers.date);
      if (answer.statusCode === 401) {
        this.access.renew?.();
      }
      return answer;
    } catch (error) {
      signal?.throwIfAborted();
      throw new ApiUnreachable(this.server, error);
    }
  }

  private async read(body: Dispatcher.ResponseData['body'], signal: AbortSignal | undefined): Promise<string> {
    try {
      return await textOf(body);
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof ApiError ? error : new ApiUnreachable(this.server, error);
    }
  }
}

/** A page of objects at most; an object has at most 1.5 MiB (etcd's limit), and most have a few KiB. */
const MAX_ANSWER_BYTES = 128 * 1024 * 1024;

async function textOf(body: AsyncIterable<unknown> & { destroy(): void }): Promise<string> {
  const content = new BodyText(MAX_ANSWER_BYTES);
  try {
    for await (const chunk of body) {
      content.add(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
    }
  } catch (error) {
    if (error instanceof AnswerTooLong) {
      body.destroy();
      throw new ApiError(413, 'TooLarge', error.message);
    }
    throw error;
  }
  return content.end();
}

function queryText(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

export function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

/** The API server's errors are Status objects; a proxy's are anything. */
function errorOf(status: number, headers: Dispatcher.ResponseData['headers'], answer: string): ApiError {
  const { reason, message } = fields(parseJson(answer));
  const retryAfter = Number(headers['retry-after']);
  return new ApiError(
    status,
    text(reason) ?? '',
    text(message) ?? `HTTP ${status}: ${answer.slice(0, 200)}`,
    Number.isFinite(retryAfter) && retryAfter >= 0 ? retryAfter : undefined
  );
}
