import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Store, startStore } from '../../pocket-loki';
import { doctorCommand } from '../../shipper/commands/doctor';
import { type AgentConfig, defaultAgentConfig } from '../../shipper/config/agent-config';
import { checkDisks } from '../../shipper/doctor/disks';
import type { Finding } from '../../shipper/doctor/finding';
import { checkKubelet } from '../../shipper/doctor/kubelet';
import { checkLogDirectories } from '../../shipper/doctor/log-directories';
import { checkLoki, clockFinding, testPush, versionFinding } from '../../shipper/doctor/loki-answers';
import { checkLokiLimits } from '../../shipper/doctor/loki-limits';
import { checkStateDirectory } from '../../shipper/doctor/state-directory';
import { checkSystemLimits } from '../../shipper/doctor/system-limits';
import { checkWatchRights } from '../../shipper/doctor/watch-rights';
import { connectLoki, type LokiConnection } from '../../shipper/loki/connection';
import { defaultThresholds } from '../../model/thresholds';
import { serve, type TestServer } from '../testkit/http';
import { asNobody, layOutLogs } from './doctor-nodes';
import { itemsOf } from '../testkit/json-list';

let dir: string;
let config: AgentConfig;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'afterlog-doctor-'));
  chmodSync(dir, 0o755);
  config = defaultAgentConfig();
});
afterEach(() => {
  chmodSync(dir, 0o755);
  rmSync(dir, { recursive: true });
});

const reported = (findings: readonly Finding[]) => findings.map(({ level, check }) => `${level} ${check}`);
const foundBy = (findings: readonly Finding[], check: Finding['check']) => findings.find((one) => one.check === check);

describe('the log directories', () => {
  const look = async () => (await checkLogDirectories(config)).findings;
  const layOut = (...pods: string[]) => {
    const { logs, containers } = layOutLogs(dir, pods);
    config.logs.dir = logs;
    config.containers.dir = containers;
  };

  test('that are as they should be', async () => {
    layOut('a', 'b');
    const { findings, inventory } = await checkLogDirectories(config);
    expect(reported(findings)).toEqual(['ok logs.dir', 'ok logs.access', 'ok logs.container-ids']);
    expect(findings[0]?.found).toBe(`${config.logs.dir}: 2 pods, 2 containers, 2 files`);
    expect(inventory).toMatchObject({ pods: 2, containers: 2, files: 2 });
  });

  test('that are not there', async () => {
    config.logs.dir = join(dir, 'absent');
    expect(await look()).toMatchObject([
      { level: 'error', check: 'logs.dir', found: expect.stringContaining('ENOENT') },
    ]);
  });

  test('whose logs only root may read, looked at by somebody else', async () => {
    layOut('a', 'b');
    chmodSync(join(config.logs.dir, 'ns_a_uid-a', 'main', '0.log'), 0o000);
    const finding = foundBy(await asNobody(look), 'logs.access');
    expect(finding).toMatchObject({ level: 'error', todo: expect.stringContaining('Run the agent as root') });
    expect(finding?.found).toContain('1 of 2 containers cannot be read');
    expect(finding?.found).toContain('0.log (EACCES)');
  });

  test('that may not be looked into', async () => {
    layOut('a');
    chmodSync(config.logs.dir, 0o000);
    expect(await asNobody(look)).toMatchObject([
      { check: 'logs.dir', level: 'error', found: expect.stringContaining('EACCES') },
    ]);
    chmodSync(config.logs.dir, 0o755);
  });

  test("whose links lead nowhere, as Docker's do where its directory is not mounted", async () => {
    layOut('a');
    const log = join(config.logs.dir, 'ns_a_uid-a', 'main', '0.log');
    rmSync(log);
    symlinkSync('/absent/docker/containers/x-json.log', log);
    expect(foundBy(await look(), 'logs.access')).toMatchObject({
      level: 'error',
      todo: expect.stringContaining('--logs.docker-dir'),
    });
  });

  test.each([
    ['are empty', []],
    ["hold no pod's directory", ['other']],
  ])('that %s', async (_, names) => {
    layOut();
    names.forEach((name) => mkdirSync(join(config.logs.dir, name)));
    expect(reported(await look())).toEqual(['warning logs.dir', 'ok logs.container-ids']);
  });

  test('without the links that carry container ids', async () => {
    layOut('a');
    rmSync(config.containers.dir, { recursive: true });
    expect(foundBy(await look(), 'logs.container-ids')?.level).toBe('warning');
  });
});

