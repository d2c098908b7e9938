import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { startTestStore } from '../testkit/store';
import { itemsOf } from '../testkit/json-list';

const run = promisify(execFile);
const deploy = join(__dirname, '../../deploy');
const manifests = join(deploy, 'manifests');
const program = join(__dirname, '../../build/afterlog.js');

const containerSchema = z.object({
  name: z.string(),
  args: z.array(z.string()),
  resources: z.object({ requests: z.record(z.string(), z.string()), limits: z.record(z.string(), z.string()) }),
  securityContext: z.object({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
    privileged: z.undefined().optional(),
  }),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() })),
});
const podSchema = z.object({
  hostNetwork: z.undefined().optional(),
  hostPID: z.undefined().optional(),
  nodeSelector: z.object({ 'kubernetes.io/os': z.literal('linux') }),
  securityContext: z.object({ seccompProfile: z.object({ type: z.literal('RuntimeDefault') }) }),
  containers: z.tuple([containerSchema]),
  volumes: z.array(
    z.object({ name: z.string(), hostPath: z.object({ path: z.string(), type: z.string().optional() }).optional() })
  ),
});
const objectSchema = z.looseObject({ kind: z.string(), metadata: z.object({ name: z.string() }) });

async function objects(file: string) {
  return parseAllDocuments(await readFile(join(manifests, file), 'utf8')).map((one) => objectSchema.parse(one.toJS()));
}

async function podOf(file: string) {
  const [workload] = await objects(file);
  return z.object({ spec: z.object({ template: z.object({ spec: podSchema }) }) }).parse(workload).spec.template.spec;
}

describe('the shipped configuration', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'afterlog-manifests-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  it.each(['agent', 'watch'])('of the %s is one that `afterlog doctor` in its pod reads', async (component) => {
    const [configMap] = await objects('configmap.yaml');
    const { data } = z.object({ data: z.record(z.string(), z.string()) }).parse(configMap);
    const file = join(dir, `${component}.yaml`);
    await writeFile(file, data[`${component}.yaml`] ?? '');
    const env = { ...process.env, AFTERLOG_CONFIG: file, KUBELET_URL: 'https://127.0.0.1:10250', NODE_NAME: 'node-a' };
    const ran = await run(process.execPath, [program, 'doctor', '--only', 'configuration', '-o', 'json'], { env });
    const findings = z
      .array(z.object({ check: z.string(), level: z.string(), found: z.string() }))
      .parse(itemsOf(ran.stdout));
    expect(findings.filter(({ level }) => level === 'error')).toEqual([]);
    expect(findings.find(({ check }) => check === 'configuration.read')?.found).toContain(file);
  });

  it('is refused with file, line and key where a key is wrong', async () => {
    const file = join(dir, 'wrong.yaml');
    await writeFile(file, 'loki:\n  adress: http://127.0.0.1:1\n');
    const env = { ...process.env, AFTERLOG_CONFIG: file };
    for (const command of ['agent', 'watch']) {
      const failed = run(process.execPath, [program, command, '--once'], { env });
      await expect(failed).rejects.toMatchObject({
        stderr: expect.stringContaining(`${file}: line 2: unknown key "loki.adress"`),
      });
    }
  });
});

describe('the workloads', () => {
  it('of the agent write to its state directory only, and mount typed directories of the node', async () => {
    const { containers, volumes } = await podOf('agent-daemonset.yaml');
    const writable = containers[0].volumeMounts.filter(({ readOnly }) => readOnly !== true);
    expect(writable).toEqual([{ name: 'state', mountPath: '/var/lib/afterlog' }]);
    // Of the two journal directories a node may have only one.
    const untyped = volumes.filter(({ name, hostPath }) => hostPath && !hostPath.type && !name.startsWith('journal-'));
    expect(untyped).toEqual([]);
  });

  it.each(['agent-daemonset.yaml', 'watch-deployment.yaml'])('in %s bound what they use', async (file) => {
    const { containers } = await podOf(file);
    expect(Object.keys(containers[0].resources.limits).sort()).toEqual(['ephemeral-storage', 'memory']);
    expect(Object.keys(containers[0].resources.requests).sort()).toEqual(['cpu', 'ephemeral-storage', 'memory']);
  });
});

