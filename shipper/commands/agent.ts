import type { Command } from 'commander';
import * as z from 'zod';
import { Agent } from '../agent/agent';
import { shipOnce } from '../agent/once';
import { exitCode, type ExitCode } from '../common/exit-code';
import { createLogger } from '../common/log';
import { agentConfig, agentGroup } from '../config/agent-config';
import { watchConfig } from '../config/config-watch';
import { CONFIG_ENVIRONMENT, type CommandInput, defineCommand } from '../config/command';
import { lokiGroup } from '../config/loki-settings';
import { flagForm, type SettingsGroup } from '../config/settings';
import { flag, positiveDuration } from '../config/units';

const onceGroup = {
  heading: 'One-shot mode:',
  schema: z.strictObject({
    once: flag
      .prefault(false)
      .describe('send the existing logs, wait for the last acknowledgement, print the container records, and exit'),
    'once.timeout': positiveDuration
      .prefault('60s')
      .describe('with --once: give up after this time without an acknowledgement'),
    output: z
      .enum(['table', 'json'])
      .prefault('table')
      .describe('with --once: output format: table, json')
      .register(flagForm, { short: 'o', value: 'format' }),
  }),
  flagsOnly: true,
} satisfies SettingsGroup;

/** `afterlog agent`: ships a node's container logs to Loki and keeps a container record of every container run. */
export function agentCommand(): Command {
  return defineCommand({
    name: 'agent',
    description: "Send a node's container logs to Loki and keep a record of every container run.",
    groups: [onceGroup, agentGroup, lokiGroup],
    configEnvironment: CONFIG_ENVIRONMENT,
    examples: [
      ['agent --loki.url http://loki:3100 --cluster.name prod', 'run on a node'],
      ['agent --config agent.yaml --log.level debug', 'settings from a file, one of them overridden'],
      ["agent --select.namespaces.exclude 'kube-*' --label env=prod", 'leave namespaces out; a label for every stream'],
      ["agent --drop health='GET /healthz' --redact card='\\d{16}'", 'leave lines out, and hide parts of others'],
      ['agent --once -o json', 'send what is there, then exit'],
    ],
    run,
  });
}

async function run({ read, configFile }: CommandInput): Promise<ExitCode> {
  const load = () => agentConfig(read(agentGroup), read(lokiGroup), process.env);
  const config = load();
  const { once, 'once.timeout': patienceMs, output } = read(onceGroup);
  const logger = createLogger(config.log.level);
  if (once) {
    return (await shipOnce(config, logger, { patienceMs, output })) ? exitCode.ok : exitCode.failed;
  }
  const agent = new Agent(config, { logger });
  await agent.start();
  const reload = () => agent.reload(load);
  process.on('SIGHUP', reload);
  const unwatch = configFile === undefined ? () => undefined : watchConfig(configFile, reload);
  const signal = await new Promise<string>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  logger.info('stopping', { signal });
  unwatch();
  await agent.stop();
  return exitCode.ok;
}
