import { containerRunId } from '../../model/container-run';
import { type KindName, KINDS, narrowed, queryOf, RecordBase, type Span } from '../../model/evidence';
import { type LabelMatches, logQuery, matchersOf, quote } from '../../model/logql';
import { type Question, type Reading, readingsOf, type Target, type Who } from '../../model/lookup';
import { type PodRecord, recordKey } from '../../model/records';
import type { LogLayout } from '../shared/log-layouts';
import { type FoundRun, queryFor, runOfRecord, runsOfLines } from './found-run';
import type { LokiSource } from './loki-source';
import { ENTRIES_PER_QUERY } from './evidence-reader';

/** What a question led to. */
export interface Found {
  /** Newest first. */
  runs: FoundRun[];
  /** More was asked for than is looked up at once, or more found than one answer holds. */
  isPart: boolean;
}

/** Without a record nothing tells where to look, and all streams are read: no further back than this. */
const BROAD_SEARCH_MS = 86_400_000;
const NEWEST_LINES = 1000;
/** A pasted kubelet log may name hundreds. */
const MOST_TARGETS = 10;
const DAY_MS = 86_400_000;

/**
 * The container runs that a question asks for. The container records know them; one that has none yet (it still runs) is
 * looked for among the lines, one that no agent ever opened among what the API server told of pods. The less exact targets of the question are tried when the exact ones lead nowhere.
 *
 * @throws LokiFailure
 */
export async function findRuns(loki: LokiSource, { targets, otherwise }: Question, span: Span): Promise<Found> {
  const found = await findAll(loki, targets, span);
  return found.runs.length > 0 ? found : findAll(loki, otherwise, span);
}

async function findAll(loki: LokiSource, targets: readonly Target[], span: Span): Promise<Found> {
  const found = await Promise.all(targets.slice(0, MOST_TARGETS).map((target) => findTarget(loki, target, span)));
  const runs = new Map(found.flatMap(({ runs }) => runs.map((one) => [one.key, one] as const)));
  return {
    runs: [...runs.values()],
    isPart: targets.length > MOST_TARGETS || found.some(({ isPart }) => isPart),
  };
}

async function findTarget(loki: LokiSource, target: Target, span: Span): Promise<Found> {
  for (const reading of readingsOf(target)) {
    const found = await findBy(loki, reading, target, span);
    if (found.runs.length > 0) {
      return found;
    }
  }
  return { runs: [], isPart: false };
}

async function findBy(loki: LokiSource, reading: Reading, target: Target, span: Span): Promise<Found> {
  const { namespace, container } = target;
  const metadata = { ...reading.metadata, namespace, container };
  const linesSpan = { ...span, from: Math.max(span.from, span.to - BROAD_SEARCH_MS) };
  const [{ records, isPart }, runs] = await Promise.all([
    containerRecords(loki, metadata, span),
    runsOfPods(loki, target, reading.metadata, span),
  ]);
  // A name may stand for more than has an account yet; an id does not, and its lines are the costly ones to search.
  const isAll = target.kind === 'container' && records.length > 0;
  const query = isAll ? undefined : linesQuery(reading, target, loki.logs);
  const lines = query === undefined ? [] : await loki.newest(query, linesSpan, NEWEST_LINES);
  const told = records.map((record) => runOfRecord(record, span, loki.logs));
  const unreported = runsOfLines(lines, linesSpan, loki.logs).filter(
    ({ who }) => !records.some((record) => isSame(who, record))
  );
  const heard = [...unreported, ...told];
  const unseen = runs.filter(({ who }) => !heard.some((one) => isSame(who, one.who)));
  const wanted = [...heard, ...unseen].filter(({ who }) => isWanted(who, target));
  return { runs: target.previous === true ? previousOf(wanted) : wanted, isPart };
}

/** The lines that a reading leads to; other shippers than Afterlog's agent tell of pods only. */
function linesQuery({ labels, metadata }: Reading, target: Target, layout: LogLayout): string | undefined {
  const { namespace = /.+/, container } = target;
  if (layout.preset === 'afterlog') {
    return logQuery({ ...labels, namespace, container }, metadata);
  }
  const named = { [layout.namespace]: namespace, [layout.container]: container };
  return metadata.pod === undefined ? undefined : logQuery(named, { [layout.pod]: metadata.pod });
}

