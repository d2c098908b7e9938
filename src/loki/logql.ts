/** LogQL as text. Syntax: grafana.com/docs/loki, "Log queries". */

/** A text as a part of a regular expression (RE2) that matches just it. */
export const escapeRegex = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** What a label or a metadatum must be: this text, or a text that this expression matches as a whole. */
export type Match = string | RegExp;
export type Matches = Record<string, Match | undefined>;

// JSON's escapes are Go's, for all that names contain.
const matcher = (name: string, match: Match) =>
  match instanceof RegExp ? `${name}=~${JSON.stringify(match.source)}` : `${name}=${JSON.stringify(match)}`;

const matchers = (matches: Matches) =>
  Object.entries(matches).flatMap(([name, match]) => (match === undefined ? [] : [matcher(name, match)]));

/**
 * A log query: the streams with these labels (one at least, Loki asks for it), of them the entries with this structured
 * metadata. What is undefined narrows nothing down.
 */
export const logQuery = (labels: Matches, metadata: Matches = {}): string =>
  [`{${matchers(labels).join(', ')}}`, ...matchers(metadata)].join(' | ');
