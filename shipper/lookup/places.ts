import { type LabelMatches, logQuery } from '../../model/logql';
import { newestEntry } from '../loki/pages';
import type { QueryClient } from '../loki/query-client';

export interface Place {
  cluster?: string;
  namespace?: string;
}

export const placeKey = ({ cluster, namespace }: Place): string => `${namespace} in cluster ${cluster}`;

const MAX_PLACES = 20;

/**
 * The other namespaces and clusters in which something of the same name has lines. A name that many use is not
 * searched through all of them: then every one of them may be meant.
 */
export async function otherPlaces(
  client: QueryClient,
  reading: { labels: LabelMatches; metadata: LabelMatches },
  span: { from: bigint; to: bigint },
  known: readonly Place[]
): Promise<Place[]> {
  const range = { query: logQuery(reading.labels), ...span };
  const namespaces = await client.labelValues('namespace', range);
  const clusters = await client.labelValues('cluster', range);
  const seen = new Set(known.map(placeKey));
  const places = (clusters.length === 0 ? [undefined] : clusters)
    .flatMap((cluster) => namespaces.map((namespace) => ({ cluster, namespace })))
    .filter((place) => !seen.has(placeKey(place)));
  if (places.length > MAX_PLACES) {
    return places;
  }
  const found = await Promise.all(
    places.map((place) =>
      newestEntry(client, { query: logQuery({ ...place, ...reading.labels }, reading.metadata), ...span })
    )
  );
  return places.filter((_, i) => found[i] !== undefined);
}
