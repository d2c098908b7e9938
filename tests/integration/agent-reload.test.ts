import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { containerRecordSchema } from '../../model/records';
import { entriesOf, storedContainerRecords } from './agent-harness';
import { AgentProcess } from '../testkit/agent-process';
import { freePort } from '../testkit/http';
import { SimulatedNode } from '../testkit/simulated-node';
import { startTestStore, type TestStore } from '../testkit/store';
import { until } from '../testkit/until';

let node: SimulatedNode;
let store: TestStore;
let agent: AgentProcess | undefined;
let port: number;
beforeEach(async () => {
  node = new SimulatedNode();
  store = await startTestStore();
  port = await freePort();
});
afterEach(async () => {
  await agent?.end('SIGKILL');
  await store.close();
  node.remove();
});

const containerRecordsSchema = z.array(containerRecordSchema);
const lines = async (query: string) => (await entriesOf(store, query)).map(({ line }) => line);
const page = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
const metric = async (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await page('/metrics'))?.[1]);

/** As the kubelet keeps the files of a ConfigMap: links through `..data`, which is replaced at once. */
function configMap(): { file: string; put(yaml: string): void } {
  const dir = join(node.dir, 'config');
  mkdirSync(dir);
  let version = 0;
  return {
    file: join(dir, 'agent.yaml'),
    put(yaml) {
      const data = `..v${version++}`;
      mkdirSync(join(dir, data));
      writeFileSync(join(dir, data, 'agent.yaml'), yaml);
      symlinkSync(data, join(dir, '..tmp'));
      renameSync(join(dir, '..tmp'), join(dir, '..data'));
      if (version === 1) {
        symlinkSync('..data/agent.yaml', join(dir, 'agent.yaml'));
      }
    },
  };
}

test('a file that changes is put in force, a bad one is refused, and the one before holds', async () => {
  const config = configMap();
  config.put('log: { level: info }\n');
  const web = node.container({ pod: 'web-1' }).write(10);
  agent = new AgentProcess(node, {
    url: store.url,
    flags: ['--config', config.file, '--listen', `127.0.0.1:${port}`],
  });
  await agent.started();
  await until('the first lines', async () => (await lines('{container="main"}')).length === 10);

  config.put("drop: [{ name: odd, match: '[13579]$' }]\nlabels: { env: prod }\n");
  await until('the file is read again', () => agent!.stderr.includes('the configuration was reloaded'));
  web.write(10);
  const later = node.container({ pod: 'api-1' }).write(2);
  await until('every other line', async () => (await lines('{workload="web"}')).length === 15);
  expect(await lines('{workload="web", env=""}')).toHaveLength(15);
  await until(
    'a new label for a new container',
    async () => (await lines('{workload="api", env="prod"}')).length === 1
  );
  expect(await lines('{workload="api"}')).toEqual([later.written[0]]);

  config.put("drop: [{ name: odd, match: '(' }]\n");
  await until('it is refused', () => agent!.stderr.includes('the configuration is refused'));
  expect(agent.stderr).toMatch(/agent\.yaml: line 1: drop\[0\]\.match: invalid RE2/);
  expect(await metric('afterlog_config_last_reload_successful')).toBe(0);
  expect(await page('/ready')).toBe('ready\n');
  web.write(10);
  await until('the rule before holds', async () => (await lines('{workload="web"}')).length === 20);

  config.put('select: { pods: { exclude: [web-*] } }\npush: { concurrency: 2 }\n');
  await until(
    'the container is excluded',
    async () =>
      (await storedContainerRecords(store)).get(web.id)?.gaps.some(({ reason }) => reason === 'excluded') === true
  );
  expect(await metric('afterlog_config_last_reload_successful')).toBe(1);
  expect(await metric('afterlog_excluded_containers')).toBe(1);
  expect(agent.stderr).toMatch(/some changed settings need a restart of the agent.*push\.concurrency/);
  web.write(10);
  later.write(3);
  await until('lines of the other one', async () => (await lines('{workload="api"}')).length === 4);
  await until('the agent has seen the excluded ones', async () =>
    containerRecordsSchema
      .parse(JSON.parse(await page('/api/container-records')))
      .some(({ id, bytesSeen }) => id === web.id && bytesSeen === web.bytes)
  );
  expect(await lines('{workload="web"}')).toHaveLength(20);

  writeFileSync(join(node.dir, 'config', '..v3', 'agent.yaml'), '{}\n');
  process.kill(agent.pid, 'SIGHUP');
  await until('SIGHUP reads it at once', () => agent!.stderr.split('the configuration was reloaded').length >= 4);
  web.write(4);
  await until('it is shipped again', async () => (await lines('{workload="web"}')).length === 24);
  expect((await lines('{workload="web"}')).slice(-4)).toEqual(web.written.slice(-4));
}, 120_000);
