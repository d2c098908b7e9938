import { Command } from 'commander';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../common/user-error';
import { defaultAgentConfig } from './agent-config';
import { addAgentOptions, loadAgentConfig } from './load-agent-config';

const dir = mkdtempSync(join(tmpdir(), 'afterlog-agent-config-'));
const file = join(dir, 'agent.yaml');
afterAll(() => rmSync(dir, { recursive: true }));

const load = (flags: string[], env: NodeJS.ProcessEnv = {}) =>
  loadAgentConfig(addAgentOptions(new Command()).exitOverride().parse(flags, { from: 'user' }).opts(), env);

/** Loads this YAML, and these flags. */
function loadFile(yaml: string, flags: string[] = [], env: NodeJS.ProcessEnv = {}) {
  writeFileSync(file, yaml);
  return load(['--config', file, ...flags], env);
}

/** The error's text, which must be one for the person at the terminal. */
function problem(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error instanceof UserError ? error.message : '';
  }
  throw new Error('no error');
}

test('nothing set gives the defaults', () => {
  const { loki, ...settings } = load([]);
  expect({ ...settings, loki: { url: loki.url } }).toEqual(defaultAgentConfig());
  expect(settings).toMatchObject({
    logs: { dir: '/var/log/pods' },
    state: { dir: '/var/lib/afterlog' },
    listen: '127.0.0.1:9595',
    batch: { wait: 1000, size: 1_048_576 },
    limits: { 'max-line-size': 262_144 },
  });
});

test('the file is read, and flags win over it', () => {
  const yaml = 'logs: {dir: /a}\nbatch: {wait: 2s, size: 512KB}\nstream: {labels: [cluster, pod]}\nlisten: ""\n';
  const config = loadFile(yaml, ['--batch.wait', '3s', '--stream.labels', 'cluster, node']);
  expect(config).toMatchObject({
    logs: { dir: '/a' },
    batch: { wait: 3000, size: 524_288 },
    stream: { labels: ['cluster', 'node'] },
    listen: '',
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

test.each<[string, string, string]>([
  ['logs.dir', '/x', '/x'],
  ['logs.docker-dir', '/x', '/x'],
  ['containers.dir', '/x', '/x'],
  ['state.dir', '/x', '/x'],
  ['node.name', 'x', 'x'],
  ['cluster.name', 'x', 'x'],
  ['listen', '0.0.0.0:1', '0.0.0.0:1'],
  ['log.level', 'debug', 'debug'],
  ['stream.labels', 'pod,job', '["pod","job"]'],
  ['stream.metadata', 'node', '["node"]'],
  ['batch.wait', '5s', '5000'],
  ['batch.size', '2MiB', '2097152'],
  ['push.concurrency', '9', '9'],
  ['push.timeout', '5s', '5000'],
  ['push.backoff-min', '5s', '5000'],
  ['push.backoff-max', '5s', '5000'],
  ['limits.max-line-size', '64KB', '65536'],
  ['limits.max-age', '1d', '86400000'],
  ['rescan.interval', '5s', '5000'],
])('the flag --%s, and the key of its name', (key, text, expected) => {
  const [section = '', name] = key.split('.');
  const yaml = name === undefined ? `${section}: "${text}"` : `${section}: {${name}: "${text}"}`;
  for (const config of [load([`--${key}`, text]), loadFile(yaml)]) {
    const value = key.split('.').reduce<unknown>((tree, part) => new Map(Object.entries(tree ?? {})).get(part), config);
    expect(typeof value === 'string' ? value : JSON.stringify(value)).toBe(expected);
  }
});

test('every setting has a flag', () => {
  const flags = addAgentOptions(new Command()).options.map(({ long }) => long?.slice(2) ?? '');
  const { loki: _loki, ...settings } = defaultAgentConfig();
  const keys = Object.entries(settings).flatMap(([section, value]) =>
    typeof value === 'object' ? Object.keys(value).map((name) => `${section}.${name}`) : [section]
  );
  expect(flags.filter((flag) => flag !== 'config' && !flag.startsWith('loki.')).sort()).toEqual(keys.sort());
});

test.each([
  ['logs: {dri: /x}', 'there is no key "logs.dri"; did you mean "logs.dir"?'],
  ['lgos: {dir: /x}', 'there is no key "lgos"; did you mean "logs"?'],
  ['loki: {ulr: "http://x"}', 'there is no key "loki.ulr"; did you mean "loki.url"?'],
  ['loki: {tenant_id: x}', 'there is no key "loki.tenant_id"; did you mean "loki.tenant-id"?'],
  ['somethingElse: 1', 'there is no key "somethingElse"; there are logs, containers, '],
  ['logs: /x', 'logs must hold keys: dir, docker-dir'],
  ['loki: http://x', 'loki must hold keys: url, tenant-id, '],
  ['- a', 'the file must hold keys such as "logs:"'],
  ['logs: {dir: "/x', 'Missing closing "quote'],
])('the file %p is refused by its name', (yaml, message) => {
  const text = problem(() => loadFile(yaml));
  expect(text.startsWith(`${file}: `)).toBe(true);
  expect(text).toContain(message);
});

test.each([
  [['--batch.wait', 'soon'], 'batch.wait: "soon" is no duration'],
  [['--batch.wait', '5'], 'batch.wait: "5" is no duration'],
  [['--batch.size', 'big'], 'batch.size: "big" is no size'],
  [['--limits.max-line-size', '0'], 'limits.max-line-size: a line needs 1KB at least'],
  [['--push.concurrency', '0'], 'push.concurrency: '],
  [['--log.level', 'loud'], 'log.level: '],
  [['--stream.labels', 'pod,colour'], 'stream.labels.1: '],
  [['--loki.url', 'loki:3100'], 'not a URL of a Loki'],
])('the flag %j is refused by its name', (flags, message) => {
  expect(problem(() => load(flags))).toContain(message);
});

test('a bad value in the file names file and key', () => {
  expect(problem(() => loadFile('batch: {wait: soon}'))).toContain(
    `${file} or flag: batch.wait: "soon" is no duration`
  );
});

test('a file that is not there is named', () => {
  expect(problem(() => load(['--config', join(dir, 'absent')]))).toContain(`--config ${join(dir, 'absent')}: `);
});
