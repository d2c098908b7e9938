import { HEARTBEAT_EVERY_MS, jsonOf, RECORD_SELECTOR, recordQuery } from '../evidence';
import type { LabelMatch, LabelMatches } from '../logql';
import type { LokiQuestion, LokiReply, Plan, Replies } from '../lookup';
import { distance, isNear } from '../nearest';
import {
  type HeartbeatRecord,
  heartbeatRecordSchema,
  nodeStateSchema,
  SHARD_NAMES,
  shardMatch,
  watchRecordSchema,
} from '../records';
import { parseNs } from '../time';
import type * as z from 'zod';
import { type ObserverRange, type ObserverRecords, type Observers, observersOf, type UnknownName } from './observers';

/** Whose observers; what is undefined narrows nothing down. */
export interface ObserverSelection {
  cluster?: LabelMatch;
  namespace?: LabelMatch;
  job?: LabelMatch;
  /** A CronJob, or another owner, as the label `workload` has it. */
  workload?: LabelMatch;
  node?: LabelMatch;
}

/** Nanoseconds since 1970. */
export interface ObserverWindow {
  from: bigint;
  /** The end of the range; where that is to come, also what clocks that are ahead have written. */
  to: bigint;
  now: bigint;
}

const MS = 1_000_000n;
const DAY_NS = 86_400_000n * MS;
const BEATS_NS = BigInt(HEARTBEAT_EVERY_MS) * MS;
/** A node's record is written once a day. */
const NODES_NS = DAY_NS + DAY_NS / 24n;
/** Loki keeps nothing that is older when it arrives: a name that was in use has a record within this. */
const NAMES_NS = 7n * DAY_NS;
/** Of more nodes than these the last heartbeats are looked for together. */
const FEW = 8;
/** More agents than these that were started anew are not asked about, and none more often than `MAX_PROCESSES` times. */
const MAX_RESTARTED = 50;
const MAX_PROCESSES = 10;
/** Records that name what was asked for. */
const NAMING = ['container', 'pod', 'job'];
const MAX_NEAR = 3;

/**
 * Finds out who was observing a part of a cluster: from the last heartbeats of the range, those of the processes before
 * them where agents were started anew, and the last ones of nodes that have none any more.
 *
 * @param selector of Afterlog's records, where it is not the usual one
 */
export function* observersPlan(
  selection: ObserverSelection,
  window: ObserverWindow,
  selector = RECORD_SELECTOR
): Plan<Observers> {
  return observersOf(yield* observerRecordsPlan(selection, window, selector), rangeOf(window));
}

/** The range in milliseconds, up to now. */
export const rangeOf = ({ from, to, now }: ObserverWindow): ObserverRange => ({
  from: Number(from / MS),
  end: Number((to < now ? to : now) / MS),
});

/** What is read for that. */
export function* observerRecordsPlan(
  selection: ObserverSelection,
  { from, to, now }: ObserverWindow,
  selector = RECORD_SELECTOR
): Plan<ObserverRecords> {
  const end = to < now ? to : now;
  const { cluster, node } = selection;
  const unknown = yield* unknownNames(selection, { from, to, now }, selector);
  const label = { cluster: names(cluster) };
  const beats = { query: heartbeatQuery(label.cluster, names(node), selector) };
  const [counted, newest, states, watching] = yield [
    { ...beats, from, to, by: ['cluster', 'node'] },
    { ...beats, from: end - BEATS_NS, to },
    {
      query: recordQuery(selector, { record: 'node', cluster: label.cluster }, { about: 'node', node: names(node) }),
      ...{ from: from - NODES_NS, to },
    },
    { query: recordQuery(selector, { record: 'watch', cluster: label.cluster }), from: end - BEATS_NS, to },
  ];
  const known = new Map<string, HeartbeatRecord>();
  take(known, newest);
  // Loki counts by no more than 500 series as it comes (`max_query_series`): a share of the nodes has fewer.
  const shares =
    counted === undefined
      ? yield shareQueries(selection, selector).map((query) => ({ ...beats, query, from, to, by: ['cluster', 'node'] }))
      : [counted];
  const seen = nodesIn(shares);
  const here = new Set([...known.values()].map(keyOf));
  const gone = (seen ?? []).filter((one) => !here.has(keyOf(one)));
  const countQueries = counted === undefined ? shareQueries(selection, selector) : [beats.query];
  const last = yield* lastBeats(gone, { from: from - BEATS_NS, to: end - BEATS_NS }, { countQueries, selector });
  last.forEach((reply) => take(known, reply));
  const watches = recordsIn(watching, watchRecordSchema);
  const unwatched = [...new Set([...known.values(), ...gone].map((one) => one.cluster))].filter(
    (name) => !watches.some((watch) => watch.cluster === name)
  );
  const anyBefore = known.size + gone.length === 0 ? [{ ...beats, from: from - NAMES_NS, to: end, limit: 1 }] : [];
  const earlierWatch = (name: string) => ({
    query: recordQuery(selector, { record: 'watch', cluster: name }),
    ...{ from, to: end, limit: 1 },
  });
  const replies = yield [...anyBefore, ...unwatched.map(earlierWatch)];
  const earlierWatches = replies.slice(anyBefore.length);
  replies.slice(0, anyBefore.length).forEach((reply) => take(known, reply));
  yield* processesBefore(known, from, selector);
  const nodes = recordsIn(states, nodeStateSchema);
  return {
    beats: [...known.values()],
    counted: seen,
    nodes: [...new Map(nodes.map((state) => [keyOf(state), state])).values()],
    watches: [...watches, ...earlierWatches.flatMap((reply) => recordsIn(reply, watchRecordSchema))],
    unknown,
  };
}

