import { type Block, decodeBlock, StoredEntry } from './block';

/** A part of a stream: entries of [from, until), nanoseconds since 1970. */
export interface Span {
  from: bigint;
  until: bigint;
}

/** A block, or a piece of what is not in blocks yet, that may have entries a query wants. */
export interface BlockRef {
  /** Times of the first and the last entry. */
  first: bigint;
  last: bigint;
  /** Entries of one nanosecond come in the order of their blocks' numbers. */
  number: number;
  /** Entries before this are deleted. */
  from: bigint;
}

const mostAhead = 16;
const fullChunk = 1024;

/**
 * The entries of blocks in pieces, oldest first or newest first. Blocks may overlap; each is decoded no earlier than it is
 * due, so that no more are in memory than overlap. Ends early where the caller stops asking.
 *
 * @param load the bytes of blocks, some of which may be gone by now
 * @throws DamagedError where a block is not as it was written
 */
export async function* scanBlocks<R extends BlockRef>(
  refs: readonly R[],
  load: (refs: readonly R[]) => Promise<ReadonlyArray<Buffer | undefined>>,
  span: Span,
  reverse: boolean
): AsyncGenerator<StoredEntry[]> {
  const sign = reverse ? -1 : 1;
  const bound = (ref: R): Position => ({ time: reverse ? ref.last : ref.first, number: ref.number });
  const pending = [...refs].sort((a, b) => sign * compare(bound(a), bound(b))).reverse();
  const queue = new ReadAhead(pending, load);
  const open: Cursor[] = [];
  let chunk: StoredEntry[] = [];
  for (;;) {
    let first = firstOf(open, sign);
    for (
      let next = pending.at(-1);
      next && (!first || sign * compare(bound(next), first) <= 0);
      next = pending.at(-1)
    ) {
      const bytes = await queue.take();
      pending.pop();
      const cursor = bytes && new Cursor(decodeBlock(bytes), next, span, reverse);
      if (cursor?.isDone === false) {
        open.push(cursor);
        first = firstOf(open, sign);
      }
    }
    if (!first) {
      break;
    }
    // One block alone gives all it has before the next one's first entry.
    const border = open.length === 1 ? pending.at(-1) : undefined;
    do {
      chunk.push(first.take());
      if (chunk.length >= fullChunk) {
        yield chunk;
        chunk = [];
      }
    } while (open.length === 1 && !first.isDone && (!border || sign * compare(first, bound(border)) < 0));
    if (first.isDone) {
      open.splice(open.indexOf(first), 1);
    }
  }
  if (chunk.length > 0) {
    yield chunk;
  }
}

interface Position {
  time: bigint;
  number: number;
}

function compare(a: Position, b: Position): number {
  return a.time < b.time ? -1 : a.time > b.time ? 1 : a.number - b.number;
}

function firstOf(open: readonly Cursor[], sign: number): Cursor | undefined {
  let first = open[0];
  for (const cursor of open) {
    first = first && sign * compare(cursor, first) >= 0 ? first : cursor;
  }
  return first;
}

/** Where a scan stands in a block. */
class Cursor implements Position {
  readonly number: number;
  time = 0n;
  private index: number;
  private readonly end: number;
  private readonly step: number;

  constructor(
    private readonly block: Block,
    ref: BlockRef,
    { from, until }: Span,
    reverse: boolean
  ) {
    this.number = ref.number;
    this.step = reverse ? -1 : 1;
    const low = block.firstFrom(from > ref.from ? from : ref.from);
    const high = block.firstFrom(until);
    this.index = reverse ? high - 1 : low;
    this.end = reverse ? Math.min(low, high) - 1 : Math.max(low, high);
    this.time = this.isDone ? 0n : block.time(this.index);
  }

  get isDone(): boolean {
    return this.index === this.end;
  }

  take(): StoredEntry {
    const entry = new StoredEntry(this.block, this.index);
    this.index += this.step;
    this.time = this.isDone ? this.time : this.block.time(this.index);
    return entry;
  }
}

/** Loads blocks before they are due: one, then more at a time, for many queries end soon. */
class ReadAhead<R> {
  private readonly loaded: Array<Promise<Buffer | undefined>> = [];
  private size = 1;

  /** @param pending the blocks, the next one last; whoever takes one removes it */
  constructor(
    private readonly pending: readonly R[],
    private readonly load: (refs: readonly R[]) => Promise<ReadonlyArray<Buffer | undefined>>
  ) {}

  take(): Promise<Buffer | undefined> {
    if (this.loaded.length <= this.size / 2) {
      const end = this.pending.length - this.loaded.length;
      const batch = this.pending.slice(Math.max(0, end - this.size), end).reverse();
      const all = batch.length > 0 ? this.load(batch) : Promise.resolve([]);
      // Whoever takes one meets the error.
      all.catch(() => undefined);
      batch.forEach((_, i) => this.loaded.push(all.then((blocks) => blocks[i])));
      this.loaded.forEach((block) => block.catch(() => undefined));
      this.size = Math.min(this.size * 2, mostAhead);
    }
    return this.loaded.shift() ?? Promise.resolve(undefined);
  }
}