describe('the scheduled capacity report', () => {
  it('is a CronJob with the limits of the other workloads, whose command the program takes', async () => {
    const text = await readFile(join(deploy, 'examples/capacity-report.yaml'), 'utf8');
    const report = z
      .object({
        apiVersion: z.literal('batch/v1'),
        kind: z.literal('CronJob'),
        spec: z.object({
          schedule: z.string().regex(/^(?:\S+ ){4}\S+$/),
          jobTemplate: z.object({
            spec: z.object({
              template: z.object({
                spec: podSchema.omit({ volumes: true }).extend({
                  restartPolicy: z.literal('Never'),
                  automountServiceAccountToken: z.literal(false),
                  containers: z.tuple([
                    containerSchema
                      .omit({ volumeMounts: true })
                      .extend({ env: z.array(z.object({ name: z.string(), value: z.string() })) }),
                  ]),
                }),
              }),
            }),
          }),
        }),
      })
      .parse(parse(text));
    const [{ args, env, resources }] = report.spec.jobTemplate.spec.template.spec.containers;
    expect(Object.keys(resources.limits).sort()).toEqual(['ephemeral-storage', 'memory']);
    const store = await startTestStore();
    const set = Object.fromEntries(env.map(({ name }) => [name, store.url]));
    expect(Object.keys(set)).toEqual(['LOKI_ADDR']);
    const { stdout } = await run(process.execPath, [program, ...args], {
      env: { ...process.env, ...set },
    }).finally(() => store.close());
    expect(stdout).toMatch(/^# Capacity review, /);
  });
});

describe('the rights', () => {
  const rulesSchema = z.object({
    rules: z.array(z.looseObject({ resources: z.array(z.string()), verbs: z.array(z.string()) })),
  });
  const rulesOf = async (file: string) =>
    (await objects(file)).flatMap((one) => ('rules' in one ? rulesSchema.parse(one).rules : []));

  it('of the agent are those of reading its kubelet’s statistics, configuration and pods', async () => {
    expect(await rulesOf('agent-rbac.yaml')).toMatchObject([
      { resources: ['nodes/stats', 'nodes/metrics', 'nodes/configz', 'nodes/pods'], verbs: ['get'] },
    ]);
  });

  it('of the watch are those of watching five kinds of object and holding one Lease', async () => {
    expect(await rulesOf('watch-rbac.yaml')).toMatchObject([
      { resources: ['pods', 'nodes', 'events'], verbs: ['list', 'watch'] },
      { resources: ['jobs', 'cronjobs'], verbs: ['list', 'watch'] },
      { resources: ['leases'], verbs: ['create'] },
      { resources: ['leases'], resourceNames: ['afterlog-watch'], verbs: ['get', 'update'] },
    ]);
  });
});

describe('the values of platforms', () => {
  /** Keys of the chart's values, `a.b`, down to where a map is free. */
  function keysOf(value: unknown, above = ''): string[] {
    return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
      ? Object.entries(value).flatMap(([key, inside]) => keysOf(inside, above === '' ? key : `${above}.${key}`))
      : [above];
  }

  it('set only what the chart has', async () => {
    const chart = join(deploy, 'helm/afterlog');
    const known = keysOf(parse(await readFile(join(chart, 'values.yaml'), 'utf8')));
    for (const file of await readdir(join(chart, 'platforms'))) {
      const set = keysOf(parse(await readFile(join(chart, 'platforms', file), 'utf8')));
      const unknown = set.filter((key) => !known.some((one) => key === one || key.startsWith(`${one}.`)));
      expect({ file, unknown }).toEqual({ file, unknown: [] });
    }
  });
});
