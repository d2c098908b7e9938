import type { Code } from '../codes';
import { ms } from '../cases/moment';
import type { HeartbeatRecord, NodeState, WatchRecord } from '../records';

/** A node, named with its cluster where several are meant. */
export type NodeName = string;

/** A stretch of time, RFC 3339. */
interface Stretch {
  from: string;
  to: string;
}

/** A name that no record of the last days has, with those most like it. */
export interface UnknownName {
  what: 'cluster' | 'namespace' | 'job' | 'cronjob' | 'node';
  name: string;
  near: readonly string[];
}

/** Who was observing during a time range: what an answer such as "no cases" rests on. */
export interface Observers {
  /** Nodes whose agent was reporting at the end of the range. */
  reporting: readonly NodeName[];
  /** Since when all of them did, as far as they were there; null: during the whole range. */
  since: string | null;
  /** Nodes whose agent had stopped reporting by the end of the range, and the last that it said. */
  silent: ReadonlyArray<{ node: NodeName; since: string }>;
  /** Nodes that nobody observed for some time in between; `to` is when an agent began again. */
  interrupted: ReadonlyArray<{ node: NodeName } & Stretch>;
  /** Nodes of which the API server knows, and that no agent has reported from. */
  absent: readonly NodeName[];
  /** Nodes whose agent reports that it cannot read the logs. */
  blind: readonly NodeName[];
  /** The last report of any agent before the range, where none was in it. */
  last: string | null;
  /** Clusters whose watch was reporting, had stopped by the end of the range, or has never been. */
  watches: { reporting: readonly string[]; silent: ReadonlyArray<{ cluster: string; since: string }> };
  /** What was asked for by a name that nothing has. */
  unknown: readonly UnknownName[];
}

/** What was read to find that out. */
export interface ObserverRecords {
  /** The newest heartbeat of each process, in any order. */
  beats: readonly HeartbeatRecord[];
  /** Nodes with a heartbeat in the range; undefined where Loki would not count them. */
  counted?: ReadonlyArray<Pick<HeartbeatRecord, 'cluster' | 'node'>>;
  nodes: readonly NodeState[];
  watches: readonly WatchRecord[];
  unknown: readonly UnknownName[];
}

/** Milliseconds since 1970. `end` is the end of the range, or now. */
export interface ObserverRange {
  from: number;
  end: number;
}

const MINUTE = 60_000;
/** An agent writes a heartbeat every five minutes, a watch a record every minute: two of the agent's may be missing. */
const SILENT_AFTER = 11 * MINUTE;
/** An update of an agent takes no longer; the next process reads what was written meanwhile. */
const MAX_BREAK_MS = 2 * MINUTE;

/** Who was observing, from what they wrote themselves. Pure. */
export function observersOf(records: ObserverRecords, { from, end }: ObserverRange): Observers {
  const processes = newestByNode(records.beats);
  const states = new Map(records.nodes.map((state) => [keyOf(state), state]));
  const clusters = new Set([...records.beats, ...records.nodes, ...records.watches].map(({ cluster }) => cluster));
  const nameOf = ({ cluster, node }: { cluster: string; node: string }) =>
    clusters.size > 1 ? `${cluster}/${node}` : node;
  const isRemoved = (key: string) => (ms(states.get(key)?.removed) ?? Infinity) <= end;
  const reporting: Array<{ node: NodeName; key: string; since: number }> = [];
  const silent: Array<{ node: NodeName; since: string }> = [];
  const interrupted: Array<{ node: NodeName } & Stretch> = [];
  const blind: NodeName[] = [];
  for (const [key, own] of processes) {
    const newest = own[0];
    // Between two heartbeats an agent is observing as well: a range may be shorter than that.
    if (newest === undefined || isRemoved(key) || ((ms(newest.to) ?? 0) < from && hasStopped(newest, from))) {
      continue;
    }
    const node = nameOf(newest);
    const { since, breaks } = lifeOf(own, from);
    interrupted.push(...breaks.map((one) => ({ node, ...one })));
    if (hasStopped(newest, end)) {
      silent.push({ node, since: newest.to });
    } else if (newest.logsProblem !== null) {
      blind.push(node);
    } else {
      reporting.push({ node, key, since });
    }
  }
  const first = Math.min(...reporting.map(({ since }) => since));
  for (const { node, key, since } of reporting) {
    const there = Math.max(ms(states.get(key)?.created) ?? since, first, from);
    if (since - there > MAX_BREAK_MS) {
      interrupted.push({ node, from: instant(there), to: instant(since) });
    }
  }
  const observed = new Set([...processes.keys(), ...(records.counted ?? []).map(keyOf)]);
  const absent = records.nodes.filter(
    (state) => !observed.has(keyOf(state)) && (ms(state.removed) ?? Infinity) > from && (ms(state.created) ?? 0) < end
  );
  return {
    reporting: reporting.map(({ node }) => node).sort(),
    since: first > from && reporting.length > 0 ? instant(first) : null,
    silent: silent.sort((a, b) => (a.since < b.since ? -1 : 1)),
    interrupted: interrupted.sort((a, b) => (a.from < b.from ? -1 : 1)),
    absent: absent.map(nameOf).sort(),
    blind: blind.sort(),
    last: reporting.length + silent.length + blind.length > 0 ? null : lastOf(records.beats),
    watches: watchesOf(records.watches, end),
    unknown: records.unknown,
  };
}

