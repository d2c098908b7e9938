import type { Logger } from '../../common/log';
import { timesIn } from './envelope';
import { eventOf, isWorthParsing, type KubeletEvent } from './events';
import { type KlogLine, parseKlog, type WallTime } from './klog';
import { isPlausible, namedOffset, wallToNs, wallToUtcMs, zoneOffset } from './klog-time';
import type { LineSource, SourceLine } from './line-source';
import { type Reclaim, ReclaimAssembler } from './reclaim';
import { UnreadLines } from './unread-lines';

export interface KubeletLogOptions {
  source: LineSource;
  logger: Logger;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Time zone of the kubelet's clock, as `offsetAt` takes it; undefined: found out from the lines. */
  timeZone?: string;
  /** @param from where to read on after a restart, so that this reclaim is read again; null: from the beginning */
  onReclaim: (reclaim: Reclaim, from: string | null) => void;
}

/** How many lines were read, by what became of them. */
export interface KubeletLogLines {
  /** Lines of a kubelet. */
  understood: number;
  /** Lines in no known format. */
  'not-understood': number;
  /** Of a log that is understood: lines that tell of no reclaim, which are not looked at. */
  skipped: number;
}

/** An event of a text line whose zone is not known yet. */
interface Held {
  event: KubeletEvent;
  wall: WallTime;
  referenceMs: number;
  from: string | null;
}

/** A line that was just written may have waited this long in the kubelet's buffer, and clocks tick apart. */
const BUFFERED_MS = 35_000;
const AHEAD_MS = 5_000;
const EXPIRE_EVERY_MS = 5_000;
/** The zone of a log that is being written is known with its next line; of one that is not, maybe never. */
const NO_ZONE_MS = 15_000;
const MAX_HELD = 20_000;

