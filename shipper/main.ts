import { Command } from 'commander';
import { terminalText } from './common/terminal-text';
import { exitCode } from './common/exit-code';
import { UserError } from './common/user-error';
import { version } from './common/version';

/**
 * The commands in the order of the help. Only the one that is asked for is loaded: an agent that carries the libraries
 * of the others takes 10 MiB more of every node.
 */
const commands = new Map<string, () => Promise<Command>>([
  ['agent', async () => (await import('./commands/agent')).agentCommand()],
  ['watch', async () => (await import('./commands/watch')).watchCommand()],
  ['logs', async () => (await import('./commands/logs')).logsCommand()],
  ['cases', async () => (await import('./commands/cases')).casesCommand()],
  ['explain', async () => (await import('./commands/explain')).explainCommand()],
  ['doctor', async () => (await import('./commands/doctor')).doctorCommand()],
  ['store', async () => (await import('./commands/store')).storeCommand()],
  ['demo', async () => (await import('./commands/demo')).demoCommand()],
]);

async function run(): Promise<void> {
  const program = new Command('afterlog')
    .description(
      'Keeps the logs of finished Kubernetes Jobs readable after their containers were removed, and explains why they were removed.'
    )
    .version(version, '-V, --version')
    .showSuggestionAfterError()
    .showHelpAfterError('(see --help)');
  const asked = commands.get(process.argv[2] ?? '');
  for (const load of asked ? [asked] : commands.values()) {
    program.addCommand((await load()).showSuggestionAfterError().showHelpAfterError('(see --help)'));
  }
  await program.parseAsync();
}

// A reader that goes away (`2>&1 | head`) is no failure of what is told.
process.stderr.on('error', (error) => {
  if (!('code' in error && error.code === 'EPIPE')) {
    throw error;
  }
});

run().catch((error: unknown) => {
  if (error instanceof UserError) {
    process.stderr.write(terminalText(`afterlog: ${error.message}\n`));
    process.exitCode = exitCode.failed;
    return;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(terminalText(`afterlog: ${text}\n`));
  process.exitCode = exitCode.failed;
});
