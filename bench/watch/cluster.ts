import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jobText, nodeText, podText, type SimulatedJob, type SimulatedPod } from './objects';

/**
 * The simulated API server, a process of its own: nodes, pods of Deployments, and Jobs whose pods come, run, end and
 * are deleted. Told what to do, and telling what happened, by messages of its parent.
 */
interface Change {
  version: number;
  text: string;
}

const [nodes = 5000, pods = 100_000, changesPerSecond = 200] = process.argv.slice(2).map(Number);
const EVENTS_KEPT = 20_000;
/** A pod of a Job changes so often: created, started, ended, deletion asked for, gone. */
const CHANGES_PER_POD = 5;
const TICK_MS = 50;
/** Beyond this many ended pods, the oldest are deleted. */
const ended = Math.floor(pods / 10);
const now = () => Math.floor(Date.now() / 1000);

class Collection {
  readonly watchers = new Set<ServerResponse>();
  readonly history: Change[] = [];
  oldest = 0;

  report(type: string, version: number, object: string): void {
    const text = `{"type":"${type}","object":${object}}\n`;
    this.history.push({ version, text });
    if (this.history.length > EVENTS_KEPT) {
      this.oldest = this.history.shift()?.version ?? this.oldest;
    }
    this.watchers.forEach((watcher) => watcher.write(text));
  }
}

class Cluster {
  version = 1;
  sent = 0;
  readonly collections = {
    pods: new Collection(),
    jobs: new Collection(),
    nodes: new Collection(),
    cronjobs: new Collection(),
    events: new Collection(),
  };
  readonly livePods = new Map<number, SimulatedPod>();
  readonly liveJobs = new Map<number, SimulatedJob>();
  readonly endedPods: number[] = [];
  readonly endedJobs: number[] = [];
  readonly deletedPods: number[] = [];
  readonly deletedJobs: number[] = [];
  private readonly running: SimulatedPod[] = [];
  private readonly waiting: SimulatedPod[] = [];
  private readonly finishedQueue: SimulatedPod[] = [];
  private next = 0;
  private beat = 0;

  constructor() {
    for (; this.next < pods - ended; this.next++) {
      this.livePods.set(this.next, this.pod(this.next, undefined, 'Running', now() - 90_000));
    }
    for (; this.next < pods; this.next++) {
      const pod = this.pod(this.next, this.next, 'Succeeded', now() - 2000);
      pod.finished = now() - 1000;
      this.livePods.set(pod.index, pod);
      this.liveJobs.set(pod.index, { index: pod.index, version: 1, created: pod.created, finished: pod.finished });
      this.finishedQueue.push(pod);
    }
  }

  /** One step of the life of the Jobs: about `count` changes of pods. */
  step(count: number): void {
    for (let i = 0; i < count / CHANGES_PER_POD; i++) {
      this.createJob();
      this.move(this.waiting, 20, (pod) => this.start(pod));
      this.move(this.running, 60 * (changesPerSecond / 200), (pod) => this.end(pod));
      this.move(this.finishedQueue, ended, (pod) => this.remove(pod));
    }
    // Heartbeats: each node every five minutes.
    for (let i = 0; i < (nodes / 300) * (TICK_MS / 1000); i++) {
      this.beat = (this.beat + 1) % nodes;
      this.collections.nodes.report('MODIFIED', ++this.version, nodeText(this.beat, this.version));
    }
  }

  private move(queue: SimulatedPod[], keep: number, act: (pod: SimulatedPod) => void): void {
    const pod = queue.length > keep ? queue.shift() : undefined;
    if (pod !== undefined) {
      act(pod);
    }
  }

  private pod(index: number, job: number | undefined, phase: SimulatedPod['phase'], created: number): SimulatedPod {
    const started = phase === 'Pending' ? undefined : created + 1;
    return {
      index,
      version: 1,
      job,
      node: index % nodes,
      phase,
      created,
      started,
      finished: undefined,
      deleted: undefined,
    };
  }

  private createJob(): void {
    const index = this.next++;
    const job: SimulatedJob = { index, version: ++this.version, created: now(), finished: undefined };
    this.liveJobs.set(index, job);
    this.collections.jobs.report('ADDED', job.version, jobText(job));
    const pod = this.pod(index, index, 'Pending', now());
    this.livePods.set(index, pod);
    this.waiting.push(pod);
    this.change('ADDED', pod);
  }

  private start(pod: SimulatedPod): void {
    Object.assign(pod, { phase: 'Running', started: now() });
    this.running.push(pod);
    this.change('MODIFIED', pod);
  }

  private end(pod: SimulatedPod): void {
    Object.assign(pod, { phase: 'Succeeded', finished: now() });
    this.finishedQueue.push(pod);
    this.endedPods.push(pod.index);
    this.change('MODIFIED', pod);
    const job = this.liveJobs.get(pod.index);
    if (job !== undefined) {
      Object.assign(job, { finished: now(), version: ++this.version });
      this.endedJobs.push(job.index);
      this.collections.jobs.report('MODIFIED', job.version, jobText(job));
    }
  }

