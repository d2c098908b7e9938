import { containerRunId } from '../container-run';
import type { LogEntry, NsSpan } from '../log-entry';
import type { LogLayout } from '../log-layouts';
import { filtersOf, logQuery } from '../logql';
import { type ContainerRecord, type PodRecord, recordKey } from '../records';
import { STREAM_PRESETS, type StreamPreset } from '../stream-presets';
import { parseNs } from '../time';
import type { Who } from './account';
import { isSameRun, type LineOrigin } from './line-origin';

/** A query for lines. */
export interface LineQuery extends NsSpan {
  query: string;
  /** The lines of another shipper than Afterlog's agent. */
  isForeign?: boolean;
}

/** A container run whose log can be asked for. */
export interface FoundRun {
  /** Tells it from the others. */
  key: string;
  who: Who;
  workload: string | undefined;
  /** The name of its Job; null where it has none, or nobody reported it. */
  job: string | null;
  /** Its container record; undefined while no agent has written one. */
  record: ContainerRecord | undefined;
  /** An agent has a record of it, or lines of its are known. */
  isSeen: boolean;
  /** When it wrote, as far as that is known. */
  span: NsSpan;
  /** Where its lines are: those of the agent first. */
  sources: readonly LineQuery[];
}

/** Until when and from when to look. */
export interface LookupWindow extends NsSpan {
  /** Nobody said when: a log that began before it is shown from its beginning. */
  isDefault: boolean;
  /** Until when to look for records: they are written after the lines. */
  recordsTo: bigint;
}

const SECOND_NS = 1_000_000_000n;
const DAY_NS = 86_400n * SECOND_NS;
/** A query with more ids than this is long for an address and for a person. */
const IDS_PER_QUERY = 50;

export function runOfRecord(record: ContainerRecord, window: LookupWindow, layout: LogLayout): FoundRun {
  return withSources(
    {
      key: recordKey(record),
      who: record,
      workload: record.workload,
      job: record.job,
      record,
      isSeen: true,
      span: spanOf([record], window),
    },
    layout
  );
}

/** The container runs that the API server showed of a pod. */
export function runsOfPod(pod: PodRecord, window: LookupWindow, layout: LogLayout): FoundRun[] {
  const { cluster, namespace, pod: name, id: podUid, node, workload, job } = pod;
  return pod.containers.flatMap(({ name: container, runs }) =>
    runs.map(({ restart, containerId, started, finished }) => {
      const who = { cluster, namespace, pod: name, podUid, container, restart, containerId, node: node ?? undefined };
      const end = nsOf(finished ?? pod.deletion?.gone) ?? window.to - SECOND_NS;
      const span = { from: (nsOf(started) ?? end - DAY_NS) - SECOND_NS, to: end + SECOND_NS };
      const key = recordKey({ cluster, id: containerRunId(who) });
      return withSources(
        { key, who, workload, job, record: undefined, isSeen: false, span: within(span, window) },
        layout
      );
    })
  );
}

/** A container run of which lines are known, or of which nothing is known but who it is. */
export function runOfOrigin(origin: LineOrigin, span: NsSpan, layout: LogLayout): FoundRun {
  const { cluster, namespace, pod, podUid, container, restart, containerId, node, workload, job } = origin;
  const who = { cluster, namespace, pod, podUid, container, restart, containerId, node };
  const key = [cluster, namespace, pod, container, restart, containerId ?? podUid].join(' ');
  const run = { key, who, workload, job: job ?? null, record: undefined, isSeen: true, span };
  return origin.isForeign ? { ...run, sources: [] } : withSources(run, layout);
}

/**
 * A container run by what is known of it from elsewhere, such as a case.
 *
 * @param span when it wrote, as far as that is known
 */
export function runOfWho(
  who: Who & { id: string; cluster: string; workload?: string; job: string | null },
  span: NsSpan,
  layout: LogLayout
): FoundRun {
  const { workload, job } = who;
  return withSources({ key: recordKey(who), who, workload, job, record: undefined, isSeen: false, span }, layout);
}

const withSources = (run: Omit<FoundRun, 'sources'>, layout: LogLayout): FoundRun => ({
  ...run,
  sources:
    layout.preset === 'afterlog' || run.record?.preset !== undefined
      ? runQueries([run])
      : [{ query: layoutQuery(run.who, layout), ...run.span, isForeign: true }],
});

/** What a query for a run's lines needs. */
type QueriedRun = Pick<FoundRun, 'who' | 'workload' | 'span'> & { record?: ContainerRecord | undefined };

/** How the agent named the labels of its lines. */
const presetOf = ({ record }: QueriedRun): StreamPreset => record?.preset ?? 'afterlog';

/** Narrow queries for the agent's lines of these container runs: where their streams are, who they are, when they wrote. */
export function runQueries(runs: readonly QueriedRun[]): LineQuery[] {
  const families = new Map<string, QueriedRun[]>();
  for (const run of runs) {
    const { cluster, namespace } = run.who;
    const family = JSON.stringify([cluster, namespace, run.workload, presetOf(run)]);
    const known = families.get(family);
    if (known === undefined) {
      families.set(family, [run]);
    } else {
      known.push(run);
    }
  }
  return [...families.values()].flatMap((family) =>
    Array.from({ length: Math.ceil(family.length / IDS_PER_QUERY) }, (_, i) =>
      familyQuery(family.slice(i * IDS_PER_QUERY, (i + 1) * IDS_PER_QUERY))
    )
  );
}

