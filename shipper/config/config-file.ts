import { readFileSync } from 'node:fs';
import type * as yaml from 'yaml';
import { errorText } from '../../model/error-text';
import { UserError } from '../common/user-error';
import { nearest } from '../../model/nearest';
import type { Setting } from './settings';

/** A value of the configuration file. */
export interface FileValue {
  value: unknown;
  /** The file and the line, for errors. */
  place: string;
}

/**
 * The values of a YAML file, by the settings' keys. A section without anything in it is none.
 * @param settings all that the file may set
 * @throws UserError that names file, line and key
 */
export function readConfigFile(file: string, settings: readonly Setting[]): Map<string, FileValue> {
  // Loaded where there is a file: it takes more memory and time than an agent has to spare that needs none.
  const { LineCounter, parseDocument }: typeof yaml = require('yaml');
  const lines = new LineCounter();
  const document = parseDocument(textOf(file), { lineCounter: lines, logLevel: 'error' });
  const [problem] = document.errors;
  if (problem) {
    throw new UserError(`${file}: ${problem.message}`);
  }
  const place = (path: readonly string[]) => {
    const range = keyRange(document.getIn(path.slice(0, -1), true), path.at(-1));
    return range === undefined ? file : `${file}: line ${lines.linePos(range).line}`;
  };
  const values = new Map<string, FileValue>();
  const read = (tree: unknown, above: readonly string[]): void => {
    if (tree === null || tree === undefined) {
      return;
    }
    const here = settings.filter(({ path }) => above.every((name, i) => path[i] === name));
    const names = [...new Set(here.map(({ path }) => path[above.length] ?? ''))];
    if (!isTree(tree)) {
      throw new UserError(
        above.length === 0
          ? `${file}: expected keys such as "${names[0]}:"`
          : `${place(above)}: ${above.join('.')}: expected keys: ${names.join(', ')}`
      );
    }
    for (const [name, value] of Object.entries(tree)) {
      const path = [...above, name];
      const key = path.join('.');
      if (here.some((setting) => setting.key === key)) {
        values.set(key, { value, place: place(path) });
      } else if (names.includes(name)) {
        read(value, path);
      } else {
        throw new UserError(`${place(path)}: ${unknownKey(key, settings)}`);
      }
    }
  };
  read(valuesOf(document, file), []);
  return values;
}

/** An alias may name nothing, or stand for more than a file should become. */
function valuesOf(document: yaml.Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new UserError(`${file}: ${errorText(error)}`);
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`--config ${file}: ${errorText(error)}`);
  }
}

function unknownKey(key: string, settings: readonly Setting[]): string {
  const sections = settings.flatMap(({ path }) => path.map((_, i) => path.slice(0, i + 1).join('.')));
  const known = [...new Set(sections)];
  const near = nearest(key, known);
  const all = known.filter((other) => !other.includes('.'));
  return `unknown key "${key}"; ${near === undefined ? `known keys: ${all.join(', ')}` : `did you mean "${near}"?`}`;
}

/** Where the key stands in its mapping, as an offset in the text. */
function keyRange(mapping: unknown, name: string | undefined): number | undefined {
  if (typeof mapping !== 'object' || mapping === null || !('items' in mapping) || !Array.isArray(mapping.items)) {
    return undefined;
  }
  for (const { key } of mapping.items as Array<{ key?: { value?: unknown; range?: readonly number[] } }>) {
    if (String(key?.value) === name) {
      return key?.range?.[0];
    }
  }
  return undefined;
}

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
