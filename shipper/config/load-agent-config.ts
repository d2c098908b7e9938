import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { Command, Option } from 'commander';
import { parseDocument } from 'yaml';
import * as z from 'zod';
import { UserError } from '../common/user-error';
import { agentSettings, type AgentConfig } from './agent-config';
import { addLokiOptions, lokiOptionsFrom } from './loki-options';
import { nearest } from './nearest';

type Tree = { [key: string]: unknown };

/** The keys of the YAML section `loki`: the names of the flags `--loki.…`. */
const LOKI_KEYS = [
  'url',
  'tenant-id',
  'basic-auth-file',
  'bearer-token-file',
  'tls-ca-file',
  'tls-cert-file',
  'tls-key-file',
  'tls-insecure-skip-verify',
];

/** Every setting as a flag: `logs: {dir}` is `--logs.dir`. */
export function addAgentOptions(command: Command): Command {
  addLokiOptions(command.option('--config <file>', 'YAML file with the same keys; flags win over it'));
  for (const { key, schema } of leaves()) {
    const fallback = schema.safeParse(undefined).data;
    const shown =
      typeof fallback === 'string' && fallback !== ''
        ? ` (default "${fallback}")`
        : Array.isArray(fallback)
          ? ` (default ${fallback.join(',')})`
          : '';
    const value = fallback === false ? '[boolean]' : '<value>';
    command.addOption(new Option(`--${key} ${value}`, `${schema.description ?? ''}${shown}`));
  }
  return command;
}

/**
 * The agent's configuration: flags, then the file, then the environment, then the defaults.
 * @param values commander's values of the flags
 * @throws UserError that names the file and the key
 */
export function loadAgentConfig(values: Record<string, unknown>, env: NodeJS.ProcessEnv): AgentConfig {
  const file = typeof values.config === 'string' ? values.config : undefined;
  const tree = file === undefined ? {} : readYaml(file);
  const { loki: lokiSection, ...sections } = tree;
  const loki = lokiValues(lokiSection, file);
  checkKeys(sections, file);
  const given: Tree = structuredClone(sections);
  for (const [key, schema] of Object.entries(agentSettings.shape)) {
    if (schema instanceof z.ZodObject) {
      given[key] ??= {};
    }
  }
  for (const { path, key } of leaves()) {
    const value = values[camelCase(key)];
    if (value !== undefined) {
      put(given, path, value);
    }
  }
  const parsed = agentSettings.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new UserError(
      `${file ? `${file} or flag: ` : ''}${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`
    );
  }
  const config = parsed.data;
  config.node.name ||= env.NODE_NAME || hostname();
  return { ...config, loki: lokiOptionsFrom({ ...loki, ...lokiFlags(values) }, env) };
}

interface Leaf {
  path: string[];
  key: string;
  schema: z.ZodType;
}

/** The settings at the ends of the tree. */
function leaves(): Leaf[] {
  return Object.entries(agentSettings.shape).flatMap(([section, schema]): Leaf[] =>
    schema instanceof z.ZodObject
      ? Object.entries(schema.shape).map(([name, leaf]) => ({
          path: [section, name],
          key: `${section}.${name}`,
          schema: leaf,
        }))
      : [{ path: [section], key: section, schema }]
  );
}

function readYaml(file: string): Tree {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`--config ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem) {
    throw new UserError(`${file}: ${problem.message}`);
  }
  const value: unknown = document.toJS() ?? {};
  if (!isTree(value)) {
    throw new UserError(`${file}: the file must hold keys such as "logs:"`);
  }
  return value;
}

/** Names the first key that there is not, and the one that it resembles. */
function checkKeys(tree: Tree, file: string | undefined): void {
  const all = leaves();
  for (const [section, value] of Object.entries(tree)) {
    const inside = all.filter(({ path }) => path[0] === section);
    if (inside.length === 0) {
      throw unknownKey(file, section, [...new Set(all.map(({ path }) => path[0] ?? '')), 'loki']);
    }
    if (inside[0]?.path.length === 2) {
      if (!isTree(value)) {
        throw new UserError(`${file}: ${section} must hold keys: ${inside.map(({ path }) => path[1]).join(', ')}`);
      }
      for (const name of Object.keys(value)) {
        if (!inside.some(({ path }) => path[1] === name)) {
          throw unknownKey(
            file,
            `${section}.${name}`,
            all.map(({ key }) => key)
          );
        }
      }
    }
  }
}

function lokiValues(section: unknown, file: string | undefined): Record<string, unknown> {
  if (section === undefined || section === null) {
    return {};
  }
  if (!isTree(section)) {
    throw new UserError(`${file}: loki must hold keys: ${LOKI_KEYS.join(', ')}`);
  }
  for (const name of Object.keys(section)) {
    if (!LOKI_KEYS.includes(name)) {
      throw unknownKey(
        file,
        `loki.${name}`,
        LOKI_KEYS.map((key) => `loki.${key}`)
      );
    }
  }
  return Object.fromEntries(Object.entries(section).map(([name, value]) => [camelCase(`loki.${name}`), value]));
}

function lokiFlags(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).filter(([key, value]) => key.startsWith('loki.') && value !== undefined)
  );
}

function unknownKey(file: string | undefined, key: string, keys: readonly string[]): UserError {
  const near = nearest(key, keys);
  return new UserError(
    `${file}: there is no key "${key}"${near ? `; did you mean "${near}"?` : `; there are ${keys.join(', ')}`}`
  );
}

/** Commander's name of a flag's value. */
const camelCase = (key: string) => key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

function put(tree: Tree, [section = '', name]: readonly string[], value: unknown): void {
  if (name === undefined) {
    tree[section] = value;
  } else {
    const inside = tree[section];
    tree[section] = { ...(isTree(inside) ? inside : {}), [name]: value };
  }
}

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);
