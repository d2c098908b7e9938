import { isUtf8 } from 'node:buffer';
import { formatTime } from '../../../model/time';
import type { EncodedMetadata, PushEncoder } from '../../loki/push/encoder';
import type { LineParser, StreamIndex } from './cri';
import type { OpenLines } from './open-lines';
import { NO_RULES_APPLIED, type RuleCount } from './rule-count';
import { startOfFile, type Position } from '../files/position';

/** Why decoding ended: at the end of the block, because the request is full, or at a line outside the time window. */
export type Stop = 'end' | 'full' | 'older' | 'newer';

/** Marks on an entry that a reader needs: metadata `continues`, `replaced`, `format`. */
export const CONTINUES = 1;
export const REPLACED = 2;
export const UNPARSED = 4;

/** What tells an entry whose time does not from all others. */
export interface OwnMetadata {
  /** Its number among the lines out of order: it makes lines distinct that are equal in time and text. */
  order: number;
  /** The line's time, where it was sent with another one; empty where it was not. */
  lineTime: string;
}

/** Gives the structured metadata of a container's entries, in wire form in the arena. */
export interface MetadataSource {
  /** @param marks sum of CONTINUES, REPLACED, UNPARSED */
  of(stream: StreamIndex, marks: number): EncodedMetadata;
  /** Of a single entry; holds until the next call. */
  own(stream: StreamIndex, marks: number, own: OwnMetadata): EncodedMetadata;
}

export interface Rules {
  /** Entries before this time (seconds since 1970) end the decoding with `older`, … */
  from: number;
  /** … entries at or after this one with `newer`. */
  to: number;
  /** Loki's max_line_size. */
  maxLineBytes: number;
  /** Lines and metadata of one request. */
  maxPayload: number;
  /** Entries of one request; made small to find the entry that Loki refuses. */
  maxEntries: number;
  /** The time of lines that have none and none before them. */
  fallbackSeconds: number;
  /** Lines of this time and later ones are misdated (seconds since 1970), and never those before that the others come after. */
  futureFrom: number;
  /** They are sent with their own time all the same: a node's clock may be wrong, and the line right. */
  keepsFuture: boolean;
  /** What becomes of misdated lines: they are stored at `arrivalSeconds` with their own time in `line_time`, or left out. */
  misdated: 'store' | 'count';
  /** Seconds since 1970. */
  arrivalSeconds: number;
}

/** No container runtime wrote the formats that are read before 2010: a clock that was not set did. */
const EARLIEST_SECONDS = Date.UTC(2010, 0) / 1000;
/** No clock is that far ahead, and the encoder writes no time that needs more than 32 bits (February 2106). */
const LATEST_SECONDS = 2 ** 32 - 1;
const NANOS = 1_000_000_000;

const NO_METADATA: MetadataSource = {
  of: () => {
    throw new Error('the writer has not begun');
  },
  own: () => {
    throw new Error('the writer has not begun');
  },
};
const NO_RULES: Rules = {
  from: 0,
  to: 0,
  maxLineBytes: 0,
  maxPayload: 0,
  maxEntries: 0,
  fallbackSeconds: 0,
  futureFrom: 0,
  arrivalSeconds: 0,
  keepsFuture: false,
  misdated: 'store',
};

/** Writes lines as entries into the request, as long as the rules allow it, and moves the position on with them. */
export class EntryWriter {
  stop: Stop = 'end';
  /** Lines of the last decoding that were in no known format, and lines with bytes that are not UTF-8. */
  unparsed = 0;
  replaced = 0;
  /** Lines of the last decoding whose own time cannot be theirs, and those of them that were left out. */
  misdated = 0;
  leftOut = 0;
  /** The earliest and the latest time of the last decoding's entries; 0 where it has none. */
  firstSeconds = 0;
  firstNanos = 0;
  private latestSeconds = 0;
  private latestNanos = 0;
  /** The last entry in order is later than these. */
  private isLatestLast = false;
  /** Time of the line that ended the last decoding with `older` or `newer`. */
  stopSeconds = 0;
  protected position: Position = startOfFile();
  private metadata = NO_METADATA;
  private rules = NO_RULES;
  private valid = true;

  constructor(
    private readonly encoder: PushEncoder,
    private readonly openLines: OpenLines
  ) {}

  /** @param valid all bytes of the block are UTF-8 */
  begin(position: Position, metadata: MetadataSource, rules: Rules, valid: boolean): void {
    this.stop = 'end';
    this.unparsed = this.replaced = this.misdated = this.leftOut = 0;
    this.firstSeconds = this.firstNanos = this.latestSeconds = this.latestNanos = 0;
    this.isLatestLast = false;
    this.position = position;
    this.metadata = metadata;
    this.rules = rules;
    this.valid = valid;
  }

  /** What rules of the configuration did to the last decoding's lines, of which so many are before the position now. */
  ruleCounts(_lines: number): readonly RuleCount[] {
    return NO_RULES_APPLIED;
  }

