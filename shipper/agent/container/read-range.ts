import type { Block, Decoder } from '../entries/decoder';
import { BLOCK_BYTES, MAX_BLOCK_BYTES, type EncodeBuffer } from '../entries/encode-buffer';
import type { Rules, Stop } from '../entries/entry-writer';
import type { Route, Window } from '../entries/route';
import type { RuleCount } from '../entries/rule-count';
import { lineTime } from '../files/line-time';
import { movePosition, startOfFile, type Position } from '../files/position';
import type { TailedFile } from './tailed-file';

// Reads a file on from where reading stands, and writes its lines into the request at hand, a block at a time:
//
// 1. `rangeOf`: how much to read. What Loki may have although it never said so is read as it was read then: it ends where
//    it ended then, and goes to the same kind of stream.
// 2. `readBlock`: reads it. Nothing there ends the reading; so does content that is another than before, for the file was
//    emptied meanwhile.
// 3. `Decoder.decode`: writes the block's whole lines into the request, and moves the position behind the last of them.
// 4. `stretchOf`: what was read is noted as a stretch of the request.
// 5. `next`: goes on with the next block; with a larger one, where a line does not fit in; or with the same one once more
//    where a line has no end, and has waited for it long enough: it goes out as far as it is there.

const NEWLINE = 0x0a;
const NEVER: Window = { from: Infinity, to: Infinity };
/** An unfinished line that has not grown for so long is sent as far as it is there, … */
const UNFINISHED_MS = 5_000;
/** … and an open one (`P` without its `F`) after so long, whatever else is written to the file. */
const OPEN_MS = 2_000;
/** A hole of NULs is passed over so far in one turn. */
const MAX_HOLE_BYTES = 64 * 1024 * 1024;

/** A stretch of a log file inside a request, or passed over. */
export interface Stretch {
  file: TailedFile;
  to: Position;
  /** Earliest and latest time of its entries; null where nothing was sent. */
  from: string | null;
  last: string | null;
  lines: number;
  bytes: number;
  unparsed: number;
  replaced: number;
  nulBytes: number;
  /** Lines whose own time cannot be theirs, and those of them that were left out. */
  misdated: number;
  leftOut: number;
  /** What rules of the configuration did to its lines. */
  rules: readonly RuleCount[];
  arrivalSeconds: number;
  /** The container id that its entries carry. */
  containerId: string | null;
}

/** What a request still takes. */
export interface RequestRules extends Omit<Rules, 'from' | 'to' | 'fallbackSeconds' | 'futureFrom' | 'arrivalSeconds'> {
  route: Route;
  /** By Loki's clock, seconds since 1970. */
  nowSeconds: number;
  /** Lines that are dated so much later than now are misdated. */
  futureSeconds: number;
}

/** How the file stands for this reading. */
export interface Reading {
  /** Nothing more will be written to it. */
  final: boolean;
  /** Milliseconds of the monotonic clock. */
  nowMs: number;
  /** That its entries carry. */
  containerId: string | null;
}

/** Why reading stopped: besides the decoder's reasons, compressed data is not there yet, or another stream is due. */
export type ReadStop = Stop | 'unprepared' | 'fresh';

/** What is remembered from block to block. */
interface Pass {
  /** Bytes of the next block. */
  wanted: number;
  /** A line that has no end is cut where the file ends. */
  flush: boolean;
  /** NUL bytes that were passed over. */
  passed: number;
}

/** What is read next. */
interface Range {
  length: number;
  /** It ends where it ended when it was sent before. */
  isRepeated: boolean;
}

/**
 * Reads on from where reading stands and writes entries into the request on the buffer.
 * @param stretches what was read is added to them
 */
export function readRange(
  file: TailedFile,
  buffer: EncodeBuffer,
  rules: RequestRules,
  reading: Reading,
  stretches: Stretch[]
): ReadStop {
  const { read } = file;
  const { decoder } = buffer;
  const before = startOfFile();
  const pass: Pass = { wanted: BLOCK_BYTES, flush: false, passed: 0 };
  for (;;) {
    const { again } = file;
    if (again && !again.late && isElsewhere(file, rules.route)) {
      return 'fresh';
    }
    const range = rangeOf(file, pass);
    const block = readBlock(file, buffer, range, pass, reading);
    if (block === 'end' || block === 'unprepared') {
      return block;
    }
    movePosition(before, read);
    const given = cutRules(file, rules);
    const stop = decoder.decode(block, read, buffer.metadata, given);
    const progress = read.offset !== before.offset || read.skip !== before.skip;
    if (progress) {
      stretches.push(stretchOf(file, before, decoder, reading.containerId, given.arrivalSeconds));
      pass.passed += decoder.nulBytes;
      pass.wanted = decoder.nulBytes > (block.end - block.start) / 2 ? MAX_BLOCK_BYTES : BLOCK_BYTES;
      pass.flush = false;
    }
    if (stop === 'older' || stop === 'newer' || (stop === 'full' && (progress || buffer.encoder.entries > 0))) {
      return stop;
    }
    if ((again && !file.again) || pass.passed >= MAX_HOLE_BYTES) {
      return 'full'; // what follows may go elsewhere, with other metadata; or others have waited long enough
    }
    // After progress what is left is an unfinished line, or nothing.
    const over = progress ? null : next(file, pass, stop, isAtEnd(block, range), reading.nowMs);
    if (over !== null) {
      return over;
    }
  }
}

