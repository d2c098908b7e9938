/** Nothing was ever understood: said this soon. */
const NEW_MS = 10_000;
/** What was understood before can be interrupted for long, by the stacks of all goroutines when the kubelet crashes. */
const KNOWN_MS = 60_000;
const KNOWN_LINES = 50;
const MAX_SHOWN = 200;

/** Notices that a log grows without a line of a kubelet in it. */
export class UnreadLines {
  private lines = 0;
  private sinceMs = 0;
  private newest = '';
  private everUnderstood = false;

  /** Whether the next lines have to be looked at: an understood log is not, line by line. */
  get wanted(): boolean {
    return !this.everUnderstood || this.lines > 0;
  }

  understood(): void {
    this.everUnderstood = true;
    this.lines = 0;
  }

  add(text: string, nowMs: number): void {
    if (text.trim() === '') {
      return;
    }
    this.sinceMs = this.lines === 0 ? nowMs : this.sinceMs;
    this.lines++;
    this.newest = text;
  }

  /** What is wrong, with the newest line that was not understood; null where nothing is. */
  problem(nowMs: number): string | null {
    const forMs = nowMs - this.sinceMs;
    const tooLong = this.everUnderstood
      ? this.lines >= KNOWN_LINES && forMs >= KNOWN_MS
      : this.lines > 0 && forMs >= NEW_MS;
    return tooLong ? `no line of a kubelet in ${this.lines} lines, the last of them: ${shown(this.newest)}` : null;
  }
}

/** A line as it can be shown in a message. */
export function shown(line: string): string {
  return JSON.stringify(line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line);
}
