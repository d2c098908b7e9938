import { fields, list, text } from '../core/fields';
import type { ApiClient, Query } from './client';

/** The API server sent what no API server sends; what it meant may be missing. */
export class BadAnswer extends Error {}

/** Of a list; most of them may be Events that are not kept. What goes on for longer is no cluster's list. */
const MAX_LISTED = 1_000_000;

export interface ListPage {
  items: unknown[];
  /** The version that the whole list is of. */
  resourceVersion: string | null;
}

/**
 * A list in pages, so that no more than one of them is in memory.
 * @throws as ApiClient.get; BadAnswer for what is no list
 */
export async function* pagesOf(
  client: ApiClient,
  path: string,
  query: Query,
  signal: AbortSignal
): AsyncGenerator<ListPage> {
  let next: string | null = null;
  let items = 0;
  do {
    // A continued list keeps the version it began with, and may not be given another.
    const { resourceVersion: _, resourceVersionMatch: __, ...rest } = query;
    const page = fields(await client.get(path, next === null ? query : { ...rest, continue: next }, signal));
    if (!Array.isArray(page.items)) {
      throw new BadAnswer('a list without items');
    }
    items += page.items.length;
    if (items > MAX_LISTED) {
      throw new BadAnswer(`a list of more than ${MAX_LISTED} objects`);
    }
    const metadata = fields(page.metadata);
    if (next !== null && text(metadata.continue) === next) {
      throw new BadAnswer('a list that goes on where it went on before');
    }
    yield { items: list(page.items), resourceVersion: text(metadata.resourceVersion) };
    next = text(metadata.continue);
  } while (next !== null);
}
