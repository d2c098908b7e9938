import type { CauseId } from '../causes';
import type { Confidence, EvidenceSource, Setting } from '../cases/case';
import type { LogStatus } from '../records';
import type { CodeName, Codes } from '../codes';

/** How times are written: whoever shows a sentence knows the time zone. Both take RFC 3339. */
export interface TimeFormat {
  /** Date and time. */
  time(instant: string): string;
  /** Time of day, for sentences that stand beside a date. */
  clock(instant: string): string;
}

/** All words of one language. A missing one is an error of the compiler. */
export interface Catalogue {
  causes: Record<CauseId, { name: string; what: string; advice: readonly string[] }>;
  unknownCause: { name: string; advice: readonly string[] };
  statuses: Record<LogStatus, string>;
  confidences: Record<Confidence, { name: string; meaning: string }>;
  sources: Record<EvidenceSource, string>;
  origins: Record<Setting['from'], string>;
  /** Between two sentences. */
  separator: string;
  review: ReviewTexts;
  codes: { readonly [K in CodeName]: (parameters: Codes[K], times: TimeFormat) => string };
}

/** Headings, columns and fixed sentences of a capacity review. */
export interface ReviewTexts {
  /** @param range from `range` */
  title(range: string): string;
  range(from: string, to: string): string;
  headings: Record<
    | 'summary'
    | 'ranking'
    | 'comparison'
    | 'headroom'
    | 'fillRate'
    | 'filling'
    | 'families'
    | 'findings'
    | 'trend'
    | 'whatIf'
    | 'notes',
    string
  >;
  /** Headings of the ranking. */
  ranking: Record<'node' | 'pool' | 'namespace' | 'job', string>;
  columns: Record<ReviewColumn, string>;
  /** Of a row whose name no record reports. */
  noName: string;
  /** Of the row of nodes without the label that names pools. */
  noLabel: string;
  p95Bound: string;
  /** More nodes than a text shows. */
  moreNodes(count: number): string;
  noComparison: string;
  noFinding: string;
  effect(effect: string): string;
  /** What a finding leaves open. */
  unknown(unknown: string): string;
  /** What a replay assumes. */
  assumption(assumption: string): string;
  familiesNotKnown: string;
  noFamily: string;
  familiesAtLeast: string;
  pullsAtMost: string;
  crossed: string;
  tooLittleData: string;
  noGrowth: string;
  /** All three from `span`. */
  expectedIn(expected: string, earliest: string, latest: string): string;
  /** A duration in one unit. */
  span(ms: number): string;
  /** Between the names of a list. */
  list: string;
  andMore(names: string, count: number): string;
}

type ReviewColumn =
  | 'cluster'
  | 'node'
  | 'pool'
  | 'namespace'
  | 'job'
  | 'pressureHours'
  | 'reclaims'
  | 'imageGcs'
  | 'containersRemoved'
  | 'imagesRemoved'
  | 'imageBytesRemoved'
  | 'imagesPulledAgain'
  | 'podsEvicted'
  | 'podsOverLimit'
  | 'podsRejected'
  | 'complete'
  | 'rescued'
  | 'partial'
  | 'lost'
  | 'open'
  | 'figure'
  | 'before'
  | 'now'
  | 'disk'
  | 'capacity'
  | 'p95'
  | 'worst'
  | 'threshold'
  | 'at'
  | 'leftNow'
  | 'leftAtWorst'
  | 'expected'
  | 'filled'
  | 'worstMinute'
  | 'observedHours'
  | 'used'
  | 'images'
  | 'layers'
  | 'logsLive'
  | 'logsDead'
  | 'volumes'
  | 'other'
  | 'logBytes'
  | 'layerBytes'
  | 'volumeBytes'
  | 'podBytes'
  | 'pulls'
  | 'pulledBytes'
  | 'pulledAgain'
  | 'from'
  | 'usedAtEnd'
  | 'added'
  | 'reclaimsAvoided'
  | 'reclaimsAdded'
  | 'containersKept'
  | 'logsKept'
  | 'imageGcsReplayed'
  | 'moreImageBytes';
