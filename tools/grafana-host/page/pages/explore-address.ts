import * as z from 'zod';

const query = z.object({ expr: z.string().default('') });
const range = z.object({ from: z.string(), to: z.string() }).default({ from: 'now-1h', to: 'now' });
const pane = z.object({ datasource: z.string().default(''), queries: z.array(query).default([]), range });

/** A pane of Explore. */
export type Pane = z.infer<typeof pane>;

/**
 * The first pane of an Explore address: `panes` (schema version 1) or `left`, before Grafana 10.1.
 * @returns nothing where the address has none; `unreadable` where it is no such JSON
 */
export function paneOf(search: URLSearchParams): Pane | 'unreadable' | undefined {
  const text = search.get('panes') ?? search.get('left');
  if (text === null) {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(text);
    return search.has('panes') ? Object.values(z.record(z.string(), pane).parse(value))[0] : pane.parse(value);
  } catch {
    return 'unreadable';
  }
}
