import winston from 'winston';
import { ClusterClock } from '../core/cluster-clock';
import { accessTo, type ApiObject, FakeApiServer } from '../../../tests/testkit/fake-api-server';
import { until } from '../../../tests/testkit/until';
import type { Arrival, ListRound, Tracker } from '../core/tracker';
import { ApiClient } from './client';
import { type Collection, ListWatch, type Resume } from './list-watch';

/** Keeps what a list-watch tells it, as a plain set of objects. */
class Notes implements Tracker {
  readonly there = new Map<string, string>();
  readonly arrivals: string[] = [];
  readonly rounds: ListRound[] = [];
  readonly removed: string[] = [];
  readonly waiting = 0;

  put(object: unknown, arrival: Arrival): void {
    const { name, resourceVersion } = (object as ApiObject).metadata;
    this.there.set(name, resourceVersion ?? '');
    this.arrivals.push(`${name} ${arrival.how}`);
  }

  remove(object: unknown): void {
    const { name } = (object as ApiObject).metadata;
    this.there.delete(name);
    this.removed.push(name);
  }

  endList(round: ListRound): void {
    this.rounds.push(round);
    for (const name of this.there.keys()) {
      if (!round.present.has(name)) {
        this.there.delete(name);
      }
    }
  }

  has = (uid: string) => this.there.has(uid);
  take = () => [];
  sweep = () => undefined;
  oldest = () => Infinity;
  get size() {
    return this.there.size;
  }
}

const pod = (name: string, version = 1): ApiObject => ({ metadata: { name, uid: name, namespace: 'n' }, version });

