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
  codes: { readonly [K in CodeName]: (parameters: Codes[K], times: TimeFormat) => string };
}
