import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { afterlog } from '../testkit/afterlog';
import { startTestStore } from '../testkit/store';

// The rendered chart. Needs Helm 3 as `helm` or HELM_BIN; skipped without it (`npm run check:chart` says so).
const helm = process.env.HELM_BIN ?? 'helm';
const withHelm = spawnSync(helm, ['version']).error === undefined ? it : it.skip;
const chart = join(__dirname, '../../deploy/helm/afterlog');
const platforms = readdirSync(join(chart, 'platforms'));

const containerSchema = z.object({
  args: z.array(z.string()),
  env: z.array(z.object({ name: z.string(), value: z.string().optional(), valueFrom: z.unknown().optional() })),
  securityContext: z.looseObject({
    allowPrivilegeEscalation: z.boolean().optional(),
    readOnlyRootFilesystem: z.boolean().optional(),
    capabilities: z.object({ drop: z.array(z.string()) }).optional(),
    runAsUser: z.number().optional(),
  }),
});
const podSchema = z.looseObject({
  securityContext: z.looseObject({
    runAsNonRoot: z.boolean().optional(),
    seccompProfile: z.object({ type: z.string() }).optional(),
  }),
  containers: z.array(containerSchema),
  volumes: z.array(z.looseObject({ name: z.string(), hostPath: z.unknown().optional() })).optional(),
});
type Pod = z.infer<typeof podSchema>;
const templated = z.object({ spec: z.object({ template: z.object({ spec: podSchema }) }) });
const objectSchema = z.looseObject({ kind: z.string(), metadata: z.object({ name: z.string() }) });

