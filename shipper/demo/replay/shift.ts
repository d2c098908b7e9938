/** Bytes of `2026-11-23T23:13:47` at the start of a CRI line: what a shift by whole seconds changes. */
const STAMP = 19;
const NEWLINE = 0x0a;
const rotationTime = /(\.log\.)(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)(?=\.gz$|$)/;
const utcTime = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?=(?:\.\d+)?Z)/g;
const klogTime = /^([IWEF])(\d\d)(\d\d) (\d\d:\d\d:\d\d)(?=\.\d{6} )/;
/** Milliseconds since 1970, with a fraction behind. */
const klogJsonTime = /^(\{"ts":)(\d{13})(?=[.,])/;

/**
 * Moves the times of a recording by one constant. It is whole seconds, because containerd trims trailing zeros of the
 * fraction: only an unchanged fraction keeps a line as long as it was, and so every recorded file size true.
 */
export class TimeShift {
  private before = Buffer.alloc(STAMP);
  private after = Buffer.alloc(STAMP);

  constructor(readonly seconds: number) {}

  /** How many bytes to either side of a range `at()` needs to see, so that no timestamp is cut. */
  static readonly margin = STAMP;

  /**
   * Shifts, in place, the timestamp of each line that starts in the window and whose timestamp lies in it whole.
   * A line that does not start with a timestamp stays as it is.
   * @param startsLine the window's first byte is a line's first byte
   */
  apply(window: Buffer, startsLine: boolean): void {
    let start = startsLine ? 0 : window.indexOf(NEWLINE) + 1;
    if (!startsLine && start === 0) {
      return;
    }
    while (start + STAMP <= window.length) {
      this.shiftStamp(window, start);
      const newline = window.indexOf(NEWLINE, start);
      if (newline < 0) {
        return;
      }
      start = newline + 1;
    }
  }

  /** The path of a rotated log with its time moved; kubelet writes it in its local time, in the recording UTC. */
  path(path: string): string {
    return path.replace(rotationTime, (_all, log, y, mo, d, h, mi, s) => {
      const moved = this.moved(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`).toISOString();
      return log + moved.slice(0, STAMP).replace(/[-:]/g, '').replace('T', '-');
    });
  }

  /** A text with its RFC 3339 times in UTC moved. */
  text(text: string): string {
    return text.replace(utcTime, (time) => this.moved(`${time}Z`).toISOString().slice(0, STAMP));
  }

  /** A line of the kubelet's log, text or JSON, with its time moved, which in text has no year; any other line as it is. */
  klog(line: string, year: number): string {
    if (line.startsWith('{')) {
      return line.replace(
        klogJsonTime,
        (_all, before: string, ms: string) => before + (Number(ms) + this.seconds * 1000)
      );
    }
    return line.replace(klogTime, (_all, severity: string, mo: string, d: string, clock: string) => {
      const moved = this.moved(`${year}-${mo}-${d}T${clock}Z`).toISOString();
      return `${severity}${moved.slice(5, 7)}${moved.slice(8, 10)} ${moved.slice(11, STAMP)}`;
    });
  }

  private moved(time: string): Date {
    return new Date(Date.parse(time) + this.seconds * 1000);
  }

  private shiftStamp(window: Buffer, start: number): void {
    // A busy container writes thousands of lines in one second: the text of the last second is kept.
    if (window.compare(this.before, 0, STAMP, start, start + STAMP) !== 0) {
      const text = window.toString('latin1', start, start + STAMP);
      const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text) ? Date.parse(`${text}Z`) : NaN;
      if (Number.isNaN(ms)) {
        return;
      }
      this.before.write(text, 'latin1');
      this.after.write(new Date(ms + this.seconds * 1000).toISOString(), 'latin1');
    }
    this.after.copy(window, start);
  }
}
