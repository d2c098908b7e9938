import { quote, unquote } from './go-string';

/** Names and values, sorted by name. */
export type Labels = ReadonlyMap<string, string>;

export const noLabels: Labels = new Map();

export function labelsOf(pairs: Iterable<readonly [string, string]>): Labels {
  return new Map([...pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** The Prometheus text form, `{a="b", c="d"}`: the identity of a label set. */
export function labelsText(labels: Labels): string {
  const pairs: string[] = [];
  for (const [name, value] of labels) {
    pairs.push(`${name}=${quote(value)}`);
  }
  return `{${pairs.join(', ')}}`;
}

export function labelsObject(labels: Labels): Record<string, string> {
  return Object.fromEntries(labels);
}

const pair = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*("(?:[^"\\\n]|\\[^\n])*"|`[^`]*`)\s*(,|(?=\}))/y;

/**
 * The pairs of a label set in its text form, in the order written. Whether a name comes twice is the caller's to judge.
 *
 * @throws Error with the reason and the column.
 */
export function parseLabelPairs(text: string): Array<[string, string]> {
  const open = /^\s*\{/.exec(text);
  if (!open) {
    throw new Error(`1:1: parse error: a label set starts with "{"`);
  }
  const pairs: Array<[string, string]> = [];
  let at = open[0].length;
  while (!/^\s*\}\s*$/.test(text.slice(at))) {
    pair.lastIndex = at;
    const match = pair.exec(text);
    const value = match?.[2] === undefined ? undefined : unquote(match[2]);
    if (match?.[1] === undefined || value === undefined) {
      throw new Error(`1:${at + 1}: parse error: expected name="value" or "}"`);
    }
    pairs.push([match[1], value]);
    at = pair.lastIndex;
  }
  return pairs;
}
