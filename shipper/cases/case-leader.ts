import {
  caseLine,
  caseMetadata,
  caseMoment,
  type CaseContent,
  type CaseCoverage,
  type CaseEntry,
  type CaseRecord,
  contentOf,
} from '../../model/case-records';
import type { Case } from '../../model/cases';
import { errorText } from '../../model/error-text';
import { AFTER_MS, NAMES_PER_QUERY, narrowed, RECORD_SELECTOR } from '../../model/evidence';
import { matchersOf } from '../../model/logql';
import { recordKey, type WatchRecord } from '../../model/records';
import { formatNs, parseNs } from '../../model/time';
import { pause, unlessAborted } from '../cluster/api/pause';
import type { Logger } from '../common/log';
import { CaseReader } from '../lookup/case-reader';
import type { QueryClient } from '../loki/query-client';
import type { RecordWriter } from '../loki/record-writer';
import { caseCoverage, storedCases } from '../lookup/stored-cases';

export interface CaseLeaderOptions {
  loki: QueryClient;
  writer: RecordWriter;
  cluster: string;
  logger: Logger;
  /** The cluster's time, nanoseconds since 1970. */
  now: () => bigint;
  /** How often to look whether a round is due, in milliseconds. */
  tickMs?: number;
  /** The share of the time that rounds may take. */
  share?: number;
  /** Called with what was written, once Loki has acknowledged it. */
  written?: (changes: readonly CaseEntry[]) => void;
}

/** What /metrics tells. */
export interface CaseStatistics {
  /** Cases written, by cause, confidence and status; one that was amended counts once more as it is then. */
  written: Map<string, { labels: CaseLabels; count: number }>;
  /** Cases of which later records changed what was written. */
  amended: number;
  /** Rounds that failed. */
  failures: number;
  /** How long the last round took. */
  roundSeconds: number;
}
export type CaseLabels = Pick<CaseRecord, 'cause' | 'confidence' | 'status'>;

const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;
const HOUR = 60n * MINUTE;
/**
 * When a removal is worked out the first time: agents and watch have reported it by then, the watch of a deletion after
 * 65 s at the latest.
 */
const LAG = 2n * MINUTE;
/** So long what a moment looks like may change: then its records are complete, but for late ones. */
const REWORK = BigInt(AFTER_MS / 1000) * SECOND + 5n * MINUTE;
/** What is older Loki does not take any more (`reject_old_samples_max_age`). */
const OLDEST = 7n * 24n * HOUR - HOUR;
/** Longest stretch that is worked at once. */
const STRETCH = 6n * HOUR;
/** Late records of an hour may move cases over its borders. */
const AROUND_HOUR = 10n * MINUTE;
const EVERY_SECONDS = 60n;
/** Container and pod records in memory at once, with what explains them: some 30 MB. */
const RECORDS_PER_SLICE = 10_000;
/** Kinds of which a late record may change a case. */
const TELLING = ['container', 'pod', 'job', 'node', 'event', 'gc'];

interface Timed {
  content: CaseContent;
  ns: bigint;
}

/**
 * Works cases out as their records arrive, by the same function as every reader, and writes their summaries. The newest
 * hour is worked out again every round, for its records are still coming; an hour of which late records came, once more.
 * Each round compares what is right with what stands in Loki, and writes the difference. So nothing is to be remembered
 * over a restart, and nothing is twice or missing whoever led before.
 */
