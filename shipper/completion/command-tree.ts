import type { Argument, Command, Option } from 'commander';
import { examplesOf, type Example } from '../config/command';
import { choicesOf } from '../config/settings';

/** A flag as shells and manual pages need it. */
export interface FlagEntry {
  /** `-n` */
  short: string | undefined;
  /** `--namespace` */
  long: string;
  description: string;
  /** The heading that the help has it under. */
  heading: string;
  /** The name of its value; undefined for a switch. */
  value: string | undefined;
  /** Whether the value can be left out. */
  isOptional: boolean;
  /** The values that it takes, where they are few. */
  choices: readonly string[];
}

/** A command of the program. */
export interface CommandEntry {
  name: string;
  description: string;
  /** Of its arguments: `<what...>` and what it stands for. */
  arguments: ReadonlyArray<{ term: string; description: string; choices: readonly string[] }>;
  flags: readonly FlagEntry[];
  examples: readonly Example[];
}

/** The commands of the program, in the order of its help. */
export function commandEntries(program: Command): CommandEntry[] {
  const commands = program.createHelp().visibleCommands(program);
  return commands.filter((command) => command.name() !== 'help').map(entryOf);
}

function entryOf(command: Command): CommandEntry {
  return {
    name: command.name(),
    description: command.description(),
    arguments: command.registeredArguments.map((argument) => ({
      term: termOf(argument),
      description: argument.description,
      choices: argument.argChoices ?? [],
    })),
    flags: command.createHelp().visibleOptions(command).map(flagOf),
    examples: examplesOf(command),
  };
}

const termOf = (argument: Argument): string => {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
};

function flagOf(option: Option): FlagEntry {
  const [, value] = /[<[]([^>\]]+)[>\]]/.exec(option.flags) ?? [];
  return {
    short: option.short,
    long: option.long ?? '',
    description: option.description,
    heading: option.helpGroupHeading ?? 'Options:',
    value,
    isOptional: option.optional,
    choices: choicesOf(option),
  };
}