/** Nothing of what was asked about went unobserved, as far as agents and watch tell. */
export const isWhole = ({ reporting, silent, interrupted, absent, blind, watches, unknown }: Observers): boolean =>
  reporting.length > 0 &&
  [silent, interrupted, absent, blind, watches.silent, unknown].every(({ length }) => length === 0);

/** The same in sentences: what an answer that found nothing rests on. */
export function observerCodes(observers: Observers): Code[] {
  const { reporting, since, silent, interrupted, absent, blind, last, watches, unknown } = observers;
  const codes: Code[] = unknown.map(({ what, name, near }) => ({ code: 'name-unknown', what, name, near: [...near] }));
  if (unknown.some(({ what }) => what === 'cluster' || what === 'node')) {
    return codes;
  }
  if (reporting.length > 0) {
    codes.push({ code: 'nodes-reporting', nodes: reporting.length, since });
  }
  if (silent[0] !== undefined) {
    codes.push({ code: 'nodes-silent', nodes: silent.map(({ node }) => node), since: silent[0].since });
  }
  const breaks = interrupted.slice(0, MAX_BREAKS);
  breaks.forEach(({ node, from, to }) => codes.push({ code: 'node-unobserved', node, from, to }));
  if (interrupted.length > breaks.length) {
    codes.push({ code: 'more-unobserved', times: interrupted.length - breaks.length });
  }
  if (blind.length > 0) {
    codes.push({ code: 'nodes-unreadable', nodes: [...blind] });
  }
  if (absent.length > 0) {
    codes.push({ code: 'nodes-without-agent', nodes: [...absent] });
  }
  if (reporting.length + silent.length + blind.length === 0) {
    codes.push({ code: 'no-agent-reported', last });
  }
  watches.silent.forEach(({ cluster, since: stopped }) =>
    codes.push({ code: 'watch-silent', cluster, since: stopped })
  );
  if (watches.reporting.length + watches.silent.length === 0) {
    codes.push({ code: 'no-watch' });
  }
  return codes;
}

/** So many breaks are named one by one. */
const MAX_BREAKS = 5;

const keyOf = ({ cluster, node }: { cluster: string; node: string }) => `${cluster}/${node}`;
const instant = (moment: number) => new Date(moment).toISOString();

/** The processes of each node's agent, the newest first. */
export function newestByNode(beats: readonly HeartbeatRecord[]): Map<string, HeartbeatRecord[]> {
  const newest = new Map<string, HeartbeatRecord>();
  for (const beat of beats) {
    const known = newest.get(`${beat.cluster} ${beat.id}`);
    if (known === undefined || known.to < beat.to || (known.to === beat.to && beat.final)) {
      newest.set(`${beat.cluster} ${beat.id}`, beat);
    }
  }
  const nodes = new Map<string, HeartbeatRecord[]>();
  for (const beat of newest.values()) {
    nodes.set(keyOf(beat), [...(nodes.get(keyOf(beat)) ?? []), beat]);
  }
  nodes.forEach((own) => own.sort((a, b) => (ms(b.from) ?? 0) - (ms(a.from) ?? 0)));
  return nodes;
}

/** Since when a node was observed, and when not in between. */
export function lifeOf(processes: readonly HeartbeatRecord[], from: number): { since: number; breaks: Stretch[] } {
  const breaks: Stretch[] = [];
  let since = Infinity;
  for (const [place, { from: start, previousUntil }] of processes.entries()) {
    const before = Math.max(ms(previousUntil) ?? 0, ms(processes[place + 1]?.to) ?? 0);
    since = ms(start) ?? 0;
    if (before > 0 && since > from && since - before > MAX_BREAK_MS) {
      breaks.push({ from: instant(Math.max(before, from)), to: instant(since) });
    }
    if (since <= from) {
      break;
    }
    since = before > 0 ? before : since;
  }
  return { since, breaks };
}

/** An agent has stopped reporting by then. */
export const hasStopped = ({ to, final }: HeartbeatRecord, end: number): boolean =>
  end - (ms(to) ?? 0) > (final ? MAX_BREAK_MS : SILENT_AFTER);

const lastOf = (beats: readonly HeartbeatRecord[]): string | null =>
  beats.reduce<string | null>((last, { to }) => (last === null || to > last ? to : last), null);

/** A watch has stopped reporting by then. */
export const isWatchSilent = ({ to, final }: WatchRecord, end: number): boolean =>
  end - (ms(to) ?? 0) > (final ? MAX_BREAK_MS : SILENT_AFTER);

function watchesOf(watches: readonly WatchRecord[], end: number): Observers['watches'] {
  const newest = new Map<string, WatchRecord>();
  for (const watch of watches) {
    const known = newest.get(watch.cluster);
    if (known === undefined || known.to < watch.to) {
      newest.set(watch.cluster, watch);
    }
  }
  const isSilent = (watch: WatchRecord) => isWatchSilent(watch, end);
  const all = [...newest.values()].sort((a, b) => (a.cluster < b.cluster ? -1 : 1));
  return {
    reporting: all.filter((watch) => !isSilent(watch)).map(({ cluster }) => cluster),
    silent: all.filter(isSilent).map(({ cluster, to }) => ({ cluster, since: to })),
  };
}