function isSame(a: Who, b: Who): boolean {
  if (a.containerId && b.containerId) {
    return a.containerId === b.containerId;
  }
  const isSamePod = a.podUid && b.podUid ? a.podUid === b.podUid : a.pod === b.pod && a.namespace === b.namespace;
  return isSamePod && a.container === b.container && a.restart === b.restart;
}

function isWanted({ podUid, container, restart }: Who, target: Target): boolean {
  return (
    (target.podUid === undefined || podUid === undefined || target.podUid === podUid) &&
    (target.container === undefined || container === undefined || target.container === container) &&
    (target.restart === undefined || restart === target.restart)
  );
}

/** Of each container the run before its newest, as `kubectl logs --previous` means it. */
function previousOf(runs: FoundRun[]): FoundRun[] {
  const nameOf = ({ who }: FoundRun) => [who.cluster, who.namespace, who.pod, who.container].join(' ');
  return [...new Set(runs.map(nameOf))].flatMap((name) => {
    const ofOne = runs.filter((one) => nameOf(one) === name);
    return ofOne.sort((a, b) => (b.who.restart ?? 0) - (a.who.restart ?? 0)).slice(1, 2);
  });
}

interface RecordsFound {
  base: RecordBase;
  /** Loki gave as many as it may: there may be older ones. */
  isPart: boolean;
}

/** The records that a query of a kind's streams gives. @throws LokiFailure */
async function recordsBy(loki: LokiSource, kind: KindName, query: string, span: Span): Promise<RecordsFound> {
  const entries = await loki.newest(query, span, ENTRIES_PER_QUERY);
  const base = new RecordBase();
  entries.forEach(({ line, ns }) => base.add(kind, line, ns));
  return { base, isPart: entries.length >= ENTRIES_PER_QUERY };
}

/** The container record of each container run with this metadata, newest run first. */
async function containerRecords(loki: LokiSource, metadata: LabelMatches, span: Span) {
  const query = queryOf({ kind: 'containers', metadata }, loki.recordSelector);
  const { base, isPart } = await recordsBy(loki, 'containers', query, span);
  const records = base.of('containers').sort((a, b) => -compare(a.firstTime ?? '', b.firstTime ?? ''));
  return { records, isPart };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The container runs that the API server showed, for what no agent has accounted for: their logs may be lost, and
 * why that is so can be told all the same.
 */
async function runsOfPods(loki: LokiSource, target: Target, metadata: LabelMatches, span: Span): Promise<FoundRun[]> {
  const { namespace } = target;
  // Ids of containers stand in the record only, not beside it.
  const query =
    target.kind === 'container'
      ? [
          `${narrowed(loki.recordSelector, `record="${KINDS.pods.label}"`)} |= ${quote(`"${target.id}`)}`,
          ...matchersOf({ namespace }),
        ].join(' | ')
      : queryOf({ kind: 'pods', metadata: { ...metadata, namespace } }, loki.recordSelector);
  const { base } = await recordsBy(loki, 'pods', query, span);
  const runs = base.of('pods').flatMap((pod) => runsOf(pod, loki.logs));
  return runs.filter(({ who }) => target.kind !== 'container' || who.containerId?.startsWith(target.id) === true);
}

function runsOf(pod: PodRecord, layout: LogLayout): FoundRun[] {
  const { cluster, namespace, pod: name, id: podUid, node, workload } = pod;
  return pod.containers.flatMap(({ name: container, runs }) =>
    runs.map(({ restart, containerId, started, finished }): FoundRun => {
      const who = { cluster, namespace, pod: name, podUid, container, restart, containerId, node: node ?? undefined };
      const end = Date.parse(finished ?? pod.deletion?.gone ?? '') || Date.now();
      return {
        key: recordKey({ cluster, id: containerRunId(who) }),
        ...{ who, record: undefined, query: queryFor({ ...who, workload }, layout) },
        span: { from: (Date.parse(started ?? '') || end - DAY_MS) - 1000, to: end + 1000 },
        job: pod.job,
      };
    })
  );
}
