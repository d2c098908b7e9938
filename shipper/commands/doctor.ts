import { Command, InvalidArgumentError, Option } from 'commander';
import * as z from 'zod';
import { type AgentConfig, defaultAgentConfig } from '../config/agent-config';
import { addAgentOptions, loadAgentConfig } from '../config/load-agent-config';
import { diagnose } from '../doctor/diagnose';
import { type Area, areas, error, type Finding, isAtLeast } from '../doctor/finding';
import { findingTable, levelCounts } from '../doctor/report';
import { Output } from '../lookup/output';
import { UserError } from '../common/user-error';

/** What it ends with where something is found; an error of its own ends with 1. */
const FOUND = 2;
const WIDTH = 120;

/** `afterlog doctor`: what stands in the way of the agent and the watch, and what to do. */
export function doctorCommand(): Command {
  return addAgentOptions(
    new Command('doctor')
      .description(
        'Check what the agent and the watch rest on: configuration, directories, limits, Loki, kubelet, rights. ' +
          'Changes nothing.'
      )
      .addOption(
        new Option('--only <list>', `look at these parts only: ${areas.join(', ')}`)
          .argParser(parseAreas)
          .default(new Set(areas), 'all')
      )
      .addOption(
        new Option('--fail-on <level>', `end with exit code ${FOUND} if something is at least that grave`)
          .choices(['warning', 'error'])
          .default('error')
      )
      .option('--test-push', 'send one line to Loki and read it back')
      .addOption(new Option('-o, --output <form>', 'form of the answer').choices(['table', 'json']).default('table'))
      .option(
        '--kubeconfig <file>',
        "of the watch (default: KUBECONFIG, else the pod's service account, else ~/.kube/config)"
      )
      .option('--context <name>', 'context of the kubeconfig')
      .option('--namespace <name>', 'the watch reads this namespace only; may be given several times', collect, [])
      .option('--lease.name <name>', 'Lease of the watch', 'afterlog-watch')
      .option('--lease.namespace <name>', "its namespace (default: the pod's or the context's)")
      .optionsGroup('The agent, as in `afterlog agent`:')
  ).action(run);
}

// Commander's names for the flags above.
const flagsSchema = z.object({
  only: z.instanceof(Set<Area>),
  failOn: z.enum(['warning', 'error']),
  testPush: z.boolean().optional(),
  output: z.enum(['table', 'json']),
  kubeconfig: z.string().optional(),
  context: z.string().optional(),
  namespace: z.array(z.string()),
  'lease.name': z.string(),
  'lease.namespace': z.string().optional(),
});
type Flags = z.infer<typeof flagsSchema>;

async function run(values: Record<string, unknown>): Promise<void> {
  const flags = flagsSchema.parse(values);
  const findings = await findingsOf(values, flags);
  const text =
    flags.output === 'json'
      ? `${JSON.stringify(findings, null, 2)}\n`
      : findingTable(findings, process.stdout.columns ?? WIDTH);
  await new Output(process.stdout).write(text);
  if (flags.output === 'table') {
    process.stderr.write(`${levelCounts(findings)}\n`);
  }
  process.exitCode = findings.some(({ level }) => isAtLeast(level, flags.failOn)) ? FOUND : 0;
}

async function findingsOf(values: Record<string, unknown>, flags: Flags): Promise<Finding[]> {
  const file = typeof values.config === 'string' ? values.config : undefined;
  const read = tryLoading(values);
  const lease = { name: flags['lease.name'], namespace: flags['lease.namespace'] };
  const { kubeconfig, context, namespace: namespaces, only } = flags;
  const options = {
    cluster: { kubeconfig, context, namespaces, lease },
    testPush: flags.testPush === true,
    env: process.env,
    origin: file === undefined ? 'flags, environment and defaults' : `${file}, flags and environment`,
  };
  if ('problem' in read) {
    // What does not depend on it can be looked at all the same.
    const rest = new Set<Area>(only.has('watch') ? ['watch'] : []);
    const todo =
      'Mend it; `afterlog agent --help` lists every setting. Without it nothing else of the agent can be checked.';
    return [
      error('configuration.read', read.problem, todo),
      ...(await diagnose({ ...options, config: defaultAgentConfig(), only: rest })),
    ];
  }
  return diagnose({ ...options, config: read.config, only });
}

function tryLoading(values: Record<string, unknown>): { config: AgentConfig } | { problem: string } {
  try {
    return { config: loadAgentConfig(values, process.env) };
  } catch (problem) {
    if (problem instanceof UserError) {
      return { problem: problem.message };
    }
    throw problem;
  }
}

function parseAreas(text: string): Set<Area> {
  const named = text.split(',').map((one) => areas.find((area) => area === one.trim()));
  const known = named.filter((area) => area !== undefined);
  if (known.length < named.length) {
    throw new InvalidArgumentError(`Parts are ${areas.join(', ')}.`);
  }
  return new Set(known);
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}
