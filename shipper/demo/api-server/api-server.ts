import type { IncomingMessage, ServerResponse } from 'node:http';
import { startServer, type RunningServer } from '../server/http-server';
import { apiVersions, type ApiObject, type Change, groupPath, RESOURCES, type Resource, resources } from './changes';
import { fieldSelector } from './field-selector';
import { History } from './history';
import { Leases } from './leases';
import { notFound, Refusal, sendJson } from './status';
import { WatchStream } from './watch-stream';

export interface ApiServerOptions {
  /** In the order of their versions (`changesOf`). */
  changes: readonly Change[];
  /** The replay's clock: milliseconds since 1970. */
  now: () => number;
  /** How often watches are told what came due, real milliseconds. */
  reportMs?: number;
}

export interface RecordedApiServer extends RunningServer {
  /** Until when its watches have been told everything, and had the time to hear it: milliseconds since 1970. */
  reported(): number;
}

/**
 * Serves recorded changes over HTTP as the API server of that cluster did: lists in pages and as of a version, watches
 * with bookmarks, each change when the clock comes to it; and Leases. What the cluster did not have is not found.
 * Unlike a real one it needs no authentication, and names no `Date`: at a multiple of real time, the way of an answer
 * would pass for a wrong clock.
 */
export async function startApiServer({ changes, now, reportMs = 20 }: ApiServerOptions): Promise<RecordedApiServer> {
  const api = new ApiServer(new History(changes, now), apiVersions(changes), now);
  const ticker = setInterval(() => api.report(), reportMs);
  const server = await startServer((request, response) => api.answer(request, response));
  return {
    url: server.url,
    reported: () => api.reported,
    async close() {
      clearInterval(ticker);
      await server.close();
    },
  };
}

class ApiServer {
  private readonly leases = new Leases();
  private readonly watches = new Set<WatchStream>();
  /** The moments of the last two rounds: what was reported in the last one may still be on its way. */
  private rounds: [before: number, last: number];

  constructor(
    private readonly history: History,
    private readonly versions: ReadonlyMap<Resource, string>,
    private readonly now: () => number
  ) {
    this.rounds = [now(), now()];
  }

  get reported(): number {
    return this.rounds[0];
  }

  report(): void {
    const now = this.now();
    this.rounds = [this.rounds[1], now];
    for (const watch of this.watches) {
      if (!watch.report(now)) {
        this.watches.delete(watch);
      }
    }
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.sendDate = false;
    try {
      await this.route(request, response);
    } catch (error) {
      if (!(error instanceof Refusal)) {
        throw error;
      }
      sendJson(response, error.code, error.status);
    }
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const [, group = '', namespace, kind = '', name] =
      /^(\/api\/v1|\/apis\/[\w.]+\/\w+)(?:\/namespaces\/([^/]+))?\/(\w+)(?:\/([^/]+))?$/.exec(pathname) ?? [];
    if (group === '/apis/coordination.k8s.io/v1' && kind === 'leases' && namespace !== undefined) {
      await this.lease(request, response, namespace, name);
      return;
    }
    const resource = resources.find((one) => one === kind && groupPath(this.versions.get(one)) === group);
    if (resource === undefined || (resource === 'nodes' && namespace !== undefined)) {
      throw notFound();
    }
    if (request.method !== 'GET') {
      throw new Refusal(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
    }
    const selected = fieldSelector(resource, searchParams.get('fieldSelector') ?? '');
    const selects = (object: ApiObject) =>
      (namespace === undefined || object.metadata.namespace === namespace) && selected(object);
    if (name !== undefined) {
      this.get(response, resource, (object) => selects(object) && object.metadata.name === name, name);
    } else if (['1', 'true'].includes(searchParams.get('watch') ?? '')) {
      this.watch(response, resource, selects, searchParams);
    } else {
      this.list(response, resource, selects, searchParams);
    }
  }

  private async lease(request: IncomingMessage, response: ServerResponse, namespace: string, name?: string) {
    const { leases } = this;
    if (request.method === 'GET' && name !== undefined) {
      sendJson(response, 200, leases.get(namespace, name));
    } else if (request.method === 'POST' && name === undefined) {
      sendJson(response, 201, leases.create(namespace, await bodyOf(request)));
    } else if (request.method === 'PUT' && name !== undefined) {
      sendJson(response, 200, leases.update(namespace, name, await bodyOf(request)));
    } else {
      throw new Refusal(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
    }
  }

  private get(response: ServerResponse, resource: Resource, is: (object: ApiObject) => boolean, name: string): void {
    const found = this.history.asOf(resource, this.history.version).find(is);
    if (!found) {
      throw new Refusal(404, 'NotFound', `${resource} "${name}" not found`);
    }
    sendJson(response, 200, found);
  }

  private list(
    response: ServerResponse,
    resource: Resource,
    selects: (object: ApiObject) => boolean,
    query: URLSearchParams
  ): void {
    const { version, start } = this.startOf(query);
    const items = this.history.asOf(resource, version).filter(selects);
    const limit = Number(query.get('limit') ?? 0);
    const end = limit > 0 ? start + limit : items.length;
    const rest = Math.max(0, items.length - end);
    const more = rest > 0 && { continue: continueToken({ version, start: end }), remainingItemCount: rest };
    sendJson(response, 200, {
      apiVersion: this.versions.get(resource),
      kind: RESOURCES[resource].kind,
      metadata: { resourceVersion: String(version), ...more },
      items: items.slice(start, end),
    });
  }

  /** Where a list begins: it goes on, or is as of a version (`resourceVersionMatch=Exact`), or as of now. */
  private startOf(query: URLSearchParams): { version: number; start: number } {
    const token = query.get('continue') ?? '';
    const asked = query.get('resourceVersion') ?? '';
    const from =
      token !== ''
        ? parseToken(token)
        : { version: query.get('resourceVersionMatch') === 'Exact' ? Number(asked) : this.history.version, start: 0 };
    if (!Number.isInteger(from.version)) {
      throw new Refusal(400, 'BadRequest', `Invalid value: "${asked}": resource version must be a number`);
    }
    if (from.version < this.history.oldest) {
      throw new Refusal(410, 'Expired', 'The provided resource version is too old');
    }
    if (from.version > this.history.version) {
      throw new Refusal(
        504,
        'Timeout',
        `Too large resource version: ${from.version}, current: ${this.history.version}`
      );
    }
    return from;
  }

  private watch(
    response: ServerResponse,
    resource: Resource,
    selects: (object: ApiObject) => boolean,
    query: URLSearchParams
  ): void {
    const since = query.get('resourceVersion') ?? '';
    const timeout = Number(query.get('timeoutSeconds') ?? 0);
    const request = {
      resource,
      selects,
      since: since === '' || since === '0' ? undefined : Number(since),
      bookmarks: query.get('allowWatchBookmarks') === 'true',
      timeoutMs: timeout > 0 ? timeout * 1000 : undefined,
    };
    const watch = new WatchStream(request, this.history, response, this.now());
    this.watches.add(watch);
    response.on('close', () => this.watches.delete(watch));
    watch.report(this.now());
  }
}

const continueToken = (from: { version: number; start: number }) =>
  Buffer.from(`${from.version}/${from.start}`).toString('base64url');

function parseToken(token: string): { version: number; start: number } {
  const [, version, start] = /^(\d+)\/(\d+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (version === undefined) {
    throw new Refusal(400, 'BadRequest', 'continue key is not valid');
  }
  return { version: Number(version), start: Number(start) };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new Refusal(400, 'BadRequest', 'the body is not JSON');
  }
}
