import type { Span } from '../../model/evidence';

/** The address of Explore with a query, for links: `/explore?schemaVersion=1&panes=…`, as Grafana 10.1 and newer have it. */
export function exploreLink(uid: string, expr: string, { from, to }: Span): string {
  const queries = [{ refId: 'A', expr, queryType: 'range', datasource: { type: 'loki', uid } }];
  const pane = { datasource: uid, queries, range: { from: `${Math.floor(from)}`, to: `${Math.ceil(to)}` } };
  return `/explore?${new URLSearchParams({ schemaVersion: '1', panes: JSON.stringify({ afterlog: pane }) }).toString()}`;
}
