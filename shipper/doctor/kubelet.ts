import * as z from 'zod';
import type { Thresholds } from '../../model/records';
import { defaultThresholds } from '../../model/thresholds';
import { nodeFactsOptions } from '../agent/node-settings';
import type { AgentConfig } from '../config/agent-config';
import { createLogger } from '../common/log';
import { parseStatsSummary } from '../node/disk/stats-summary';
import { thresholdsFromConfigz, versionFromMetrics } from '../node/effective-thresholds';
import { KubeletClient, KubeletError } from '../node/kubelet/kubelet-client';
import { FileSource } from '../node/kubelet-log/file-source';
import {
  findKubeletUnit,
  type JournalOptions,
  journalMatches,
  parseEntry,
  runJournalctl,
} from '../node/kubelet-log/journal-source';
import { parseKlog } from '../node/kubelet-log/klog';
import { shown } from '../node/kubelet-log/unread-lines';
import { type Finding, note, ok, warning } from './finding';
import { codeOf } from './log-inventory';

/** What the kubelet reports to this agent, and the thresholds by it; Kubernetes' defaults where it reports none. */
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
    return `Grant it to the agent's service account as deploy/manifests/agent-rbac.yaml does: ${needed ?? 'what the kubelet asks for'}.`;
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
    if (newest === undefined) {
      return warning(
        'kubelet.log',
        `${path} is not there, or is empty`,
        'Mount it, and give its path with --kubelet.log; journal where the kubelet logs to systemd.'
      );
    }
    return newest.understood
      ? ok('kubelet.log', `${path} is a kubelet's log: ${newest.text.slice(0, SHOWN)}`)
      : warning(
          'kubelet.log',
          `${path} holds no line of a kubelet; its last line is ${shown(newest.text)}`,
          'Give the file that the kubelet writes with --kubelet.log; journal where it logs to systemd.'
        );
  } catch (problem) {
    return warning(
      'kubelet.log',
      `${path} cannot be read: ${codeOf(problem)}`,
      'Mount it readable, or run the agent as the user who may read it.'
    );
  }
}

async function checkJournal(options: JournalOptions): Promise<Finding> {
  const { unit, directory } = options;
  const what = unit ?? 'the kubelet';
  const { output, failure } = await runJournalctl(undefined, [
    '--output-fields=MESSAGE',
    '--lines=500',
    ...(directory === undefined ? [] : [`--directory=${directory}`]),
    ...journalMatches(unit),
  ]);
  const lines = output.split('\n').flatMap((line) => parseEntry(line) ?? []);
  const last = lines.findLast(({ text }) => parseKlog(text) !== undefined);
  if (last !== undefined) {
    return ok('kubelet.log', `the journal of ${what} is a kubelet's: ${last.text.slice(0, SHOWN)}`);
  }
  const other = await findKubeletUnit(options);
  const todo =
    other === undefined
      ? "Mount /var/log/journal with the host's machine-id, and give the unit that runs the kubelet with --kubelet.log-unit."
      : `The unit ${other} writes lines of a kubelet: give --kubelet.log-unit ${other}.`;
  const newest = lines.at(-1);
  if (newest !== undefined) {
    const text = `the journal of ${what} holds no line of a kubelet; its last entry is ${shown(newest.text)}`;
    return warning('kubelet.log', text, todo);
  }
  return failure === undefined
    ? warning('kubelet.log', `the journal has no entry of ${what}`, todo)
    : warning('kubelet.log', `the journal of ${what} cannot be read: ${failure}`, todo);
}
