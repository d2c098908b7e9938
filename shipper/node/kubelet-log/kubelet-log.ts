import type { Logger } from '../../common/log';
import { eventOf, isWorthParsing } from './events';
import { type KlogLine, parseKlog } from './klog';
import { isPlausible, wallToNs, wallToUtcMs, zoneOffset } from './klog-time';
import type { LineSource, SourceLine } from './line-source';
import { type Reclaim, ReclaimAssembler } from './reclaim';

export interface KubeletLogOptions {
  source: LineSource;
  logger: Logger;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Minutes east of UTC of the kubelet's clock; undefined: found out from the lines. */
  zoneMinutes?: number;
  onReclaim: (reclaim: Reclaim) => void;
}

/** A line that was just written may have waited this long in the kubelet's buffer, and clocks tick apart. */
const BUFFERED_MS = 35_000;
const AHEAD_MS = 5_000;
const EXPIRE_EVERY_MS = 5_000;

/** Reads a kubelet's log and reports its reclaims. */
export class KubeletLog {
  private readonly assembler = new ReclaimAssembler();
  /** After the newest line. */
  private position: string | null = null;
  /** Before the first line of the reclaim under way. */
  private openPosition: string | null = null;
  private offsetMs: number;
  private unbelievable = 0;
  private lastLine = { takenMs: 0, caughtUp: false };
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: KubeletLogOptions) {
    this.offsetMs = (options.zoneMinutes ?? 0) * 60_000;
  }

  get state(): string {
    return this.options.source.state;
  }

  /** From where to read on after a restart, so that no reclaim is told by half. */
  get safePosition(): string | null {
    return this.assembler.openSince === undefined ? this.position : this.openPosition;
  }

  async start(position: string | null): Promise<void> {
    this.position = position;
    this.timer = setInterval(() => this.expire(), EXPIRE_EVERY_MS);
    // Why it cannot be opened is told when reading begins.
    const newest = await this.options.source.newest?.().catch(() => undefined);
    const klog = newest && parseKlog(newest.text);
    if (klog) {
      this.learnZone(klog, newest.writtenMs);
    }
    await this.options.source.start(position, (line) => this.take(line));
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.options.source.stop();
  }

  private take(line: SourceLine): void {
    const before = this.position;
    this.position = line.position;
    this.lastLine = { takenMs: this.options.now(), caughtUp: line.writtenMs !== undefined };
    const worth = isWorthParsing(line.text);
    if (!worth && line.writtenMs === undefined) {
      return;
    }
    const klog = parseKlog(line.text);
    if (!klog) {
      return;
    }
    this.learnZone(klog, line.writtenMs);
    const event = worth ? eventOf(klog) : undefined;
    const at = event && this.timeOf(klog, line.writtenMs);
    if (!event || at === undefined) {
      return;
    }
    const wasOpen = this.assembler.openSince;
    const reclaims = this.assembler.feed(event, at);
    if (this.assembler.openSince !== wasOpen) {
      this.openPosition = before;
    }
    reclaims.forEach(this.options.onReclaim);
  }

  /** A line whose time of writing is known tells the zone of all others. */
  private learnZone({ wall }: KlogLine, writtenMs: number | undefined): void {
    if (!wall || writtenMs === undefined || this.options.zoneMinutes !== undefined) {
      return;
    }
    const offset = zoneOffset(wall, writtenMs);
    const behind = offset === undefined ? undefined : writtenMs - (wallToUtcMs(wall, writtenMs) - offset);
    if (offset !== undefined && behind !== undefined && behind < BUFFERED_MS && behind > -AHEAD_MS) {
      this.offsetMs = offset;
    }
  }

  private timeOf(klog: KlogLine, writtenMs: number | undefined): bigint | undefined {
    const now = this.options.now();
    const at = klog.time ?? (klog.wall ? wallToNs(klog.wall, this.offsetMs, writtenMs ?? now) : undefined);
    if (at !== undefined && isPlausible(at, now)) {
      return at;
    }
    if (this.unbelievable++ === 0) {
      this.options.logger.warn('the kubelet log has a time that cannot be right; such lines are left out', {
        time: at === undefined ? 'none' : new Date(Number(at / 1_000_000n)).toISOString(),
      });
    }
    return undefined;
  }

  private expire(): void {
    // A log that is still being read up to its end is not silent, however old its lines are.
    const now = this.options.now();
    if (this.lastLine.caughtUp || now - this.lastLine.takenMs > EXPIRE_EVERY_MS) {
      this.assembler.expire(BigInt(now) * 1_000_000n).forEach(this.options.onReclaim);
    }
  }
}