  /** The latest time of the last decoding's entries. */
  get last(): { seconds: number; nanos: number } {
    const { latestSeconds, latestNanos } = this;
    const { seconds, nanos, peak } = this.position;
    return this.isLatestLast && peak === null && isBefore(latestSeconds, latestNanos, seconds, nanos)
      ? { seconds, nanos }
      : { seconds: latestSeconds, nanos: latestNanos };
  }

  /** Writes the line that the parser found. The common case, kept short: one line of the file is one entry. */
  whole(memory: Buffer, parser: LineParser): boolean {
    const { from, to, seconds, nanos, stream, decoded } = parser;
    const { position, rules } = this;
    const length = to - from;
    const isPlain = decoded === null && this.valid && length <= rules.maxLineBytes && position.skip === 0;
    const { rawSeconds, peak } = position;
    const isNext = peak === null && (seconds > rawSeconds || (seconds === rawSeconds && nanos >= position.rawNanos));
    if (!isPlain || !isNext || seconds >= rules.futureFrom || seconds < EARLIEST_SECONDS) {
      return this.line(decoded ?? memory.subarray(from, to), seconds, nanos, stream, 0);
    }
    const meta = this.metadata.of(stream, 0);
    if (!this.admit(seconds, length, meta)) {
      return false;
    }
    this.advance(seconds, nanos);
    const { encoder } = this;
    encoder.entry(position.seconds, position.nanos, length, meta);
    encoder.copy(from, to);
    encoder.finish(meta);
    position.lines++;
    return true;
  }

  /**
   * Writes a line in no known format as it is, with the time of the line before it.
   * @param next where there is none before it: the time of the first line after it, seconds and nanoseconds
   */
  unknown(content: Buffer, next: readonly [number, number] | null): boolean {
    const { position, rules } = this;
    const isFirst = position.seconds === 0;
    const [seconds, nanos] = !isFirst
      ? [position.rawSeconds, position.rawNanos]
      : next
        ? justBefore(...next)
        : [rules.fallbackSeconds, 0];
    if (!this.line(content, seconds, nanos, 0, UNPARSED)) {
      return false;
    }
    this.unparsed++;
    return true;
  }

  /** Writes a line of any length, whatever its bytes are; false where the rules end the request before its end. */
  line(content: Buffer, seconds: number, nanos: number, stream: StreamIndex, marks: number): boolean {
    const { position, rules } = this;
    const isMoved = this.isMisdated(seconds) && !this.keeps(seconds);
    if (isMoved && rules.misdated === 'count') {
      position.lines++;
      position.unordered += Math.max(1, Math.ceil(content.length / rules.maxLineBytes)); // as if it had been sent
      this.misdated++;
      this.leftOut++;
      return true;
    }
    if (!isUtf8(content)) {
      content = Buffer.from(content.toString('utf8'));
      marks |= REPLACED;
    }
    while (content.length - position.skip > rules.maxLineBytes) {
      const to = characterStart(content, position.skip + rules.maxLineBytes);
      if (!this.piece(content.subarray(position.skip, to), seconds, nanos, stream, marks | CONTINUES)) {
        return false;
      }
      position.skip = to;
    }
    if (!this.piece(content.subarray(position.skip), seconds, nanos, stream, marks)) {
      return false;
    }
    if (marks & REPLACED) {
      this.replaced++;
    }
    if (isMoved) {
      this.misdated++;
    }
    position.skip = 0;
    position.lines++;
    return true;
  }

  /** Whether an entry of this time may go into this request as far as its time goes; else decoding ends before it. */
  admitsTime(seconds: number): boolean {
    const time = this.sentSeconds(seconds);
    this.stop = time < this.rules.from ? 'older' : time >= this.rules.to ? 'newer' : this.stop;
    this.stopSeconds = time;
    return this.stop === 'end';
  }

  private piece(content: Buffer, seconds: number, nanos: number, stream: StreamIndex, marks: number): boolean {
    const { position } = this;
    if (this.isInOrder(seconds, nanos)) {
      const meta = this.metadata.of(stream, marks);
      if (!this.admit(seconds, content.length, meta)) {
        return false;
      }
      this.advance(seconds, nanos);
      this.write(content, position.seconds, position.nanos, meta);
      return true;
    }
    const order = position.unordered + 1;
    const isMisdated = this.isMisdated(seconds);
    const isMoved = isMisdated && !this.keeps(seconds);
    const meta = this.metadata.own(stream, marks, { order, lineTime: isMoved ? formatTime(seconds, nanos) : '' });
    const sentSeconds = this.sentSeconds(seconds);
    if (!this.admit(sentSeconds, content.length, meta)) {
      return false;
    }
    position.unordered = order;
    if (isMisdated) {
      const sentNanos = isMoved ? this.arrivalNanos(order) : nanos;
      this.widen(sentSeconds, sentNanos);
      this.write(content, sentSeconds, sentNanos, meta);
    } else {
      this.advanceUnordered(seconds, nanos);
      this.widen(position.seconds, position.nanos);
      this.write(content, position.seconds, position.nanos, meta);
    }
    return true;
  }

