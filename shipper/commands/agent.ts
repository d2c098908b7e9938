import { Command } from 'commander';
import { addAgentOptions, loadAgentConfig } from '../config/load-agent-config';
import { createLogger } from '../common/log';

/** `afterlog agent`: ships a node's container logs to Loki and keeps a container record of every container run. */
export function agentCommand(): Command {
  return addAgentOptions(
    new Command('agent').description("Ship a node's container logs to Loki, and keep an account of every container.")
  )
    .option('--once', 'ship what is there, wait for the last acknowledgement, print the container records, exit')
    .option('--once.timeout <duration>', 'with --once: give up when Loki has acknowledged nothing for so long', '60s')
    .option('-o, --output <format>', 'with --once: table or json', 'table')
    .action(run);
}

async function run(values: Record<string, unknown>): Promise<void> {
  const config = loadAgentConfig(values, process.env);
  const logger = createLogger(config.log.level);
  const { Agent } = await import('../agent/agent');
  if (values.once === true) {
    const { shipOnce } = await import('../agent/once');
    process.exitCode = await shipOnce(config, logger, String(values['once.timeout']), String(values.output));
    return;
  }
  const agent = new Agent(config, { logger });
  await agent.start();
  const signal = await new Promise<string>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  logger.info('stopping', { signal });
  await agent.stop();
}
