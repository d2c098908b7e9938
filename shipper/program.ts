import { Command } from 'commander';
import { terminalText } from './common/terminal-text';
import { exitCode } from './common/exit-code';
import { UserError } from './common/user-error';
import { version } from './common/version';

/**
 * Runs the program with these commands, in the order of the help: with one of them, or with all for help and errors. Each
 * command has a bundle of its own (scripts/build-shipper.mjs): an agent that carries the libraries of the others takes
 * 10 MiB more of every node.
 * @param hidden commands that the help does not list
 */
export function runProgram(commands: readonly Command[], hidden: readonly Command[] = []): void {
  const program = new Command('afterlog')
    .description(
      'Keeps the logs of finished Kubernetes Jobs readable after their containers were removed, and explains why they were removed.'
    )
    .version(version, '-V, --version')
    .showSuggestionAfterError()
    .showHelpAfterError('(see --help)');
  for (const command of commands) {
    program.addCommand(command.showSuggestionAfterError().showHelpAfterError('(see --help)'));
  }
  hidden.forEach((command) => program.addCommand(command, { hidden: true }));
  for (const command of [program, ...commands, ...hidden]) {
    // What was typed is repeated in errors.
    command.configureOutput({ outputError: (text, write) => write(terminalText(text)) });
  }
  // A reader that goes away (`2>&1 | head`) is no failure of what is told.
  process.stderr.on('error', (error) => {
    if (!('code' in error && error.code === 'EPIPE')) {
      throw error;
    }
  });
  program.parseAsync().catch((error: unknown) => {
    const text = error instanceof UserError ? error.message : error instanceof Error ? error.stack : undefined;
    process.stderr.write(terminalText(`afterlog: ${text ?? String(error)}\n`));
    process.exitCode = exitCode.failed;
  });
}
