import { KINDS, queryOf, ReadBefore, RecordBase, type Span, type Wish } from '../../model/evidence';
import { newestEntry, pages } from '../loki/pages';
import type { QueryClient } from '../loki/query-client';

const MS = 1_000_000n;
/** Records take about a kilobyte with their metadata; an answer must stay within what `pages` says. */
const FIRST_PAGE = 2000;
/** Queries under way at once. */
const CONCURRENT = 4;
const HOUR = 3_600_000;
/** Longest piece of time that one query is about: a piece of a narrow query holds little. */
const PIECE_MS = { all: 6 * HOUR, narrow: 24 * HOUR };

export interface EvidenceOptions {
  signal?: AbortSignal;
  /** Told how many records of the wishes that the reading is mainly about came. */
  onMain?: (records: number) => void;
}

/** Reads the records of wishes from one Loki. What was read before is not read again. */
export class EvidenceReader {
  readonly base = new RecordBase();
  private readonly before = new ReadBefore();

  constructor(
    private readonly client: QueryClient,
    private readonly options: EvidenceOptions = {}
  ) {}

  /** @throws LokiRefusal, LokiUnreachable, StrangeAnswer, the signal's reason */
  async read(wishes: readonly Wish[]): Promise<void> {
    const tasks = wishes.flatMap((wish) =>
      wish.isOne
        ? [() => this.readOne(wish)]
        : piecesOf(wish, this.before).map((piece) => () => this.readPiece(wish, piece))
    );
    const rest = tasks.values();
    const stop = new AbortController();
    const work = async () => {
      for (const task of rest) {
        stop.signal.throwIfAborted();
        await task();
      }
    };
    await Promise.all(
      Array.from({ length: Math.min(CONCURRENT, tasks.length) }, () =>
        work().catch((error: unknown) => {
          stop.abort(error);
          throw error;
        })
      )
    );
  }

  private async readPiece(wish: Wish, span: Span): Promise<void> {
    const { signal, onMain } = this.options;
    const range = {
      query: queryOf(wish),
      from: BigInt(Math.floor(span.from)) * MS,
      to: BigInt(Math.ceil(span.to)) * MS,
    };
    for await (const entries of pages(this.client, range, 'backward', { signal, firstPage: FIRST_PAGE })) {
      signal?.throwIfAborted();
      entries.forEach(({ line, ns }) => this.base.add(wish.kind, line, ns));
      if (wish.isMain) {
        onMain?.(entries.length);
      }
    }
    this.before.note(wish, span);
  }

  private async readOne(wish: Wish): Promise<void> {
    const { from, to } = wish.span;
    const range = { query: queryOf(wish), from: BigInt(Math.floor(from)) * MS, to: BigInt(Math.ceil(to)) * MS };
    const entry = await newestEntry(this.client, range);
    if (entry !== undefined) {
      this.base.add(wish.kind, entry.line, entry.ns);
    }
  }
}

function piecesOf(wish: Wish, before: ReadBefore): Span[] {
  const isNarrow = Object.values(wish.metadata).some((match) => match !== undefined);
  const length = isNarrow || !LARGE.has(KINDS[wish.kind].label) ? PIECE_MS.narrow : PIECE_MS.all;
  return before.missing(wish).flatMap(({ from, to }) => {
    const pieces: Span[] = [];
    for (let end = to; end > from; end -= length) {
      pieces.push({ from: Math.max(from, end - length), to: end });
    }
    return pieces;
  });
}

const LARGE = new Set(['container', 'pod', 'job', 'disk', 'heartbeat']);
