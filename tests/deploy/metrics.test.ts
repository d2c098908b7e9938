import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentConfig, Agents } from '../integration/agent-harness';
import { WatchProcess } from '../integration/watch-process';
import { FakeApiServer } from '../testkit/fake-api-server';
import { SimulatedNode } from '../testkit/simulated-node';
import { startTestStore } from '../testkit/store';

const reference = readFileSync(join(__dirname, '../../docs/reference/metrics.md'), 'utf8');

async function metricsOfAgent(): Promise<string> {
  const [store, node, agents] = [await startTestStore(), new SimulatedNode(), new Agents()];
  try {
    const { agent } = await agents.start({ ...agentConfig(node, store.url), listen: '127.0.0.1:0' });
    return await (await fetch(`http://127.0.0.1:${agent.port}/metrics`)).text();
  } finally {
    await agents.stopAll();
    await store.close();
    node.remove();
  }
}

async function metricsOfWatch(): Promise<string> {
  const [store, server] = [await startTestStore(), await new FakeApiServer().start()];
  const dir = mkdtempSync(join(tmpdir(), 'afterlog-metrics-'));
  const target = ['--kubeconfig', server.kubeconfig(dir), '--loki.url', store.url];
  const watch = new WatchProcess([...target, '--cluster.name', 'c1', '--listen', '127.0.0.1:0']);
  try {
    return await (await fetch(`${await watch.url()}/metrics`)).text();
  } finally {
    await watch.end('SIGKILL');
    server.stop();
    await store.close();
    rmSync(dir, { recursive: true });
  }
}

/** Rows of a table: name, type and help of each metric of a program. */
function rowsOf(text: string): string[] {
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));
  const helps = [...text.matchAll(/^# HELP (\S+) (.+)$/gm)].map(([, name = '', help = '']) => [name, help] as const);
  expect(helps.map(([name]) => name).sort()).toEqual([...types.keys()].sort());
  return helps.map(([name, help]) => `| \`${name}\` | ${types.get(name)} | ${help} |`).sort();
}

const promtool = spawnSync('promtool', ['--version']).error === undefined;
if (!promtool) {
  process.stdout.write('tests/deploy/metrics: metrics were not linted, promtool was not found\n');
}

describe.each([
  { program: 'agent', metricsOf: metricsOfAgent },
  { program: 'watch', metricsOf: metricsOfWatch },
])('the metrics of afterlog $program', ({ program, metricsOf }) => {
  let text: string;
  beforeAll(async () => {
    text = await metricsOf();
  });

  test('are listed in docs/reference/metrics.md, each with its help', () => {
    const [, section = ''] = reference.split(`## afterlog ${program}\n`);
    const listed = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| `'));
    expect(rowsOf(text)).toEqual(listed);
  });

  (promtool ? test : test.skip)('are as Prometheus wants them', () => {
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect({ status, said: `${stdout}${stderr}` }).toEqual({ status: 0, said: '' });
  });
});