function rangeOf({ read, again }: TailedFile, { wanted }: Pass): Range {
  const rest = again && again.skip === 0 ? again.offset - read.offset : Infinity;
  return { length: Math.min(wanted, rest), isRepeated: rest <= wanted };
}

function readBlock(
  file: TailedFile,
  { memory, blockStart: start }: EncodeBuffer,
  range: Range,
  pass: Pass,
  reading: Reading
): Block | 'end' | 'unprepared' {
  const { log, read } = file;
  const { length, isRepeated } = range;
  const n = log.readAt(memory, start, length, read.offset);
  if (n === null) {
    return 'unprepared';
  }
  // Compared after reading: what was read before the file was emptied is its old content.
  if (n === 0 || isRewritten(file)) {
    return 'end';
  }
  file.grow(read.offset + n);
  const atEnd = isAtEnd({ start, end: start + n }, range);
  const isTorn = isRepeated && memory[start + n - 1] !== NEWLINE;
  const isWhole = atEnd && reading.final && read.offset + n >= log.size;
  const isEndless = length === MAX_BLOCK_BYTES && !atEnd && pass.flush; // it goes out in parts of a block each
  return { memory, start, end: start + n, final: isTorn || isWhole || isEndless, flush: pass.flush || isRepeated };
}

const isAtEnd = ({ start, end }: Pick<Block, 'start' | 'end'>, { length, isRepeated }: Range) =>
  end - start < length || isRepeated;

/** Rotated files are written to no more; what a container writes to may have been emptied and have grown again. */
function isRewritten(file: TailedFile): boolean {
  if (!file.isSuperseded && file.log.isRewritten()) {
    file.isSuspect = true;
  }
  return file.isSuspect;
}

/** Nothing could be taken of the block: what to do with it. @returns the reason to stop; null: it is read again */
function next(file: TailedFile, pass: Pass, stop: Stop, atEnd: boolean, nowMs: number): ReadStop | null {
  if (atEnd) {
    if (pass.flush && file.again) {
      file.sent = null; // cannot be split as it was
    } else if (pass.flush || (!file.again && file.awaitsLineEnd(nowMs, UNFINISHED_MS, OPEN_MS))) {
      return 'end';
    }
    pass.flush = true;
  } else if (pass.wanted < MAX_BLOCK_BYTES && stop !== 'full') {
    pass.wanted *= 4;
  } else if (!pass.flush) {
    pass.flush = true;
  } else {
    return 'full';
  }
  return null;
}

/** Whether what is next was sent before and has to go to the other kind of stream than this one. */
function isElsewhere({ again }: TailedFile, route: Route): boolean {
  return again !== null && again.late !== route.late;
}

function cutRules(file: TailedFile, { route, nowSeconds, futureSeconds, ...rules }: RequestRules): Rules {
  const { again } = file;
  // Late lines that were sent as such: decoding stops at the first and reports its time, which names the stream.
  const window = again === null ? route : isElsewhere(file, route) ? NEVER : route.again;
  const fallbackSeconds = Math.floor(file.birthMs / 1000);
  const arrivalSeconds = again?.arrivalSeconds ?? nowSeconds;
  const futureFrom = arrivalSeconds + futureSeconds;
  return { ...rules, from: window.from, to: window.to, fallbackSeconds, futureFrom, arrivalSeconds };
}

function stretchOf(
  file: TailedFile,
  before: Position,
  { writer, nulBytes }: Decoder,
  containerId: string | null,
  arrivalSeconds: number
): Stretch {
  const { read } = file;
  const { unparsed, replaced, misdated, leftOut, last } = writer;
  return {
    file,
    to: { ...read },
    from: lineTime(writer.firstSeconds, writer.firstNanos),
    last: lineTime(last.seconds, last.nanos),
    lines: read.lines - before.lines,
    bytes: read.offset - before.offset,
    unparsed,
    replaced,
    nulBytes,
    misdated,
    leftOut,
    rules: writer.ruleCounts(read.lines),
    arrivalSeconds,
    containerId,
  };
}
