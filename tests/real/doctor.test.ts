import path from 'node:path';
import { defaultAgentConfig } from '../../shipper/config/agent-config';
import type { Finding } from '../../shipper/doctor/finding';
import { checkLoki, testPush } from '../../shipper/doctor/loki-answers';
import { checkLokiLimits } from '../../shipper/doctor/loki-limits';
import { checkWatchRights } from '../../shipper/doctor/watch-rights';
import { connectLoki } from '../../shipper/loki/connection';
import { RealApiServer, realBinaries } from './api-server';
import { until } from '../testkit/until';
import { lokiIsHere } from './loki-program';
import { realLoki } from './store-differential/loki-process';

const reported = (findings: readonly Finding[]) => findings.map(({ level, check }) => `${level} ${check}`);

(lokiIsHere ? test : test.skip)('the doctor looks at a real Loki', async () => {
  const loki = await realLoki();
  const connection = connectLoki({ url: loki?.url ?? '' });
  const cluster = `doctor-${process.pid}`;
  try {
    expect(reported(await checkLoki(connection, cluster))).toEqual([
      'ok loki.query',
      // A Loki that was built without one names no version.
      expect.stringMatching(/^(ok|note) loki\.version$/),
      'ok loki.clock',
      'ok loki.push',
      'note loki.records',
    ]);
    expect(reported([await testPush(connection, cluster)])).toEqual(['ok loki.test-push']);
    const config = defaultAgentConfig();
    config.limits['max-line-size'] = 1024 * 1024;
    expect(reported(await checkLokiLimits(connection, config))).toContain('error loki.max-line-size');
  } finally {
    await connection.close();
    await loki?.stop();
  }
});

const binaries = realBinaries();
(binaries === undefined ? describe.skip : describe)('the doctor asks a real API server', () => {
  const deploy = path.join(__dirname, '../../deploy/manifests');
  let server: RealApiServer;
  beforeAll(async () => {
    server = await new RealApiServer(binaries ?? '').start();
    for (const manifest of ['namespace', 'watch-rbac', 'agent-rbac']) {
      await server.apply(path.join(deploy, `${manifest}.yaml`));
    }
    // The API server knows new objects by its own watches: a moment later.
    await until(
      'the shipped rights',
      async () => !reported(await lookAs('afterlog-watch')).some((one) => !one.startsWith('ok'))
    );
  }, 120_000);
  afterAll(() => server?.stop());

  const lookAs = async (serviceAccount: string) => {
    const kubeconfig = await server.kubeconfig(await server.tokenOf('afterlog', serviceAccount));
    return checkWatchRights({ kubeconfig, namespaces: [], lease: { name: 'afterlog-watch' } }, {});
  };

  test('the shipped rights are enough', async () => {
    expect(reported(await lookAs('afterlog-watch'))).toEqual(['ok watch.rights', 'ok watch.lease', 'ok watch.clock']);
  });

  test('a right that was taken away is named', async () => {
    await server.remove('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/afterlog-watch');
    const findings = await lookAs('afterlog-watch');
    expect(reported(findings)).toEqual(['error watch.rights', 'ok watch.lease', 'ok watch.clock']);
    expect(findings[0]?.found).toContain('list pods, watch pods');
  });

  test('the agent is not the watch', async () => {
    expect(reported(await lookAs('afterlog-agent'))).toEqual(['note watch.rights', 'ok watch.clock']);
  });
});
