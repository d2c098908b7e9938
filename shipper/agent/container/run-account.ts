import { NO_RULES_APPLIED, type RuleCount } from '../entries/rule-count';
import { excludedBy } from '../../../model/log-status';
import type { Gap } from '../../../model/records';
import { addGap, emptyRecordState, type RecordState } from './record-state';

/** Times of the first and the last line of a stretch; null where none was sent. */
interface Span {
  from: string | null;
  last: string | null;
}

/** What became of the lines of one container run: the state that its record is made from, and whether that is reported. */
export class RunAccount {
  readonly state: RecordState;
  /** A gap was found that no container record in Loki reports. */
  unreported: boolean;
  /** Nothing of it is read: what it lacks in Loki is the exclusion's. */
  private isExcluded = false;

  constructor(
    /** Part of the log is not in Loki, and never will be. */
    private readonly onMiss: (gap: Gap) => void,
    saved?: RecordState
  ) {
    this.state = saved ?? emptyRecordState();
    this.unreported = this.state.gaps.length > 0; // an earlier agent may have ended before it could report
  }

  /** Something of the log is not in Loki, and never will be. */
  miss(gap: Gap): void {
    if (this.isExcluded) {
      return;
    }
    const { from, to } = gap;
    // Where lines are dated later than they were written, nothing shows when what is missing begins.
    const isBackwards = from !== null && to !== null && from > to;
    addGap(this.state, isBackwards ? { ...gap, from: earliest(this.state.firstTime, to) } : gap);
    this.unreported = true;
    this.onMiss(gap);
  }

  /** From now on nothing of it is shipped. @param rule of the configuration @param now RFC 3339 */
  exclude(rule: string, now: string): void {
    const { state } = this;
    this.isExcluded = true;
    if (excludedBy(state.gaps) !== rule) {
      this.endExclusion(now);
      addGap(state, { reason: 'excluded', bytes: null, lines: null, from: state.lastTime, to: null, detail: rule });
      this.unreported = true;
    }
  }

  /** It is shipped again. @param now RFC 3339 */
  include(now: string): void {
    this.isExcluded = false;
    this.endExclusion(now);
  }

  private endExclusion(now: string): void {
    for (const gap of this.state.gaps) {
      if (gap.reason === 'excluded' && gap.to === null) {
        gap.to = now;
        this.unreported = true;
      }
    }
  }

  /** The same of bytes that were on the node, and that no file holds any more. */
  missBytes(bytes: number, gap: Omit<Gap, 'bytes'>): void {
    this.state.vanishedBytes += bytes;
    this.miss({ ...gap, bytes });
  }

  /** Loki acknowledged a stretch. @param leftOut its lines that were not sent, for their time cannot be theirs */
  acknowledge({ from, last }: Span, leftOut: number, rules = NO_RULES_APPLIED): void {
    const { state } = this;
    this.count(rules);
    state.firstTime = earliest(state.firstTime, from);
    state.lastTime = latest(state.lastTime, last);
    if (leftOut > 0) {
      const detail = 'dated in the future, or by a clock that was not set';
      state.passedOver.lines += leftOut;
      this.miss({ reason: 'refused', bytes: null, lines: leftOut, from: from ?? state.lastTime, to: last, detail });
    }
  }

  /** What rules of the configuration did to a stretch's lines. @returns what they dropped: it is not waited for, and not missing */
  private count(rules: readonly RuleCount[]): { lines: number; bytes: number } {
    const dropped = { lines: 0, bytes: 0 };
    for (const one of rules) {
      addCount(this.state.rules, one);
      if (one.action === 'drop') {
        dropped.lines += one.lines;
        dropped.bytes += one.bytes;
      }
    }
    this.state.passedOver.lines += dropped.lines;
    return dropped;
  }

  /** A stretch was passed over for good. */
  passOver(
    {
      from,
      last,
      rules = NO_RULES_APPLIED,
      ...all
    }: Span & { bytes: number; lines: number; rules?: readonly RuleCount[] },
    gap: Pick<Gap, 'reason' | 'detail'>
  ): void {
    const dropped = this.count(rules);
    const bytes = all.bytes - dropped.bytes;
    const lines = all.lines - dropped.lines;
    this.state.passedOver.lines += lines;
    this.state.passedOver.bytes += bytes;
    this.miss({ ...gap, bytes, lines, from, to: last });
  }
}

/** The sum of what a rule did so far grows. */
function addCount(sums: RecordState['rules'], { rule, action, lines, bytes }: RuleCount): void {
  const sum = sums.find((one) => one.rule === rule && one.action === action);
  if (sum) {
    sum.lines += lines;
    sum.bytes += bytes;
  } else {
    sums.push({ rule, action, lines, bytes });
  }
}

/** RFC 3339 texts of one form compare as their times do. */
export const earliest = (a: string | null, b: string | null) => (a === null ? b : b === null || a < b ? a : b);
const latest = (a: string | null, b: string | null) => (a === null ? b : b === null || a > b ? a : b);