describe('the state directory', () => {
  test('that can be written is left as it was', async () => {
    expect(reported(await checkStateDirectory(dir))).toEqual(['ok state.dir', 'ok state.space']);
    expect(readdirSync(dir)).toEqual([]);
  });

  test('that is not there is not made', async () => {
    expect(foundBy(await checkStateDirectory(join(dir, 'a/b')), 'state.dir')).toMatchObject({
      level: 'ok',
      found: expect.stringContaining('the agent will make it'),
    });
    expect(readdirSync(dir)).toEqual([]);
  });

  test('that somebody else may not write', async () => {
    chmodSync(dir, 0o555);
    const findings = await asNobody(async () => [
      ...(await checkStateDirectory(dir)),
      ...(await checkStateDirectory(join(dir, 'a'))),
    ]);
    expect(reported(findings)).toEqual(['error state.dir', 'error state.dir']);
  });

  test('in memory forgets when the node restarts', async () => {
    const inMemory = mkdtempSync('/dev/shm/afterlog-doctor-');
    try {
      const finding = foundBy(await checkStateDirectory(inMemory), 'state.filesystem');
      expect(finding).toMatchObject({ level: 'warning', found: expect.stringContaining('in memory (tmpfs)') });
    } finally {
      rmSync(inMemory, { recursive: true });
    }
  });
});

describe("the system's limits", () => {
  const limits = (watches: number, files: number) => {
    mkdirSync(join(dir, 'sys/fs/inotify'), { recursive: true });
    mkdirSync(join(dir, 'self'));
    writeFileSync(join(dir, 'sys/fs/inotify/max_user_watches'), `${watches}\n`);
    writeFileSync(
      join(dir, 'self/limits'),
      `Max open files            1024                 ${files}               files\n`
    );
  };
  const logs = { pods: 100, containers: 150, files: 200, strangers: 0, closed: [] };

  test('of this machine are enough for no logs at all', async () => {
    expect(reported(await checkSystemLimits({ ...logs, pods: 0, containers: 0, files: 0 }))).toEqual([
      'ok system.inotify',
      'ok system.open-files',
    ]);
  });

  test.each([
    [8192, 1_048_576, ['ok system.inotify', 'ok system.open-files']],
    [400, 500, ['warning system.inotify', 'warning system.open-files']],
    [200, 250, ['error system.inotify', 'error system.open-files']],
  ])('%i watches and %i files for 100 pods', async (watches, files, expected) => {
    limits(watches, files);
    expect(reported(await checkSystemLimits(logs, dir))).toEqual(expected);
  });
});

