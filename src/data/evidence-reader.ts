import { queryOf, type Span, type KindName, type Wish } from '../../model/evidence';
import { runLimited } from '../../model/run-limited';
import { ENTRIES_PER_QUERY, lowerLimit } from './limits';
import { type TimedLine, timedLinesOf } from './log-frames';
import type { LokiSource } from './loki-source';
import { LokiFailure } from './query-frames';
import type { RecordCache } from './record-cache';

/** Why what was read is only a part. */
export type Shortage =
  /** More records lie in the range than a page can hold; the newest were read. */
  | { why: 'too-many'; kind: KindName; read: number; total: number | undefined }
  /** More records stand in one millisecond than Grafana can page through. */
  | { why: 'one-millisecond'; at: number }
  /** Lines that are no record known here: written by a newer Afterlog, or by somebody else. */
  | { why: 'unreadable'; lines: number }
  /** A panel's query gave as many lines as it may; older ones were left out. */
  | { why: 'line-limit'; lines: number };

/** Grafana asks a browser's data sources six at a time at most; some are left to the other panels. */
const CONCURRENT = 4;
/** More lines of one kind than these are not read at once: a page holds their records in memory. */
const MAX_LINES_OF_KIND = 100_000;
const HOUR_MS = 3_600_000;
/** After so much work the page gets its turn: a frame is 16 ms. */
const AT_ONCE_MS = 8;

/** A piece of a wish that one query after the other reads. */
interface Piece {
  wish: Wish;
  span: Span;
}

/** Reads records of one Loki into a cache, newest first. What was read before is not read again. */
export class EvidenceReader {
  readonly shortages: Shortage[] = [];
  /** When the page last had its turn. */
  private workingSince = 0;
  private readonly lines = new Map<KindName, number>();
  /** Wishes of which older records were left out. */
  private readonly cut = new Map<KindName, Wish>();

  constructor(
    private readonly loki: LokiSource,
    private readonly cache: RecordCache,
    private readonly signal: AbortSignal,
    private readonly onMain: (lines: number) => void = () => undefined
  ) {}

  /** Reads what is not here yet; without wishes it lets the page draw. @throws LokiFailure, AbortError */
  async read(wishes: readonly Wish[]): Promise<void> {
    if (wishes.length === 0) {
      return this.pause();
    }
    const pieces = wishes.flatMap((wish) => (wish.isOne ? { wish, span: wish.span } : this.piecesOf(wish)));
    pieces.sort((a, b) => b.span.to - a.span.to);
    await runLimited(
      pieces.map(
        ({ wish, span }) =>
          () =>
            wish.isOne ? this.readOne(wish) : this.readPiece(wish, span)
      ),
      CONCURRENT
    );
  }

  /** How many records of wishes are not here yet; undefined where Loki refuses to count them. @throws AbortError */
  async count(wishes: readonly Wish[]): Promise<number | undefined> {
    // All at once: what is read while Loki counts is counted too.
    const parts = wishes.flatMap((wish) => this.cache.before.missingOfKept(wish).map((span) => ({ wish, span })));
    let sum = 0;
    for (const { wish, span } of parts) {
      const expr = `sum(count_over_time(${queryOf(wish, this.loki.recordSelector)} [${span.to - span.from}ms]))`;
      // A metric query counts what lies after the beginning of its range, and at its end.
      const end = span.to - 1;
      try {
        sum += await this.loki.count(expr, end, this.signal);
      } catch (failure) {
        if (!(failure instanceof LokiFailure)) {
          throw failure;
        }
        return undefined;
      }
    }
    return sum;
  }

  /** Names what was left out. @throws AbortError */
  async finish(): Promise<void> {
    for (const [kind, wish] of this.cut) {
      const read = this.lines.get(kind) ?? 0;
      const rest = await this.count([wish]);
      this.shortages.push({ why: 'too-many', kind, read, total: rest === undefined ? undefined : read + rest });
    }
  }

  private piecesOf(wish: Wish): Piece[] {
    const length = pieceLength(wish);
    return this.cache.before.missingOfKept(wish).flatMap(({ from, to }) => {
      const pieces: Piece[] = [];
      for (let end = to; end > from; end -= length) {
        pieces.push({ wish, span: { from: Math.max(from, end - length), to: end } });
      }
      return pieces;
    });
  }

  private async readOne(wish: Wish): Promise<void> {
    const lines = await this.page(wish, wish.span, 1);
    await this.take(wish, lines);
  }

  /**
   * All entries of a piece, page by page. Grafana asks in milliseconds: the oldest one of a page may have more entries,
   * and comes again.
   */
  private async readPiece(wish: Wish, { from, to }: Span): Promise<void> {
    const { kind } = wish;
    let limit = ENTRIES_PER_QUERY;
    for (let end = to; end > from;) {
      if ((this.lines.get(kind) ?? 0) >= MAX_LINES_OF_KIND) {
        this.cut.set(kind, wish);
        return;
      }
      let lines: TimedLine[];
      try {
        lines = await this.page(wish, { from, to: end }, limit);
      } catch (failure) {
        limit = lowerLimit(failure, limit);
        continue;
      }
      await this.take(wish, lines);
      if (lines.length < limit) {
        this.cache.before.note(wish, { from, to: end });
        return;
      }
      const oldest = Number(
        lines.reduce((first, { ns }) => (ns < first ? ns : first), lines[0]?.ns ?? 0n) / 1_000_000n
      );
      // Where one millisecond is all there is, nothing can page on.
      const next = oldest + 1 >= end ? oldest : oldest + 1;
      if (next === oldest) {
        this.shortages.push({ why: 'one-millisecond', at: oldest });
      }
      this.cache.before.note(wish, { from: next, to: end });
      end = next;
    }
  }

  private async page(wish: Wish, span: Span, limit: number): Promise<TimedLine[]> {
    const query = queryOf(wish, this.loki.recordSelector);
    return timedLinesOf(await this.loki.newestFrames(query, span, limit, this.signal));
  }

  /** Ten thousand lines take longer than a frame: in between, the page may draw and hear. */
  private async take({ kind, isMain }: Wish, lines: readonly TimedLine[]): Promise<void> {
    this.lines.set(kind, (this.lines.get(kind) ?? 0) + lines.length);
    this.workingSince = performance.now();
    for (const { line, ns } of lines) {
      this.cache.base.add(kind, line, ns);
      await this.pause();
    }
    if (isMain) {
      this.onMain(lines.length);
    }
  }

  /** Lets the page draw and hear, if it has waited for long. @throws AbortError */
  private async pause(): Promise<void> {
    if (performance.now() - this.workingSince > AT_ONCE_MS) {
      await new Promise((resolve) => setTimeout(resolve));
      this.signal.throwIfAborted();
      this.workingSince = performance.now();
    }
  }
}

/**
 * Several pieces are read side by side; of what comes in small numbers a long one is one query. Grafana itself asks for no
 * more than a day at once, for one day after the other.
 */
function pieceLength({ kind, metadata, span }: Wish): number {
  const isNarrow = Object.values(metadata).some((match) => match !== undefined);
  if (!LARGE.has(kind)) {
    return 7 * 24 * HOUR_MS;
  }
  return isNarrow ? 24 * HOUR_MS : Math.min(12 * HOUR_MS, Math.max(6 * HOUR_MS, (span.to - span.from) / 8));
}

const LARGE: ReadonlySet<KindName> = new Set(['containers', 'pods', 'jobs', 'disks', 'heartbeats']);
