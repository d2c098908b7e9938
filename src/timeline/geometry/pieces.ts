import { MOST_LANES, type Spans, spansWithin } from '../model/spans';
import type { Row } from '../model/timeline-model';
import { spanOf, type View } from './view';

/** Lives narrower than this are merged with their neighbours, and drawn this wide. Pixels. */
const NARROW = 2;

/** What is drawn of one life, or of several that share a pixel. Pixels from the left of the plot. */
export interface Piece {
  /** Start of the container, its end, and the end of its log on the node; clipped to a little outside the plot. */
  x0: number;
  x1: number;
  x2: number;
  lane: number;
  /** Indexes into `EXITS` and `LOG_STATUSES`: the worst of those in it. */
  exit: number;
  status: number;
  isGone: boolean;
  isCase: boolean;
  /** How many lives it stands for. */
  count: number;
  /** The first of them. */
  index: number;
}

/** Nothing that is drawn needs coordinates further outside than this. */
const OUTSIDE = 20;

/** What is to be drawn of a row in a view: a piece a life, and one for all lives of a lane that share a pixel. */
export function piecesOf(spans: Spans, row: Row, view: View, width: number): Piece[] {
  const pieces: Piece[] = [];
  const lastOfLane: Array<Piece | undefined> = new Array<undefined>(MOST_LANES).fill(undefined);
  const perMs = width / spanOf(view);
  const [low, high] = spansWithin(spans, row, view.from, view.to);
  for (let i = low; i < high; i++) {
    const piece = pieceAt(spans, i, view, perMs, width);
    if (piece === undefined) {
      continue;
    }
    const before = lastOfLane[piece.lane];
    if (before && isNarrow(before) && isNarrow(piece) && piece.x0 - before.x0 < NARROW) {
      merge(before, piece);
    } else {
      lastOfLane[piece.lane] = piece;
      pieces.push(piece);
    }
  }
  return pieces;
}

/** The piece of one life; undefined where it does not reach into the view. */
export function pieceAt(spans: Spans, i: number, view: View, perMs: number, width: number): Piece | undefined {
  const clip = (time: number) => Math.min(width + OUTSIDE, Math.max(-OUTSIDE, (time - view.from) * perMs));
  const until = spans.until[i] ?? 0;
  const start = spans.start[i] ?? 0;
  if (until < view.from || start > view.to) {
    return undefined;
  }
  return {
    x0: clip(start),
    x1: clip(spans.end[i] ?? 0),
    x2: clip(until),
    lane: spans.lane[i] ?? 0,
    exit: spans.exit[i] ?? 0,
    status: spans.status[i] ?? 0,
    isGone: spans.isGone[i] === 1,
    isCase: spans.isCase[i] === 1,
    count: 1,
    index: i,
  };
}

export const isNarrow = ({ x0, x2 }: Piece): boolean => x2 - x0 < NARROW;

function merge(into: Piece, { x1, x2, exit, status, isGone, isCase }: Piece): void {
  into.count++;
  into.x1 = Math.max(into.x1, x1);
  into.x2 = Math.min(into.x0 + NARROW - 0.01, Math.max(into.x2, x2));
  into.exit = Math.max(into.exit, exit);
  into.status = Math.max(into.status, status);
  into.isGone = into.isGone || isGone;
  into.isCase = into.isCase || isCase;
}