/** Reads a kubelet's log and reports its reclaims. */
export class KubeletLog {
  private readonly assembler = new ReclaimAssembler();
  /** After the newest line. */
  private position: string | null = null;
  /** Before the first line of the reclaim under way. */
  private openPosition: string | null = null;
  private offsetMs: number | undefined;
  private held: Held[] = [];
  private heldSinceMs = 0;
  private readonly unread = new UnreadLines();
  private understood: { fromMs: number; toMs: number } | undefined;
  /** Time of a journal's entry (`journalctl --output=export` or `verbose`), whose fields are lines. */
  private entryMs: number | undefined;
  readonly lines: KubeletLogLines = { understood: 0, 'not-understood': 0, skipped: 0 };
  private problem: string | null = null;
  private unbelievable = 0;
  private lastLine = { takenMs: 0, caughtUp: false };
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: KubeletLogOptions) {}

  /** What is read, or why nothing is. */
  get state(): string {
    const { state } = this.options.source;
    return this.problem === null ? state : `${state}: ${this.problem}`;
  }

  /** First and last time (milliseconds since 1970) of the lines that were understood, and what is wrong. */
  get coverage(): { fromMs: number | null; toMs: number | null; problem: string | null } {
    const { fromMs = null, toMs = null } = this.understood ?? {};
    return { fromMs, toMs, problem: this.problem ?? this.options.source.problem };
  }

  /** From where to read on after a restart, so that no reclaim is told by half. */
  get safePosition(): string | null {
    const [held] = this.held;
    return this.kept(
      this.assembler.openSince !== undefined ? this.openPosition : held === undefined ? this.position : held.from
    );
  }

  /** @param kept what `safePosition` was, or what came with a reclaim; null: from the beginning */
  async start(kept: string | null): Promise<void> {
    const { position, offsetMs } = parseKept(kept);
    this.position = position;
    this.offsetMs = offsetMs;
    this.timer = setInterval(() => this.check(), EXPIRE_EVERY_MS);
    // Why it cannot be opened is told when reading begins.
    const newest = await this.options.source.newest?.().catch(() => undefined);
    const klog = newest && parseKlog(newest.text);
    if (klog) {
      this.learnZone(klog, newest.text, newest.writtenMs);
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
    this.takeEntryTime(line.text);
    const worth = isWorthParsing(line.text);
    const reporting = line.writtenMs !== undefined || (this.offsetMs === undefined && hasTimeOfItsOwn(line.text));
    if (!worth && !reporting && !this.unread.wanted) {
      this.lines.skipped++;
      return;
    }
    const klog = parseKlog(line.text);
    this.lines[klog ? 'understood' : 'not-understood']++;
    if (!klog) {
      this.unread.add(line.text, this.lastLine.takenMs);
      return;
    }
    this.unread.understood();
    const writtenMs = klog.writtenMs ?? this.entryMs ?? line.writtenMs;
    this.learnZone(klog, line.text, writtenMs);
    const at = this.timeOf(klog, writtenMs);
    this.cover(at);
    const event = worth ? eventOf(klog) : undefined;
    if (event && at !== undefined) {
      this.feed(event, at, before);
    } else if (event && klog.wall && this.offsetMs === undefined) {
      this.hold({ event, wall: klog.wall, referenceMs: this.referenceOf(klog, writtenMs), from: before });
    }
  }

  private feed(event: KubeletEvent, at: bigint, from: string | null): void {
    if (!this.believe(at)) {
      return;
    }
    const { openSince } = this.assembler;
    const begun = this.openPosition;
    const reclaims = this.assembler.feed(event, at);
    if (this.assembler.openSince !== openSince) {
      this.openPosition = from;
    }
    reclaims.forEach((reclaim) => this.options.onReclaim(reclaim, this.kept(begun)));
  }

  /** A position with the zone that was found out: after a restart no line may tell it any more. */
  private kept(position: string | null): string | null {
    return position === null || this.offsetMs === undefined ? position : `zone=${this.offsetMs};${position}`;
  }

  private hold(held: Held): void {
    if (this.held.length === 0) {
      this.heldSinceMs = this.options.now();
    }
    if (this.held.length < MAX_HELD) {
      this.held.push(held);
    }
  }

  /** A line whose time of writing is known tells the zone of all others. */
  private learnZone({ wall }: KlogLine, text: string, writtenMs: number | undefined): void {
    if (!wall || this.options.timeZone !== undefined) {
      return;
    }
    const moments = writtenMs === undefined ? [] : [writtenMs];
    for (const moment of this.offsetMs === undefined ? [...moments, ...momentsIn(text)] : moments) {
      const offset = zoneOffset(wall, moment);
      const behind = offset === undefined ? NaN : moment - (wallToUtcMs(wall, moment) - offset);
      if (behind < BUFFERED_MS && behind > -AHEAD_MS) {
        this.offsetMs = offset;
        this.release();
        return;
      }
    }
  }

  /** The zone is known: what waited for it is told. */
  private release(): void {
    const held = this.held;
    this.held = [];
    for (const { event, wall, referenceMs, from } of held) {
      this.feed(event, wallToNs(wall, this.offsetMs ?? 0, referenceMs), from);
    }
  }

  /** undefined where the zone is not known yet. */
  private timeOf(klog: KlogLine, writtenMs: number | undefined): bigint | undefined {
    if (klog.time !== null || klog.wall === null) {
      return klog.time ?? undefined;
    }
    const referenceMs = this.referenceOf(klog, writtenMs);
    const { timeZone } = this.options;
    const offset = timeZone === undefined ? this.offsetMs : namedOffset(timeZone, klog.wall, referenceMs);
    return offset === undefined ? undefined : wallToNs(klog.wall, offset, referenceMs);
  }

  /** A moment that tells the year of a line. */
  private referenceOf({ dateMs }: KlogLine, writtenMs: number | undefined): number {
    return writtenMs ?? dateMs ?? this.options.now();
  }

  private cover(at: bigint | undefined): void {
    if (at !== undefined && isPlausible(at, this.options.now())) {
      const ms = Number(at / 1_000_000n);
      this.understood = {
        fromMs: Math.min(this.understood?.fromMs ?? ms, ms),
        toMs: Math.max(this.understood?.toMs ?? ms, ms),
      };
    }
  }

  private believe(at: bigint): boolean {
    if (isPlausible(at, this.options.now())) {
      return true;
    }
    if (this.unbelievable++ === 0) {
      this.options.logger.warn('the kubelet log has a time that cannot be right; such lines are left out', {
        time: new Date(Number(at / 1_000_000n)).toISOString(),
      });
    }
    return false;
  }

  private takeEntryTime(text: string): void {
    if (text === '') {
      this.entryMs = undefined;
    } else if (text.startsWith('__REALTIME_TIMESTAMP=')) {
      this.entryMs = timesIn(text).writtenMs;
    } else {
      const [, micros] = text.includes('[s=') ? (verboseEntry.exec(text) ?? []) : [];
      this.entryMs = micros === undefined ? this.entryMs : parseInt(micros, 16) / 1000;
    }
  }

  private check(): void {
    // A log that is still being read up to its end is not silent, however old its lines are.
    const now = this.options.now();
    if (this.lastLine.caughtUp || now - this.lastLine.takenMs > EXPIRE_EVERY_MS) {
      const from = this.kept(this.openPosition);
      this.assembler.expire(BigInt(now) * 1_000_000n).forEach((reclaim) => this.options.onReclaim(reclaim, from));
    }
    this.report(this.unread.problem(now) ?? this.zoneProblem(now));
  }

  private zoneProblem(now: number): string | null {
    return this.held.length > 0 && now - this.heldSinceMs > NO_ZONE_MS
      ? `the time zone of the log is not known, so its ${this.held.length} lines about reclaims cannot be used; give it with --kubelet.log-timezone`
      : null;
  }

  /** Each problem once, and that it is over. */
  private report(problem: string | null): void {
    const { logger, source } = this.options;
    if (problem !== null && this.problem === null) {
      logger.warn('the kubelet log cannot be used', { source: source.state, reason: problem });
    } else if (problem === null && this.problem !== null) {
      logger.info('the kubelet log can be used again', { source: source.state });
    }
    this.problem = problem;
  }
}

