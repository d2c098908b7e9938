import { hostname } from 'node:os';
import { errorText } from '../../model/error-text';
import { defaultThresholds } from '../../model/thresholds';
import type { Thresholds } from '../../model/records';
import type { AgentConfig } from '../config/agent-config';
import { connectLoki } from '../loki/connection';
import { checkDisks } from './disks';
import { type Area, error, type Finding, ok, warning } from './finding';
import { checkKubelet } from './kubelet';
import { checkLogDirectories } from './log-directories';
import { checkLoki, testPush } from './loki-answers';
import { checkLokiLimits } from './loki-limits';
import { checkStateDirectory } from './state-directory';
import { checkSystemLimits } from './system-limits';
import { checkWatchRights, type ClusterFlags } from './watch-rights';

export interface DiagnoseOptions {
  config: AgentConfig;
  /** Where the configuration was read, for the report. */
  origin: string;
  /** The parts to look at. */
  only: ReadonlySet<Area>;
  /** Send a line to Loki, and read it back. */
  testPush: boolean;
  cluster: ClusterFlags;
  env: NodeJS.ProcessEnv;
}

/** Looks at everything that the agent and the watch rest on. A part that cannot be looked at does not hold up the others. */
export async function diagnose(options: DiagnoseOptions): Promise<Finding[]> {
  const { config, only, env, cluster } = options;
  const when = async (area: Area, check: () => Promise<Finding[]>): Promise<Finding[]> =>
    only.has(area) ? guarded(area, check) : [];
  const node = async () => {
    let inventory: Awaited<ReturnType<typeof checkLogDirectories>>['inventory'];
    const logs = await when('logs', async () => {
      const looked = await checkLogDirectories(config);
      inventory = looked.inventory;
      return looked.findings;
    });
    return [
      ...logs,
      ...(await when('state', () => checkStateDirectory(config.state.dir))),
      ...(await when('system', () => checkSystemLimits(inventory))),
    ];
  };
  const kubelet = async () => {
    let thresholds: Thresholds = defaultThresholds(null);
    const findings = await when('kubelet', async () => {
      const looked = await checkKubelet(config);
      thresholds = looked.thresholds;
      return looked.findings;
    });
    return { findings, disks: await when('disk', () => checkDisks(config, thresholds)) };
  };
  const [onNode, loki, byKubelet, watch] = await Promise.all([
    node(),
    when('loki', () => lokiFindings(options)),
    kubelet(),
    when('watch', () => checkWatchRights(cluster, env)),
  ]);
  const configuration = await when('configuration', () => Promise.resolve(checkConfiguration(options)));
  return [...configuration, ...onNode, ...byKubelet.disks, ...loki, ...byKubelet.findings, ...watch];
}

/** What the configuration says that can hardly be meant. */
function checkConfiguration({ config, origin, env }: Pick<DiagnoseOptions, 'config' | 'origin' | 'env'>): Finding[] {
  const inPod = (env.KUBERNETES_SERVICE_HOST ?? '') !== '';
  return [
    ok('configuration.read', `read from ${origin}`),
    ...(inPod && config.node.name === hostname()
      ? [
          warning(
            'configuration.node-name',
            `the node is named ${config.node.name}, as this pod's host name`,
            "Set --node.name from spec.nodeName (downward API): records of agent and watch are joined by the node's name."
          ),
        ]
      : []),
    ...(inPod && config.cluster.name === 'default'
      ? [
          warning(
            'configuration.cluster-name',
            'the cluster is named "default"',
            'Set --cluster.name, the same for agent and watch: two clusters of one name are mixed up in Loki.'
          ),
        ]
      : []),
  ];
}

async function lokiFindings({ config, testPush: push }: DiagnoseOptions): Promise<Finding[]> {
  const connection = connectLoki(config.loki);
  try {
    const findings = await checkLoki(connection, config.cluster.name);
    if (findings.some(({ check, level }) => check === 'loki.query' && level === 'error')) {
      return findings;
    }
    return [
      ...findings,
      ...(push ? [await testPush(connection, config.cluster.name)] : []),
      ...(await checkLokiLimits(connection, config)),
    ];
  } finally {
    await connection.close();
  }
}

async function guarded(area: Area, check: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check();
  } catch (problem) {
    const reason = errorText(problem);
    return [
      error(
        `${area}.check`,
        `it could not be looked at: ${reason}`,
        'This is a fault of afterlog doctor: please report it.'
      ),
    ];
  }
}
