import { createServer, type RequestListener, type Server } from 'node:http';
import { fc, fuzzRuns } from '../testkit/fuzz';
import winston from 'winston';
import { accessTo } from '../testkit/fake-api-server';
import { ApiClient } from '../../shipper/cluster/api/client';
import { ListWatch } from '../../shipper/cluster/api/list-watch';
import { ClusterState, watchedKinds } from '../../shipper/cluster/cluster-state';
import { ClusterClock } from '../../shipper/cluster/core/cluster-clock';
import { listed, type Tracker, watched } from '../../shipper/cluster/core/tracker';
import { close, listen } from '../testkit/http';

const logger = winston.createLogger({ silent: true });
const clock = new ClusterClock(() => Date.parse('2026-11-28T21:00:00Z'));
const NOW = clock.seconds();

/** What an object of the API could say where its type is not checked by anybody. */
const strange = fc.oneof(
  fc.constantFrom('constructor', '__proto__', 'toString', 'hasOwnProperty', '', '\u001b[31m', '2026-11-28T20:00:00Z'),
  fc.jsonValue({ maxDepth: 3 }),
  fc.double()
);
const names = [
  'metadata',
  'spec',
  'status',
  'involvedObject',
  'reason',
  'kind',
  'name',
  'uid',
  'message',
  'conditions',
];
const strangeFields = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), strange);
const metadata = fc.record({
  ...{ name: fc.string({ minLength: 1 }), uid: fc.uuid(), resourceVersion: fc.nat().map(String) },
  ...{ namespace: strange, ownerReferences: strange, deletionTimestamp: strange, creationTimestamp: strange },
});
const strangeObject = fc
  .tuple(metadata, strangeFields, strangeFields, strangeFields)
  .map(([meta, spec, status, rest]) => ({ ...rest, metadata: meta, spec, status, involvedObject: spec, reason: 'x' }));

describe('objects that no API server should send', () => {
  const event = (kind: string, name: string) => ({
    metadata: { uid: `uid of ${kind} ${name}`, name: `e-${name}`, namespace: 'a' },
    involvedObject: { kind, name, namespace: 'a' },
    reason: 'Evicted',
  });

  test.each(['constructor', '__proto__', 'toString', 'valueOf'])('an Event about a %s is none of the table', (kind) => {
    const { trackers } = new ClusterState('c1', clock, true);
    expect(() => trackers.events.put(event(kind, 'p'), watched)).not.toThrow();
    trackers.events.put(event('Pod', 'p'), watched);
    expect(trackers.events.take({ now: NOW + 9, limit: 10, early: true })).toHaveLength(1);
  });

  test.each(watchedKinds)('of any shape are taken as %s, and written, without an exception', (kind) => {
    fc.assert(
      fc.property(strangeObject, strangeObject, (first, second) => {
        const failures: unknown[] = [];
        const state = new ClusterState('c1', clock, true, (_, error) => failures.push(error));
        const tracker = state.trackers[kind];
        tracker.put(first, listed);
        tracker.put({ ...second, metadata: { ...second.metadata, uid: first.metadata.uid } }, watched);
        tracker.remove(first);
        tracker.endList({ present: new Set(), namespace: null, lastSeen: NOW });
        state.take({ now: NOW + 1000, limit: Infinity, early: true });
        state.sweep();
        expect(failures).toEqual([]);
      }),
      fuzzRuns()
    );
  });
});

describe('a watch of an API server that misbehaves', () => {
  let server: Server;
  let client: ApiClient;
  const stop = new AbortController();

  async function watchOf(tracker: Tracker, answer: RequestListener): Promise<ListWatch> {
    server = createServer(answer);
    client = new ApiClient(accessTo(await listen(server)), clock);
    const collection = { name: 'pods', paths: ['/api/v1/pods'], namespace: null };
    return new ListWatch({ client, collection, tracker, clock, logger, room: () => undefined });
  }
  afterEach(async () => {
    await client.close();
    await close(server);
  });

  const pods = () => new ClusterState('c1', clock, true).trackers.pods;
  const page = (items: unknown[], more?: string) =>
    JSON.stringify({ metadata: { resourceVersion: '5', continue: more }, items });
  const pod = (name: string) => ({ metadata: { name, uid: name, namespace: 'a' }, spec: {}, status: {} });

  test('an object that a tracker cannot take costs no other', async () => {
    const tracker = pods();
    const put = tracker.put.bind(tracker);
    tracker.put = (object, arrival) => {
      if (JSON.stringify(object).includes('"bad"')) {
        throw new TypeError('of this one');
      }
      put(object, arrival);
    };
    const watch = await watchOf(tracker, (_, response) => response.end(page([pod('one'), pod('bad'), pod('two')])));
    await watch.listAny(stop.signal);
    expect([tracker.size, watch.counts.rejectedObjects]).toEqual([2, 1]);
  });

  test('a list that always goes on at the same place ends', async () => {
    const watch = await watchOf(pods(), (_, response) => response.end(page([pod('one')], 'here')));
    await expect(watch.listAny(stop.signal)).rejects.toThrow('goes on where it went on before');
  });

  test('a list without end ends', async () => {
    const items = page(Array.from({ length: 20_000 }, () => ({ metadata: {} }))).slice(0, -1);
    let requests = 0;
    const watch = await watchOf(pods(), (_, response) => {
      requests++;
      response.end(`${items},"metadata":{"continue":"${requests}"}}`);
    });
    await expect(watch.listAny(stop.signal)).rejects.toThrow('a list of more than');
    expect(requests).toBeLessThan(60);
  });

  test('an answer without end ends', async () => {
    const block = Buffer.alloc(2 ** 20, ' ');
    const watch = await watchOf(pods(), (_, response) => {
      const write = (): void => {
        while (!response.destroyed && response.write(block)) {
          // until the socket is full
        }
      };
      response.on('drain', write);
      write();
    });
    await expect(watch.listAny(stop.signal)).rejects.toThrow(/longer than \d+ MiB/);
  });

  test('objects with names of any length are left out', async () => {
    const tracker = pods();
    const long = pod('x'.repeat(10_000));
    const watch = await watchOf(tracker, (_, response) => response.end(page([long, pod('short')])));
    await watch.listAny(stop.signal);
    expect(tracker.size).toBe(1);
  });
});
