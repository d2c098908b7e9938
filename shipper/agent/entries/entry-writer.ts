import { isUtf8 } from 'node:buffer';
import type { EncodedMetadata, PushEncoder } from '../../loki/push/encoder';
import type { LineParser, StreamIndex } from './cri';
import type { OpenLines } from './open-lines';
import { startOfFile, type Position } from '../files/position';

/** Why a cut ended: at the end of the block, because the request is full, or at a line outside the time window. */
export type Stop = 'end' | 'full' | 'older' | 'newer';

/** Marks on an entry that a reader needs: metadata `continues`, `replaced`, `format`. */
export const CONTINUES = 1;
export const REPLACED = 2;
export const UNPARSED = 4;

/** Gives the structured metadata of a container's entries, in wire form in the arena. */
export interface MetadataSource {
  /** @param marks sum of CONTINUES, REPLACED, UNPARSED */
  of(stream: StreamIndex, marks: number): EncodedMetadata;
}

export interface Rules {
  /** Entries before this time (seconds since 1970) end the cut with `older`, … */
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
}

const NO_METADATA: MetadataSource = {
  of: () => {
    throw new Error('the writer has not begun');
  },
};
const NO_RULES: Rules = { from: 0, to: 0, maxLineBytes: 0, maxPayload: 0, maxEntries: 0, fallbackSeconds: 0 };

/** Writes lines as entries into the request, as long as the rules allow it, and moves the position on with them. */
export class EntryWriter {
  stop: Stop = 'end';
  /** Lines of the last cut that were in no known format, and lines with bytes that are not UTF-8. */
  unparsed = 0;
  replaced = 0;
  /** Time of the last cut's first entry; 0 where it has none. */
  firstSeconds = 0;
  firstNanos = 0;
  /** Time of the line that ended the last cut with `older` or `newer`. */
  stopSeconds = 0;
  private position: Position = startOfFile();
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
    this.unparsed = this.replaced = this.firstSeconds = this.firstNanos = 0;
    this.position = position;
    this.metadata = metadata;
    this.rules = rules;
    this.valid = valid;
  }

  /** Writes the line that the parser found. The common case, kept short: one line of the file is one entry. */
  whole(memory: Buffer, parser: LineParser): boolean {
    const { from, to, seconds, nanos, stream, decoded } = parser;
    const { position } = this;
    const length = to - from;
    if (decoded !== null || !this.valid || length > this.rules.maxLineBytes || position.skip > 0) {
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

  /** Writes a line in no known format as it is, with the time of the line before it. */
  unknown(content: Buffer): boolean {
    const { position, rules } = this;
    const seconds = position.seconds === 0 ? rules.fallbackSeconds : position.rawSeconds;
    if (!this.line(content, seconds, position.rawNanos, 0, UNPARSED)) {
      return false;
    }
    this.unparsed++;
    return true;
  }

  /** Writes a line of any length, whatever its bytes are; false where the rules end the request before its end. */
  line(content: Buffer, seconds: number, nanos: number, stream: StreamIndex, marks: number): boolean {
    const { metadata, position, rules } = this;
    if (!isUtf8(content)) {
      content = Buffer.from(content.toString('utf8'));
      marks |= REPLACED;
    }
    while (content.length - position.skip > rules.maxLineBytes) {
      const to = characterStart(content, position.skip + rules.maxLineBytes);
      const meta = metadata.of(stream, marks | CONTINUES);
      if (!this.piece(content.subarray(position.skip, to), seconds, nanos, meta)) {
        return false;
      }
      position.skip = to;
    }
    if (!this.piece(content.subarray(position.skip), seconds, nanos, metadata.of(stream, marks))) {
      return false;
    }
    if (marks & REPLACED) {
      this.replaced++;
    }
    position.skip = 0;
    position.lines++;
    return true;
  }

  private piece(content: Buffer, seconds: number, nanos: number, meta: EncodedMetadata): boolean {
    if (!this.admit(seconds, content.length, meta)) {
      return false;
    }
    this.advance(seconds, nanos);
    this.encoder.entry(this.position.seconds, this.position.nanos, content.length, meta);
    this.encoder.write(content);
    this.encoder.finish(meta);
    return true;
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

  /** Sets the times in the position for a line of this time: never the same as the line before it. */
  private advance(seconds: number, nanos: number): void {
    const { position } = this;
    const afterSent = seconds > position.seconds || (seconds === position.seconds && nanos > position.nanos);
    const beforeRaw = seconds < position.rawSeconds || (seconds === position.rawSeconds && nanos < position.rawNanos);
    position.rawSeconds = seconds;
    position.rawNanos = nanos;
    if (afterSent || beforeRaw) {
      position.seconds = seconds;
      position.nanos = nanos;
    } else if (++position.nanos === 1_000_000_000) {
      position.seconds++;
      position.nanos = 0;
    }
    if (this.firstSeconds === 0) {
      this.firstSeconds = position.seconds;
      this.firstNanos = position.nanos;
    }
  }
}

/** The last place at or before `at` where a UTF-8 character begins. */
function characterStart(content: Buffer, at: number): number {
  let start = at;
  while (start > 0 && ((content[start] ?? 0) & 0xc0) === 0x80) {
    start--;
  }
  return start;
}
