import type { ServerResponse } from 'node:http';
import type { ApiObject, Change, Resource } from './changes';
import type { History } from './history';
import { Refusal } from './status';

/** As an API server does, about once a minute. */
const BOOKMARK_MS = 60_000;
/** An API server ends a watch after 30 to 60 minutes, if it was not asked to earlier. */
const LONGEST_MS = 45 * 60_000;

export interface WatchRequest {
  resource: Resource;
  selects: (object: ApiObject) => boolean;
  /** The changes after this version are reported; without it, first what there is. */
  since?: number;
  bookmarks: boolean;
  timeoutMs?: number;
}

/** One watch: tells the changes of a kind as they come due. */
export class WatchStream {
  private sent: number;
  private bookmarkAt: number;
  private readonly endAt: number;

  constructor(
    private readonly request: WatchRequest,
    private readonly history: History,
    private readonly response: ServerResponse,
    now: number
  ) {
    this.sent = request.since ?? history.version;
    this.bookmarkAt = now + BOOKMARK_MS;
    this.endAt = now + (request.timeoutMs ?? LONGEST_MS);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (request.since === undefined) {
      history.asOf(request.resource, this.sent).forEach((object) => this.send('ADDED', object));
    } else if (request.since < history.oldest) {
      const expired = new Refusal(410, 'Expired', `too old resource version: ${request.since} (${history.oldest})`);
      response.end(`${JSON.stringify({ type: 'ERROR', object: expired.status })}\n`);
    }
  }

  /** Tells what came due. @param now milliseconds since 1970 @returns whether it goes on */
  report(now: number): boolean {
    if (this.response.writableEnded) {
      return false;
    }
    const { resource, bookmarks } = this.request;
    for (const { version, type, object } of this.history.after(resource, this.sent)) {
      this.sent = version;
      this.send(type, object);
    }
    if (bookmarks && now >= this.bookmarkAt) {
      this.bookmarkAt = now + BOOKMARK_MS;
      this.bookmark();
    }
    if (now >= this.endAt) {
      this.response.end();
      return false;
    }
    return true;
  }

  private send(type: Change['type'], object: ApiObject): void {
    if (this.request.selects(object)) {
      this.response.write(`${JSON.stringify({ type, object })}\n`);
    }
  }

  private bookmark(): void {
    this.sent = Math.max(this.sent, this.history.version);
    const object = { metadata: { resourceVersion: String(this.sent), creationTimestamp: null } };
    this.response.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  }
}
