import { type CommandInput, defineCommand } from '../command';
import type { SettingsGroup } from '../settings';

/** What a command with these groups is given to run with, for these arguments. */
export function runWith(groups: readonly SettingsGroup[], args: readonly string[], argument?: string): CommandInput {
  let given: CommandInput | undefined;
  const command = defineCommand({
    name: 'test',
    description: 'Test.',
    ...(argument !== undefined && { argument: { name: argument, description: '' } }),
    groups,
    examples: [['test', 'a test']],
    run(input) {
      given = input;
      return Promise.resolve();
    },
  });
  command
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .parse(args, { from: 'user' });
  if (given === undefined) {
    throw new Error('the command did not run');
  }
  return given;
}
