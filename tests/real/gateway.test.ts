import { randomBytes } from 'node:crypto';
import type { Agent } from '../../shipper/agent/agent';
import type { LokiOptions } from '../../shipper/loki/connection';
import { agentConfig, Agents, expectEachLineOnce, storedOf, type RunningAgent } from '../integration/agent-harness';
import { until } from '../testkit/until';
import { SimulatedNode } from '../testkit/simulated-node';
import { startTestStore, type TestStore } from '../testkit/store';
import { nginxProgram, startNginx, type Gateway } from './gateway/nginx';
import { lokiProgram } from './loki-program';

// The agent behind a real reverse proxy that answers in Loki's place: whatever it says, no line is given up for it.
if (!nginxProgram || !lokiProgram) {
  console.warn('gateway: NOT RUN, it needs nginx (Debian: apt-get install nginx-light) and a Loki (LOKI_BIN)');
}

(nginxProgram && lokiProgram ? describe : describe.skip)('the agent behind nginx', () => {
  const agents = new Agents();
  let store: TestStore;
  let gateway: Gateway;
  let node: SimulatedNode;
  let tests = 0;

  beforeAll(async () => {
    store = await startTestStore();
    const pass = 'location / { proxy_pass http://loki; }';
    gateway = await startNginx(store.url.replace('http://', ''), {
      plain: pass,
      tls: pass,
      small: `client_max_body_size 2k; ${pass}`,
      moved: 'return 301 https://$host$request_uri;',
      closed: 'location / { auth_basic "logs"; auth_basic_user_file /dev/null; proxy_pass http://loki; }',
      forbidden: 'location / { deny all; }',
      static: 'location / { root /nonexistent; }',
      down: 'location / { proxy_pass http://127.0.0.1:1; }',
      welcome: 'location / { return 200 "welcome"; }',
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await store.close();
  });
  beforeEach(() => {
    node = new SimulatedNode();
    tests++;
  });
  afterEach(async () => {
    await agents.stopAll();
    node.remove();
  });

  const container = () => node.container({ namespace: `jobs-${tests}`, pod: 'job-0' });
  const address = (name: string, scheme = 'http') => `${scheme}://127.0.0.1:${gateway.ports[name]}`;

  function start(loki: LokiOptions): Promise<RunningAgent> {
    const config = agentConfig(node, loki.url);
    config.loki = loki;
    config.listen = '127.0.0.1:0';
    return agents.start(config);
  }

  async function readiness(agent: Agent): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${agent.port}/ready`);
    return `${answer.status} ${await answer.text()}`;
  }

  test.each([
    ['plain HTTP to its TLS port', () => address('tls'), 'https_required', /use https:\/\//],
    ['TLS to its plain port', () => address('plain', 'https'), 'no_answer', /use http:\/\//],
    ['a redirect', () => address('moved'), 'redirect', /redirects/],
    ['a password that is missing', () => address('closed'), 'html_answer', /401.*web server/s],
    ['an address that it lets nobody through to', () => address('forbidden'), 'html_answer', /403/],
    ['a web server', () => address('static'), 'html_answer', /405|404/],
    ['a path that is wrong', () => `${address('plain')}/logs`, 'not_found', /--loki.url/],
    ['a Loki that is down', () => address('down'), 'html_answer', /502/],
    ['a page for everybody', () => address('welcome'), 'not_acknowledged', /204/],
  ])('%s: all waits, with the reason, and arrives once the address is right', async (_what, url, reason, advice) => {
    const one = container().write(300);
    const first = await start({ url: url(), caFile: gateway.caFile });
    const metric = () => first.agent.metrics.rejections.get();
    await until('it tried often enough to give up all lines', async () =>
      (await metric()).values.some(({ labels, value }) => labels.reason === reason && value > 12)
    );
    expect(await readiness(first.agent)).toMatch(/^503 /);
    expect(await readiness(first.agent)).toMatch(advice);
    expect(first.agent.containerRecords()).toMatchObject([{ linesAcked: 0, bytesSeen: one.bytes, gaps: [] }]);
    await agents.stop(first.agent);

    const { agent } = await start({ url: address('tls', 'https'), caFile: gateway.caFile });
    await until('all is acknowledged', () => agent.containerRecords()[0]?.linesAcked === 300);
    await expectEachLineOnce(store, [one]);
    await until('it is ready', async () => (await readiness(agent)).startsWith('200 '));
  });

  test('a limit of the body: requests are made smaller, a line too large for it goes in parts', async () => {
    const one = container().write(500, 5);
    const random = randomBytes(6_000).toString('base64');
    one.append(`${new Date(Date.now() - 2_000).toISOString()} stdout F ${random}\n`);
    const { agent } = await start({ url: address('small') });
    await until(
      'all is acknowledged',
      () => agent.unacked === 0 && agent.containerRecords()[0]?.linesAcked === 501,
      30_000
    );
    expect(agent.containerRecords()).toMatchObject([{ gaps: [] }]);
    const stored = (await storedOf(store, one)).map(({ line }) => line);
    expect(stored.slice(0, 500)).toEqual(one.written);
    expect(stored.length).toBeGreaterThan(503);
    expect(stored.slice(500).join('')).toBe(random);
  });
});
