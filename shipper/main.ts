import { Command } from 'commander';
import { agentCommand } from './commands/agent';
import { casesCommand } from './commands/cases';
import { demoCommand } from './commands/demo';
import { doctorCommand } from './commands/doctor';
import { explainCommand } from './commands/explain';
import { logsCommand } from './commands/logs';
import { storeCommand } from './commands/store';
import { watchCommand } from './commands/watch';
import { UserError } from './user-error';
import { version } from './version';

const program = new Command('afterlog')
  .description('Keeps the logs of finished Kubernetes Jobs readable after their containers are gone.')
  .version(version, '-V, --version')
  .showSuggestionAfterError()
  .showHelpAfterError('(see --help)');

for (const command of [
  agentCommand(),
  watchCommand(),
  logsCommand(),
  casesCommand(),
  explainCommand(),
  doctorCommand(),
  storeCommand(),
  demoCommand(),
]) {
  program.addCommand(command.showSuggestionAfterError().showHelpAfterError('(see --help)'));
}

program.parseAsync().catch((error: unknown) => {
  if (error instanceof UserError) {
    process.stderr.write(`afterlog: ${error.message}\n`);
    process.exitCode = error.exitCode;
    return;
  }
  process.stderr.write(`afterlog: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