describe('Loki', () => {
  let store: Store;
  let connection: LokiConnection;
  beforeEach(async () => {
    store = await startStore({ dir: join(dir, 'store'), port: 0 });
    connection = connectLoki({ url: store.url });
  });
  afterEach(async () => {
    await connection.close();
    await store.close();
  });

  test('that answers, as the embedded store does', async () => {
    const findings = await checkLoki(connection, 'c1');
    expect(reported(findings)).toEqual([
      'ok loki.query',
      'ok loki.version',
      'ok loki.clock',
      'ok loki.push',
      'note loki.records',
    ]);
    expect(reported(await checkLokiLimits(connection, config))).toEqual(['note loki.limits']);
  });

  test('gets a line and gives it back, where that is wanted', async () => {
    expect(reported([await testPush(connection, 'c1')])).toEqual(['ok loki.test-push']);
    expect(foundBy(await checkLoki(connection, 'c1'), 'loki.records')?.found).toContain('doctor');
  });

  test('that is not there', async () => {
    const nowhere = connectLoki({ url: 'http://127.0.0.1:1' });
    const [finding, ...rest] = await checkLoki(nowhere, 'c1');
    await nowhere.close();
    expect(finding).toMatchObject({ level: 'error', check: 'loki.query', todo: expect.stringContaining('--loki.url') });
    expect(rest).toEqual([]);
  });

  test.each([
    [401, 'no org id', '--loki.tenant-id'],
    [403, 'Forbidden', '--loki.bearer-token-file'],
    [404, 'not found', '--loki.url'],
  ])('that answers %i: %s', async (status, body, flag) => {
    const gateway = await serve(() => ({ status, body }));
    const through = connectLoki({ url: gateway.url });
    expect(await checkLoki(through, 'c1')).toMatchObject([{ level: 'error', todo: expect.stringContaining(flag) }]);
    await through.close();
    await gateway.close();
  });

  test('that may be read and not written', async () => {
    const gateway = await serve(({ url }) =>
      url.includes('push')
        ? { status: 403, body: 'read only' }
        : { status: 200, body: '{"status":"success","data":[]}' }
    );
    const through = connectLoki({ url: gateway.url });
    expect(foundBy(await checkLoki(through, 'c1'), 'loki.push')).toMatchObject({
      level: 'error',
      found: expect.stringContaining('read only'),
    });
    await through.close();
    await gateway.close();
  });

  test.each([
    [0, 'ok', 'agree'],
    [60_000, 'warning', '60 s behind'],
    [-60_000, 'warning', '60 s ahead of'],
    [-700_000, 'error', '700 s ahead of'],
  ])('whose clock is %i ms ahead', (ahead, level, text) => {
    const now = Date.now();
    expect(clockFinding(now + ahead, now, now)).toMatchObject({ level, found: expect.stringContaining(text) });
  });

  test.each([
    ['3.7.6', 'ok'],
    ['v3.0.0-rc.1', 'ok'],
    ['2.9.8', 'warning'],
    ['2.8.11', 'error'],
    ['', 'note'],
    ['main-0f1e2d3', 'note'],
    ['k229', 'note'],
  ])('of version "%s" gives %s', (version, level) => {
    expect(versionFinding(version).level).toBe(level);
  });
});

