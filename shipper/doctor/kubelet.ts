import { spawn } from 'node:child_process';
import * as z from 'zod';
import type { Thresholds } from '../../model/records';
import { defaultThresholds } from '../../model/thresholds';
import { nodeFactsOptions } from '../agent/node-settings';
import type { AgentConfig } from '../config/agent-config';
import { createLogger } from '../common/log';
import { parseStatsSummary } from '../node/disk/stats-summary';
import { thresholdsFromConfigz, versionFromMetrics } from '../node/effective-thresholds';
import { KubeletClient, KubeletError } from '../node/kubelet-client';
import { FileSource } from '../node/kubelet-log/file-source';
import { parseEntry } from '../node/kubelet-log/journal-source';
import { parseKlog } from '../node/kubelet-log/klog';
import { type Finding, note, ok, warning } from './finding';
import { codeOf } from './log-inventory';

/** What the kubelet tells this agent, and the thresholds by it; Kubernetes' defaults where it tells none. */
export async function checkKubelet(config: AgentConfig): Promise<{ findings: Finding[]; thresholds: Thresholds }> {
  const { kubelet, kubeletLog } = nodeFactsOptions(config);
  const log = await checkLog(kubeletLog);
  if (kubelet === undefined) {
    const todo =
      'Give --kubelet.url https://<node ip>:10250 and --kubelet.token-file: then thresholds are read, not assumed.';
    const findings = [
      note('kubelet.url', 'no address of the kubelet is configured: thresholds are assumed', todo),
      log,
    ];
    return { findings, thresholds: defaultThresholds(null) };
  }
  const client = new KubeletClient(kubelet);
  try {
    const asked = await askAll(client, config.logs.dir);
    return { findings: [...asked.findings, log], thresholds: asked.thresholds };
  } finally {
    client.close();
  }
}

async function askAll(client: KubeletClient, logsDir: string) {
  let version: string | null = null;
  let thresholds: Thresholds | undefined;
  const findings = [
    await ask('kubelet.metrics', 'the version is not known', async () => {
      version = versionFromMetrics(await client.metrics());
      return [ok('kubelet.metrics', `/metrics: kubelet ${version ?? 'of an unknown version'}`)];
    }),
    await ask('kubelet.stats', 'images and pods have no sizes', async () => {
      parseStatsSummary(await client.statsSummary());
      return [ok('kubelet.stats', '/stats/summary can be read')];
    }),
    await ask('kubelet.configz', "thresholds are assumed, by Kubernetes' defaults", async () => {
      const body = await client.configz();
      thresholds = thresholdsFromConfigz(body, version);
      const { imageGcHighPercent: high, imageGcLowPercent: low, evictionHard } = thresholds;
      const hard = Object.entries(evictionHard).map(([signal, value]) => `${signal}<${value}`);
      return [
        ok(
          'kubelet.configz',
          `/configz: image GC at ${high} % down to ${low} %; eviction at ${hard.join(', ') || 'no threshold'}`
        ),
        ...logDirectory(body, logsDir),
      ];
    }),
  ].flat();
  return { findings, thresholds: thresholds ?? defaultThresholds(version) };
}

async function ask(check: Finding['check'], without: string, request: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await request();
  } catch (problem) {
    if (problem instanceof z.ZodError) {
      return [
        warning(
          check,
          `the kubelet answered with something unknown: ${without}`,
          'Is --kubelet.url that of a kubelet?'
        ),
      ];
    }
    if (!(problem instanceof KubeletError)) {
      throw problem;
    }
    return [warning(check, `${problem.message.split(': ')[0] ?? ''}: ${without}`, adviceFor(problem))];
  }
}

