// Renders mixin/, the folder with the dashboards and alerts that others vendor, from what the app and the chart bring.
//   node scripts/render-mixin.mjs           writes mixin/
//   node scripts/render-mixin.mjs --check   fails where it differs
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import prettier from 'prettier';

const root = join(import.meta.dirname, '..');
const target = join(root, 'mixin');
const check = process.argv.includes('--check');
const { version, homepage } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

const HEADER = `# Afterlog ${version}. Rendered by \`npm run mixin\`. Not edited by hand.\n`;
const RUNBOOKS = `${homepage.replace(/#.*/, '')}/blob/v${version}/`;
/** Where each comes from; the keys lie in mixin/. */
const SOURCES = {
  'alerts/prometheus.yaml': 'deploy/helm/afterlog/rules/prometheus.yaml',
  'alerts/loki.yaml': 'deploy/helm/afterlog/rules/loki.yaml',
  'alerts/grafana.yaml': 'provisioning/alerting/afterlog.yaml',
};

const files = await rendered();
if (check) {
  await compare();
} else {
  await rm(target, { recursive: true, force: true });
  for (const [name, text] of files) {
    await mkdir(dirname(join(target, name)), { recursive: true });
    await writeFile(join(target, name), text);
  }
}

/** File name in mixin/ → text. */
async function rendered() {
  const made = new Map([['README.md', readme()]]);
  for (const [name, source] of Object.entries(SOURCES)) {
    const text = await readFile(join(root, source), 'utf8');
    // Who vendors the rules has no copy of docs/.
    made.set(name, HEADER + text.replaceAll('runbook_url: docs/', `runbook_url: ${RUNBOOKS}docs/`));
  }
  for (const file of (await readdir(join(root, 'src/dashboards'))).sort()) {
    const dashboard = JSON.parse(await readFile(join(root, 'src/dashboards', file), 'utf8'));
    const tags = [...(dashboard.tags ?? []), `afterlog-${version}`];
    made.set(`dashboards/${file}`, JSON.stringify({ ...dashboard, tags }, null, 2));
  }
  const options = await prettier.resolveConfig(join(root, 'package.json'));
  for (const [name, text] of made) {
    made.set(name, await prettier.format(text, { ...options, filepath: name }));
  }
  return made;
}

function readme() {
  return `# Afterlog mixin

The dashboards and alerts of Afterlog ${version} as plain JSON and YAML, to vendor without jsonnet.

| folder | content | load it |
| --- | --- | --- |
| \`dashboards/\` | Grafana dashboards. Five ask Loki; \`afterlog-agents-prometheus.json\` asks Prometheus. | a dashboard provider of Grafana's provisioning, or the dashboard sidecar of Helm charts |
| \`alerts/prometheus.yaml\` | alerts on the metrics of agent and watch | \`rule_files\` of Prometheus, \`mimirtool rules load\` |
| \`alerts/loki.yaml\` | alerts on the records in Loki | the directory of Loki's ruler, \`lokitool rules load\` |
| \`alerts/grafana.yaml\` | the same as Grafana-managed alerts; \`LOKI_UID\` is the uid of the Loki data source | \`provisioning/alerting/\` of Grafana |

The panel "Job timeline" and the links \`/a/afterlog-timelines-app/…\` need the app plugin. Runbooks: ${RUNBOOKS}docs/runbooks.

Rendered by \`npm run mixin\` from \`src/dashboards\`, \`deploy/helm/afterlog/rules\` and \`provisioning/alerting\`; change those.
`;
}

async function compare() {
  const present = (await readdir(target, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(target.length + 1));
  const stale = present.filter((name) => !files.has(name));
  for (const [name, text] of files) {
    if ((await readFile(join(target, name), 'utf8').catch(() => '')) !== text) {
      stale.push(name);
    }
  }
  if (stale.length > 0) {
    process.stderr.write(
      `mixin: ${stale.sort().join(', ')} differ from what they are rendered from; run npm run mixin\n`
    );
    process.exit(1);
  }
}
