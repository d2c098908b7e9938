import { caseQuery, containerIdText, WHEREABOUTS } from '../case-records';
import type { NsSpan } from '../log-entry';
import type { LabelMatches } from '../logql';
import { nsOf } from './found-run';
import type { LookupScope } from './location';
import type { Plan } from './plan';

const DAY_NS = 86_400_000_000_000n;
/** A query names no more nodes than these. */
const MOST_NODES = 50;

/** Where case records report that logs of something were removed, and when the first and the last of them. */
export interface Whereabouts extends NsSpan {
  nodes: string[];
}

/**
 * Looks up in case records on which nodes the logs of something were removed, newest day first until there are some: they
 * are a small part of all records, and of its nodes the container records are a sixteenth.
 *
 * @param named structured metadata of case records, or the beginning of a container id
 * @returns undefined where no watch has written of it
 */
export function* whereaboutsOf(
  named: { metadata: LabelMatches; idPrefix?: string },
  { cluster, window, recordSelector }: LookupScope
): Plan<Whereabouts | undefined> {
  const text = named.idPrefix === undefined ? undefined : containerIdText(named.idPrefix);
  const query = caseQuery(cluster, named.metadata, recordSelector, text);
  for (let to = window.recordsTo; to > window.from; to -= DAY_NS) {
    const from = to - DAY_NS > window.from ? to - DAY_NS : window.from;
    const [reply] = yield [{ query, from, to, by: WHEREABOUTS }];
    if (reply === undefined) {
      return undefined;
    }
    if (reply.entries.length > 0) {
      return placesIn(reply.entries.map(({ fields }) => fields));
    }
  }
  return undefined;
}

function placesIn(found: ReadonlyArray<Readonly<Record<string, string>>>): Whereabouts | undefined {
  const nodes = [...new Set(found.map(({ node = '' }) => node))];
  const times = found.flatMap(({ removed }) => nsOf(removed) ?? []);
  if (nodes.includes('') || nodes.length > MOST_NODES || times.length < found.length) {
    return undefined;
  }
  const from = times.reduce((least, time) => (time < least ? time : least), times[0] ?? 0n);
  const to = times.reduce((most, time) => (time > most ? time : most), times[0] ?? 0n);
  return { nodes, from, to };
}
