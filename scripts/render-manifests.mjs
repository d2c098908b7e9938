// Checks the Helm chart with the values of every platform and renders the plain manifests from it.
//   node scripts/render-manifests.mjs           writes deploy/manifests/
//   node scripts/render-manifests.mjs --check   fails where they differ from the chart
// Needs Helm 3 as `helm` or HELM_BIN; says so in one line without it.
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import prettier from 'prettier';
import { parseAllDocuments } from 'yaml';

const root = join(import.meta.dirname, '..');
const chart = join(root, 'deploy/helm/afterlog');
const target = join(root, 'deploy/manifests');
const helm = process.env.HELM_BIN ?? 'helm';
const check = process.argv.includes('--check');

const HEADER = '# Rendered from deploy/helm/afterlog by `npm run manifests`. Not edited by hand.\n';
const required = ['--namespace', 'afterlog', '--set', 'cluster.name=default,loki.url=http://loki.loki.svc:3100'];
// policy/v1 exists from Kubernetes 1.21 on; the plain manifests go without, so that they fit 1.20 as well.
const plain = ['--set', 'watch.podDisruptionBudget.enabled=false', '--skip-tests'];

if (spawnSync(helm, ['version']).error) {
  process.stdout.write('chart: not checked, Helm was not found (set HELM_BIN)\n');
  process.exit(process.env.CI_REQUIRE?.split(',').includes('helm') ? 1 : 0);
}
await checkPlatforms();
const files = await rendered();
if (check) {
  await compare(files);
} else {
  await mkdir(target, { recursive: true });
  for (const [name, text] of files) {
    await writeFile(join(target, name), text);
  }
}

/** Lints and renders the chart with the values of each platform. */
async function checkPlatforms() {
  for (const file of (await readdir(join(chart, 'platforms'))).sort()) {
    const values = ['-f', join(chart, 'platforms', file), ...required];
    run('lint', '--strict', '--quiet', chart, ...values);
    run(
      'template',
      'afterlog',
      chart,
      ...values,
      '--set',
      'podMonitor.enabled=true,networkPolicy.enabled=true,prometheusRule.enabled=true'
    );
    process.stdout.write(`${file}: ok\n`);
  }
}

/** The plain manifests: file name → text. */
async function rendered() {
  const out = run('template', 'afterlog', chart, ...required, ...plain);
  const files = new Map();
  for (const part of out.split(/^---\n/m).filter((text) => text.trim() !== '')) {
    const [, source = ''] = /^# Source: afterlog\/templates\/(\S+)\n/.exec(part) ?? [];
    const text = part
      .replace(/^# Source:.*\n/, '')
      // What only Helm needs.
      .replace(/^ +(helm\.sh\/chart|app\.kubernetes\.io\/managed-by):.*\n/gm, '')
      .replace(/^ +# A changed configuration starts new pods\.\n +checksum\/config:.*\n/gm, '');
    parseAllDocuments(text).forEach(({ errors: [problem] }) => {
      if (problem) {
        throw problem;
      }
    });
    files.set(source, [...(files.get(source) ?? []), text]);
  }
  const options = await prettier.resolveConfig(join(root, 'package.json'));
  const texts = [...files].map(async ([name, parts]) => [
    name,
    await prettier.format(HEADER + parts.join('---\n'), { ...options, parser: 'yaml' }),
  ]);
  return new Map(await Promise.all(texts));
}

async function compare(files) {
  const stale = [];
  for (const [name, text] of files) {
    if ((await readFile(join(target, name), 'utf8').catch(() => '')) !== text) {
      stale.push(name);
    }
  }
  if (stale.length > 0) {
    process.stderr.write(`deploy/manifests: ${stale.join(', ')} differ from the chart; run npm run manifests\n`);
    process.exit(1);
  }
}

function run(...args) {
  const { status, stdout, stderr } = spawnSync(helm, args, { encoding: 'utf8' });
  if (status !== 0) {
    process.stderr.write(`helm ${args[0]}: ${stderr || stdout}\n`);
    process.exit(1);
  }
  return stdout;
}
