import type { Command } from 'commander';
import * as z from 'zod';
import { exitCode, type ExitCode } from '../common/exit-code';
import { parseListen } from '../common/listen';
import { logLevels } from '../common/log';
import { type CommandInput, defineCommand } from '../config/command';
import { lokiGroup, lokiOptions } from '../config/loki-settings';
import { flagForm, type SettingsGroup } from '../config/settings';
import { flag, parsedWith } from '../config/units';
import { parseAgentDown } from '../demo/agent-down';
import { parseGrafanaUrl } from '../demo/app-pages';
import { DEFAULT_AGENT_DOWN, DEFAULT_RECORDING } from '../demo/replay/recordings';

const demoGroup = {
  heading: 'Options:',
  schema: z.strictObject({
    speed: z
      .union([z.string(), z.number()])
      .transform(Number)
      .refine((speed) => speed > 0 && Number.isFinite(speed), 'must be a number above 0')
      .prefault(25)
      .describe('replay speed factor')
      .register(flagForm, { value: 'factor' }),
    recording: z
      .enum([...DEFAULT_AGENT_DOWN.keys()])
      .prefault(DEFAULT_RECORDING)
      .describe('recording to replay: disk-pressure (Kubernetes 1.20), disk-pressure-1.36')
      .register(flagForm, { value: 'name' }),
    data: z.strictObject({
      dir: z
        .string()
        .prefault('.demo')
        .describe('directory of the replayed node, the state and the store; emptied at each start')
        .register(flagForm, { value: 'directory' }),
    }),
    store: z.strictObject({
      listen: parsedWith(parseListen)
        .prefault('127.0.0.1:3100')
        .describe('address of the embedded store, on loopback')
        .register(flagForm, { value: 'host:port' }),
    }),
    agent: z.strictObject({
      listen: parsedWith(parseListen)
        .prefault('127.0.0.1:9595')
        .describe("address of the agent's /metrics and /ready")
        .register(flagForm, { value: 'host:port' }),
    }),
    cluster: z.strictObject({
      name: z
        .string()
        .trim()
        .min(1, 'expected a name (example: demo-east)')
        .optional()
        .describe(
          'cluster name (default: demo; with --loki.url the first of demo-2, demo-3, … that Loki does not have)'
        )
        .register(flagForm, { value: 'name' }),
    }),
    'agent-down': parsedWith(parseAgentDown)
      .optional()
      .describe(
        'periods without an agent, in recorded time: FROM/TO, separated by commas, or none (default: around a reclaim)'
      )
      .register(flagForm, { value: 'periods' }),
    'kubelet-log': flag.prefault(true).describe('run the agent without access to the kubelet log'),
    exit: flag
      .prefault(false)
      .describe(
        `exit after the replay: code ${exitCode.ok} if every missing line belongs to a case, else ${exitCode.failed}`
      ),
    grafana: z.strictObject({
      url: parsedWith(parseGrafanaUrl)
        .optional()
        .describe('URL of a Grafana with the app and a data source for the store, for the links in the report')
        .register(flagForm, { value: 'url' }),
    }),
    log: z.strictObject({
      level: z
        .enum(logLevels)
        .prefault('warn')
        .describe(`log level: ${logLevels.join(', ')}`)
        .register(flagForm, { value: 'level' }),
    }),
  }),
} satisfies SettingsGroup;

/** `afterlog demo`: a recorded node, the real agent and watch, an embedded store or a Loki. */
export function demoCommand(): Command {
  return defineCommand({
    name: 'demo',
    description:
      'Replay a recorded node under disk pressure to the real agent and watch, check every line, and serve the result.',
    groups: [demoGroup, { ...lokiGroup, heading: 'Loki, instead of the embedded store:' }],
    examples: [
      ['demo', 'with an embedded store on 127.0.0.1:3100'],
      ['demo --exit --speed 50', 'as a check'],
      ['demo --loki.url http://loki:3100', 'into an existing Loki'],
    ],
    run,
  });
}

async function run({ read }: CommandInput): Promise<ExitCode> {
  const flags = read(demoGroup);
  const loki = read(lokiGroup);
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
        dataDir: flags.data.dir,
        // LOKI_ADDR, set for other commands, must not bring a demo's logs among the real ones.
        loki: loki.loki.url === undefined ? { storeListen: flags.store.listen } : lokiOptions(loki, process.env),
        agentListen: flags.agent.listen,
        clusterName: flags.cluster.name,
        agentDown: flags['agent-down'] ?? parseAgentDown(DEFAULT_AGENT_DOWN.get(flags.recording) ?? 'none'),
        kubeletLog: flags['kubelet-log'],
        exit: flags.exit,
        grafanaUrl: flags.grafana.url,
        logLevel: flags.log.level,
      },
      stop.signal
    );
    return complete ? exitCode.ok : exitCode.failed;
  } catch (error) {
    if (!stop.signal.aborted || !(error instanceof Error && error.name === 'AbortError')) {
      throw error;
    }
    return exitCode.interrupted;
  }
}
