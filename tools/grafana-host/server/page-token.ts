import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isLoopback, refuseForeignHost, refuseForeignOrigin } from '../../../pocket-loki/http/access';
import { RequestError } from '../../../pocket-loki/common/request-error';

/**
 * The secret that the page gets as a cookie, and that everything which reads or changes something asks for: so that no
 * other page in the same browser can use this server. It lasts as long as the process.
 */
export class PageToken {
  /** Whoever reaches a loopback address in a browser here gets the page; from elsewhere its address has the token. */
  readonly isInAddress: boolean;
  private readonly token = randomBytes(24).toString('base64url');

  constructor(private readonly listenHost: string) {
    this.isInAddress = !isLoopback(listenHost);
  }

  /** The query of the page's first address; empty where none is needed. */
  get query(): string {
    return this.isInAddress ? `?token=${this.token}` : '';
  }

  /** @throws RequestError 403 for a name that is not this server's */
  checkName({ headers }: IncomingMessage): void {
    if (!this.isInAddress) {
      refuseForeignHost(headers, this.listenHost);
    }
  }

  /** The headers that give the page its token. @throws RequestError 403 where its address lacks it */
  pageHeaders(request: IncomingMessage, url: URL): Record<string, string> {
    const isKnown =
      this.isEqual(url.searchParams.get('token') ?? '') || this.isEqual(cookieOf(request, this.name(request)));
    if (this.isInAddress && !isKnown) {
      throw new RequestError(403, 'open the address with the token that this server printed when it started');
    }
    return {
      'set-cookie': `${this.name(request)}=${this.token}; HttpOnly; SameSite=Strict; Path=/`,
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    };
  }

  /** @throws RequestError 403 where the request is not the page's */
  checkCaller(request: IncomingMessage): void {
    refuseForeignOrigin(request.headers);
    if (!this.isEqual(cookieOf(request, this.name(request)))) {
      throw new RequestError(403, 'this address is for the page of this server: open the page first');
    }
  }

  /** Cookies do not know ports: each server has a name of its own. */
  private name({ socket }: IncomingMessage): string {
    return `afterlog_page_${socket.localPort ?? 0}`;
  }

  private isEqual(given: string): boolean {
    const [a, b] = [Buffer.from(given), Buffer.from(this.token)];
    return a.length === b.length && timingSafeEqual(a, b);
  }
}

function cookieOf({ headers }: IncomingMessage, name: string): string {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([key]) => key === name)?.[1] ?? '';
}
