import type { Case } from '../../model/cases';
import { logQuery, matcher, matchersOf } from '../../model/logql';
import type { Who } from '../../model/lookup';
import { type ContainerRecord, recordKey } from '../../model/records';
import { parseNs } from '../../model/time';
import type { LogLayout } from '../shared/log-layouts';
import type { Entry } from './log-frames';
import type { Span } from '../../model/evidence';

/** A container run whose log can be asked for. */
export interface FoundRun {
  /** Tells it from the others. */
  key: string;
  who: Who;
  /** Its container record; undefined while its agent has written none. */
  record: ContainerRecord | undefined;
  /** The name of its Job; null where it has none, or nobody told. */
  job: string | null;
  query: string;
  span: Span;
}

const MARGIN_MS = 1000;
const DAY_MS = 86_400_000;

/**
 * @param searched reaches as far as a log does whose container record does not tell where it begins or ends
 * @param layout how the logs are labelled
 */
export function runOfRecord(record: ContainerRecord, searched: Span, layout: LogLayout): FoundRun {
  const { firstTime, lastTime, final } = record;
  return {
    key: recordKey(record),
    who: record,
    record,
    job: record.job,
    query: queryFor(record, layout),
    span: {
      from: (millis(firstTime) ?? searched.from + MARGIN_MS) - MARGIN_MS,
      to: ((final ? millis(lastTime) : undefined) ?? searched.to - MARGIN_MS) + MARGIN_MS,
    },
  };
}

/** The container run of a case, which has no container record where no agent ever opened its log. */
export function runOfCase(one: Case, record: ContainerRecord | undefined, layout: LogLayout): FoundRun {
  const known = [one.finished, one.at, ...one.evidence.map(({ at }) => at)].flatMap((time) => millis(time) ?? []);
  const end = Math.max(...known, 0) || Date.now();
  const searched = { from: Math.min(...known, end) - DAY_MS, to: end + DAY_MS };
  if (record !== undefined) {
    return runOfRecord(record, searched, layout);
  }
  const who = { ...one, node: one.node ?? undefined };
  return { key: recordKey(one), who, record, job: one.job, query: queryFor(who, layout), span: searched };
}

/**
 * The container runs that lines come from, by what the lines say of them; the one that wrote last goes first.
 *
 * @param entries oldest first
 */
export function runsOfLines(entries: readonly Entry[], span: Span, layout: LogLayout): FoundRun[] {
  const runs = new Map<string, FoundRun>();
  for (const { fields } of [...entries].reverse()) {
    const { cluster, namespace, container, pod, node, workload, restart, job } = fields;
    const { container_id: containerId, pod_uid: podUid } = fields;
    const key = [cluster, namespace, pod, container, restart, containerId ?? podUid].join(' ');
    const who = { cluster, namespace, container, pod, node, containerId, podUid };
    const number = restart === undefined ? undefined : Number(restart);
    const query = queryFor({ ...who, restart: number, workload }, layout);
    runs.set(key, { key, who: { ...who, restart: number }, record: undefined, job: job ?? null, query, span });
  }
  return [...runs.values()];
}

/**
 * The query for the lines of one container run. Afterlog's agent tells the container's id with each line, or the
 * pod's UID while the node does not show it; other shippers tell the pod, and only the time tells one run from another.
 */
export function queryFor(who: Who & { workload?: string }, layout: LogLayout): string {
  const { cluster, namespace, container, pod, workload, containerId, podUid, restart } = who;
  if (layout.preset === 'afterlog') {
    const run = restart === undefined ? undefined : `${restart}`;
    const selector = logQuery({ cluster, namespace, container, workload });
    const ofPod = matchersOf({ pod_uid: podUid, restart: run }).join(' and ');
    if (!containerId) {
      return [selector, ofPod].filter(Boolean).join(' | ');
    }
    // The node may show the id only after the first lines were read.
    const byId = matcher('container_id', containerId);
    return `${selector} | ${podUid ? `${byId} or ${ofPod}` : byId}`;
  }
  const labels = { [layout.namespace]: namespace, [layout.container]: container };
  const inCluster = layout.cluster === '' ? {} : { [layout.cluster]: cluster };
  const ofPod = { [layout.pod]: pod };
  return layout.podIs === 'label'
    ? logQuery({ ...inCluster, ...labels, ...ofPod })
    : logQuery({ ...inCluster, ...labels }, ofPod);
}

function millis(time: string | null): number | undefined {
  const ns = time === null ? undefined : parseNs(time);
  return ns === undefined ? undefined : Number(ns / 1_000_000n);
}