export class CaseLeader {
  readonly statistics: CaseStatistics = { written: new Map(), amended: 0, failures: 0, roundSeconds: 0 };
  private covered: CaseCoverage | undefined;
  /** Cases whose time may still move, by key, as they stand in Loki. */
  private readonly open = new Map<string, CaseEntry>();
  /** Late records by hour, as far as they were worked in. */
  private readonly late = new Map<string, number>();
  private canGoBack = true;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: CaseLeaderOptions) {}

  /** The time whose cases stand in case records; undefined until Loki has said what those before have written. */
  coverage(): WatchRecord['cases'] | undefined {
    return this.covered && { from: formatNs(this.covered.from), to: formatNs(this.covered.to) };
  }

  /** Works until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { logger, now, share = 0.1 } = this.options;
    while (!signal.aborted) {
      const [began, beganAt] = [performance.now(), now()];
      try {
        await this.round(signal);
      } catch (error) {
        if (!signal.aborted) {
          this.statistics.failures++;
          logger.warn('cases were not worked out; tried again in a minute', { error: errorText(error) });
        }
      }
      const tookMs = performance.now() - began;
      this.statistics.roundSeconds = tookMs / 1000;
      const restMs = tookMs / share - tookMs;
      while (
        !signal.aborted &&
        (performance.now() - began - tookMs < restMs || now() - beganAt < EVERY_SECONDS * SECOND)
      ) {
        await pause(this.options.tickMs ?? 1000, signal);
      }
    }
  }

  /**
   * The newest stretch, an hour with news of late records, and a step back into the time before the first watch. One round
   * at a time: another one begins after it.
   *
   * @throws LokiRefusal, LokiUnreachable, StrangeAnswer, the signal's reason
   */
  round(signal: AbortSignal): Promise<void> {
    const round = this.running.then(() => this.workRound(signal));
    this.running = round.catch(() => undefined);
    return round;
  }

  private async workRound(signal: AbortSignal): Promise<void> {
    const now = this.options.now();
    const oldest = now - OLDEST;
    const to = now - LAG - ((now - LAG) % SECOND);
    this.covered ??= await this.resume(oldest, signal);
    if (this.covered === undefined || this.covered.to < oldest) {
      this.covered = { from: to - REWORK, to: to - REWORK };
    }
    const { covered } = this;
    covered.from = max(covered.from, oldest);
    for (let from = max(covered.to - REWORK, covered.from); from < to;) {
      const end = min(from + REWORK + STRETCH, to);
      await this.work({ from, to: end }, now, signal);
      covered.to = max(covered.to, end);
      from = end;
    }
    await this.workLate(covered, now, signal);
    if (this.canGoBack && covered.from > oldest) {
      await this.goBack(covered, oldest, now, signal);
    }
  }

  /** What those before have covered, and which of their cases may still move. */
  private async resume(oldest: bigint, signal: AbortSignal): Promise<CaseCoverage | undefined> {
    const { loki, cluster, now } = this.options;
    const covered = await caseCoverage(loki, cluster, now());
    const open = await storedCases(loki, cluster, { from: oldest, to: now() }, { metadata: { open: 'true' }, signal });
    open.timed().forEach((entry) => this.open.set(recordKey(entry.record), entry));
    return covered;
  }

  /** The cases of a stretch, and whatever has to be written so that they are what Loki says. */
  private async work(stretch: CaseCoverage, now: bigint, signal: AbortSignal): Promise<void> {
    const { loki, cluster, writer } = this.options;
    const wanted = await this.wantedIn(stretch, now, signal);
    const stored = await storedCases(loki, cluster, stretch, { signal });
    const moved = wanted.flatMap(({ content }) => this.movedFrom(content, stretch));
    const changes = [...moved, ...stored.changesTo(wanted)];
    for (const { record, ns } of changes) {
      await unlessAborted(writer.writable(), signal);
      signal.throwIfAborted();
      writer.write({
        ...{ kind: 'case', cluster, timestamp: ns, line: caseLine(record), isTimeFixed: true },
        metadata: caseMetadata(record),
      });
    }
    await unlessAborted(writer.flush(), signal);
    signal.throwIfAborted();
    this.note(changes);
    this.options.written?.(changes);
  }

  private async wantedIn({ from, to }: CaseCoverage, now: bigint, signal: AbortSignal): Promise<Timed[]> {
    const { loki, cluster } = this.options;
    const reader = new CaseReader(loki, signal, undefined, RECORDS_PER_SLICE);
    const recordsTo = min(to + BigInt(AFTER_MS / 1000) * SECOND, now + MINUTE);
    const wanted: Timed[] = [];
    for await (const cases of reader.slices({ cluster }, { from, to, recordsTo, now })) {
      signal.throwIfAborted();
      for (const one of cases) {
        const ns = momentOf(one);
        if (ns !== undefined && ns >= from && ns < to) {
          wanted.push({ content: contentOf(one), ns });
        }
      }
    }
    return this.withoutLater(wanted, to, now, signal);
  }

  /** A log that went on being rotated is a case of its last rotation, wherever that stands. */
  private async withoutLater(wanted: Timed[], to: bigint, now: bigint, signal: AbortSignal): Promise<Timed[]> {
    const { loki, cluster } = this.options;
    const open = wanted.filter(({ content }) => content.open);
    if (open.length === 0 || to >= (this.covered?.to ?? 0n)) {
      return wanted;
    }
    const later = new Set<string>();
    for (let i = 0; i < open.length; i += NAMES_PER_QUERY) {
      const pod = open.slice(i, i + NAMES_PER_QUERY).map(({ content }) => content.pod);
      const stored = await storedCases(loki, cluster, { from: to, to: now }, { metadata: { pod }, signal });
      stored.cases().forEach((record) => later.add(recordKey(record)));
    }
    return wanted.filter(({ content }) => !content.open || !later.has(recordKey(content)));
  }

  /** A case that stands at another time, outside of the stretch, is taken back there. */
  private movedFrom(content: CaseContent, { from, to }: CaseCoverage): CaseEntry[] {
    const before = this.open.get(recordKey(content));
    return before === undefined || (before.ns >= from && before.ns < to)
      ? []
      : [{ record: { ...before.record, revision: before.record.revision + 1, delta: -1 }, ns: before.ns }];
  }

  private note(changes: readonly CaseEntry[]): void {
    const takenBack = new Set<string>();
    for (const { record } of changes) {
      if (record.delta === -1) {
        takenBack.add(recordKey(record));
        this.open.delete(recordKey(record));
      }
    }
    for (const { record, ns } of changes) {
      if (record.delta === 1) {
        this.count(record);
        this.statistics.amended += takenBack.has(recordKey(record)) ? 1 : 0;
        if (record.open) {
          this.open.set(recordKey(record), { record, ns });
        }
      }
    }
  }

  private count({ cause, confidence, status }: CaseRecord): void {
    const key = `${cause} ${confidence} ${status}`;
    const counted = this.statistics.written.get(key) ?? { labels: { cause, confidence, status }, count: 0 };
    counted.count++;
    this.statistics.written.set(key, counted);
  }

  /** Late records stand in streams of their hour: an hour with more of them than before is worked out again. */
  private async workLate(covered: CaseCoverage, now: bigint, signal: AbortSignal): Promise<void> {
    const { loki, cluster } = this.options;
    const selector = narrowed(RECORD_SELECTOR, ...matchersOf({ record: TELLING, cluster, late: 'true' }));
    const query = `sum by (hour) (count_over_time(${selector} [${OLDEST / HOUR}h]))`;
    const counts = await loki.instant(query, now, signal);
    const news = counts
      .flatMap(({ labels: { hour = '' }, value }) => {
        const start = parseNs(`${hour}:00:00Z`);
        return start === undefined || value === (this.late.get(hour) ?? 0) ? [] : { hour, start, value };
      })
      .sort((a, b) => (a.start < b.start ? 1 : -1));
    for (const { hour, start, value } of news.slice(0, 1)) {
      const stretch = {
        from: max(start - AROUND_HOUR, covered.from),
        to: min(start + HOUR + AROUND_HOUR, covered.to),
      };
      if (stretch.from < stretch.to) {
        await this.work(stretch, now, signal);
      }
      this.late.set(hour, value);
    }
    for (const hour of this.late.keys()) {
      if ((parseNs(`${hour}:00:00Z`) ?? 0n) < now - OLDEST - HOUR) {
        this.late.delete(hour);
      }
    }
  }

  /** What happened before the first watch worked cases out, step by step; not where Loki takes nothing that old. */
  private async goBack(covered: CaseCoverage, oldest: bigint, now: bigint, signal: AbortSignal): Promise<void> {
    const { refused } = this.options.writer.statistics;
    const from = max(covered.from - STRETCH, oldest);
    await this.work({ from, to: covered.from }, now, signal);
    if (this.options.writer.statistics.refused > refused) {
      this.canGoBack = false;
    } else {
      covered.from = from;
    }
  }
}

const max = (a: bigint, b: bigint) => (a > b ? a : b);
const min = (a: bigint, b: bigint) => (a < b ? a : b);

/** When a case stands: of one without any time, until when it was observed. */
const momentOf = (one: Case): bigint | undefined => caseMoment(one) ?? parseNs(one.asOf);
