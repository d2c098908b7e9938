/** A stream selector with one more matcher. */
export const narrowed = (selector: string, matcher: string): string =>
  `${selector.trim().replace(/,?\s*\}$/, '')}, ${matcher}}`;

/** The stream selector that a query of LogQL begins with; undefined where it begins with none, as metric queries do. */
export const selectorOf = (expr: string): string | undefined =>
  /^\s*(\{(?:"(?:\\.|[^"\\])*"|`[^`]*`|[^{}"`])+\})/.exec(expr)?.[1];

/** The query for a kind of records, among the streams of a selector; `filters` are on their structured metadata. */
export const recordQuery = (selector: string, kind: string, ...filters: string[]): string =>
  [narrowed(selector, `record=${JSON.stringify(kind)}`), ...filters].join(' | ');
