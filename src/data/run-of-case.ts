import type { Case } from '../../model/cases';
import type { Span } from '../../model/evidence';
import { type FoundRun, lacksLines, type LineQuery, runOfRecord, runOfWho } from '../../model/lookup';
import type { LogLayout } from '../../model/log-layouts';
import type { ContainerRecord } from '../../model/records';
import { exploreLink } from './explore-link';
import { type LokiSource, msSpanOf, nsSpanOf } from './loki-source';

const DAY_MS = 86_400_000;

/** The container run of a case, which has no container record where no agent ever opened its log. */
export function runOfCase(one: Case, record: ContainerRecord | undefined, layout: LogLayout): FoundRun {
  const times = [one.finished, one.at, ...one.evidence.map(({ at }) => at)];
  const known = times.map((time) => Date.parse(time ?? '')).filter((time) => !Number.isNaN(time));
  const end = Math.max(...known, 0) || Date.now();
  const searched = { from: Math.min(...known, end) - DAY_MS, to: end + DAY_MS };
  return record === undefined
    ? runOfWho({ ...one, node: one.node ?? undefined }, nsSpanOf(searched), layout)
    : runWithRecord(record, searched, layout);
}

/** @param searched reaches as far as a log does whose container record does not report where it begins or ends */
export const runWithRecord = (record: ContainerRecord, searched: Span, layout: LogLayout): FoundRun =>
  runOfRecord(record, { ...nsSpanOf(searched), recordsTo: nsSpanOf(searched).to, isDefault: true }, layout);

/** Where the lines of a run are first looked for: another shipper's where the agent has none, or not all. */
const mainSource = (run: FoundRun): LineQuery | undefined =>
  (lacksLines(run) ? run.sources.find(({ isForeign }) => isForeign) : undefined) ?? run.sources[0];

/** The address of Explore with a run's lines; undefined where nothing shows how to ask for them. */
export function exploreRun({ uid }: LokiSource, run: FoundRun): string | undefined {
  const source = mainSource(run);
  return source && exploreLink(uid, source.query, msSpanOf(source));
}
