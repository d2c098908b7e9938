import type { CaseSummary } from '../../model/case-records';
import { type Answer, answersOf, type Case } from '../../model/cases';
import type { ContainerRecord } from '../../model/records';
import { AFTER_MS, evidencePlan, type Span } from '../../model/evidence';
import { type FoundRun, foreignRuns, foreignVerdicts, runPlan } from '../../model/lookup';
import { askThrough } from './ask-loki';
import { containerRunId } from '../../model/container-run';
import { EvidenceReader } from './evidence-reader';
import { type LokiSource, msSpanOf } from './loki-source';
import { RecordCache } from './record-cache';

/** A container run whose case is asked for. */
export interface CaseOf {
  cluster: string;
  id: string;
  namespace: string;
  pod: string;
  /** From when its container ran until its log went, as far as that is known. */
  span: Span;
}

/** undefined for a run of which too little is known to have a case. */
export function caseOfRun({ who, record, span }: FoundRun): CaseOf | undefined {
  const { cluster, namespace, pod, podUid, container, restart } = who;
  if (!cluster || !namespace || !pod || !podUid || !container || restart === undefined) {
    return undefined;
  }
  const id = containerRunId({ namespace, pod, podUid, container, restart });
  const wrote = msSpanOf(span);
  const to = Math.max(wrote.to, Date.parse(record?.left?.at ?? '') || 0);
  // A record's id is more than its run's where a container of the same id was there before.
  return { cluster, id: record?.id ?? id, namespace, pod, span: { from: wrote.from, to } };
}

const HOUR_MS = 3_600_000;

/** The run of a case; of one that happened at no known time `at` says until when it was looked at. */
export function caseOfSummary(one: CaseSummary, lookedAt: number): CaseOf {
  const { cluster, id, namespace, pod } = one;
  const end = Date.parse(one.at ?? one.finished ?? '') || lookedAt;
  const began = Math.min(end, Date.parse(one.finished ?? '') || end);
  return { cluster, id, namespace, pod, span: { from: began - HOUR_MS, to: end + 1 } };
}

/**
 * What is known of the log of one container run, a case or not, with all that explains it: only what stands beside it in
 * time is read.
 *
 * @returns undefined where no record tells of it
 * @throws LokiFailure, AbortError
 */
export async function readAnswer(loki: LokiSource, of: CaseOf, signal: AbortSignal): Promise<Answer | undefined> {
  const { answer } = await readRecorded(loki, of, signal);
  const ask = askThrough(loki, signal);
  return answer && (await runPlan(foreignVerdicts([answer], loki.logs), ask))[0];
}

/**
 * The case of one container run by Afterlog's records alone, with the container record, where an agent has written one.
 *
 * @returns no case where `kubectl logs` can still show its log
 * @throws LokiFailure, AbortError
 */
export async function readCaseEvidence(
  loki: LokiSource,
  of: CaseOf,
  signal: AbortSignal
): Promise<{ one: Case | undefined; record: ContainerRecord | undefined }> {
  const { answer, record } = await readRecorded(loki, of, signal);
  return { one: answer?.place === 'removed' ? answer : undefined, record };
}

async function readRecorded(loki: LokiSource, of: CaseOf, signal: AbortSignal) {
  const { base } = await readEvidence(loki, of, signal);
  const isMeant = ({ cluster, id }: { cluster: string; id: string }) => cluster === of.cluster && id === of.id;
  const answers = answersOf({ ...base.records(), now: new Date().toISOString() });
  return { answer: answers.find(isMeant), record: base.of('containers').find(isMeant) };
}

/**
 * A container run with the lines that other shippers have of it, and its case held against them.
 *
 * @throws LokiFailure, AbortError
 */
export async function checkCase(
  loki: LokiSource,
  one: Case,
  run: FoundRun,
  signal: AbortSignal
): Promise<{ one: Case; run: FoundRun }> {
  const [checked = one] = await runPlan(foreignVerdicts([one], loki.logs), askThrough(loki, signal));
  const window = { ...run.span, recordsTo: run.span.to, isDefault: false };
  const target = { kind: 'pod' as const, name: one.pod };
  const { runs } = await runPlan(foreignRuns([run], target, { window, layout: loki.logs }), askThrough(loki, signal));
  return { one: checked, run: runs.find(({ key }) => key === run.key) ?? run };
}

async function readEvidence(loki: LokiSource, of: CaseOf, signal: AbortSignal): Promise<RecordCache> {
  const cache = new RecordCache();
  const reader = new EvidenceReader(loki, cache, signal);
  const { cluster, namespace, pod, span } = of;
  const recordsTo = Math.max(span.to, Math.min(span.to + AFTER_MS, Date.now()));
  for (const wishes of evidencePlan(cache.base, { cluster, namespace, pod }, { ...span, recordsTo })) {
    await reader.read(wishes);
  }
  return cache;
}
