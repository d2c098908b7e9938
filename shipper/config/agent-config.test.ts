import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentConfig, agentGroup, defaultAgentConfig } from './agent-config';
import { lokiGroup } from './loki-settings';
import { settingsOf } from './settings';
import { runWith } from './testing/run-with';

const dir = mkdtempSync(join(tmpdir(), 'afterlog-agent-config-'));
const file = join(dir, 'agent.yaml');
afterAll(() => rmSync(dir, { recursive: true }));

function load(flags: string[], env: NodeJS.ProcessEnv = {}) {
  const input = runWith([agentGroup, lokiGroup], flags);
  return agentConfig(input.read(agentGroup), input.read(lokiGroup), env);
}

/** Loads this YAML, and these flags. */
function loadFile(yaml: string, flags: string[] = [], env: NodeJS.ProcessEnv = {}) {
  writeFileSync(file, yaml);
  return load(['--config', file, ...flags], env);
}

test('nothing set gives the defaults', () => {
  const { loki, ...settings } = load([]);
  expect({ ...settings, loki: { url: loki.url } }).toEqual(defaultAgentConfig());
  expect(settings).toMatchObject({
    logs: { dir: '/var/log/pods' },
    state: { dir: '/var/lib/afterlog' },
    listen: '127.0.0.1:9595',
    batch: { wait: 1000, size: 1_048_576 },
    push: { concurrency: 4, timeout: 15_000, 'backoff-min': 500, 'backoff-max': 30_000 },
    limits: { 'max-line-size': 262_144, 'max-age': 7 * 86_400_000 - 600_000 },
    rescue: { 'max-bytes': 536_870_912, 'max-age': 86_400_000 },
    shutdown: { timeout: 20_000 },
    rescan: { interval: 30_000 },
  });
});

test('the file’s way to Loki stands between the flags and the environment', () => {
  const yaml = 'loki: {url: "http://file:1", tenant-id: file}\n';
  const env = { LOKI_ADDR: 'http://env:1', LOKI_ORG_ID: 'env' };
  expect(load([], env).loki).toMatchObject({ url: 'http://env:1', tenantId: 'env' });
  expect(loadFile(yaml, ['--loki.tenant-id', 'flag'], env).loki).toMatchObject({
    url: 'http://file:1',
    tenantId: 'flag',
  });
});

test('the node’s name: flag, file, environment, host', () => {
  const env = { NODE_NAME: 'env' };
  const name = (...given: Parameters<typeof loadFile>) => loadFile(...given).node.name;
  expect(name('node: {name: file}', ['--node.name', 'flag'], env)).toBe('flag');
  expect(name('node: {name: file}', [], env)).toBe('file');
  expect(name('', [], env)).toBe('env');
  expect(name('', [], { NODE_NAME: '' })).toBe(hostname());
});

test('the kubelet’s URL: flag, file, environment', () => {
  const env = { KUBELET_URL: 'https://10.0.0.1:10250' };
  const url = (...given: Parameters<typeof loadFile>) => loadFile(...given).kubelet.url;
  expect(url('kubelet: {url: "https://file:10250"}', ['--kubelet.url', 'https://flag:10250'], env)).toBe(
    'https://flag:10250'
  );
  expect(url('kubelet: {url: "https://file:10250"}', [], env)).toBe('https://file:10250');
  expect(url('', [], env)).toBe('https://10.0.0.1:10250');
  expect(url('', [])).toBe('');
  expect(() => url('', [], { KUBELET_URL: '10.0.0.1:10250' })).toThrow('KUBELET_URL: invalid URL "10.0.0.1:10250"');
});

test.each<[string, string, string]>([
  ['logs.dir', '/x', '/x'],
  ['logs.docker-dir', '/x', '/x'],
  ['containers.dir', '/x', '/x'],
  ['state.dir', '/x', '/x'],
  ['node.name', 'x', 'x'],
  ['cluster.name', 'x', 'x'],
  ['listen', '0.0.0.0:1', '0.0.0.0:1'],
  ['listen', ':1', '0.0.0.0:1'],
  ['listen', '', ''],
  ['log.level', 'debug', 'debug'],
  ['stream.labels', 'pod,job', '["pod","job"]'],
  ['stream.metadata', 'node', '["node"]'],
  ['batch.wait', '1w', '604800000'],
  ['batch.size', '2MiB', '2097152'],
  ['push.concurrency', '9', '9'],
  ['push.timeout', '5s', '5000'],
  ['push.backoff-min', '5s', '5000'],
  ['push.backoff-max', '5s', '5000'],
  ['limits.max-line-size', '64KB', '65536'],
  ['limits.max-age', '1d', '86400000'],
  ['kubelet.url', 'https://10.0.0.1:10250', 'https://10.0.0.1:10250'],
  ['kubelet.insecure-skip-verify', 'true', 'true'],
  ['rescan.interval', '5s', '5000'],
])('the flag --%s, and the key of its name: %j', (key, text, expected) => {
  const [section = '', name] = key.split('.');
  const yaml = name === undefined ? `${section}: "${text}"` : `${section}: {${name}: "${text}"}`;
  for (const config of [load([`--${key}`, text]), loadFile(yaml)]) {
    const value = key.split('.').reduce<unknown>((tree, part) => new Map(Object.entries(tree ?? {})).get(part), config);
    expect(typeof value === 'string' ? value : JSON.stringify(value)).toBe(expected);
  }
});

test('every setting has a description', () => {
  const settings = [...settingsOf(agentGroup.schema), ...settingsOf(lokiGroup.schema)];
  expect(settings.filter(({ schema }) => !schema.description).map(({ key }) => key)).toEqual([]);
});

test.each([
  [['--limits.max-line-size', '0'], '--limits.max-line-size: must be 1KB or more'],
  [['--push.concurrency', '0'], '--push.concurrency: must be 1 or more'],
  [['--disk.interval', '0s'], '--disk.interval: must be longer than 0'],
  [['--log.level', 'loud'], '--log.level: invalid value "loud" (one of: error, warn, info, debug)'],
  [['--stream.labels', 'pod,colour'], '--stream.labels: invalid value "colour" (one of: cluster, namespace, '],
  [['--listen', '9595'], '--listen: invalid address "9595" (example: 127.0.0.1:3100)'],
  [['--kubelet.url', '10.0.0.1'], '--kubelet.url: invalid URL (example: https://10.0.0.1:10250)'],
  [['--loki.url', 'loki:3100'], 'not a URL of a Loki'],
])('the flags %j are refused by their name', (flags, message) => {
  expect(() => load(flags)).toThrow(message);
});
