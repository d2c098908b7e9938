import { type Command, Option } from 'commander';
import * as z from 'zod';
import { flag } from './units';

/**
 * A command's settings come in groups: a heading of the help, and one schema that says everything about each setting.
 * What stands in the schema under `a: {b}` is the flag `--a.b` and the key `a.b` of the file that `--config` names; its
 * description is the flag's help.
 */
export interface SettingsGroup<S extends z.ZodObject = z.ZodObject> {
  heading: string;
  schema: S;
  /** These are no keys of the configuration file. */
  flagsOnly?: boolean;
}

/** What the help says of a flag besides its description and its default. */
interface FlagForm {
  /** The flag's name, where it is not the key's. */
  flag?: string;
  /** One letter. */
  short?: string;
  /** The name of the value, without brackets; `value` where it is left out. */
  value?: string;
  /** May be given several times. */
  repeatable?: boolean;
  /** Of a switch: has `--no-…`, too, since its default depends on where the command runs. */
  negatable?: boolean;
}

/** The forms of flags, by schema: register last, since every further method of a schema makes a new one. */
export const flagForm = z.registry<FlagForm>();

export interface Setting {
  path: readonly string[];
  /** The path with dots. */
  key: string;
  schema: z.ZodType;
}

/** The settings of a schema, in its order. */
export function settingsOf(schema: z.ZodObject, above: readonly string[] = []): Setting[] {
  return Object.entries(schema.shape).flatMap(([name, part]) => {
    const path = [...above, name];
    if (part instanceof z.ZodObject) {
      return settingsOf(part, path);
    }
    return part instanceof z.ZodType ? [{ path, key: path.join('.'), schema: part }] : [];
  });
}

const choices = new WeakMap<Option, readonly string[]>();

/** The values that a flag takes, where its schema lists them. */
export const choicesOf = (option: Option): readonly string[] => choices.get(option) ?? [];

/** Adds a group's settings to a command as flags. None has a default here: that is the schema's. */
export function addFlags(command: Command, { heading, schema }: SettingsGroup): void {
  // An argument would be taken for the value of a switch before it.
  const switchesTakeValues = command.registeredArguments.length === 0;
  command.optionsGroup(heading);
  for (const setting of settingsOf(schema)) {
    for (const option of optionsFor(setting, switchesTakeValues)) {
      command.addOption(option);
    }
  }
}

/** What the command line says: by key, only what was given. */
export function givenFlags(command: Command, group: SettingsGroup): Map<string, unknown> {
  const given = new Map<string, unknown>();
  for (const { key, schema } of settingsOf(group.schema)) {
    const name = attributeOf(flagOf({ key, schema }));
    if (command.getOptionValueSource(name) === 'cli') {
      given.set(key, command.getOptionValue(name));
    }
  }
  return given;
}

/** The name of a setting's flag, without `--`. */
export const flagOf = ({ key, schema }: Pick<Setting, 'key' | 'schema'>): string => flagForm.get(schema)?.flag ?? key;

function optionsFor({ key: ownKey, schema }: Setting, switchesTakeValues: boolean): Option[] {
  const key = flagOf({ key: ownKey, schema });
  const { core, byDefault } = unwrapped(schema);
  const { short, value = 'value', repeatable, negatable } = flagForm.get(schema) ?? {};
  const text = `${schema.description ?? ''}${defaultText(byDefault)}`;
  if (core === flag) {
    const on = new Option(`${short ? `-${short}, ` : ''}--${key}${switchesTakeValues ? ' [boolean]' : ''}`, text);
    const off = new Option(`--no-${key}`, byDefault === true ? text : `set --${key} to false`);
    return byDefault === true ? [off] : negatable ? [on, off] : [on];
  }
  const option = new Option(`${short ? `-${short}, ` : ''}--${key} <${value}>`, text);
  choices.set(option, listedValues(schema));
  if (repeatable) {
    option.argParser((one: string, before: string[] = []) => [...before, one]);
  }
  return [option];
}

/** The values of an enumeration, alone, in a list, or before it is transformed. */
function listedValues(schema: unknown): string[] {
  if (schema instanceof z.ZodEnum) {
    return schema.options.map(String);
  }
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return listedValues(schema.def.innerType);
  }
  if (schema instanceof z.ZodPipe) {
    const values = listedValues(schema.def.in);
    return values.length > 0 ? values : listedValues(schema.def.out);
  }
  return schema instanceof z.ZodArray ? listedValues(schema.def.element) : [];
}

/** A setting's schema without what makes it optional, and its default as the configuration would write it. */
function unwrapped(schema: z.ZodType): { core: unknown; byDefault: unknown } {
  let core: unknown = schema;
  let byDefault: unknown;
  while (core instanceof z.ZodOptional || core instanceof z.ZodDefault || core instanceof z.ZodPrefault) {
    byDefault ??= core instanceof z.ZodOptional ? undefined : core.def.defaultValue;
    core = core.def.innerType;
  }
  return { core, byDefault };
}

function defaultText(byDefault: unknown): string {
  const isMap = typeof byDefault === 'object' && !Array.isArray(byDefault);
  const text = isMap ? '' : Array.isArray(byDefault) ? byDefault.join(',') : String(byDefault ?? '');
  return typeof byDefault === 'boolean' || text === '' ? '' : ` (default ${text})`;
}

/** Commander's name of a flag's value. */
const attributeOf = (key: string) => new Option(`--${key}`).attributeName();
