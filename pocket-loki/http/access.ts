import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';
import { RequestError } from '../common/request-error';

/** Who may use the store. With neither, everybody who reaches it. */
export interface Credentials {
  /** `user:password` each. */
  basic?: readonly string[];
  bearerTokens?: readonly string[];
}

/** Answers that say nothing about the logs: what probes ask. */
const openPaths = new Set(['/ready']);

/**
 * Decides who may talk to the server. A web page in a browser on this machine reaches every loopback address, with a
 * request of its own origin, or under a name of its own that it makes resolve to loopback (DNS rebinding). So requests
 * that a foreign page makes are refused, and without credentials every name that is not loopback's.
 */
export class Access {
  private readonly digests: Buffer[];
  private readonly hasCredentials: boolean;

  /** @throws Error where the address is reachable from elsewhere and there are no credentials */
  constructor(
    private readonly listenHost: string,
    { basic = [], bearerTokens = [] }: Credentials = {}
  ) {
    const accepted = [
      ...basic.map((pair) => `Basic ${Buffer.from(pair).toString('base64')}`),
      ...bearerTokens.map((token) => `Bearer ${token}`),
    ];
    this.digests = accepted.map(digest);
    this.hasCredentials = accepted.length > 0;
    if (!this.hasCredentials && !isLoopback(listenHost)) {
      throw new Error(`${listenHost} is reachable from other machines: the store needs credentials there`);
    }
  }

  /** @throws RequestError 401 or 403 */
  check({ headers, url = '/' }: Pick<IncomingMessage, 'headers' | 'url'>): void {
    if (!this.hasCredentials) {
      refuseForeignHost(headers, this.listenHost);
    }
    refuseForeignOrigin(headers);
    if (this.hasCredentials && !openPaths.has(url.split('?')[0] ?? '') && !this.isKnown(headers.authorization ?? '')) {
      throw new RequestError(401, 'no, or wrong, credentials: this store was started with authentication');
    }
  }

  private isKnown(authorization: string): boolean {
    const [scheme = '', rest = ''] = authorization.split(/ +/, 2);
    const kind = scheme.toLowerCase() === 'basic' ? 'Basic' : 'Bearer';
    const given = digest(`${kind} ${rest}`);
    return this.digests.reduce((known, accepted) => timingSafeEqual(accepted, given) || known, false);
  }
}

/** Refuses names that a web page could have made resolve to this machine. @throws RequestError 403 */
export function refuseForeignHost({ host }: IncomingHttpHeaders, listenHost: string): void {
  const name = host === undefined ? undefined : nameOf(host);
  if (name !== undefined && !isLoopback(name) && name !== listenHost.toLowerCase()) {
    throw new RequestError(403, `the Host header "${host}" is not a name of this server: use localhost or 127.0.0.1`);
  }
}

/** Refuses what a web page of another origin asks for. Programs send neither header. @throws RequestError 403 */
export function refuseForeignOrigin(headers: IncomingHttpHeaders): void {
  const { host, origin } = headers;
  const site = headers['sec-fetch-site'];
  const isForeign = origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
  if (isForeign || site === 'cross-site' || site === 'same-site') {
    throw new RequestError(403, `requests of web pages of other origins are refused (${origin ?? `site: ${site}`})`);
  }
}

/** Whether an address or name always means this machine. Names below `localhost` do: RFC 6761, section 6.3. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  if (isIPv4(name)) {
    return name.startsWith('127.');
  }
  return isIPv6(name) ? name === '::1' || name.startsWith('::ffff:127.') : /^(?:.+\.)?localhost\.?$/.test(name);
}

/** The name of a Host header, without the port. */
function nameOf(host: string): string {
  return (/^\[(.*)\](?::\d*)?$/.exec(host)?.[1] ?? host.replace(/:\d*$/, '')).toLowerCase();
}

/** Equal lengths, whatever is compared. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