/** The heartbeats of a share of the nodes, for each share; the first are those that came late. */
const shareQueries = ({ cluster, node }: ObserverSelection, selector: string): string[] =>
  ['', ...SHARD_NAMES].map((shard) =>
    recordQuery(selector, { record: 'heartbeat', cluster: names(cluster), shard }, { node: names(node) })
  );

/** The nodes that were counted; undefined where Loki refused to. */
function nodesIn(replies: Replies): OfNode[] | undefined {
  const nodes = new Map<string, OfNode>();
  for (const reply of replies) {
    if (reply === undefined) {
      return undefined;
    }
    reply.entries.forEach(({ fields: { cluster = '', node = '' } }) =>
      nodes.set(keyOf({ cluster, node }), { cluster, node })
    );
  }
  return [...nodes.values()];
}

type OfNode = Pick<HeartbeatRecord, 'cluster' | 'node'>;
type Stretch = Pick<LokiQuestion, 'from' | 'to'>;

/**
 * The last heartbeats of nodes that have none any more. Where many fell silent, as in an outage, they are told apart by
 * counting in the later half of the time, and again in a half of that one, until a few are left to be asked about one by
 * one, or so short a time that all of its heartbeats can be read: hundreds of nodes cost a dozen questions.
 *
 * @param countQueries heartbeats of all nodes, in as many parts as Loki counts by node
 */
function* lastBeats(
  gone: readonly OfNode[],
  span: Stretch,
  { countQueries, selector }: { countQueries: readonly string[]; selector: string }
): Plan<LokiReply[]> {
  const found: LokiReply[] = [];
  let groups = [{ nodes: gone, span }];
  while (groups.length > 0) {
    const steps = groups.map(({ nodes, span }) => ({ nodes, span, ...stepFor(nodes, span, countQueries, selector) }));
    const replies = [...(yield steps.flatMap(({ questions }) => questions))];
    groups = [];
    for (const { nodes, span, questions, half } of steps) {
      const own = replies.splice(0, questions.length);
      if (half === undefined) {
        found.push(...own.flatMap((reply) => reply ?? []));
        continue;
      }
      const later = new Set((nodesIn(own) ?? []).map(keyOf));
      groups.push(
        { nodes: nodes.filter((one) => later.has(keyOf(one))), span: { from: half, to: span.to } },
        { nodes: nodes.filter((one) => !later.has(keyOf(one))), span: { from: span.from, to: half } }
      );
    }
    groups = groups.filter(({ nodes }) => nodes.length > 0);
  }
  return found;
}

/** What is asked next about nodes whose last heartbeat lies in a stretch of time. `half`: where it was cut to count. */
function stepFor(
  nodes: readonly OfNode[],
  span: Stretch,
  countQueries: readonly string[],
  selector: string
): { questions: LokiQuestion[]; half?: bigint } {
  if (nodes.length <= FEW) {
    return { questions: nodes.map((one) => ofNode(one, span, selector)) };
  }
  if (span.to - span.from <= BEATS_NS) {
    return { questions: countQueries.map((query) => ({ query, ...span })) };
  }
  const half = (span.from + span.to) / 2n;
  const later = { from: half, to: span.to, by: ['cluster', 'node'] };
  return { questions: countQueries.map((query) => ({ query, ...later })), half };
}

