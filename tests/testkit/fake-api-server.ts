import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import path from 'node:path';
import type { ClusterAccess } from '../../shipper/cluster/api/cluster-access';
import { listen } from './http';

export interface ApiObject {
  metadata: { name: string; uid: string; namespace?: string; resourceVersion?: string; [field: string]: unknown };
  [field: string]: unknown;
}

type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

interface Change {
  version: number;
  resource: string;
  type: ChangeType;
  object: ApiObject;
}

interface Watcher {
  resource: string;
  namespace: string | undefined;
  selector: (object: ApiObject) => boolean;
  response: ServerResponse;
}

/** Access to an API server that asks nobody who he is. */
export const accessTo = (server: string): ClusterAccess => ({
  server,
  ca: undefined,
  credentials: async () => ({}),
  insecureSkipVerify: false,
  serverName: undefined,
  proxy: undefined,
  namespace: undefined,
  origin: 'test',
});

const routes = /^\/(?:api|apis\/[\w.]+)\/[\w]+(?:\/namespaces\/([^/]+))?\/(\w+)(?:\/([^/]+))?$/;

/**
 * The part of an API server that a watch needs, over real HTTP: lists in pages and as of a version, watches with
 * bookmarks, objects with versions; and what goes wrong with all that, on command.
 */
export class FakeApiServer {
  /** All requests so far, as `METHOD path?query`. */
  readonly requests: string[] = [];
  /** Answers with this status in place of the resource. */
  readonly refusals = new Map<string, number>();
  /** Paths that this server does not have, by their beginning. */
  readonly missingPaths: string[] = [];
  /** Requests with another Authorization header get 401. */
  authorization: string | undefined;
  url = '';

