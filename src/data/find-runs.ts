import { logQuery } from '../../model/logql';
import { type Question, type Reading, readingsOf, type Target, type Who } from '../../model/lookup';
import type { LogLayout } from '../shared/log-layouts';
import { containerRecords } from './container-records';
import { type FoundRun, runOfRecord, runsOfLines } from './found-run';
import type { LokiSource, Span } from './loki-source';
import { runsOfPods } from './pod-runs';

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