function adviceFor({ status, message }: KubeletError): string {
  if (status === 403) {
    const needed = /needed: ([^:]+)/.exec(message)?.[1];
    return `Grant it to the agent's service account as deploy/agent-rbac.yaml does: ${needed ?? 'what the kubelet asks for'}.`;
  }
  if (status === 401) {
    return 'Give a valid token with --kubelet.token-file; the kubelet must allow webhook authentication (authentication.webhook.enabled).';
  }
  const reason = message.split(': ').slice(1).join(': ');
  return /certificate|self.signed|issuer/i.test(message)
    ? `${reason}. Give the certificate to trust with --kubelet.ca-file; where the kubelet signs its own, --kubelet.insecure-skip-verify.`
    : `${reason}. Is --kubelet.url the node's address, with port 10250, and --kubelet.token-file there?`;
}

const podLogsSchema = z.object({ kubeletconfig: z.object({ podLogsDir: z.string() }) });

/** Kubernetes 1.30 and newer can write the logs elsewhere. */
function logDirectory(configz: unknown, logsDir: string): Finding[] {
  const dir = podLogsSchema.safeParse(configz).data?.kubeletconfig.podLogsDir.replace(/\/+$/, '');
  return dir === undefined || dir === '' || dir === '/var/log/pods' || dir === logsDir.replace(/\/+$/, '')
    ? []
    : [
        warning(
          'kubelet.log-directory',
          `the kubelet writes the container logs to ${dir} (podLogsDir), the agent reads ${logsDir}`,
          `Give --logs.dir ${dir}, unless that is mounted at ${logsDir}.`
        ),
      ];
}

type KubeletLog = ReturnType<typeof nodeFactsOptions>['kubeletLog'];

async function checkLog(log: KubeletLog): Promise<Finding> {
  if (log === undefined) {
    return note(
      'kubelet.log',
      "the kubelet's log is not configured: that a reclaim took a log is inferred, never proved",
      'Give --kubelet.log with a file, or journal.'
    );
  }
  return log.kind === 'file' ? checkFile(log.path) : checkJournal(log);
}

const SHOWN = 100;

async function checkFile(path: string): Promise<Finding> {
  try {
    const newest = await new FileSource(path, createLogger('error')).newest();
    return newest === undefined
      ? warning(
          'kubelet.log',
          `${path} is not there, or holds no line of a kubelet`,
          'Mount it, and give its path with --kubelet.log; journal where the kubelet logs to systemd.'
        )
      : ok('kubelet.log', `${path} is a kubelet's log: ${newest.text.slice(0, SHOWN)}`);
  } catch (problem) {
    return warning(
      'kubelet.log',
      `${path} cannot be read: ${codeOf(problem)}`,
      'Mount it readable, or run the agent as the user who may read it.'
    );
  }
}

async function checkJournal({ unit, directory }: { unit: string; directory?: string }): Promise<Finding> {
  const todo = `Mount /var/log/journal with the host's machine-id, and look whether the kubelet runs as ${unit} (--kubelet.log-unit).`;
  const { output, failure } = await run('journalctl', [
    '--output=json',
    '--output-fields=MESSAGE',
    '--lines=500',
    '--quiet',
    '--no-pager',
    `--unit=${unit}`,
    ...(directory === undefined ? [] : [`--directory=${directory}`]),
  ]);
  const lines = output.split('\n').flatMap((line) => parseEntry(line) ?? []);
  const last = lines.findLast(({ text }) => parseKlog(text) !== undefined);
  if (failure !== undefined && lines.length === 0) {
    return warning('kubelet.log', `the journal of ${unit} cannot be read: ${failure}`, todo);
  }
  return last === undefined
    ? warning('kubelet.log', `the journal of ${unit} holds no line of a kubelet`, todo)
    : ok('kubelet.log', `the journal of ${unit} is a kubelet's: ${last.text.slice(0, SHOWN)}`);
}

function run(command: string, args: readonly string[]): Promise<{ output: string; failure: string | undefined }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 10_000 });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  return new Promise((resolve) => {
    child.once('error', (problem) => resolve({ output, failure: problem.message }));
    child.once('close', (code) =>
      resolve({ output, failure: code === 0 ? undefined : errors.trim() || `${command} ended with ${code}` })
    );
  });
}
