/** LogQL as text. Syntax: grafana.com/docs/loki, "Log queries". */

/** A text as LogQL writes it: in double quotes with Go's escapes, which are JSON's for all that names contain. */
export function quote(text: string): string {
  return JSON.stringify(text);
}

/** A text as a part of a regular expression (RE2) that matches just it. */
export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** A label's value: a text, one of several, or a regular expression that must match the whole value. */
export type LabelMatch = string | readonly string[] | RegExp;

/** Whether a name is one of what is asked for; undefined asks for all. */
export const allows = (match: LabelMatch | undefined, name: string): boolean =>
  match === undefined ||
  (match instanceof RegExp ? match.test(name) : typeof match === 'string' ? match === name : match.includes(name));

/** `name="value"`, or `name=~"…"`; the same form in a selector and in a label filter. */
export function matcher(name: string, match: LabelMatch): string {
  if (match instanceof RegExp) {
    return `${name}=~${quote(match.source)}`;
  }
  const [first, ...more] = typeof match === 'string' ? [match] : match;
  return more.length === 0
    ? `${name}=${quote(first ?? '')}`
    : `${name}=~${quote([first ?? '', ...more].map(escapeRegex).join('|'))}`;
}

/** `name!="value"`, or `name!~"…"`: none of these values. */
export function exclusion(name: string, values: readonly string[]): string {
  const [first, ...more] = values;
  return more.length === 0 ? `${name}!=${quote(first ?? '')}` : `${name}!~${quote(values.map(escapeRegex).join('|'))}`;
}

export type LabelMatches = Record<string, LabelMatch | undefined>;

/** The matchers of these labels, what is undefined left out. */
export const matchersOf = (matches: LabelMatches): string[] =>
  Object.entries(matches).flatMap(([name, match]) => (match === undefined ? [] : [matcher(name, match)]));

/**
 * The label filters for this metadata, what is undefined left out. A regular expression is anchored: of two alternatives with
 * a common beginning, such as `node-1|node-2`, Loki's label filters otherwise take what only begins so.
 */
export const filtersOf = (matches: LabelMatches): string[] =>
  Object.entries(matches).flatMap(([name, match]) => (match === undefined ? [] : [filter(name, match)]));

function filter(name: string, match: LabelMatch): string {
  const own = matcher(name, match);
  const pattern = match instanceof RegExp ? match.source : [match].flat().map(escapeRegex).join('|');
  return own.startsWith(`${name}=~`) && pattern.includes('|') ? `${name}=~${quote(`^(?:${pattern})$`)}` : own;
}

/**
 * A log query: streams with these labels, of them the entries with this structured metadata.
 * Undefined matches are left out. At least one label is needed, Loki answers no query without.
 */
export function logQuery(labels: LabelMatches, metadata: LabelMatches = {}): string {
  return [`{${matchersOf(labels).join(', ')}}`, ...filtersOf(metadata)].join(' | ');
}

/** A query for those lines that contain a text; upper and lower case are the same unless told apart. */
export function withLineFilter(query: string, text: string, isCaseSensitive = false): string {
  const filter = isCaseSensitive ? `|= ${quote(text)}` : `|~ ${quote(`(?i)${escapeRegex(text)}`)}`;
  const selector = selectorOf(query) ?? '';
  return `${selector} ${filter}${query.slice(query.indexOf(selector) + selector.length)}`;
}

/** The stream selector that a query begins with; undefined where it begins with none, as metric queries do. */
export const selectorOf = (query: string): string | undefined =>
  /^\s*(\{(?:"(?:\\.|[^"\\])*"|`[^`]*`|[^{}"`])+\})/.exec(query)?.[1];

/**
 * A metric query over several steps of which Loki loses no number. A range whose steps are as long as
 * `split_queries_by_interval` (an hour by default), or longer, it cuts into parts that share a step, orders them by the
 * first number of the first series of each, and drops of every series what lies before a part that is there already
 * (grafana/loki `pkg/querier/queryrange/queryrangebase/query_range.go`, `matrixMerge`): where the first series begins a
 * step later than others, numbers of those vanish. A series without labels stands first, and this one has every step.
 */
export const atEachStep = (query: string): string => `(${query}) or vector(0)`;

/** A number that `atEachStep` brings in; a count of 0 is none either. */
export const isFiller = (labels: Readonly<Record<string, string>>, value: number): boolean =>
  value === 0 && Object.keys(labels).length === 0;
