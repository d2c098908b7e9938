import { appendFileSync, utimesSync } from 'node:fs';
import { parseKlog } from '../../node/kubelet-log/klog';
import { wallToNs } from '../../node/kubelet-log/klog-time';
import type { TimeShift } from '../replay/shift';

/** How often lines that came due are written, real milliseconds. */
const WRITE_MS = 20;

interface DueLine {
  text: string;
  /** As recorded, milliseconds since 1970. */
  at: number;
}

/** The recorded lines with their times; one without a header belongs to the line before. */
export function timedLines(lines: readonly string[], referenceMs: number): DueLine[] {
  let at = 0;
  return lines.map((text) => {
    const klog = parseKlog(text);
    const ns = klog?.wall ? wallToNs(klog.wall, 0, referenceMs) : klog?.time;
    at = typeof ns === 'bigint' ? Number(ns / 1_000_000n) : at;
    return { text, at };
  });
}

/** Writes a recorded kubelet's log into a file, each line when the replay's clock comes to it, with its time moved. */
export class KubeletLogWriter {
  private written = 0;
  private readonly timer: NodeJS.Timeout;

  /** @param now recorded time, milliseconds since 1970 */
  constructor(
    private readonly file: string,
    private readonly lines: readonly DueLine[],
    private readonly shift: TimeShift,
    private readonly now: () => number
  ) {
    this.write();
    this.timer = setInterval(() => this.write(), WRITE_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private write(): void {
    const now = this.now();
    const first = this.written;
    while ((this.lines[this.written]?.at ?? Infinity) <= now) {
      this.written++;
    }
    const due = this.lines.slice(first, this.written);
    const last = due.at(-1);
    if (!last) {
      return;
    }
    const year = new Date(last.at).getUTCFullYear();
    appendFileSync(this.file, due.map(({ text }) => `${this.shift.klog(text, year)}\n`).join(''));
    // A klog time has no zone: the agent finds it from the file's own time, which must be of the replay too.
    const moved = last.at / 1000 + this.shift.seconds;
    utimesSync(this.file, moved, moved);
  }
}
