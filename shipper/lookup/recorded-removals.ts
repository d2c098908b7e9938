import { caseQuery, containerIdText, whereaboutsQuery } from '../../model/case-records';
import { AFTER_MS, NAMES_PER_QUERY, RECORD_SELECTOR } from '../../model/evidence';
import type { LabelMatches } from '../../model/logql';
import { parseNs } from '../../model/time';
import { caseCoverage } from './stored-cases';
import { LokiRefusal, type QueryClient } from '../loki/query-client';
import type { CaseSelection, CaseWindow } from './case-window';

/** What is looked for in case records. */
export interface Wanted {
  cluster?: string;
  /** Structured metadata: the namespace, and a name that is given only once. */
  metadata: LabelMatches;
  /** The beginning of a container's id. */
  idPrefix?: string;
}

/** What is left to read of something whose removals case records name: a pod or a Job, its nodes, and when. */
export interface Narrowed {
  selection: CaseSelection;
  window: CaseWindow;
}

const MS = 1_000_000n;
const DAY_NS = 86_400_000n * MS;
const MINUTE_NS = 60_000n * MS;

/**
 * Looks up in case records on which nodes the logs of something were removed, and when, newest day first until there are
 * some: they are a small part of the records that tell the whole story, which then are read of one node and an hour or two.
 * What has happened since the watch last wrote is left to be read besides.
 *
 * @returns nothing where no watch has written of it, or later records may say more
 * @throws LokiRefusal, LokiUnreachable, StrangeAnswer, the signal's reason
 */
export async function recordedRemovals(
  client: QueryClient,
  wanted: Wanted,
  window: CaseWindow,
  signal?: AbortSignal
): Promise<Narrowed[]> {
  const places = new Map<string, { selection: CaseSelection; nodes: Set<string>; first: bigint; last: bigint }>();
  for (const { labels } of await newestRemovals(client, wanted, window, signal)) {
    const { cluster, namespace, pod, node, removed, status = '' } = labels;
    const at = parseNs(removed ?? '');
    const isOpen = status === 'pending' || status === 'unknown';
    if (isOpen || at === undefined || node === undefined || namespace === undefined || pod === undefined) {
      return [];
    }
    // By Job its pods are one question.
    const { job } = wanted.metadata;
    const selection = { cluster, namespace, ...(typeof job === 'string' ? { job } : { pod }) };
    const key = JSON.stringify(selection);
    const place = places.get(key) ?? { selection, nodes: new Set(), first: at, last: at };
    place.nodes.add(node);
    place.first = at < place.first ? at : place.first;
    place.last = at > place.last ? at : place.last;
    places.set(key, place);
  }
  const narrowed: Narrowed[] = [];
  for (const { selection, nodes, first, last } of places.values()) {
    const coverage = await caseCoverage(client, selection.cluster ?? '', window.now);
    if (coverage === undefined || nodes.size > NAMES_PER_QUERY) {
      return [];
    }
    const there = { ...selection, node: [...nodes] };
    const to = least(last + MINUTE_NS, window.to);
    const recordsTo = least(to + BigInt(AFTER_MS) * MS, window.recordsTo);
    // A name that is given only once is followed back to where it began; a container has one removal.
    const from = wanted.idPrefix === undefined ? window.from : greatest(first - MINUTE_NS, window.from);
    narrowed.push({ selection: there, window: { ...window, from, to, recordsTo } });
    const since = greatest(coverage.to, to);
    if (since < window.to) {
      narrowed.push({ selection: there, window: { ...window, from: since } });
    }
  }
  return narrowed;
}

/** Where something was removed on the newest day on which it was; nothing where that is too much to count. */
async function newestRemovals(
  client: QueryClient,
  { cluster, metadata, idPrefix }: Wanted,
  { from, to }: CaseWindow,
  signal?: AbortSignal
) {
  const text = idPrefix === undefined ? undefined : containerIdText(idPrefix);
  const query = caseQuery(cluster, metadata, RECORD_SELECTOR, text);
  for (let end = to; end > from; end -= DAY_NS) {
    const length = least(end - from, DAY_NS);
    try {
      const found = await client.instant(whereaboutsQuery(query, `${length / MS + 1n}ms`), end, signal);
      if (found.length > 0) {
        return found;
      }
    } catch (error) {
      if (!(error instanceof LokiRefusal) || error.status === 401 || error.status === 403) {
        throw error;
      }
      return [];
    }
  }
  return [];
}

const least = (a: bigint, b: bigint) => (a < b ? a : b);
const greatest = (a: bigint, b: bigint) => (a > b ? a : b);
