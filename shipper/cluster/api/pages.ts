import { fields, list, text } from '../core/fields';
import type { ApiClient, Query } from './client';

/** The API server sent what no API server sends; what it meant may be missing. */
export class BadAnswer extends Error {}

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
  do {
    // A continued list keeps the version it began with, and may not be given another.
    const { resourceVersion: _, resourceVersionMatch: __, ...rest } = query;
    const page = fields(await client.get(path, next === null ? query : { ...rest, continue: next }, signal));
    if (!Array.isArray(page.items)) {
      throw new BadAnswer('a list without items');
    }
    const metadata = fields(page.metadata);
    yield { items: list(page.items), resourceVersion: text(metadata.resourceVersion) };
    next = text(metadata.continue);
  } while (next !== null);
}
