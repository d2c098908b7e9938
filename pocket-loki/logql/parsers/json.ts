import { badRequest } from '../../common/request-error';
import type { Extraction } from '../syntax/ast';
import type { EntryLabels } from '../rows/entry-labels';
import type { StageRun } from '../rows/stage';
import { eachField, elementsOf, JsonError, type JsonValue, readValue, skipSpaces, unescapeJson } from './json-scan';
import { cleanValue, LabelNames, noDigitFirst, sanitize } from './label-name';

const jsonError = 'JSONParserErr';

/** Objects inside each other: each level is read again, and lengthens every name below. */
const maxDepth = 100;

/** `| json`: every field becomes a label, nested ones with their keys joined by `_`; arrays are left out. */
export function jsonParser(): StageRun {
  const names = new LabelNames(sanitize);
  return ({ line, labels }) => {
    guard(labels, () => eachJsonLabel(line, names, (name, value) => labels.extract(name, value)));
    return true;
  };
}

/**
 * Calls `visit` for each label that `| json` finds, with the keys that lead to its field; those are one list that
 * changes from call to call.
 *
 * @throws JsonError
 */
export function eachJsonLabel(
  line: string,
  names: LabelNames,
  visit: (name: string, value: string, keys: readonly string[]) => void
): void {
  const keys: string[] = [];
  const walk = (from: number, prefix: string) => {
    if (keys.length > maxDepth) {
      throw new JsonError(`nested deeper than ${maxDepth} levels`);
    }
    eachField(line, from, (key, value) => {
      if (value.type === 'array' || value.type === 'null') {
        return;
      }
      const name = joinNames(prefix, names.of(key));
      keys.push(key);
      if (value.type === 'object') {
        walk(value.from, name);
      } else if (name !== '') {
        visit(name, textOf(value), keys);
      }
      keys.pop();
    });
  };
  walk(0, '');
}

function joinNames(prefix: string, part: string): string {
  return prefix === '' ? noDigitFirst(part) : part === '' ? prefix : `${prefix}_${part}`;
}

/** `| json a="b.c[0]"`: these paths only; one that is not there gives an empty label. */
export function jsonExtractor(extractions: readonly Extraction[]): StageRun {
  const wanted = extractions.map(({ label, path }) => ({ label, path: parsePath(path) }));
  return ({ line, labels }) => {
    if (line === '') {
      return true;
    }
    if (!/^["{[]/.test(line)) {
      labels.fail(jsonError);
      return true;
    }
    const found = wanted.map(({ label, path }) => ({ label, value: find(line, path) }));
    for (const { label, value } of found) {
      if (value !== undefined) {
        labels.override(label, value);
      } else if (labels.get(label) === undefined) {
        labels.set(label, '');
      }
    }
    return true;
  };
}

/** `| unpack`: what Promtail's pack stage packed. The line becomes `_entry`; without one nothing changes. */
export function unpackParser(): StageRun {
  const names = new LabelNames();
  return (row) => {
    if (row.line === '') {
      return true;
    }
    if (!row.line.startsWith('{')) {
      row.labels.fail(jsonError, 'expecting json object(6), but it is not');
      return true;
    }
    guard(row.labels, () => {
      const fields: Array<[string, string]> = [];
      let entry: string | undefined;
      eachField(row.line, 0, (key, value) => {
        if (value.type === 'string' && key === '_entry') {
          entry = unescapeJson(value.raw);
        } else if (value.type === 'string') {
          fields.push([names.of(key), textOf(value)]);
        }
      });
      if (entry !== undefined) {
        fields.forEach(([name, value]) => row.labels.extract(name, value));
        row.line = entry;
      }
    });
    return true;
  };
}

function guard(labels: EntryLabels, parse: () => void): void {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof JsonError)) {
      throw error;
    }
    labels.fail(jsonError, error.message);
  }
}

function textOf({ type, raw }: JsonValue): string {
  return type === 'string' ? cleanValue(unescapeJson(raw)) : type === 'null' ? '' : raw;
}

type Path = Array<string | number>;

function find(line: string, path: Path): string | undefined {
  try {
    let value: JsonValue | undefined = readValue(line, skipSpaces(line, 0));
    for (const step of path) {
      value = value && child(value, step);
    }
    return value && textOf(value);
  } catch (error) {
    if (!(error instanceof JsonError)) {
      throw error;
    }
    // What is cut off before the path was found has not got it.
    return undefined;
  }
}

function child(value: JsonValue, step: string | number): JsonValue | undefined {
  if (typeof step === 'number') {
    return value.type === 'array' ? elementsOf(value.raw)[step] : undefined;
  }
  let found: JsonValue | undefined;
  if (value.type === 'object') {
    eachField(value.raw, 0, (key, field) => {
      found ??= key === step ? field : undefined;
    });
  }
  return found;
}

const step = /\.?([a-zA-Z_][a-zA-Z0-9_]*)|\[\s*(\d+)\s*\]|\[\s*"([^"\]]*)"\s*\]/y;

function parsePath(text: string): Path {
  const path: Path = [];
  let at = 0;
  while (at < text.length) {
    step.lastIndex = at;
    const match = step.exec(text);
    if (!match || (at === 0 && text.startsWith('.')) || (at > 0 && match[1] !== undefined && text[at] !== '.')) {
      throw badRequest(`cannot parse expression [${text}]: syntax error at "${text.slice(at)}"`);
    }
    path.push(match[1] ?? match[3] ?? Number(match[2]));
    at = step.lastIndex;
  }
  if (path.length === 0) {
    throw badRequest(`cannot parse expression [${text}]: syntax error: unexpected $end`);
  }
  return path;
}