  private write(content: Buffer, seconds: number, nanos: number, meta: EncodedMetadata): void {
    this.encoder.entry(seconds, nanos, content.length, meta);
    this.encoder.write(content);
    this.encoder.finish(meta);
  }

  /** Whether an entry may go into this request. */
  private admit(seconds: number, length: number, meta: EncodedMetadata): boolean {
    const { encoder, rules } = this;
    if (!encoder.fits(length, meta.length)) {
      this.stop = 'full';
      return false;
    }
    const stop =
      seconds < rules.from
        ? 'older'
        : seconds >= rules.to
          ? 'newer'
          : encoder.entries > 0 &&
              (encoder.entries >= rules.maxEntries || encoder.payload + length + meta.payload > rules.maxPayload)
            ? 'full'
            : null;
    if (stop === null || !this.openLines.canEnd(this.position)) {
      return true;
    }
    this.stop = stop;
    this.stopSeconds = seconds;
    return false;
  }

  private isMisdated(seconds: number): boolean {
    return seconds >= this.rules.futureFrom || seconds < EARLIEST_SECONDS;
  }

  /** Whether a misdated line is sent with its own time. */
  private keeps(seconds: number): boolean {
    return this.rules.keepsFuture && seconds >= EARLIEST_SECONDS && seconds < LATEST_SECONDS;
  }

  /** The second that a line is sent with. */
  private sentSeconds(seconds: number): number {
    return this.isMisdated(seconds) && !this.keeps(seconds) ? this.rules.arrivalSeconds : seconds;
  }

  /** Within the second of its arrival a misdated line comes after the line before it, and each has its own place. */
  private arrivalNanos(order: number): number {
    const { seconds, nanos } = this.position.peak ?? this.position;
    return seconds === this.rules.arrivalSeconds ? Math.min(nanos + order, NANOS - 1) : order % NANOS;
  }

  /** Whether a line of this time comes after all before it, or at the time of the last of them. */
  private isInOrder(seconds: number, nanos: number): boolean {
    const { rawSeconds, rawNanos, peak } = this.position;
    if (peak !== null) {
      const { rawSeconds: peakSeconds, rawNanos: peakNanos } = peak;
      return (seconds > peakSeconds || (seconds === peakSeconds && nanos >= peakNanos)) && !this.isMisdated(seconds);
    }
    return (seconds > rawSeconds || (seconds === rawSeconds && nanos >= rawNanos)) && !this.isMisdated(seconds);
  }

  /** Sets the times in the position for a line that is in order: never the same as those of a line before it. */
  private advance(seconds: number, nanos: number): void {
    const { position } = this;
    if (position.peak !== null) {
      position.seconds = position.peak.seconds;
      position.nanos = position.peak.nanos;
      position.peak = null;
    }
    position.rawSeconds = seconds;
    position.rawNanos = nanos;
    if (seconds > position.seconds || (seconds === position.seconds && nanos > position.nanos)) {
      position.seconds = seconds;
      position.nanos = nanos;
    } else {
      increment(position);
    }
    this.isLatestLast = true;
    if (this.firstSeconds === 0) {
      this.firstSeconds = position.seconds;
      this.firstNanos = position.nanos;
    }
  }

  /** The same for a line that is not; the number that it has besides tells it from lines of the same time before it. */
  private advanceUnordered(seconds: number, nanos: number): void {
    const { position } = this;
    const { rawSeconds, rawNanos } = position;
    if (position.peak === null) {
      if (this.isLatestLast) {
        this.widen(position.seconds, position.nanos);
      }
      position.peak = { rawSeconds, rawNanos, seconds: position.seconds, nanos: position.nanos };
    } else if (seconds === rawSeconds && nanos === rawNanos) {
      increment(position);
      return;
    }
    position.rawSeconds = position.seconds = seconds;
    position.rawNanos = position.nanos = nanos;
  }

  /** The decoding's earliest and latest time are at least this far apart. */
  private widen(seconds: number, nanos: number): void {
    if (this.firstSeconds === 0 || isBefore(seconds, nanos, this.firstSeconds, this.firstNanos)) {
      this.firstSeconds = seconds;
      this.firstNanos = nanos;
    }
    if (isBefore(this.latestSeconds, this.latestNanos, seconds, nanos)) {
      this.latestSeconds = seconds;
      this.latestNanos = nanos;
    }
  }
}

const isBefore = (seconds: number, nanos: number, thanSeconds: number, thanNanos: number) =>
  seconds < thanSeconds || (seconds === thanSeconds && nanos < thanNanos);

function increment(position: Position): void {
  if (++position.nanos === NANOS) {
    position.seconds++;
    position.nanos = 0;
  }
}

/** So little before that lines without a time have room there. */
function justBefore(seconds: number, nanos: number): [number, number] {
  return nanos >= 1_000 ? [seconds, nanos - 1_000] : [seconds - 1, NANOS - 1_000 + nanos];
}

/** The last place at or before `at` where a UTF-8 character begins. */
function characterStart(content: Buffer, at: number): number {
  let start = at;
  while (start > 0 && ((content[start] ?? 0) & 0xc0) === 0x80) {
    start--;
  }
  return start;
}