function render(...args: string[]) {
  const required = ['--set', 'cluster.name=prod,loki.url=http://loki.test:3100'];
  const command = ['template', 'afterlog', chart, '--namespace', 'afterlog', ...required, ...args];
  const { status, stdout, stderr } = spawnSync(helm, command, { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return parseAllDocuments(stdout).map((one) => objectSchema.parse(one.toJS()));
}

/** The pods of the rendered objects, by the name of what makes them. */
function podsOf(objects: ReturnType<typeof render>): Map<string, Pod> {
  const specs = objects.flatMap((object): Array<[string, Pod]> => {
    const { name } = object.metadata;
    switch (object.kind) {
      case 'DaemonSet':
      case 'Deployment':
        return [[name, templated.parse(object).spec.template.spec]];
      case 'CronJob':
        return [
          [
            name,
            z.object({ spec: z.object({ jobTemplate: templated }) }).parse(object).spec.jobTemplate.spec.template.spec,
          ],
        ];
      case 'Pod':
        return [[name, z.object({ spec: podSchema }).parse(object).spec]];
      default:
        return [];
    }
  });
  return new Map(specs);
}

/** What Pod Security's level `restricted` refuses in a pod (kubernetes.io/docs/concepts/security/pod-security-standards). */
function violations(pod: Pod): string[] {
  return [
    ...['hostNetwork', 'hostPID', 'hostIPC'].filter((name) => pod[name] === true),
    ...(pod.securityContext.seccompProfile?.type === 'RuntimeDefault' ? [] : ['seccomp']),
    ...(pod.volumes ?? []).flatMap(({ hostPath }) => (hostPath === undefined ? [] : ['hostPath'])),
    ...pod.containers.flatMap(({ securityContext }) => [
      ...(securityContext.allowPrivilegeEscalation === false ? [] : ['privilege escalation']),
      ...(securityContext.privileged === true ? ['privileged'] : []),
      ...(securityContext.capabilities?.drop.includes('ALL') ? [] : ['capabilities']),
      ...(pod.securityContext.runAsNonRoot === true && securityContext.runAsUser !== 0 ? [] : ['root']),
    ]),
  ];
}

withHelm.each(platforms)(
  'with the values of %s only the agent needs more than Pod Security’s level restricted',
  (file) => {
    const pods = podsOf(render('-f', join(chart, 'platforms', file), '--set', 'capacityReport.enabled=true'));
    expect([...pods.keys()].sort()).toEqual([
      'afterlog-agent',
      'afterlog-capacity-report',
      'afterlog-test-loki',
      'afterlog-watch',
    ]);
    for (const [name, pod] of pods) {
      const needed = name === 'afterlog-agent' ? ['hostPath', 'root'] : [];
      expect({ name, needs: [...new Set(violations(pod))].sort() }).toEqual({ name, needs: needed });
      expect(pod.containers.every(({ securityContext }) => securityContext.readOnlyRootFilesystem)).toBe(true);
    }
  }
);

withHelm('the capacity report is a command that the program takes, with the release’s way to Loki', async () => {
  const store = await startTestStore();
  const dir = mkdtempSync(join(tmpdir(), 'afterlog-report-'));
  try {
    const objects = render('--set', `capacityReport.enabled=true,loki.url=${store.url}`);
    const [container] = podsOf(objects).get('afterlog-capacity-report')?.containers ?? [];
    const configMap = objects.find(({ kind }) => kind === 'ConfigMap');
    const { data } = z.object({ data: z.record(z.string(), z.string()) }).parse(configMap);
    expect(parse(data['report.yaml'] ?? '')).toEqual({
      cluster: 'prod',
      loki: { url: store.url },
      since: '30d',
      output: 'markdown',
    });
    writeFileSync(join(dir, 'report.yaml'), data['report.yaml'] ?? '');
    const args = container?.args.map((arg) => arg.replace('/etc/afterlog/config', dir)) ?? [];
    expect(await afterlog(args)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^# Capacity review, /) });
  } finally {
    await store.close();
    rmSync(dir, { recursive: true });
  }
});

withHelm.each([
  ['proxy.https=http://p:3128', [['HTTPS_PROXY', 'http://p:3128']]],
  ['proxy.http=http://p:3128', [['HTTP_PROXY', 'http://p:3128']]],
  [
    'proxy.secret=proxies',
    [
      ['HTTPS_PROXY', 'proxies'],
      ['HTTP_PROXY', 'proxies'],
    ],
  ],
])('%s reaches every pod, and leaves out what is in the cluster', (value, expected) => {
  for (const pod of podsOf(render('--set', `${value},capacityReport.enabled=true`)).values()) {
    const env = pod.containers[0]?.env ?? [];
    for (const [name = '', text = ''] of expected) {
      expect(JSON.stringify(env.find((one) => one.name === name))).toContain(`"${text}"`);
    }
    expect(env.find(({ name }) => name === 'NO_PROXY')?.value).toMatch(/^\.svc,\.cluster\.local,10\.0\.0\.0\/8/);
  }
});

withHelm('without a proxy no pod has a variable of one', () => {
  for (const pod of podsOf(render()).values()) {
    expect(pod.containers.flatMap(({ env }) => env).filter(({ name }) => name.endsWith('_PROXY'))).toEqual([]);
  }
});

withHelm.each([
  ['watch.config.notify.events=false', []],
  ['watch.config.notify.events=true', ['events: create']],
  ['watch.config.notify.annotation=removed', ['pods: patch', 'jobs: patch']],
])('with %s the watch may change no more than that in the cluster', (value, expected) => {
  const rulesSchema = z.array(z.looseObject({ resources: z.array(z.string()), verbs: z.array(z.string()) }));
  const roles = render('--set', value).filter(
    ({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === 'afterlog-watch'
  );
  const rules = roles.flatMap(({ rules: given }) => rulesSchema.parse(given));
  const changing = rules.filter(({ verbs }) => !verbs.every((verb) => verb === 'list' || verb === 'watch'));
  expect(rules.length).toBeGreaterThan(1);
  expect(changing.map(({ resources, verbs }) => `${resources.join()}: ${verbs.join()}`)).toEqual(expected);
});
