import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readThresholds, thresholdsFromConfigz } from './effective-thresholds';
import { KubeletClient } from './kubelet/kubelet-client';
import { serve, type TestServer } from '../../tests/testkit/http';

const recorded = (name: string): string => readFileSync(`tests/recording/disk-pressure/kubelet/${name}`, 'utf8');

/** A server that answers as the recorded kubelet did, except on the paths that it refuses. */
let server: TestServer;
let url: string;
let refused: Record<string, number>;
let tokens: Array<string | undefined>;

beforeEach(async () => {
  refused = {};
  tokens = [];
  server = await serve(({ url: path, headers }) => {
    tokens.push(headers.authorization);
    const body =
      path === '/configz' ? recorded('configz.json') : path === '/metrics' ? recorded('metrics.txt') : undefined;
    const status = refused[path] ?? (body === undefined ? 404 : 200);
    return { status, body: status === 200 ? body : 'Forbidden (user=afterlog, verb=get)' };
  });
  url = server.url;
});
afterEach(async () => {
  await server.close();
});

async function read(client: KubeletClient) {
  try {
    return await readThresholds(client);
  } finally {
    client.close();
  }
}

describe('readThresholds', () => {
  test('takes what is in force from the recorded kubelet, its own transition period included', async () => {
    expect(await read(new KubeletClient({ url }))).toEqual({
      source: 'configz',
      kubeletVersion: 'v1.20.2',
      evictionHard: {
        'imagefs.available': '15%',
        'memory.available': '100Mi',
        'nodefs.available': '10%',
        'nodefs.inodesFree': '5%',
      },
      evictionSoft: {},
      evictionSoftGracePeriod: {},
      evictionMinimumReclaim: {},
      pressureTransitionSeconds: 60,
      imageGcHighPercent: 85,
      imageGcLowPercent: 80,
      imageMinimumGcAgeSeconds: 120,
      imageMaximumGcAgeSeconds: null,
      containerLogMaxBytes: 10485760,
      containerLogMaxFiles: 5,
    });
  });

  test('assumes the defaults of the version when /configz is refused, and names the permission', async () => {
    refused['/configz'] = 403;
    const thresholds = await read(new KubeletClient({ url }));
    expect(thresholds).toMatchObject({ source: 'assumed', kubeletVersion: 'v1.20.2', pressureTransitionSeconds: 300 });
    expect(thresholds.reason).toContain('needed: get on nodes/configz');
  });

  test('assumes the defaults when nobody answers, or something else does', async () => {
    const nobody = await read(new KubeletClient({ url: 'http://127.0.0.1:1' }));
    expect(nobody).toMatchObject({ source: 'assumed', kubeletVersion: null });
    refused = { '/configz': 500, '/metrics': 500 };
    expect((await read(new KubeletClient({ url }))).reason).toContain('answered 500');
    expect((await readThresholds(undefined)).reason).toContain('no address');
  });

  test('reads the token again for every request, as the kubelet rotates it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'afterlog-token-'));
    const tokenFile = join(directory, 'token');
    const client = new KubeletClient({ url, tokenFile });
    await writeFile(tokenFile, 'first\n');
    await client.configz();
    await writeFile(tokenFile, 'second\n');
    await client.configz();
    client.close();
    await rm(directory, { recursive: true });
    expect(tokens).toEqual(['Bearer first', 'Bearer second']);
  });
});

describe('thresholdsFromConfigz', () => {
  test('adds no default to a configuration that set thresholds of its own', () => {
    const body = { kubeletconfig: { evictionHard: { 'nodefs.available': '5%' }, containerLogMaxSize: '50Mi' } };
    expect(thresholdsFromConfigz(body, 'v1.33.1')).toMatchObject({
      evictionHard: { 'nodefs.available': '5%' },
      containerLogMaxBytes: 52428800,
      containerLogMaxFiles: 5,
      imageMaximumGcAgeSeconds: null,
    });
  });

  test('adds the defaults where the kubelet merges them, and reads the ages of images', () => {
    const kubeletconfig = {
      ...{ evictionHard: { 'nodefs.available': '5%' }, mergeDefaultEvictionSettings: true },
      ...{ imageMinimumGCAge: '10m0s', imageMaximumGCAge: '168h0m0s' },
    };
    expect(thresholdsFromConfigz({ kubeletconfig }, 'v1.33.1')).toMatchObject({
      evictionHard: {
        ...{ 'memory.available': '100Mi', 'nodefs.available': '5%', 'nodefs.inodesFree': '5%' },
        ...{ 'imagefs.available': '15%', 'imagefs.inodesFree': '5%' },
      },
      ...{ imageMinimumGcAgeSeconds: 600, imageMaximumGcAgeSeconds: 604_800 },
    });
  });

  test.each([null, 'x', {}, { kubeletconfig: { evictionHard: { a: 1 } } }])(
    'does not take %p for a configuration',
    (body) => {
      expect(() => thresholdsFromConfigz(body, null)).toThrow();
    }
  );
});
