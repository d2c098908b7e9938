import { ClusterClock } from '../../cluster/core/cluster-clock';
import { accessTo } from '../../../tests/testkit/fake-api-server';
import { ApiClient, ApiError } from '../../cluster/api/client';
import { pagesOf } from '../../cluster/api/pages';
import { linesOf } from '../../cluster/api/lines';
import { type RecordedApiServer, startApiServer } from './api-server';
import { changesOf } from './changes';

const pod = (name: string, version: number, clock: string, more: object = {}) => ({
  kind: 'Pod',
  metadata: { name, namespace: 'ns', uid: name, resourceVersion: String(version), creationTimestamp: clock },
  ...more,
});
const event = (type: string, object: object) => JSON.stringify({ type, object });
const time = (second: number) => `2026-11-23T23:00:${String(second).padStart(2, '0')}Z`;
const changes = changesOf(
  new Map([
    [
      'pods',
      [
        event('ADDED', pod('a', 11, time(1))),
        event('ADDED', pod('b', 12, time(2))),
        event('MODIFIED', pod('a', 14, time(1), { status: { phase: 'Failed', startTime: time(10) } })),
        event('DELETED', pod('b', 16, time(2))),
      ],
    ],
    [
      'nodes',
      [event('ADDED', { metadata: { name: 'n', uid: 'n', resourceVersion: '15', creationTimestamp: time(20) } })],
    ],
  ])
);

describe('the recorded API server', () => {
  let now: number;
  let server: RecordedApiServer;
  let client: ApiClient;
  const pods = '/api/v1/pods';

  beforeEach(async () => {
    now = Date.parse(time(5));
    server = await startApiServer({ changes, now: () => now, reportMs: 5 });
    client = new ApiClient(accessTo(server.url), new ClusterClock(() => now));
  });

  afterEach(async () => {
    await client.close();
    await server.close();
  });

  const list = async (query: Record<string, string | number> = {}, path = pods) => {
    const names: string[] = [];
    let version: string | null = null;
    for await (const page of pagesOf(client, path, query, new AbortController().signal)) {
      version = page.resourceVersion;
      names.push(...page.items.map((item) => (item as { metadata: { name: string } }).metadata.name));
    }
    return { names, version };
  };
  const refused = (path: string, query = {}) => client.get(path, query).catch((error: unknown) => error as ApiError);

  it('orders the changes of all kinds, each with about the time it was made', () => {
    expect(changes.map(({ version, at }) => [version, at])).toEqual([
      [11, Date.parse(time(1))],
      [12, Date.parse(time(2))],
      [14, Date.parse(time(10))],
      [15, Date.parse(time(20))],
      [16, Date.parse(time(20))],
    ]);
  });

  it('lists what there is at the moment, in pages of one version', async () => {
    expect(await list({ limit: 1 })).toEqual({ names: ['a', 'b'], version: '12' });
    now = Date.parse(time(20));
    expect(await list()).toEqual({ names: ['a'], version: '16' });
  });

  it('lists as of a version, and not what is forgotten or still to come', async () => {
    now = Date.parse(time(20));
    expect(await list({ resourceVersion: '12', resourceVersionMatch: 'Exact' })).toEqual({
      names: ['a', 'b'],
      version: '12',
    });
    expect(await refused(pods, { resourceVersion: '5', resourceVersionMatch: 'Exact' })).toMatchObject({ status: 410 });
    expect(await refused(pods, { resourceVersion: '99', resourceVersionMatch: 'Exact' })).toMatchObject({
      status: 504,
    });
  });

  it('selects by namespace and field, and refuses fields that cannot be selected by', async () => {
    now = Date.parse(time(10));
    expect((await list({ fieldSelector: 'status.phase!=Failed' })).names).toEqual(['b']);
    expect((await list({}, '/api/v1/namespaces/other/pods')).names).toEqual([]);
    expect(await refused(pods, { fieldSelector: 'spec.secret=x' })).toMatchObject({ status: 400 });
  });

  it('has no kind that the cluster did not have', async () => {
    expect(await refused('/apis/batch/v1beta1/cronjobs')).toMatchObject({ status: 404, reason: 'NotFound' });
    expect(await list({}, '/apis/batch/v1/cronjobs')).toMatchObject({ names: [] });
  });

  it('tells a watch each change when its time comes, then bookmarks, and ends it in time', async () => {
    const query = { watch: true, resourceVersion: '11', allowWatchBookmarks: true, timeoutSeconds: 100 };
    const stop = new AbortController();
    // The changes, a bookmark a minute after the watch began, its end.
    const moments = [time(10), time(20), '2026-11-23T23:01:05Z', '2026-11-23T23:01:50Z'].map((text) =>
      Date.parse(text)
    );
    const reported: string[] = [];
    const lines = linesOf(client.stream(pods, query, 10_000, stop.signal, () => undefined));
    for await (const line of lines) {
      const { type, object } = JSON.parse(line) as { type: string; object: { metadata: { resourceVersion: string } } };
      reported.push(`${type} ${object.metadata.resourceVersion}`);
      now = moments[reported.length - 1] ?? now;
    }
    expect(reported).toEqual(['ADDED 12', 'MODIFIED 14', 'DELETED 16', 'BOOKMARK 16']);
  });

  it('tells a watch from before its memory that it is too late', async () => {
    const query = { watch: true, resourceVersion: '3' };
    for await (const line of linesOf(
      client.stream(pods, query, 10_000, new AbortController().signal, () => undefined)
    )) {
      expect(JSON.parse(line)).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
    }
  });

  it('keeps Leases, and refuses a change of what somebody else changed since', async () => {
    const leases = '/apis/coordination.k8s.io/v1/namespaces/ns/leases';
    const lease = { metadata: { name: 'l' }, spec: { holderIdentity: 'x' } };
    expect(await refused(`${leases}/l`)).toMatchObject({ status: 404 });
    const created = await client.send('POST', leases, lease);
    expect(await client.get(`${leases}/l`)).toEqual(created);
    await client.send('PUT', `${leases}/l`, created);
    const late = await client.send('PUT', `${leases}/l`, created).catch((error: unknown) => error);
    expect(late).toMatchObject({ status: 409, reason: 'Conflict' });
    expect(await client.send('POST', leases, lease).catch((error: unknown) => error)).toMatchObject({ status: 409 });
  });

  it('is read only otherwise', async () => {
    expect(await client.send('POST', pods, {}).catch((error: unknown) => error)).toMatchObject({ status: 405 });
  });
});