function familyQuery(runs: readonly QueriedRun[]): LineQuery {
  const [first] = runs;
  const preset = first === undefined ? 'afterlog' : presetOf(first);
  const { names, labels: labelNames } = STREAM_PRESETS[preset];
  const different = (name: 'container' | 'podUid' | 'pod' | 'restart'): string[] | undefined => {
    const values = [...new Set(runs.flatMap(({ who }) => (who[name] === undefined ? [] : `${who[name]}`)))];
    return values.length === 0 ? undefined : values;
  };
  const { cluster, namespace } = first?.who ?? {};
  const labels = {
    [names.cluster]: cluster,
    [names.namespace]: namespace,
    [names.container]: different('container'),
    ...(labelNames.includes('workload') && { [names.workload]: first?.workload }),
  };
  const ids = runs.flatMap(({ who }) => who.containerId || []);
  const restart = different('restart');
  // Lines that went out before the node showed the id carry the pod's UID in its place.
  const named = filtersOf(
    runs.every(({ who }) => who.podUid)
      ? { [names.pod_uid]: different('podUid'), [names.restart]: restart }
      : {
          ...(ids.length > 0 && { [names.container_id]: '' }),
          [names.pod]: different('pod'),
          [names.restart]: restart,
        }
  );
  const either = ids.length > 0 ? filtersOf({ [names.container_id]: ids }) : [];
  const filter = [...either, ...(named.length > 0 ? [`(${named.join(' and ')})`] : [])].join(' or ');
  const from = runs.reduce((least, { span }) => (span.from < least ? span.from : least), first?.span.from ?? 0n);
  const to = runs.reduce((most, { span }) => (span.to > most ? span.to : most), first?.span.to ?? 0n);
  return { query: [logQuery(labels), filter].filter(Boolean).join(' | '), from, to };
}

/** The query for the lines of a pod's container as a configured layout labels them: only the time tells runs apart. */
function layoutQuery({ cluster, namespace, container, pod }: Who, layout: LogLayout): string {
  const labels = { [layout.namespace]: namespace, [layout.container]: container };
  const inCluster = layout.cluster === '' ? {} : { [layout.cluster]: cluster };
  const ofPod = { [layout.pod]: pod };
  return layout.podIs === 'label'
    ? logQuery({ ...inCluster, ...labels, ...ofPod })
    : logQuery({ ...inCluster, ...labels }, ofPod);
}

/**
 * When container runs wrote: to the nanosecond where their records are final, else as far as the window goes. A window
 * that nobody asked for does not cut a log's beginning off.
 */
export function spanOf(records: readonly ContainerRecord[], window: LookupWindow): NsSpan {
  const starts = records.map(({ firstTime }) => nsOf(firstTime) ?? window.from);
  const ends = records.map(({ lastTime, final }) => (final ? nsOf(lastTime) : undefined) ?? window.to);
  const from = starts.reduce((a, b) => (b < a ? b : a), starts[0] ?? window.from) - SECOND_NS;
  const to = ends.reduce((a, b) => (b > a ? b : a), ends[0] ?? window.to) + SECOND_NS;
  return within({ from, to }, window);
}

const within = ({ from, to }: NsSpan, window: LookupWindow): NsSpan => ({
  from: window.isDefault || from > window.from ? from : window.from,
  to: to < window.to ? to : window.to,
});

export const nsOf = (time: string | null | undefined): bigint | undefined => (time == null ? undefined : parseNs(time));

/** Container runs, to be found by what others report of them. */
export class RunIndex<T> {
  private readonly byName = new Map<string, T[]>();

  constructor(private readonly whoOf: (run: T) => Who) {}

  find(who: Who): T | undefined {
    return this.byName.get(nameKey(who))?.find((run) => isSameRun(this.whoOf(run), who));
  }

  add(run: T): void {
    const key = nameKey(this.whoOf(run));
    const known = this.byName.get(key);
    if (known === undefined) {
      this.byName.set(key, [run]);
    } else {
      known.push(run);
    }
  }

  all(): T[] {
    return [...this.byName.values()].flat();
  }
}

const nameKey = ({ pod, container, restart }: Who) => `${pod}/${container}/${restart}`;

/** Each container run once: of what tells of the same run, what comes first. */
export function mergedRuns(runs: readonly FoundRun[]): FoundRun[] {
  const index = new RunIndex<FoundRun>(({ who }) => who);
  for (const run of runs) {
    const known = index.find(run.who);
    if (known === undefined) {
      index.add({ ...run });
    } else if (known.record !== undefined && known.record.firstTime === null) {
      known.span = run.span; // The agent never saw a line of it, and the API server knows when it ran.
    }
  }
  return index.all();
}

/** The newest first; of those that ended at once, the one that began last. */
export function newestFirst(a: FoundRun, b: FoundRun): number {
  return (
    later(a.span.to, b.span.to) ||
    (b.who.restart ?? 0) - (a.who.restart ?? 0) ||
    later(a.span.from, b.span.from) ||
    (a.key < b.key ? -1 : 1)
  );
}

const later = (a: bigint, b: bigint) => (a > b ? -1 : a < b ? 1 : 0);

/** The container runs of lines, or of counts of lines. */
export function originsIn(
  entries: readonly LogEntry[],
  originOf: (fields: LogEntry['fields']) => LineOrigin
): LineOrigin[] {
  const index = new RunIndex<LineOrigin>((origin) => origin);
  for (const { fields } of entries) {
    const origin = originOf(fields);
    const known = index.find(origin);
    if (known === undefined) {
      index.add(origin);
    } else {
      known.containerId ??= origin.containerId;
      known.podUid ??= origin.podUid;
      known.node ??= origin.node;
    }
  }
  return index.all();
}