  private readonly server: Server;
  private readonly objects = new Map<string, Map<string, ApiObject>>();
  private readonly changes: Change[] = [];
  private readonly watchers = new Set<Watcher>();
  private version = 100;
  private compactedAt = 0;

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => this.answer(request, response, Buffer.concat(chunks).toString()));
    });
  }

  async start(): Promise<this> {
    this.url = await listen(this.server);
    return this;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Writes a kubeconfig for it. */
  kubeconfig(dir: string): string {
    const file = path.join(dir, 'kubeconfig');
    const config = {
      'current-context': 'test',
      clusters: [{ name: 'test', cluster: { server: this.url } }],
      users: [{ name: 'test', user: { token: 'a-token' } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace: 'afterlog' } }],
    };
    writeFileSync(file, JSON.stringify(config));
    return file;
  }

  /** Creates or changes an object. */
  put(resource: string, object: ApiObject): ApiObject {
    const all = this.all(resource);
    const type = all.has(object.metadata.uid) ? 'MODIFIED' : 'ADDED';
    const stored = this.change(resource, type, object);
    all.set(object.metadata.uid, stored);
    return stored;
  }

  /** Deletes an object, whose last state may be given. */
  remove(resource: string, object: ApiObject): void {
    this.all(resource).delete(object.metadata.uid);
    this.change(resource, 'DELETED', object);
  }

  /** Changes that no watch is told of, as while a connection is down. */
  silently(change: () => void): void {
    const watchers = [...this.watchers];
    this.watchers.clear();
    change();
    watchers.forEach((one) => this.watchers.add(one));
  }

  /** Forgets all changes so far: a watch that comes with an older version gets 410. */
  compact(): void {
    this.compactedAt = this.version;
  }

  /** Ends all watches, the last bytes being half an object. */
  cutWatches(resource?: string): void {
    for (const watcher of this.watchers) {
      if (resource === undefined || watcher.resource === resource) {
        watcher.response.write('{"type":"MODIFIED","object":{"metadata":{"name":"ha');
        watcher.response.socket?.destroySoon();
        this.watchers.delete(watcher);
      }
    }
  }

  /** Sends something else than an event to the watches of a resource. */
  say(resource: string, line: string): void {
    for (const watcher of this.watchers) {
      if (watcher.resource === resource) {
        watcher.response.write(`${line}\n`);
      }
    }
  }

  /** Tells the watches of a resource how far all is, without a change. */
  bookmark(resource: string): void {
    const object = { metadata: { resourceVersion: String(++this.version) } };
    this.say(resource, JSON.stringify({ type: 'BOOKMARK', object }));
  }

  watching(resource: string): number {
    return [...this.watchers].filter((watcher) => watcher.resource === resource).length;
  }

  find(resource: string, name: string): ApiObject | undefined {
    return [...this.all(resource).values()].find(({ metadata }) => metadata.name === name);
  }

  /** All objects of a resource. */
  stored(resource: string): ApiObject[] {
    return [...this.all(resource).values()];
  }

  private all(resource: string): Map<string, ApiObject> {
    let all = this.objects.get(resource);
    if (all === undefined) {
      all = new Map();
      this.objects.set(resource, all);
    }
    return all;
  }

  private change(resource: string, type: ChangeType, { metadata, ...rest }: ApiObject): ApiObject {
    const version = ++this.version;
    const object: ApiObject = { ...rest, metadata: { ...metadata, resourceVersion: String(version) } };
    this.changes.push({ version, resource, type, object });
    for (const watcher of this.watchers) {
      if (watcher.resource === resource && isIn(object, watcher.namespace) && watcher.selector(object)) {
        watcher.response.write(`${JSON.stringify({ type, object })}\n`);
      }
    }
    return object;
  }

  private answer(request: IncomingMessage, response: ServerResponse, body: string): void {
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push(`${request.method ?? ''} ${url.pathname}${url.search}`);
    const [, namespace, resource = '', name] = routes.exec(url.pathname) ?? [];
    const refusal = this.refusals.get(resource);
    if (this.authorization !== undefined && request.headers.authorization !== this.authorization) {
      fail(response, 401, 'Unauthorized', 'Unauthorized');
    } else if (refusal !== undefined) {
      fail(response, refusal, `${resource} is refused`);
    } else if (resource === '' || this.missingPaths.some((one) => url.pathname.startsWith(one))) {
      fail(response, 404, 'the server could not find the requested resource');
    } else if (request.method === 'PATCH') {
      this.patch(response, resource, name ?? '', JSON.parse(body) as { metadata: Partial<ApiObject['metadata']> });
    } else if (request.method !== 'GET') {
      this.store(response, resource, request.method === 'POST', JSON.parse(body) as ApiObject);
    } else if (name !== undefined) {
      const object = this.find(resource, name);
      if (object === undefined) {
        fail(response, 404, `${name} not found`);
      } else {
        send(response, 200, object);
      }
    } else if (url.searchParams.get('watch') === 'true') {
      this.watch(response, resource, namespace, url.searchParams);
    } else {
      this.list(response, resource, namespace, url.searchParams);
    }
  }

  private store(response: ServerResponse, resource: string, create: boolean, object: ApiObject): void {
    const { generateName, resourceVersion } = object.metadata;
    const name = create && typeof generateName === 'string' ? `${generateName}${this.version}` : object.metadata.name;
    const old = this.find(resource, name);
    if (create ? old !== undefined : old?.metadata.resourceVersion !== resourceVersion) {
      fail(response, 409, `${name} is another one by now`);
      return;
    }
    const uid = old?.metadata.uid ?? `uid-of-${name}`;
    send(response, create ? 201 : 200, this.put(resource, { ...object, metadata: { ...object.metadata, name, uid } }));
  }

  /** A merge patch of what `metadata` holds, `annotations` among it; one with another UID is refused, as by the API server. */
  private patch(
    response: ServerResponse,
    resource: string,
    name: string,
    { metadata }: { metadata: Partial<ApiObject['metadata']> }
  ): void {
    const old = this.find(resource, name);
    if (old === undefined || old.metadata.uid !== (metadata.uid ?? old.metadata.uid)) {
      fail(response, old ? 409 : 404, `${name} is another one by now, or not there`);
      return;
    }
    const annotations = { ...Object(old.metadata.annotations), ...Object(metadata.annotations) };
    send(response, 200, this.put(resource, { ...old, metadata: { ...old.metadata, ...metadata, annotations } }));
  }

  private list(
    response: ServerResponse,
    resource: string,
    namespace: string | undefined,
    query: URLSearchParams
  ): void {
    const [from, at] = (query.get('continue') ?? '').split('/').map(Number);
    const version = at ?? Number(query.get('resourceVersion') ?? this.version);
    if (version < this.compactedAt) {
      fail(response, 410, 'The provided continue parameter is too old', 'Expired');
      return;
    }
    const selector = selectorOf(query);
    const items = this.asOf(resource, version).filter((object) => isIn(object, namespace) && selector(object));
    const start = at === undefined ? 0 : (from ?? 0);
    const limit = Number(query.get('limit') ?? items.length);
    const more = start + limit < items.length;
    send(response, 200, {
      metadata: { resourceVersion: String(version), ...(more && { continue: `${start + limit}/${version}` }) },
      items: items.slice(start, start + limit),
    });
  }

  private asOf(resource: string, version: number): ApiObject[] {
    const objects = new Map<string, ApiObject>();
    for (const change of this.changes.filter((one) => one.resource === resource && one.version <= version)) {
      if (change.type === 'DELETED') {
        objects.delete(change.object.metadata.uid);
      } else {
        objects.set(change.object.metadata.uid, change.object);
      }
    }
    return [...objects.values()];
  }

  private watch(
    response: ServerResponse,
    resource: string,
    namespace: string | undefined,
    query: URLSearchParams
  ): void {
    const since = Number(query.get('resourceVersion') ?? 0);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (since < this.compactedAt) {
      const status = { kind: 'Status', code: 410, reason: 'Expired', message: `too old resource version: ${since}` };
      response.end(`${JSON.stringify({ type: 'ERROR', object: status })}\n`);
      return;
    }
    const watcher: Watcher = { resource, namespace, selector: selectorOf(query), response };
    for (const { version, type, object, ...change } of this.changes) {
      if (change.resource === resource && version > since && isIn(object, namespace) && watcher.selector(object)) {
        response.write(`${JSON.stringify({ type, object })}\n`);
      }
    }
    this.watchers.add(watcher);
    response.on('close', () => this.watchers.delete(watcher));
  }
}

const isIn = ({ metadata }: ApiObject, namespace: string | undefined) =>
  namespace === undefined || metadata.namespace === namespace;

/** `reason!=A,reason!=B`, the only form that is asked for. */
function selectorOf(query: URLSearchParams): (object: ApiObject) => boolean {
  const unwanted = new Set((query.get('fieldSelector') ?? '').split(',').map((term) => term.replace('reason!=', '')));
  return ({ reason }) => typeof reason !== 'string' || !unwanted.has(reason);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function fail(response: ServerResponse, code: number, message: string, reason = ''): void {
  send(response, code, { kind: 'Status', status: 'Failure', code, reason, message });
}