describe('the kubelet', () => {
  const recording = 'tests/recording/disk-pressure/kubelet';
  const configz = { kubeletconfig: { imageGCHighThresholdPercent: 75, evictionHard: { 'imagefs.available': '15%' } } };
  const [sample = '{}'] = readFileSync(`${recording}/stats-summary.jsonl`, 'utf8').split('\n');
  const { summary } = JSON.parse(sample) as { summary: unknown };
  const answers: Record<string, string> = {
    '/metrics': readFileSync(`${recording}/metrics.txt`, 'utf8'),
    '/stats/summary': JSON.stringify(summary),
    '/configz': JSON.stringify(configz),
  };
  let kubelet: TestServer;
  let refused: string[];
  beforeEach(async () => {
    refused = [];
    kubelet = await serve(({ url }) =>
      refused.includes(url) ? { status: 403, body: 'Forbidden' } : { status: 200, body: answers[url] ?? '' }
    );
    config.kubelet.url = kubelet.url;
    config.kubelet.log = `${recording}/kubelet.log`;
  });
  afterEach(() => kubelet.close());

  test('that tells everything', async () => {
    const { findings, thresholds } = await checkKubelet(config);
    expect(reported(findings)).toEqual([
      'ok kubelet.metrics',
      'ok kubelet.stats',
      'ok kubelet.configz',
      'ok kubelet.log',
    ]);
    expect(thresholds).toMatchObject({ source: 'configz', imageGcHighPercent: 75 });
    expect(foundBy(findings, 'kubelet.configz')?.found).toContain('image GC at 75 %');
  });

  test('of a right that is missing tells which', async () => {
    refused = ['/configz', '/stats/summary'];
    const { findings, thresholds } = await checkKubelet(config);
    expect(reported(findings)).toEqual([
      'ok kubelet.metrics',
      'warning kubelet.stats',
      'warning kubelet.configz',
      'ok kubelet.log',
    ]);
    expect(foundBy(findings, 'kubelet.stats')?.todo).toContain('get on nodes/stats');
    expect(foundBy(findings, 'kubelet.configz')?.todo).toContain('get on nodes/configz');
    expect(thresholds.source).toBe('assumed');
  });

  test('that cannot be reached, is none, or logs elsewhere', async () => {
    config.kubelet.log = join(dir, 'absent.log');
    answers['/configz'] = JSON.stringify({ kubeletconfig: { podLogsDir: '/data/pods' } });
    expect(reported((await checkKubelet(config)).findings)).toContain('warning kubelet.log-directory');
    answers['/configz'] = '[]';
    expect(foundBy((await checkKubelet(config)).findings, 'kubelet.configz')?.found).toContain('something unknown');
    config.kubelet.url = 'http://127.0.0.1:1';
    const { findings } = await checkKubelet(config);
    expect(new Set(findings.map(({ level }) => level))).toEqual(new Set(['warning']));
    expect(foundBy(findings, 'kubelet.log')?.found).toContain('absent.log is not there');
  });

  test('whose log cannot be opened: the reason is told', async () => {
    config.kubelet.log = join(dir, 'other.log');
    writeFileSync(config.kubelet.log, 'time="2026-11-28T10:53:14Z" level=info msg="Starting k0s"\n');
    expect(foundBy((await checkKubelet(config)).findings, 'kubelet.log')?.found).toContain(
      'holds no line of a kubelet; its last line is "time='
    );

    config.kubelet.log = join(dir, 'circle.log');
    symlinkSync(config.kubelet.log, config.kubelet.log);
    const { findings } = await checkKubelet(config);
    expect(foundBy(findings, 'kubelet.log')?.found).toContain('circle.log cannot be read: ELOOP');
  });

  test('that is not configured is a note', async () => {
    config.kubelet.url = config.kubelet.log = '';
    expect(reported((await checkKubelet(config)).findings)).toEqual(['note kubelet.url', 'note kubelet.log']);
  });
});

describe('the disks', () => {
  test('of one disk, and how far it is from its threshold', async () => {
    config.disk['nodefs-dir'] = config.disk['imagefs-dir'] = dir;
    const far = await checkDisks(config, { ...defaultThresholds(null), evictionHard: { 'nodefs.available': '1Ki' } });
    expect(reported(far)).toEqual(['ok disk.layout', 'ok disk.pressure']);
    const near = await checkDisks(config, {
      ...defaultThresholds(null),
      evictionHard: { 'nodefs.available': '99.9%' },
    });
    expect(reported(near)).toEqual(['ok disk.layout', 'warning disk.pressure']);
    expect(near[1]?.found).toContain('below its threshold of 99.9%');
  });

  test('that are not seen', async () => {
    config.disk['nodefs-dir'] = config.disk['imagefs-dir'] = join(dir, 'absent');
    expect(reported(await checkDisks(config, defaultThresholds(null)))).toEqual([
      'note disk.nodefs',
      'note disk.imagefs',
    ]);
  });
});

