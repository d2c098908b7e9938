import { Command } from 'commander';
import * as z from 'zod';
import { exitCode, type ExitCode } from '../common/exit-code';
import { UserError } from '../common/user-error';
import { readConfigFile } from './config-file';
import { addFlags, flagOf, givenFlags, type Setting, type SettingsGroup, settingsOf } from './settings';

/** Names the configuration file of agent and watch, for themselves and for `doctor` in the same pod. */
export const CONFIG_ENVIRONMENT = 'AFTERLOG_CONFIG';

/** A command line without `afterlog`, and what it does. */
export type Example = readonly [command: string, meaning: string];

const examples = new WeakMap<Command, readonly Example[]>();

/** The examples of a command's help. */
export const examplesOf = (command: Command): readonly Example[] => examples.get(command) ?? [];

export interface CommandDefinition {
  name: string;
  /** An imperative sentence. */
  description: string;
  /** What follows the flags, such as `<what...>`. */
  argument?: { name: string; description: string };
  groups: readonly SettingsGroup[];
  /** The environment variable with the file where `--config` is not given: programs in a pod and `doctor` beside them. */
  configEnvironment?: string;
  examples: readonly Example[];
  run(input: CommandInput): Promise<ExitCode | void>;
}

export interface CommandInput {
  /** The words after the flags. */
  words: readonly string[];
  /** The file of `--config`. */
  configFile: string | undefined;
  /**
   * A group's settings: flags, then the file, then the defaults. The file is read for a group that it can set.
   * @throws UserError that names the flag, or the file with line and key
   */
  read<S extends z.ZodObject>(group: SettingsGroup<S>): z.output<S>;
}

/** A command of the program: its flags, its help, and how it is run. */
export function defineCommand(definition: CommandDefinition): Command {
  const { name, description, argument, groups, configEnvironment = '' } = definition;
  const command = new Command(name).description(description);
  if (argument) {
    command.argument(argument.name, argument.description);
  }
  for (const group of groups) {
    addFlags(command, group);
  }
  command
    .optionsGroup('Configuration:')
    .option(
      '--config <file>',
      'YAML file with the same keys (`--a.b` is `a: {b: …}`); flags override it' +
        (configEnvironment && ` (environment ${configEnvironment})`)
    )
    .helpOption('-h, --help', 'print this help');
  examples.set(command, definition.examples);
  const width = Math.max(...definition.examples.map(([line]) => line.length));
  const lines = definition.examples.map(([line, meaning]) => `  afterlog ${line.padEnd(width)}   # ${meaning}\n`);
  command.addHelpText('after', `\nExamples:\n${lines.join('')}`);
  return command.action(async () => {
    process.exitCode =
      (await definition.run(inputOf(command, groups, process.env[configEnvironment]))) ??
      process.exitCode ??
      exitCode.ok;
  });
}

function inputOf(command: Command, groups: readonly SettingsGroup[], fallback: string | undefined): CommandInput {
  const { config: configFile = fallback || undefined }: { config?: string } = command.opts();
  const inFile = groups.flatMap(({ schema, flagsOnly }) => (flagsOnly ? [] : settingsOf(schema)));
  return {
    words: command.args,
    configFile,
    read(group) {
      const file = configFile === undefined || group.flagsOnly ? new Map() : readConfigFile(configFile, inFile);
      return readGroup(group, givenFlags(command, group), file);
    },
  };
}

/** Checks what is given for a group; each error says where its value stands. */
export function readGroup<S extends z.ZodObject>(
  { schema }: SettingsGroup<S>,
  flags: ReadonlyMap<string, unknown>,
  file: ReturnType<typeof readConfigFile>
): z.output<S> {
  const settings = settingsOf(schema);
  const given: Tree = {};
  for (const { path, key } of settings) {
    put(given, path, flags.has(key) ? flags.get(key) : file.get(key)?.value);
  }
  const parsed = schema.safeParse(given, { reportInput: true });
  if (parsed.success) {
    return parsed.data;
  }
  const [issue] = parsed.error.issues;
  const setting = settings.find(({ path }) => path.every((name, i) => issue?.path[i] === name));
  const inside = flags.has(setting?.key ?? '') ? '' : insideOf(setting, issue);
  throw new UserError(`${placeOf(setting, flags, file)}${inside}: ${messageOf(issue)}`);
}

function placeOf(
  setting: Setting | undefined,
  flags: ReadonlyMap<string, unknown>,
  file: ReturnType<typeof readConfigFile>
): string {
  const key = setting?.key ?? '';
  const inFile = file.get(key);
  return flags.has(key) || inFile === undefined ? `--${setting ? flagOf(setting) : ''}` : `${inFile.place}: ${key}`;
}

/** The beginning of the messages that zod has of its own. */
const DEFAULT_MESSAGE = 'Invalid input';
/** What YAML calls them. */
const KINDS: Readonly<Record<string, string>> = { record: 'map', object: 'map', array: 'list' };

/** Where in a setting's value, as `[0].match`. */
const insideOf = (setting: Setting | undefined, issue: z.core.$ZodIssue | undefined): string =>
  (issue?.path ?? [])
    .slice(setting?.path.length)
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('');

function messageOf(issue: z.core.$ZodIssue | undefined): string {
  switch (issue?.code) {
    case 'invalid_value':
      return `invalid value ${JSON.stringify(issue.input)} (one of: ${issue.values.join(', ')})`;
    case 'unrecognized_keys':
      return `unknown key "${issue.keys.join('", "')}"`;
    case 'invalid_type':
      return issue.input === undefined
        ? 'is missing'
        : issue.message.startsWith(DEFAULT_MESSAGE)
          ? `expected a ${KINDS[issue.expected] ?? issue.expected}, got ${JSON.stringify(issue.input)}`
          : issue.message;
    default:
      return issue?.message ?? 'invalid value';
  }
}

type Tree = { [key: string]: Tree | unknown };

function put(tree: Tree, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    tree[name] = value;
    return;
  }
  const inside = (tree[name] ??= {});
  if (isTree(inside)) {
    put(inside, rest, value);
  }
}

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;