describe('ListWatch', () => {
  let server: FakeApiServer;
  let client: ApiClient;
  let stop: AbortController;
  let running: Promise<void> | undefined;
  let notes: Notes;

  beforeEach(async () => {
    server = await new FakeApiServer().start();
    client = new ApiClient(accessTo(server.url), new ClusterClock());
    stop = new AbortController();
    notes = new Notes();
  });

  afterEach(async () => {
    stop.abort();
    await running;
    await client.close();
    server.stop();
  });

  function start(collection: Partial<Collection> = {}, resume?: Resume): ListWatch {
    const watch = new ListWatch({
      client,
      collection: { name: 'pods', paths: ['/api/v1/pods'], namespace: null, ...collection },
      tracker: notes,
      clock: new ClusterClock(),
      logger: winston.createLogger({ silent: true }),
      room: () => undefined,
      pageSize: 3,
      backoffMs: { min: 5, max: 20 },
      refusedMs: 20,
    });
    running = watch.run(stop.signal, resume);
    return watch;
  }

  const names = () => [...notes.there.keys()].sort();
  const sees = (...expected: string[]) =>
    until(`${expected.join()} to be there`, () => names().join() === expected.join());
  const watching = () => until('a watch', () => server.watching('pods') === 1);

  it('lists in pages, then follows every change', async () => {
    ['a', 'b', 'c', 'd', 'e', 'f', 'g'].forEach((name) => server.put('pods', pod(name)));
    start();
    await watching();
    expect(names()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    expect(server.requests.filter((one) => one.includes('limit=3'))).toHaveLength(3);
    server.put('pods', pod('h'));
    server.remove('pods', pod('a'));
    await sees('b', 'c', 'd', 'e', 'f', 'g', 'h');
    expect(notes.arrivals.at(-1)).toBe('h watched');
    expect(notes.removed).toEqual(['a']);
  });

  it('goes on at the last version when the connection breaks in the middle of an object', async () => {
    server.put('pods', pod('a'));
    const watch = start();
    await watching();
    server.put('pods', pod('b'));
    await sees('a', 'b');
    server.cutWatches();
    server.put('pods', pod('c'));
    server.remove('pods', pod('a'));
    await sees('b', 'c');
    expect(notes.removed).toEqual(['a']);
    expect(watch.counts).toMatchObject({ lists: 1, relists: 0, badLines: 0 });
    expect(notes.arrivals).toEqual(['a listed', 'b watched', 'c watched']);
  });

  it('lists again and compares when the server has forgotten its version', async () => {
    server.put('pods', pod('a'));
    const watch = start();
    await watching();
    server.silently(() => {
      server.remove('pods', pod('a'));
      server.put('pods', pod('b'));
    });
    server.compact();
    server.cutWatches();
    await sees('b');
    expect(notes.removed).toEqual([]);
    expect(watch.counts.relists).toBe(1);
    expect(notes.rounds.map(({ lastSeen }) => lastSeen === null)).toEqual([true, false]);
    await watching();
    server.put('pods', pod('c'));
    await sees('b', 'c');
  });

  it('begins again when the server forgets a list that is half read', async () => {
    ['a', 'b', 'c', 'd'].forEach((name) => server.put('pods', pod(name)));
    const put = notes.put.bind(notes);
    let forgotten = false;
    notes.put = (object, arrival) => {
      put(object, arrival);
      if (!forgotten) {
        forgotten = true;
        server.put('pods', pod('e'));
        server.compact();
      }
    };
    start();
    await sees('a', 'b', 'c', 'd', 'e');
    expect(notes.rounds).toHaveLength(1);
  });

  it('remembers versions from bookmarks', async () => {
    const watch = start();
    await watching();
    server.bookmark('pods');
    const before = watch.resourceVersion;
    await until('the bookmark', () => watch.resourceVersion !== before || watch.counts.events === 1);
    server.compact();
    server.cutWatches();
    await watching();
    server.put('pods', pod('a'));
    await sees('a');
    expect(watch.counts.relists).toBe(0);
  });

  it('watches again after a line that is no event, and lists again when it comes at the same place', async () => {
    server.put('pods', pod('a'));
    const watch = start();
    await watching();
    server.say('pods', 'garbage');
    await until('the line to be counted', () => watch.counts.badLines === 1);
    await watching();
    expect(watch.counts.relists).toBe(0);
    server.say('pods', '{"type":"MODIFIED","object":{"metadata":{}}}');
    await until('another list', () => watch.counts.relists === 1);
    await watching();
    server.put('pods', pod('b'));
    await sees('a', 'b');
  });

  it('names missing rights, goes on trying, and recovers when they are given', async () => {
    server.refusals.set('pods', 403);
    const watch = start();
    await until('forbidden', () => watch.state === 'forbidden');
    expect(watch.detail).toBe('pods is refused');
    expect(watch.isRefused).toBe(true);
    server.refusals.clear();
    server.put('pods', pod('a'));
    await sees('a');
    // The list names it first; the watch that goes on from there is accepted after that.
    await until('watching', () => watch.state === 'watching');
  });

  it('survives errors of the server', async () => {
    for (const status of [500, 503, 429, 401]) {
      server.refusals.set('pods', status);
      const before = server.requests.length;
      if (running === undefined || status === 500) {
        start();
      }
      await until('another try', () => server.requests.length > before + 1);
    }
    server.refusals.clear();
    server.put('pods', pod('a'));
    await sees('a');
  });

  it('takes the older path of a server that does not have the newer', async () => {
    server.missingPaths.push('/apis/batch/v1/');
    server.put('cronjobs', pod('tick'));
    start({ name: 'cronjobs', paths: ['/apis/batch/v1/cronjobs', '/apis/batch/v1beta1/cronjobs'] });
    await sees('tick');
  });

  it('goes on exactly where a predecessor left off', async () => {
    server.put('pods', pod('a'));
    const { metadata } = server.put('pods', pod('b'));
    server.remove('pods', pod('a'));
    server.put('pods', pod('c'));
    const watch = start({}, { resourceVersion: metadata.resourceVersion ?? '', at: 1 });
    await sees('b', 'c');
    expect(notes.arrivals).toEqual(['a resumed', 'b resumed', 'c watched']);
    expect(notes.removed).toEqual(['a']);
    expect(watch.resumed).toBe(true);
  });

  it('lists afresh when the server has forgotten where a predecessor left off', async () => {
    const { metadata } = server.put('pods', pod('a'));
    server.put('pods', pod('b'));
    server.compact();
    const watch = start({}, { resourceVersion: metadata.resourceVersion ?? '', at: 1 });
    await sees('a', 'b');
    expect(notes.arrivals).toEqual(['a listed', 'b listed']);
    expect(watch.resumed).toBe(false);
    expect(notes.rounds[0]?.lastSeen).toBe(1);
  });

  it('keeps to its namespace', async () => {
    server.put('pods', pod('a'));
    server.put('pods', { metadata: { name: 'other', uid: 'other', namespace: 'm' } });
    start({ paths: ['/api/v1/namespaces/n/pods'], namespace: 'n' });
    await watching();
    expect(names()).toEqual(['a']);
    expect(notes.rounds[0]?.namespace).toBe('n');
  });
});
