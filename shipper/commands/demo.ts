import { Command, InvalidArgumentError, Option } from 'commander';
import { addLokiOptions, lokiOptionsFrom } from '../config/loki-options';
import { parseAgentDown } from '../demo/agent-down';
import { parseGrafanaUrl } from '../demo/app-pages';
import { parseListen } from '../demo/listen';
import { DEFAULT_AGENT_DOWN, DEFAULT_RECORDING } from '../demo/replay/recordings';
import { logLevels, type LogLevel } from '../common/log';

interface DemoFlags {
  speed: number;
  'data.dir': string;
  'store.listen': string;
  'agent.listen': string;
  'cluster.name'?: string;
  recording: string;
  agentDown?: string;
  kubeletLog: boolean;
  exit?: boolean;
  'grafana.url'?: string;
  'loki.url'?: string;
  'log.level': LogLevel;
}

/** Interrupted by a signal, as a shell says it: 128 and the number of SIGINT. */
const INTERRUPTED = 130;

/** `afterlog demo`: a recorded node, the real agent and watch, an embedded store or a Loki. */
export function demoCommand(): Command {
  const command = new Command('demo')
    .description(
      'Replay a recorded node under disk pressure to the real agent and watch, with an embedded store or a Loki, and serve it.'
    )
    .addOption(
      new Option('--speed <n>', 'recorded seconds a second').default(25).argParser((text) => {
        const speed = Number(text);
        if (!(speed > 0 && Number.isFinite(speed))) {
          throw new InvalidArgumentError('Give a number above 0, e.g. 25.');
        }
        return speed;
      })
    )
    .option('--recording <name>', 'disk-pressure (Kubernetes 1.20) or disk-pressure-1.36', DEFAULT_RECORDING)
    .option('--data.dir <directory>', 'node, state and store of the demo; made anew at each start', '.demo')
    .option('--store.listen <host:port>', 'address of the embedded store', '127.0.0.1:3100')
    .option('--agent.listen <host:port>', "address of the agent's metrics and readiness", '127.0.0.1:9595')
    .addOption(
      new Option(
        '--cluster.name <name>',
        'name of the replayed cluster (default "demo", with --loki.url the next of demo-2, demo-3, … that is free)'
      ).argParser(clusterName)
    )
    .option(
      '--agent-down <stretches>',
      'when no agent runs, in recorded time: FROM/TO, several with commas, or none (default: around a reclaim)'
    )
    .option('--no-kubelet-log', "the agent does not read the kubelet's log, as on a node where it may not")
    .option('--exit', 'end after the replay: exit code 0 if a case accounts for every line that is missing, else 1')
    .option('--grafana.url <url>', 'a Grafana with the app, and with the store as its data source: links in the report')
    .addOption(new Option('--log.level <level>', 'least level of the own log').choices([...logLevels]).default('warn'));
  // Only the flag leads to a Loki: who has LOKI_ADDR set for other commands would find a demo's logs among their own.
  return addLokiOptions(command, 'send to this Loki instead of the embedded store, and ask it').action(
    (flags: DemoFlags) => run(flags)
  );
}

function clusterName(text: string): string {
  if (text.trim() === '') {
    throw new InvalidArgumentError('Give a name, e.g. demo-east.');
  }
  return text;
}

async function run(flags: DemoFlags): Promise<void> {
  const loki =
    flags['loki.url'] === undefined
      ? { storeListen: parseListen(flags['store.listen'], '--store.listen') }
      : lokiOptionsFrom({ ...flags }, process.env);
  const agentListen = parseListen(flags['agent.listen'], '--agent.listen');
  const agentDown = parseAgentDown(flags.agentDown ?? DEFAULT_AGENT_DOWN.get(flags.recording) ?? 'none');
  const grafanaUrl = flags['grafana.url'] === undefined ? undefined : parseGrafanaUrl(flags['grafana.url']);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // Once: a second one ends the process the hard way, should the closing hang.
    process.once(signal, () => stop.abort());
  }
  const { runDemo } = await import('../demo/demo');
  try {
    const complete = await runDemo(
      {
        recording: flags.recording,
        speed: flags.speed,
        dataDir: flags['data.dir'],
        loki,
        agentListen,
        clusterName: flags['cluster.name'],
        agentDown,
        kubeletLog: flags.kubeletLog,
        exit: flags.exit ?? false,
        grafanaUrl,
        logLevel: flags['log.level'],
      },
      stop.signal
    );
    process.exitCode = complete ? 0 : 1;
  } catch (error) {
    if (!stop.signal.aborted || !(error instanceof Error && error.name === 'AbortError')) {
      throw error;
    }
    process.exitCode = INTERRUPTED;
  }
}