/** Agents that were started within the range: the last heartbeat of the process before, step by step. */
function* processesBefore(known: Map<string, HeartbeatRecord>, from: bigint, selector: string): Plan<void> {
  let late = [...known.values()];
  for (let step = 0; step < MAX_PROCESSES && late.length > 0; step++) {
    const asked = late.flatMap((beat) => {
      const start = parseNs(beat.from) ?? from;
      return start > from ? ofNode(beat, { from: from - BEATS_NS, to: start }, selector) : [];
    });
    if (asked.length > MAX_RESTARTED) {
      return; // Each names the end of the process before it, which has to do.
    }
    const replies = yield asked;
    late = replies.flatMap((reply) => take(known, reply));
  }
}

const heartbeatQuery = (cluster: LabelMatch | undefined, node: LabelMatch | undefined, selector: string): string =>
  recordQuery(selector, { record: 'heartbeat', cluster, shard: shardMatch('heartbeat', node) }, { node });

/** The newest heartbeat of one node in a stretch of time. */
const ofNode = ({ cluster, node }: OfNode, span: Stretch, selector: string): LokiQuestion => ({
  ...span,
  query: heartbeatQuery(cluster, node, selector),
  limit: 1,
});

const keyOf = ({ cluster, node }: OfNode) => `${cluster}/${node}`;

/** Keeps the newest heartbeat of each process. @returns those of processes that were not known */
function take(known: Map<string, HeartbeatRecord>, reply: LokiReply | undefined): HeartbeatRecord[] {
  const fresh = new Set<string>();
  for (const beat of recordsIn(reply, heartbeatRecordSchema)) {
    const key = `${beat.cluster} ${beat.id}`;
    const other = known.get(key);
    if (other === undefined) {
      fresh.add(key);
    }
    if (other === undefined || other.to < beat.to || (other.to === beat.to && beat.final)) {
      known.set(key, beat);
    }
  }
  return [...fresh].flatMap((key) => known.get(key) ?? []);
}

/** The oldest first, so that of things with one key the newest comes last. */
export function recordsIn<R>(reply: LokiReply | undefined, schema: z.ZodType<R>): R[] {
  const entries = [...(reply?.entries ?? [])].sort((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0));
  return entries.flatMap(({ line }) => schema.safeParse(jsonOf(line)).data ?? []);
}

// Names

interface AskedName {
  what: UnknownName['what'];
  name: string;
  /** The label, or metadata, that has it. */
  field: string;
  query: string;
  /** What others of its kind stand in. */
  others: string;
}

/** What was asked for by a name that no record has: a typing error looks as if nothing had happened. */
function* unknownNames(
  { cluster, namespace, job, workload, node }: ObserverSelection,
  { from, to }: ObserverWindow,
  selector: string
): Plan<UnknownName[]> {
  const asked: AskedName[] = [];
  const all = recordQuery(selector, { record: NAMING, cluster: names(cluster) });
  const add = (what: AskedName['what'], field: string, match: LabelMatch | undefined, within: LabelMatches) => {
    for (const name of [names(match) ?? []].flat()) {
      const query = recordQuery(
        selector,
        {
          record: [...NAMING, 'heartbeat', 'node'],
          cluster: names(cluster),
          ...(field === 'cluster' && { cluster: name }),
        },
        { ...within, ...(field !== 'cluster' && { [field]: name }) }
      );
      const others = field === 'cluster' ? recordQuery(selector, { record: NAMING }) : all;
      asked.push({ what, name, field, query, others });
    }
  };
  add('cluster', 'cluster', cluster, {});
  add('namespace', 'namespace', namespace, {});
  add('job', 'job', job, { namespace });
  add('cronjob', 'workload', workload, { namespace });
  add('node', 'node', node, {});
  const span = { from: from - NAMES_NS, to };
  const replies = yield asked.map(({ query }) => ({ query, ...span, limit: 1 }));
  const missing = asked.filter((_, place) => replies[place]?.entries.length === 0);
  const counts = yield missing.map(({ others, field }) => ({ query: others, from, to, by: [field] }));
  return missing.map(({ what, name, field }, place) => {
    const known = counts[place]?.entries.flatMap(({ fields }) => fields[field] ?? []) ?? [];
    return { what, name, near: nearTo(name, known) };
  });
}

/** A filter by regular expression names nothing. */
export const names = (match: LabelMatch | undefined): string | readonly string[] | undefined =>
  match instanceof RegExp || match?.length === 0 ? undefined : match;

function nearTo(name: string, known: readonly string[]): string[] {
  const near = known.filter((other) => isNear(name, other)).sort((a, b) => distance(name, a) - distance(name, b));
  return near.length > 0 ? near.slice(0, MAX_NEAR) : known.length <= MAX_NEAR ? [...known].sort() : [];
}
