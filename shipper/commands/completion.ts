import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Argument, Command } from 'commander';
import { commandEntries } from '../completion/command-tree';
import { manPages } from '../completion/man-page';
import { completionScript, type Shell, shells } from '../completion/shells';

const INSTALL = `
Examples:
  source <(afterlog completion bash)                                            # bash, in ~/.bashrc
  afterlog completion zsh > "\${fpath[1]}/_afterlog"                             # zsh
  afterlog completion fish > ~/.config/fish/completions/afterlog.fish           # fish
`;

/** `afterlog completion SHELL`: of all commands of the program that it is added to. */
export function completionCommand(): Command {
  return new Command('completion')
    .description('Print the completion script of a shell.')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', INSTALL)
    .action((shell: Shell, _options: unknown, command: Command) => {
      process.stdout.write(completionScript(shell, commandEntries(command.parent ?? command)));
    });
}

/** `afterlog man-pages DIR`, for the package's build: writes the manual pages. Not in the help. */
export function manPagesCommand(): Command {
  return new Command('man-pages').argument('<dir>').action((dir: string, _options: unknown, command: Command) => {
    const program = command.parent ?? command;
    mkdirSync(dir, { recursive: true });
    for (const { file, text } of manPages(program.description(), commandEntries(program))) {
      writeFileSync(join(dir, file), text);
    }
  });
}
