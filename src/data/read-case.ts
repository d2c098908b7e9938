import type { Case } from '../../model/cases';
import { matchersOf } from '../../model/logql';
import { containerRunId } from '../../model/container-run';
import type { FoundRun } from './found-run';
import type { LokiSource, Span } from './loki-source';
import { runLimited } from './limited';
import { Reader } from './reader';
import { RecordCache } from './record-cache';

const HOUR_MS = 3_600_000;
/** A reclaim takes many logs at once: so near in time are those that tell of the same one. */
const NEIGHBOURS_MS = 10 * 60_000;

/** A container run whose case is asked for. */
export interface CaseOf {
  cluster: string;
  id: string;
  podUid: string;
  namespace: string;
  pod: string;
  node: string | undefined;
  job: string | null;
  /** From when its container ran until its log went, as far as that is known. */
  span: Span;
}

/** undefined for an run of which too little is known to have a case. */
export function caseOfRun({ who, record, job, span }: FoundRun): CaseOf | undefined {
  const { cluster, namespace, pod, podUid, container, restart, node } = who;
  if (!cluster || !namespace || !pod || !podUid || !container || restart === undefined) {
    return undefined;
  }
  const id = containerRunId({ namespace, pod, podUid, container, restart });
  const to = Math.max(span.to, Date.parse(record?.left?.at ?? '') || 0);
  return { cluster, id, podUid, namespace, pod, node, job, span: { from: span.from, to } };
}

/**
 * The case of one container run, with all that explains it: only what stands beside it in time is read.
 *
 * @returns undefined where `kubectl logs` can still show its log
 * @throws LokiFailure, AbortError
 */
export async function readCase(loki: LokiSource, of: CaseOf, signal: AbortSignal): Promise<Case | undefined> {
  const cache = new RecordCache();
  const reader = new Reader(loki, cache, signal, () => undefined);
  const { namespace, pod, podUid, job, node, span } = of;
  const around = { from: span.from - HOUR_MS, to: span.to + HOUR_MS };
  const atTheEnd = { from: span.to - NEIGHBOURS_MS, to: span.to + NEIGHBOURS_MS };
  const before = { from: span.from - 25 * HOUR_MS, to: around.to };
  const onNode = matchersOf({ node });
  const ofJob = matchersOf({ namespace, job: job ?? undefined });
  const wishes: Array<Parameters<Reader['read']>> = [
    ['containers', around, matchersOf({ namespace, pod })],
    ['pods', before, matchersOf({ id: podUid })],
    ['jobs', around, ofJob],
    ['events', around, []],
    ['nodes', before, onNode],
    ['gcs', around, onNode],
    ['thresholds', before, onNode],
    ['disks', atTheEnd, onNode],
    ['containers', atTheEnd, onNode],
    ['pods', atTheEnd, onNode],
  ];
  await runLimited(wishes.map((wish) => () => reader.read(...wish)));
  return cache.explained().cases.find((one) => one.cluster === of.cluster && one.id === of.id);
}
