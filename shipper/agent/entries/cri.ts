/** 0 = stdout, 1 = stderr. */
export type StreamIndex = 0 | 1;
export const STREAM_NAMES = ['stdout', 'stderr'] as const;

/** What a parser of log lines finds out about one line; the fields hold until the next `parse`. */
export interface LineParser {
  /**
   * Reads the line in `memory[start, end)`, without its newline.
   * @returns false where it is no line of this format
   */
  parse(memory: Buffer, start: number, end: number): boolean;
  seconds: number;
  nanos: number;
  stream: StreamIndex;
  /** The line goes on in the next one of the same stream. */
  partial: boolean;
  /** Where the content lies in `memory`; unless it had to be decoded: then `decoded` has it. */
  from: number;
  to: number;
  decoded: Buffer | null;
}

const DASH = 0x2d;
const PLUS = 0x2b;
const COLON = 0x3a;
const DOT = 0x2e;
const SPACE = 0x20;
const Z = 0x5a;
const P = 0x50;
const F = 0x46;
const MINUTE_LENGTH = 16; // 2016-10-06T00:17
const MINUTE = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/;

/**
 * Lines as container runtimes write them: `2016-10-06T00:17:09.669794202Z stdout F text`
 * (kubernetes/design-proposals "kubelet-cri-logging": RFC 3339 time, stream, tags separated by `:`, content).
 * The minute is parsed once and then compared, since neighbouring lines share it.
 */
export class CriParser implements LineParser {
  seconds = 0;
  nanos = 0;
  stream: StreamIndex = 0;
  partial = false;
  from = 0;
  to = 0;
  readonly decoded = null;
  private readonly minute = new Uint8Array(MINUTE_LENGTH);
  private minuteSeconds = 0;

  parse(memory: Buffer, start: number, end: number): boolean {
    let at = start + MINUTE_LENGTH;
    // The shortest line: a time without fraction, a stream, a tag.
    if (end - start < 29 || memory[at] !== COLON || !this.readMinute(memory, start)) {
      return false;
    }
    const tens = digit(memory[at + 1]);
    const ones = digit(memory[at + 2]);
    if (tens < 0 || ones < 0) {
      return false;
    }
    if (tens > 6 || (tens === 6 && ones > 0)) {
      return false;
    }
    let seconds = this.minuteSeconds + tens * 10 + ones;
    at += 3;
    let nanos = 0;
    if (memory[at] === DOT) {
      at++;
      let scale = 100_000_000;
      for (let d = digit(memory[at]); d >= 0; d = digit(memory[++at])) {
        nanos += d * scale;
        scale = scale >= 10 ? scale / 10 : 0;
      }
    }
    if (memory[at] === Z) {
      at++;
    } else {
      const offset = zoneSeconds(memory, at);
      if (offset === undefined) {
        return false;
      }
      seconds -= offset;
      at += 6;
    }
    // " stdout F " or " stderr P:… "
    if (memory[at] !== SPACE || memory[at + 1] !== 0x73 || memory[at + 2] !== 0x74 || memory[at + 3] !== 0x64) {
      return false;
    }
    if (memory[at + 4] === 0x6f && memory[at + 5] === 0x75 && memory[at + 6] === 0x74) {
      this.stream = 0;
    } else if (memory[at + 4] === 0x65 && memory[at + 5] === 0x72 && memory[at + 6] === 0x72) {
      this.stream = 1;
    } else {
      return false;
    }
    const tag = memory[at + 8];
    if (memory[at + 7] !== SPACE || (tag !== F && tag !== P)) {
      return false;
    }
    at += 9;
    if (memory[at] === COLON) {
      while (at < end && memory[at] !== SPACE) {
        at++;
      }
    }
    if (at < end && memory[at] !== SPACE) {
      return false;
    }
    this.seconds = seconds;
    this.nanos = nanos;
    this.partial = tag === P;
    this.from = Math.min(at + 1, end);
    this.to = end;
    return true;
  }

  private readMinute(memory: Buffer, start: number): boolean {
    const { minute } = this;
    let i = MINUTE_LENGTH - 1;
    while (i >= 0 && memory[start + i] === minute[i]) {
      i--;
    }
    if (i < 0) {
      return true;
    }
    const text = memory.toString('latin1', start, start + MINUTE_LENGTH);
    // Date.parse passes over what is no date, NULs among it, and takes the rest for another one.
    const ms = MINUTE.test(text) ? Date.parse(`${text}:00Z`) : NaN;
    if (Number.isNaN(ms)) {
      return false;
    }
    minute.set(memory.subarray(start, start + MINUTE_LENGTH));
    this.minuteSeconds = ms / 1000;
    return true;
  }
}

function digit(byte: number | undefined): number {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : -1;
}

/** The offset `±hh:mm` in seconds. */
function zoneSeconds(memory: Buffer, at: number): number | undefined {
  const sign = memory[at] === PLUS ? 1 : memory[at] === DASH ? -1 : 0;
  const d = [1, 2, 4, 5].map((i) => digit(memory[at + i]));
  if (sign === 0 || memory[at + 3] !== COLON || d.some((value) => value < 0)) {
    return undefined;
  }
  const [h1 = 0, h2 = 0, m1 = 0, m2 = 0] = d;
  return sign * ((h1 * 10 + h2) * 3600 + (m1 * 10 + m2) * 60);
}
