import type { Command } from 'commander';
import * as z from 'zod';
import { exitCode, type ExitCode } from '../common/exit-code';
import { jsonList } from '../common/json-list';
import { terminalText } from '../common/terminal-text';
import { UserError } from '../common/user-error';
import { type AgentConfig, agentConfig, agentGroup, defaultAgentConfig } from '../config/agent-config';
import { CONFIG_ENVIRONMENT, type CommandInput, defineCommand } from '../config/command';
import { lokiGroup } from '../config/loki-settings';
import { flagForm, type SettingsGroup } from '../config/settings';
import { flag, list } from '../config/units';
import { diagnose } from '../doctor/diagnose';
import { type Area, areas, error, type Finding, isAtLeast } from '../doctor/finding';
import { findingTable, levelCounts } from '../doctor/report';
import { Output } from '../lookup/output';
import { outputFormat } from './output-format';
import { apiFlags, leaseFlags } from './api-flags';

const WIDTH = 120;
const formats = ['table', 'json'] as const;

const doctorGroup = {
  heading: 'Options:',
  schema: z.strictObject({
    only: list
      .pipe(z.array(z.enum(areas)))
      .optional()
      .describe(`only these areas: ${areas.join(', ')}`)
      .register(flagForm, { value: 'list', repeatable: true }),
    'fail-on': z
      .enum(['warning', 'error'])
      .prefault('error')
      .describe(`exit with code ${exitCode.found} if any finding has at least this level: warning, error`)
      .register(flagForm, { value: 'level' }),
    'test-push': flag.prefault(false).describe('send one line to Loki and read it back'),
    output: outputFormat(formats),
  }),
  flagsOnly: true,
} satisfies SettingsGroup;

const watchGroup = {
  heading: 'Watch, as in `afterlog watch`:',
  schema: z.strictObject({ ...apiFlags, lease: z.strictObject(leaseFlags) }),
} satisfies SettingsGroup;

/** `afterlog doctor`: what stands in the way of the agent and the watch, and what to do. */
export function doctorCommand(): Command {
  return defineCommand({
    name: 'doctor',
    description:
      'Check the prerequisites of the agent and the watch: configuration, directories, limits, Loki, kubelet, permissions. ' +
      'Changes nothing.',
    groups: [doctorGroup, watchGroup, { ...agentGroup, heading: 'Agent, as in `afterlog agent`:' }, lokiGroup],
    configEnvironment: CONFIG_ENVIRONMENT,
    examples: [
      ['doctor --config agent.yaml', 'check a node with the settings of its agent'],
      ['doctor --only loki --test-push --loki.url http://loki:3100', 'check Loki'],
      ['doctor --only watch --fail-on warning -o json', 'check the permissions of the watch'],
    ],
    run,
  });
}

async function run(input: CommandInput): Promise<ExitCode> {
  const { only = areas, 'fail-on': failOn, 'test-push': testPush, output } = input.read(doctorGroup);
  const findings = await findingsOf(input, new Set(only), testPush);
  const text =
    output === 'json' ? jsonList('FindingList', findings) : findingTable(findings, process.stdout.columns ?? WIDTH);
  await new Output(process.stdout).write(terminalText(text));
  if (output === 'table') {
    process.stderr.write(`${levelCounts(findings)}\n`);
  }
  return findings.some(({ level }) => isAtLeast(level, failOn)) ? exitCode.found : exitCode.ok;
}

async function findingsOf(input: CommandInput, only: ReadonlySet<Area>, testPush: boolean): Promise<Finding[]> {
  const read = tryReading(input);
  // A file that cannot be read sets nothing: what the flags say can be checked all the same.
  const {
    kubeconfig,
    context,
    namespace: namespaces,
    lease,
  } = 'problem' in read ? input.read({ ...watchGroup, flagsOnly: true }) : read.watch;
  const options = {
    cluster: { kubeconfig, context, namespaces, lease },
    testPush,
    env: process.env,
    origin:
      input.configFile === undefined ? 'flags, environment and defaults' : `${input.configFile}, flags and environment`,
  };
  if ('problem' in read) {
    const rest = new Set<Area>(only.has('watch') ? ['watch'] : []);
    const todo =
      'Correct the setting; `afterlog agent --help` lists all of them. Until then nothing else of the agent can be checked.';
    return [
      error('configuration.read', read.problem, todo),
      ...(await diagnose({ ...options, config: defaultAgentConfig(), only: rest })),
    ];
  }
  return diagnose({ ...options, config: read.config, only });
}

type Settings = { config: AgentConfig; watch: z.output<typeof watchGroup.schema> };

function tryReading(input: CommandInput): Settings | { problem: string } {
  try {
    const config = agentConfig(input.read(agentGroup), input.read(lokiGroup), process.env);
    return { config, watch: input.read(watchGroup) };
  } catch (problem) {
    if (problem instanceof UserError) {
      return { problem: problem.message };
    }
    throw problem;
  }
}