function parseKept(kept: string | null): { position: string | null; offsetMs: number | undefined } {
  const [prefix, offset] = /^zone=(-?\d{1,8});/.exec(kept ?? '') ?? [];
  return offset === undefined
    ? { position: kept, offsetMs: undefined }
    : { position: kept?.slice(prefix?.length) ?? null, offsetMs: Number(offset) };
}

/**
 * The first line of an entry in `journalctl --output=verbose`: its time with the abbreviation of a zone, which names no offset,
 * and its cursor, whose `t` is microseconds since 1970 in hexadecimal digits (systemd, src/shared/logs-show.c and
 * src/libsystemd/sd-journal/sd-journal.c, sd_journal_get_cursor).
 */
const verboseEntry = /^\S.{15,60} \[s=[0-9a-f]+;(?:[a-z]=[0-9a-f]+;){0,5}t=([0-9a-f]{10,16});/;

/**
 * What Go prints of a time that the kubelet took itself ends in the monotonic clock:
 * `2026-11-23 23:09:26.867 +0900 JST m=+5.22`.
 */
const ownTime = /(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})? [+-]\d{4}) [A-Z0-9+-]{1,6} m=\+/g;

function hasTimeOfItsOwn(text: string): boolean {
  return text.includes(' m=+');
}

/** The times in a message that the kubelet took itself, the newest first: often that of the line itself is among them. */
function momentsIn(text: string): number[] {
  const moments = [...text.matchAll(ownTime)].flatMap(([, time = '']) => timesIn(time).writtenMs ?? []);
  return moments.sort((a, b) => b - a);
}
