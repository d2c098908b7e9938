import { readdir } from 'node:fs/promises';
import { parseContainerLink } from '../agent/files/names';
import type { AgentConfig } from '../config/agent-config';
import { filesystemKind } from './filesystem-kind';
import { error, type Finding, note, ok, warning } from './finding';
import { codeOf, LINK, type LogInventory, logInventory } from './log-inventory';

/**
 * Whether the agent finds the container logs and may read them.
 *
 * @returns the inventory too, by which other limits are measured; undefined where there is none
 */
export async function checkLogDirectories({
  logs,
  containers,
}: AgentConfig): Promise<{ findings: Finding[]; inventory: LogInventory | undefined }> {
  const dir = logs.dir;
  let inventory: LogInventory;
  try {
    inventory = await logInventory(dir, [logs['docker-dir']]);
  } catch (problem) {
    const finding = error('logs.dir', `${dir} cannot be read: ${codeOf(problem)}`, adviceFor(codeOf(problem)));
    return { findings: [finding], inventory: undefined };
  }
  const links = await checkLinks(containers.dir, inventory);
  return { findings: [count(dir, inventory), ...(await kind(dir)), ...access(dir, inventory, logs), links], inventory };
}

function adviceFor(code: string): string {
  return code === 'EACCES'
    ? 'Run the agent as root without capabilities, as deploy/manifests/agent-daemonset.yaml does: the runtimes write logs that only root may read.'
    : "Give the kubelet's log directory with --logs.dir; in a pod mount it from the host (hostPath /var/log/pods).";
}

const amount = (n: number, what: string) => `${n.toLocaleString('en-US')} ${what}${n === 1 ? '' : 's'}`;

function count(dir: string, { pods, containers, files, strangers }: LogInventory): Finding {
  if (pods > 0) {
    return ok(
      'logs.dir',
      `${dir}: ${amount(pods, 'pod')}, ${amount(containers, 'container')}, ${amount(files, 'file')}`
    );
  }
  return warning(
    'logs.dir',
    strangers === 0
      ? `${dir} is empty`
      : `${dir} has ${amount(strangers, 'directory').replace('ys', 'ies')}, none of a pod`,
    "Every node runs pods, so this is hardly the host's directory: look at the mount, and at podLogsDir in the kubelet's configuration."
  );
}

async function kind(dir: string): Promise<Finding[]> {
  const { network, name, fleeting } = await filesystemKind(dir);
  if (network) {
    return [
      warning(
        'logs.filesystem',
        `${dir} lies on ${name}, where inotify tells nothing of what others write`,
        'Run the agent on the node itself. As it is, short-lived logs are found by rescan only: lower --rescan.interval.'
      ),
    ];
  }
  return fleeting === 'container'
    ? [warning('logs.filesystem', `${dir} lies in this container's own layer`, 'Mount it from the host (hostPath).')]
    : [];
}

const SHOWN = 3;

function access(dir: string, { closed, containers }: LogInventory, logs: AgentConfig['logs']): Finding[] {
  const refused = closed.filter(({ code }) => code === 'EACCES' || code === 'EPERM');
  const nowhere = closed.filter(({ code }) => code === 'ENOENT' || code === 'ELOOP' || code === LINK);
  const others = closed.filter((one) => !refused.includes(one) && !nowhere.includes(one));
  const some = (list: typeof closed) =>
    list
      .slice(0, SHOWN)
      .map(({ path, code }) => `${path} (${code})`)
      .join(', ') + (list.length > SHOWN ? ', …' : '');
  return [
    ...(refused.length > 0
      ? [
          error(
            'logs.access',
            `${refused.length} of ${amount(containers, 'container')} cannot be read: ${some(refused)}`,
            adviceFor('EACCES')
          ),
        ]
      : []),
    ...(nowhere.length > 0
      ? [
          error(
            'logs.access',
            `${amount(nowhere.length, 'log file')} of ${dir} lead nowhere, or out of the log directories: ${some(nowhere)}`,
            `These are links, as Docker makes them: mount what they lead to at the same path, and name it with --logs.docker-dir (now ${logs['docker-dir']}).`
          ),
        ]
      : []),
    ...(others.length > 0
      ? [
          warning(
            'logs.access',
            `${amount(others.length, 'path')} cannot be opened: ${some(others)}`,
            "Look at the node's disk and its kernel log."
          ),
        ]
      : []),
    ...(closed.length === 0 && containers > 0 ? [ok('logs.access', 'every container log can be opened')] : []),
  ];
}

async function checkLinks(dir: string, { containers }: LogInventory): Promise<Finding> {
  const mount = 'Mount it from the host (hostPath /var/log/containers), or give it with --containers.dir.';
  const without = 'without them a log is found by its pod, not by its container id';
  try {
    const ids = (await readdir(dir)).filter((name) => parseContainerLink(name) !== undefined).length;
    return ids > 0 || containers === 0
      ? ok('logs.container-ids', `${dir}: ${amount(ids, 'link')} with a container id`)
      : warning('logs.container-ids', `${dir} holds no links with container ids; ${without}`, mount);
  } catch (problem) {
    const found = `${dir} cannot be read: ${codeOf(problem)}; ${without}`;
    return containers === 0 ? note('logs.container-ids', found, mount) : warning('logs.container-ids', found, mount);
  }
}