describe('the rights of the watch', () => {
  let denied: (attributes: { verb: string; resource: string }) => boolean;
  let server: TestServer;
  beforeEach(async () => {
    server = await serve(({ url, body }) => {
      if (!url.endsWith('selfsubjectaccessreviews')) {
        return { status: 404, body: '{}' };
      }
      const { spec } = JSON.parse(body.toString()) as {
        spec: { resourceAttributes: { verb: string; resource: string } };
      };
      return { status: 201, body: JSON.stringify({ status: { allowed: !denied(spec.resourceAttributes) } }) };
    });
  });
  afterEach(() => server.close());

  const look = () => {
    const kubeconfig = join(dir, 'kubeconfig');
    const named = {
      name: 'x',
      cluster: { server: server.url },
      context: { cluster: 'x', user: 'x' },
      user: { token: 't' },
    };
    writeFileSync(
      kubeconfig,
      JSON.stringify({ 'current-context': 'x', clusters: [named], contexts: [named], users: [named] })
    );
    return checkWatchRights(
      { kubeconfig, namespaces: [], lease: { name: 'afterlog-watch', namespace: 'afterlog' } },
      {}
    );
  };

  test('that are all there', async () => {
    denied = () => false;
    expect(reported(await look())).toEqual(['ok watch.rights', 'ok watch.lease', 'ok watch.clock']);
  });

  test('of which some are missing', async () => {
    denied = ({ verb, resource }) => resource === 'cronjobs' || (resource === 'leases' && verb === 'update');
    const findings = await look();
    expect(reported(findings)).toEqual(['error watch.rights', 'warning watch.lease', 'ok watch.clock']);
    expect(findings[0]?.found).toContain('may not list cronjobs, watch cronjobs');
    expect(findings[1]?.found).toContain('may not update leases afterlog-watch in afterlog');
  });

  test('are not missing where somebody else asks', async () => {
    denied = () => true;
    expect(reported(await look())).toEqual(['note watch.rights', 'ok watch.clock']);
  });

  test('cannot be asked where there is no cluster', async () => {
    await server.close();
    expect(reported(await look())).toEqual(['error watch.cluster']);
  });
});

describe('the command', () => {
  let out: string;
  let err: string;
  beforeEach(() => {
    out = err = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    process.exitCode = undefined;
  });
  const run = (...args: string[]) =>
    doctorCommand()
      .exitOverride()
      .configureOutput({ writeErr: (text) => void (err += text) })
      .parseAsync(args, { from: 'user' });

  test('prints a table, counts, and ends with 0 where nothing is an error', async () => {
    await run('--only', 'state', '--state.dir', dir);
    expect(out).toMatch(/^LEVEL +CHECK +FOUND\nok +state.dir +.* can be written\n/);
    expect(err).toBe('2 checks: 2 ok, 0 notes, 0 warnings, 0 errors\n');
    expect(process.exitCode).toBe(0);
  });

  test('prints JSON, and ends with 2 where something is', async () => {
    await run('--only', 'logs,configuration', '--logs.dir', join(dir, 'absent'), '-o', 'json');
    expect(itemsOf(out)).toEqual([
      { check: 'configuration.read', level: 'ok', found: expect.any(String), todo: null },
      { check: 'logs.dir', level: 'error', found: expect.any(String), todo: expect.any(String) },
    ]);
    expect([err, process.exitCode]).toEqual(['', 2]);
  });

  test('fails on warnings where that is wanted', async () => {
    const empty = ['--only', 'logs', '--logs.dir', dir, '--containers.dir', dir];
    await run(...empty);
    expect(process.exitCode).toBe(0);
    await run(...empty, '--fail-on', 'warning');
    expect(process.exitCode).toBe(2);
  });

  test('tells of a configuration that cannot be read', async () => {
    const file = join(dir, 'agent.yaml');
    writeFileSync(file, 'logs: {dri: /var/log/pods}\n');
    await run('--config', file, '--only', 'configuration,logs');
    expect(out.replace(/\s+/g, ' ')).toContain('line 1: unknown key "logs.dri"; did you mean "logs.dir"?');
    expect(process.exitCode).toBe(2);
  });

  test('refuses a part that there is not', async () => {
    await expect(run('--only', 'weather')).rejects.toThrow(
      '--only: invalid value "weather" (one of: configuration, logs, state,'
    );
  });
});