  private remove(pod: SimulatedPod): void {
    const job = this.liveJobs.get(pod.index);
    if (job !== undefined) {
      this.liveJobs.delete(job.index);
      this.deletedJobs.push(job.index);
      job.version = ++this.version;
      this.collections.jobs.report('DELETED', job.version, jobText(job));
    }
    pod.deleted = now();
    this.change('MODIFIED', pod);
    this.livePods.delete(pod.index);
    this.deletedPods.push(pod.index);
    this.change('DELETED', pod);
  }

  private change(type: string, pod: SimulatedPod): void {
    pod.version = ++this.version;
    this.sent++;
    this.collections.pods.report(type, pod.version, podText(pod));
  }
}

const cluster = new Cluster();
let accepting = true;

function page<T>(
  objects: IterableIterator<T>,
  from: number,
  limit: number,
  text: (object: T) => string
): { items: string[]; more: boolean } {
  const items: string[] = [];
  let at = 0;
  for (const object of objects) {
    if (at >= from + limit) {
      return { items, more: true };
    }
    if (at >= from) {
      items.push(text(object));
    }
    at++;
  }
  return { items, more: false };
}

/** A list in pages. Between two pages the cluster state goes on: what is shown twice or not at all is told by the watch from the list's version on. */
const lists = new Map<string, number>();
function list(kind: keyof Cluster['collections'], query: URLSearchParams): string {
  const token = query.get('continue');
  const from = Number(token?.split('/')[0] ?? 0);
  const limit = Number(query.get('limit') ?? 500);
  const version = token === null ? cluster.version : Number(token.split('/')[1]);
  lists.set(kind, version);
  // Deletions would shift the pages: the list is of the objects that were there at its beginning and still are.
  const nodeIndexes = Array.from({ length: kind === 'nodes' ? nodes : 0 }, (_, index) => index);
  const { items, more } =
    kind === 'pods'
      ? pageOf(
          snapshot('pods', token, () => [...cluster.livePods.values()]),
          from,
          limit,
          podText
        )
      : kind === 'jobs'
        ? pageOf(
            snapshot('jobs', token, () => [...cluster.liveJobs.values()]),
            from,
            limit,
            jobText
          )
        : page(nodeIndexes.values(), from, limit, (index) => nodeText(index, 1));
  const next = more ? `,"continue":"${from + limit}/${version}"` : '';
  return `{"kind":"List","metadata":{"resourceVersion":"${version}"${next}},"items":[${items.join()}]}`;
}

const snapshots = new Map<string, unknown[]>();
/** The objects as they were when the list began; the simulated API server keeps one list a kind. */
function snapshot<T extends object>(kind: string, token: string | null, all: () => T[]): T[] {
  if (token === null) {
    snapshots.set(
      kind,
      all().map((object) => ({ ...object }))
    );
  }
  return (snapshots.get(kind) ?? []) as T[];
}

function pageOf<T>(
  objects: T[],
  from: number,
  limit: number,
  text: (object: T) => string
): { items: string[]; more: boolean } {
  return { items: objects.slice(from, from + limit).map(text), more: from + limit < objects.length };
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://x');
  const kind = url.pathname.split('/').at(-1) ?? '';
  if (!accepting || !(kind in cluster.collections)) {
    response.writeHead(accepting ? 404 : 503).end('{}');
    return;
  }
  const name = kind as keyof Cluster['collections'];
  response.writeHead(200, { 'content-type': 'application/json' });
  if (url.searchParams.get('watch') !== 'true') {
    response.end(list(name, url.searchParams));
    return;
  }
  const collection = cluster.collections[name];
  const since = Number(url.searchParams.get('resourceVersion'));
  if (since < collection.oldest) {
    response.end(
      `{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}}\n`
    );
    return;
  }
  response.flushHeaders();
  for (const { version, text } of collection.history) {
    if (version > since) {
      response.write(text);
    }
  }
  collection.watchers.add(response);
  response.on('close', () => collection.watchers.delete(response));
});

/** Cuts all watches and forgets all versions, while life goes on: whoever comes back has to list again. */
function forget(): void {
  accepting = false;
  setTimeout(() => {
    for (const collection of Object.values(cluster.collections)) {
      collection.history.length = 0;
      collection.oldest = cluster.version;
    }
    accepting = true;
  }, 2000);
  for (const { watchers } of Object.values(cluster.collections)) {
    watchers.forEach((watcher) => watcher.destroy());
  }
}

let living: NodeJS.Timeout | undefined;
process.on('message', (message) => {
  switch (message) {
    case 'live': {
      let owed = 0;
      let last = Date.now();
      living = setInterval(() => {
        owed += ((Date.now() - last) / 1000) * changesPerSecond;
        last = Date.now();
        const steps = Math.floor(owed / CHANGES_PER_POD) * CHANGES_PER_POD;
        owed -= steps;
        cluster.step(steps);
      }, TICK_MS);
      return;
    }
    case 'forget':
      forget();
      return;
    case 'rest': {
      clearInterval(living);
      const { sent, endedPods, endedJobs, deletedPods, deletedJobs } = cluster;
      process.send?.({ sent, endedPods, endedJobs, deletedPods, deletedJobs });
    }
  }
});
server.listen(0, '127.0.0.1', () =>
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
);
