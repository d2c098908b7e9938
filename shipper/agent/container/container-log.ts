import type { ContainerRun } from '../../../model/container-run';
import type { ContainerRecord, Gap } from '../../../model/records';
import type { EncodeBuffer } from '../entries/encode-buffer';
import { MetadataForms, type MetadataPairs } from '../entries/entry-metadata';
import type { FoundFile } from '../files/found-file';
import { lineTime } from '../files/line-time';
import { LogFile } from '../files/log-file';
import { byAge } from '../files/names';
import { lossBefore, lossBetween, lossOfSaved, lossOfUnseenLast } from './losses';
import { readRange, type ReadStop, type RequestRules, type Stretch } from './read-range';
import { addGap, buildContainerRecord, emptyRecordState, foldAway, isSameFile, type RecordState } from './record-state';
import type { SavedFile } from './saved';
import { RUNS_MS, TailedFile, type FileView, type GivenUp, type Sent } from './tailed-file';
import { UnopenedFiles } from './unopened';
import { firstLineMs, unreadSpan } from './unread-span';

/** Lines that wait for so long are a backlog. */
const BACKLOG_MS = 5_000;
/** Times of directories are as coarse as the kernel's tick. */
const TICK_MS = 50;
/** A container that writes now and then has a container record so often at least. */
const MAX_REPORT_PAUSE_MS = 600_000;
/** The detail of the gap of a container that writes to a file which nobody can read. */
const UNHELD = 'what its container wrote to the deleted file, which is not held open any more';

/** What the kubelet's link to a container's log tells: there as long as the kubelet has the container. */
export type LinkState = 'there' | 'removed' | 'unknown';

/** What a look at the container's directory found of a file. */
export type FileEvent =
  /** One that was not there before, opened. */
  | { kind: 'seen'; found: FoundFile; log: LogFile }
  /** One that was not there before and cannot be opened, and why; null: it had gone between look and opening. */
  | { kind: 'unopened'; found: FoundFile; why: string | null }
  /** It lies there under this name: its own, that of a rotation, or that of a compressed copy. */
  | { kind: 'renamed'; file: FileView; found: FoundFile }
  | { kind: 'grew'; file: FileView; size: number }
  /** It has other content than before: what was not read of the old is lost, and the new is another file. */
  | { kind: 'truncated'; file: FileView }
  /** No name leads to it any more. */
  | { kind: 'deleted'; file: FileView };

/** What a look at the container's directory came to, after the events of its files. */
export interface DirectoryLook {
  /** The container's files that lie there, oldest first. */
  there: readonly FoundFile[];
  /** Links to files of its that are not there. */
  links: readonly FoundFile[];
  /** Nothing changed there meanwhile: what is not among them is gone. */
  isFirm: boolean;
  /** A newer run of the container is there: this one writes nothing more. */
  isSuperseded: boolean;
  /** When the directory last changed, milliseconds since 1970; null where it is gone, too. */
  changedMs: number | null;
}

/** A stretch of one of a container's files. */
export interface Segment extends Omit<Stretch, 'file'> {
  container: ContainerLog;
  file: FileView;
}

/** What a fill came to. */
export interface Filled {
  segments: Segment[];
  stop: ReadStop;
  /** With a stop at a line for another stream: whether it has to be one of late lines; undefined: its age decides. */
  late?: boolean | undefined;
}

export interface ContainerDeps {
  /** The metadata of its entries. */
  pairs: (containerId: string | null) => MetadataPairs;
  /** Part of its log is not in Loki, and never will be. */
  onMiss: (gap: Gap) => void;
  /** Now as RFC 3339. */
  nowText: () => string;
  /** A time of the file system, milliseconds since 1970, as RFC 3339: now at the latest. */
  fileTimeText: (ms: number) => string;
}

/**
 * The log of one container run: its files from the oldest to the current one, and the account of them. It alone changes
 * their state: whoever looks at its directory tells it what happened there (`apply`, `looked`), whoever sends its lines
 * what became of them.
 */
export class ContainerLog {
  readonly state: RecordState;
  readonly unopened = new UnopenedFiles();
  /** Files that are open, oldest first. */
  private tailed: TailedFile[] = [];
  /** Those of them that the last look found. */
  private newcomers: TailedFile[] = [];
  /** When its link was made, as long as the first line of its oldest file is not known: milliseconds since 1970. */
  private linkedMs: number | null = null;
  /** Files that an earlier agent had acknowledged in part and that are not found again yet. */
  private unresolved: SavedFile[] = [];
  private readonly forms = new Map<string | null, MetadataForms>();
  /** Files that rotation deleted, as the last container record told them. */
  reportedRotatedAway = 0;
  /** No container of this run writes any more, whatever lies on the disk (`--once`). */
  over = false;
  /** Of `bytesWritten` what an earlier agent knew. */
  bytesBefore = 0;
  /** A gap was found that no container record in Loki tells of. */
  unreported = false;
  private reports = { atMs: -Infinity, count: 0, ofBacklog: false };
  /** Since when there are always bytes that wait for Loki: milliseconds of the monotonic clock; null where none wait, … */
  private waitingSince: number | null = null;
  /** … and since when it has taken none of them. */
  private stuckSince: number | null = null;
  /** Its log was deleted, and its link with it: the kubelet has removed the container. */
  private isUnlinked = false;
  /** When its log left the node, milliseconds of the monotonic clock. */
  private leftAt = -Infinity;

  /** @param id `containerRunId()`, with `@` and a time where another container had that id before, as static pods do */
  constructor(
    readonly id: string,
    readonly run: ContainerRun,
    readonly directory: string,
    private readonly deps: ContainerDeps,
    saved?: { account: RecordState; files: readonly SavedFile[] }
  ) {
    this.state = saved?.account ?? emptyRecordState();
    this.unresolved = [...(saved?.files ?? [])];
    this.unreported = this.state.gaps.length > 0; // an earlier agent may have ended before it could tell
  }

  get files(): readonly FileView[] {
    return this.tailed;
  }

  /** Whether everything of it is known that an earlier agent left, and nothing waits. */
  get isAtRest(): boolean {
    return this.unread === 0 && this.unresolved.length === 0 && !this.unreported;
  }

  // What happens in its directory.

  apply(event: FileEvent): void {
    switch (event.kind) {
      case 'seen':
        this.see(event.found, event.log);
        return;
      case 'unopened':
        this.unreported ||= this.unopened.note(event.found, event.why) && event.why !== null;
        return;
      case 'renamed':
        this.own(event.file)?.rename(event.found);
        return;
      case 'grew':
        this.grow(this.own(event.file), event.size);
        return;
      case 'truncated':
        this.giveUp(event.file, { reason: 'truncated', to: this.deps.nowText() });
        return;
      case 'deleted':
        this.delete(this.own(event.file));
    }
  }

  /** All files of the directory were looked at. */
  looked({ there, links, isFirm, isSuperseded, changedMs }: DirectoryLook): void {
    const { state, deps } = this;
    const now = deps.nowText();
    const wasHeld = this.tailed.some((file) => file.isReadable && !this.newcomers.includes(file));
    this.tailed.sort((a, b) => byAge(nameOf(a), nameOf(b)));
    this.tailed.slice(0, isSuperseded ? undefined : -1).forEach((file) => file.supersede());
    const hadClosed = state.closed.some(({ onNode }) => onNode);
    for (const closed of state.closed) {
      const found = there.find((one) => isSameFile(closed, one));
      closed.onNode &&= found !== undefined;
      closed.rotated = found?.rotated ?? closed.rotated;
    }
    this.missBetween();
    // A compressed file that cannot be read yet may be one of those that are done with.
    if (there.length > 0 && this.tailed.every(({ identified }) => identified)) {
      foldAway(state);
    }
    state.ended ||= isSuperseded;
    if (isFirm) {
      // To a file that somebody deleted its container may have written until now.
      const isOver = there.length === 0 && changedMs !== null && state.ended;
      this.missUnresolved(isOver ? deps.fileTimeText(changedMs + TICK_MS) : now);
      for (const gap of this.unopened.takeGone([...there, ...links])) {
        state.vanishedBytes += gap.bytes ?? 0;
        this.miss({ ...gap, lines: null, from: state.lastTime, to: now });
      }
    }
    if (there.length > 0) {
      this.comeBack(isSuperseded, wasHeld);
    } else if (state.left === null && isFirm) {
      this.leave(this.wentAt(changedMs, hadClosed), now);
    }
  }

  /** It is seen for the first time. @param linkedMs when the link to its log was made, milliseconds since 1970 */
  begin(oldest: FoundFile, linkedMs: number): void {
    if (oldest.compressed) {
      this.linkedMs = linkedMs; // its first line tells
    } else {
      this.missBefore(oldest.birthMs, linkedMs);
    }
  }

  private missBefore(firstMs: number | null, linkedMs: number): void {
    const gap = lossBefore(firstMs, linkedMs, this.deps.nowText(), this.deps.fileTimeText);
    if (gap) {
      this.miss(gap);
    }
  }

  /** It came and went while nobody looked. */
  passBy(detail: string): void {
    const now = this.deps.nowText();
    this.miss({ reason: 'gone-unread', bytes: null, lines: null, from: null, to: now, detail });
    this.leave(now, now);
  }

  private see(found: FoundFile, log: LogFile): void {
    const file = new TailedFile(log, found.rotated);
    this.unopened.opened(found);
    this.tailed.push(file);
    this.newcomers.push(file);
    if (file.identified) {
      this.recognise(file);
    }
  }

  /**
   * A file's first line can be read: it may be one that an earlier agent began, that is done with (renamed over a file
   * system that shows no birth times, compressed, or grown), or that is open under another name.
   */
  private recognise(file: TailedFile): void {
    const { log, compressed } = file;
    file.identified = true;
    if (this.linkedMs !== null && file === this.tailed[0]) {
      this.missBefore(firstLineMs(file), this.linkedMs);
      this.linkedMs = null;
    }
    const hash = log.identity();
    const saved = this.unresolved.find((one) =>
      one.hash === null ? !compressed && one.ino === log.ino && one.birthMs === log.birthMs : one.hash === hash
    );
    // One that is shorter than what was acknowledged was truncated: it is read from its start.
    if (saved && (compressed || log.size >= saved.acked.offset)) {
      file.resumeAt(saved.acked, saved.firstTime, saved.sent ?? null);
      this.unresolved = this.unresolved.filter((other) => other !== saved);
      return;
    }
    const closed = hash === null ? undefined : this.state.closed.find((one) => one.hash === hash);
    if (closed && !compressed && log.size > closed.bytes) {
      this.state.closed = this.state.closed.filter((other) => other !== closed);
      file.resumeAt({ ...log.acked, offset: closed.bytes, lines: closed.lines }, closed.from, null);
      return;
    }
    const open = compressed && hash !== null ? this.otherOf(file, hash) : undefined;
    if (closed) {
      Object.assign(closed, { rotated: file.rotation, onNode: true });
      Object.assign(closed, compressed ? {} : { ino: log.ino, birthMs: log.birthMs });
    } else if (open) {
      open.rotation = file.rotation;
    }
    if (closed || open) {
      file.close();
      this.tailed = this.tailed.filter((other) => other !== file);
      this.newcomers = this.newcomers.filter((other) => other !== file);
    }
  }

  private otherOf(file: TailedFile, hash: string): TailedFile | undefined {
    return this.tailed.find((one) => one !== file && one.identified && one.log.identity() === hash);
  }

  private grow(file: TailedFile | undefined, size: number): void {
    const growth = file?.grow(size) ?? 0;
    if (growth > 0 && this.state.left !== null) {
      this.state.left.bytesUnacked += growth;
    }
    if (growth > 0) {
      this.stuckSince ??= performance.now();
    }
  }

  private delete(file: TailedFile | undefined): void {
    if (!file || file.isDeleted) {
      return;
    }
    if (file.isReadable && !file.compressed) {
      this.grow(file, file.look().size);
    }
    const isParked = file.isReadable && !file.isHeld;
    const wasWritten = !file.isFinal(this.state.ended || this.over);
    file.delete();
    if (isParked) {
      const detail = 'deleted while too many files were open to hold it, too';
      this.giveUp(file, { reason: 'gone-unread', to: this.deps.nowText(), detail });
      if (wasWritten) {
        const from = lineTime(file.read.seconds, file.read.nanos) ?? this.state.lastTime;
        this.miss({ reason: 'gone-unread', bytes: null, lines: null, from, to: this.deps.nowText(), detail });
      }
    }
  }

  private missBetween(): void {
    const { newcomers } = this;
    this.newcomers = [];
    const known = this.tailed.filter((file) => !newcomers.includes(file));
    const newest = known.at(-1);
    const isContinued = known.some((file) => !file.isDeleted) || this.state.closed.some(({ onNode }) => onNode);
    if (newest && !isContinued && newcomers.length > 0) {
      newcomers.sort((a, b) => byAge(nameOf(a), nameOf(b)));
      const gap = lossBetween(newest, newcomers, this.state.lastTime, this.deps.fileTimeText);
      if (gap) {
        this.miss(gap);
      }
    }
  }

  /** What an earlier agent had begun and no file holds any more went unread. */
  private missUnresolved(until: string): void {
    const { state } = this;
    if (this.tailed.every(({ identified }) => identified)) {
      for (const saved of this.unresolved) {
        const { closed, bytes, gaps } = lossOfSaved(saved, state.lastTime, until);
        state.closed.push(closed);
        state.vanishedBytes += bytes;
        gaps.forEach((gap) => this.miss(gap));
      }
      this.unresolved = [];
    }
  }

  /**
   * When the last of its files went, RFC 3339. The file system knows, however late it is noticed: open files say themselves
   * when they were deleted, and for the others a directory that is there says when it last changed, which is then or
   * later. With the directory gone as well it was by now.
   */
  private wentAt(changedMs: number | null, hadClosed: boolean): string {
    const unlinked = this.tailed.filter(({ isHeld }) => isHeld).map((file) => file.unlinkedMs());
    const known = unlinked.filter((ms) => ms !== null);
    const byFiles = known.length > 0 && known.length === unlinked.length && !hadClosed;
    const ms = byFiles ? Math.max(...known) : changedMs;
    return ms === null ? this.deps.nowText() : this.deps.fileTimeText(ms);
  }

  /**
   * The last of its files was deleted. That does not end the container: a log may be removed by hand, and what the
   * container writes until the kubelet makes a new one is in the deleted file.
   */
  private leave(at: string, noticed: string): void {
    const { state } = this;
    this.leftAt = performance.now();
    state.ended ||= this.over;
    state.left = { at, noticed, directory: 'unknown', bytesUnacked: this.unacked };
    const newest = this.tailed.at(-1);
    // Of a log that nobody could open the gaps tell already.
    if (newest || state.closed.length > 0 || state.gaps.length + this.unopened.count === 0) {
      const gap = lossOfUnseenLast(newest, state.closed, state.lastTime, noticed);
      if (gap) {
        this.miss(gap);
      }
    }
  }

  /** There is a file of it. What was written while none was open nobody knows. */
  private comeBack(isSuperseded: boolean, wasHeld: boolean): void {
    const { state } = this;
    if (state.left !== null) {
      if (state.ended && !isSuperseded) {
        this.missUntil(this.deps.nowText());
      } else if (this.endOfUnheld() || !(wasHeld || isSuperseded)) {
        this.missUnheld();
      }
      state.left = null;
      state.ended = isSuperseded;
      this.isUnlinked = false;
    }
  }

  /** The same container has a log again: what it wrote since that of before was given up nobody knows. */
  missUntil(now: string): void {
    const detail = 'what was written after its log was removed and before it was there again';
    this.miss({ reason: 'gone-unread', bytes: null, lines: null, from: this.state.lastTime, to: now, detail });
  }

  /** Whether the account tells of writing to a deleted file that is not held open. */
  private endOfUnheld(): Gap | undefined {
    return this.state.gaps.findLast(({ detail }) => detail === UNHELD);
  }

  /** Its container writes, or may have written, to a deleted file that nobody can read: that is so until now. */
  private missUnheld(): void {
    const now = this.deps.nowText();
    const gap = this.endOfUnheld();
    if (gap) {
      gap.to = now;
    } else {
      const { lastTime } = this.state;
      this.miss({ reason: 'gone-unread', bytes: null, lines: null, from: lastTime, to: now, detail: UNHELD });
    }
  }

  /**
   * Looks whether a container whose log was deleted ended: the kubelet removes its link with its log, and leaves it there
   * where somebody else deleted the log. Where no link tells, silence has to do.
   */
  lookForEnd(link: LinkState): void {
    const isHeld = this.tailed.some((file) => file.isReadable) || this.unopened.count > 0;
    if (!isHeld && (link === 'there' || this.endOfUnheld() !== undefined)) {
      this.missUnheld();
    }
    this.isUnlinked = link === 'removed';
    const grewAt = Math.max(...this.tailed.map((file) => file.grewAt));
    const since = link === 'removed' ? grewAt : Math.max(grewAt, this.leftAt);
    this.state.ended = link !== 'there' && performance.now() - since > RUNS_MS;
  }

  /** Something of the log is not in Loki, and never will be. */
  miss(gap: Gap): void {
    const { from, to } = gap;
    // Where lines are dated later than they were written, nothing tells when what is missing begins.
    const isBackwards = from !== null && to !== null && from > to;
    addGap(this.state, isBackwards ? { ...gap, from: earliest(this.state.firstTime, to) } : gap);
    this.unreported = true;
    this.deps.onMiss(gap);
  }

  // What is known of it.

  /** Whether its log was deleted, and it may still write to it. */
  get lingers(): boolean {
    return this.state.left !== null && !this.state.ended && !this.over;
  }

  /**
   * Whether a container record has to say how far Loki has its log: when it has all of it and the container has been
   * silent, each time twice as long after the last one, and once when lines begin to wait.
   */
  isReportDue(): boolean {
    const nowMs = performance.now();
    if (this.unacked > 0) {
      this.waitingSince ??= nowMs;
      return !this.reports.ofBacklog && nowMs - this.waitingSince > BACKLOG_MS;
    }
    this.waitingSince = null;
    const pause = Math.min(MAX_REPORT_PAUSE_MS, RUNS_MS * 2 ** this.reports.count);
    return nowMs - this.grewAt > RUNS_MS && (this.reports.ofBacklog || nowMs - this.reports.atMs > pause);
  }

  /** A container record says how it stands now. */
  reported(): void {
    const count = this.reports.count + 1;
    this.reports = { atMs: performance.now(), count, ofBacklog: this.unacked > 0 };
  }

  /** The container's id became known: lines that go out for the first time from now on have it. */
  setContainerId(id: string): void {
    this.state.containerId = id;
  }

  /** Bytes on the node that are not read yet. */
  get unread(): number {
    return this.tailed.reduce((bytes, file) => bytes + file.unread, 0);
  }

  get unacked(): number {
    let bytes = 0;
    for (const file of this.tailed) {
      bytes += file.unacked;
    }
    return bytes;
  }

  /**
   * Since when bytes wait for Loki, at the earliest: the time of the last line that it has, or the making of the file.
   * Milliseconds since 1970; null where none wait.
   */
  get unackedSinceMs(): number | null {
    const file = this.tailed.find(({ unacked }) => unacked > 0);
    if (!file) {
      return null;
    }
    const { acked, birthMs } = file;
    return acked.lines > 0 ? acked.rawSeconds * 1000 : birthMs;
  }

  /** When its newest file last grew, milliseconds of the monotonic clock. */
  private get grewAt(): number {
    return this.tailed.at(-1)?.grewAt ?? -Infinity;
  }

  /** Whether the next reclaim could delete its log: it ended, or has written nothing lately that would show that it runs. */
  get reclaimable(): boolean {
    return this.state.ended || this.state.left !== null || performance.now() - this.grewAt > RUNS_MS;
  }

  /**
   * Bytes that Loki lacks and that may be deleted: all of a log that the next reclaim could delete, or that Loki has taken
   * nothing of for seconds, for its container may end at any moment; else those of rotated files, which the next rotation
   * may delete.
   */
  get atRiskBytes(): number {
    const { unacked } = this;
    if (unacked === 0) {
      return 0;
    }
    this.stuckSince ??= performance.now();
    if (this.reclaimable || performance.now() - this.stuckSince > BACKLOG_MS) {
      return unacked;
    }
    return this.tailed.reduce((bytes, file) => bytes + (file.isSuperseded ? file.unacked : 0), 0);
  }

  /** Bytes on the disk that only this agent keeps from being freed. */
  get pinnedBytes(): number {
    let bytes = 0;
    for (const file of this.tailed) {
      bytes += file.pinnedBytes;
    }
    return bytes;
  }

  /** Bytes of its files on the node, as far as they were seen; a compressed file counts as what it holds. */
  get bytesOnNode(): number {
    let bytes = 0;
    for (const file of this.state.closed) {
      bytes += file.onNode ? file.bytes : 0;
    }
    for (const file of this.tailed) {
      bytes += file.isDeleted || file.givenUp !== null ? 0 : file.size;
    }
    return bytes;
  }

  // Its lines on their way to Loki.

  /** Reads on from where reading stands and writes entries into the request on the buffer, until a stop. */
  fill(buffer: EncodeBuffer, rules: RequestRules, nowMs: number): Filled {
    const stretches: Stretch[] = [];
    const { left } = this.state;
    const sizeBefore = left === null ? 0 : this.bytesSeen;
    const filled = (stop: ReadStop, late?: boolean): Filled => {
      if (left !== null) {
        left.bytesUnacked += this.bytesSeen - sizeBefore;
      }
      const segments = stretches.map((stretch) => ({ ...stretch, container: this }));
      return { segments, stop, late };
    };
    let previous: TailedFile | null = null;
    for (const file of this.tailed) {
      if (previous) {
        file.follow(previous);
      }
      previous = file;
      const containerId = file.containerId(this.state.containerId);
      buffer.metadata.use(this.formsOf(containerId));
      const final = file.isFinal(this.state.ended || this.over);
      const stop = readRange(file, buffer, rules, { final, nowMs, containerId }, stretches);
      if (stop !== 'end') {
        return filled(stop, file.late);
      }
      if (file.isSuspect) {
        break; // what follows comes after the rest of it, which the next look at the directory gives up
      }
    }
    return filled('end');
  }

  /** All bytes of its log so far, whatever became of them. */
  get bytesWritten(): number {
    const { closed, away, vanishedBytes } = this.state;
    let bytes = vanishedBytes + (away?.bytes ?? 0) + this.unopened.bytes;
    for (const file of closed) {
      bytes += file.bytes;
    }
    for (const { size } of this.tailed) {
      bytes += size;
    }
    return bytes;
  }

  private get bytesSeen(): number {
    return this.tailed.reduce((bytes, file) => bytes + (file.compressed ? 0 : file.size), 0);
  }

  private formsOf(containerId: string | null): MetadataForms {
    let forms = this.forms.get(containerId);
    if (!forms) {
      forms = new MetadataForms(this.deps.pairs(containerId));
      this.forms.set(containerId, forms);
    }
    return forms;
  }

  /** Whether an unfinished last line waits for its end, and reading must look again later. */
  get unfinished(): boolean {
    return this.tailed.some(({ log }) => log.unread > 0);
  }

  /** Whether a compressed file is next. */
  get isUnpacking(): boolean {
    return this.tailed[0]?.compressed === true;
  }

  /** The compressed file that has to be decompressed further before it can be read on. */
  get packed(): FileView | undefined {
    return this.tailed.find(({ compressed, log }) => compressed && (!log.atGzipEnd || log.unread > 0));
  }

  /**
   * Decompresses a compressed file a little further.
   * @throws DamagedGzip; the system's error where it cannot be read
   */
  async unpack(view: FileView): Promise<void> {
    const file = this.own(view);
    await file?.log.prepare(file.read.offset);
    this.unpacked(file);
  }

  /** A damaged compressed file ends where it could be decompressed to. */
  endAtDamage(view: FileView, detail: string): void {
    const file = this.own(view);
    file?.log.endAtDamage();
    const { lastTime } = this.state;
    this.miss({ reason: 'unreadable', bytes: null, lines: null, from: lastTime, to: this.deps.nowText(), detail });
    this.unpacked(file);
  }

  private unpacked(file: TailedFile | undefined): void {
    if (file && !file.identified) {
      this.recognise(file);
      this.missUnresolved(this.deps.nowText());
    }
  }

  /** A segment goes out now. @returns what was noted of its file before */
  noteSent(segment: Segment, late: boolean): Sent | null {
    return this.own(segment.file)?.noteSent(segment, late) ?? null;
  }

  /** A segment surely did not arrive: what was noted before holds again. */
  takeBack({ file }: Segment, sent: Sent | null): void {
    const own = this.own(file);
    if (own) {
      own.sent = sent;
    }
  }

  /** Loki takes a segment only in streams of late lines. */
  markLate({ file }: Segment): void {
    this.own(file)?.markLate();
  }

  /** Bytes and lines of a segment that were not read before; counted once. */
  countRead({ file, to }: Segment): { bytes: number; lines: number } {
    const counted = this.own(file)?.counted ?? { bytes: to.offset, lines: to.lines };
    const news = { bytes: Math.max(0, to.offset - counted.bytes), lines: Math.max(0, to.lines - counted.lines) };
    counted.bytes += news.bytes;
    counted.lines += news.lines;
    return news;
  }

  /** Loki acknowledged the segment. */
  acknowledge({ file, to, from, last, leftOut }: Segment): void {
    const own = this.settle(file, to);
    if (own) {
      own.firstTime = earliest(own.firstTime, from);
    }
    this.state.firstTime = earliest(this.state.firstTime, from);
    this.state.lastTime = latest(this.state.lastTime, last);
    if (leftOut > 0) {
      const detail = 'dated in the future, or by a clock that was not set';
      const gap = { reason: 'refused', bytes: null, lines: leftOut, to: last, detail } as const;
      this.state.passedOver.lines += leftOut;
      this.miss({ ...gap, from: from ?? this.state.lastTime });
    }
  }

  /** The segment was passed over for good: its bytes are no longer waited for, and the account says so. */
  passOver({ file, from, last, to, bytes, lines }: Segment, gap: Pick<Gap, 'reason' | 'detail'>): void {
    this.settle(file, to);
    this.state.passedOver.lines += lines;
    this.state.passedOver.bytes += bytes;
    this.miss({ ...gap, bytes, lines, from, to: last });
  }

  private settle(file: FileView, to: Segment['to']): TailedFile | undefined {
    const own = this.own(file);
    own?.settle(to);
    this.stuckSince = null; // what waits on does so from now
    return own;
  }

  /** Reading goes back to what is acknowledged; what cannot be read again is lost, and the account says so. */
  rewind(): void {
    for (const file of this.tailed) {
      const { read, acked, givenUp } = file;
      if (givenUp !== null && read.offset > acked.offset) {
        const bytes = read.offset - acked.offset;
        this.state.vanishedBytes += bytes;
        const lines = read.lines - acked.lines;
        const from = lineTime(acked.seconds, acked.nanos);
        const to = lineTime(read.seconds, read.nanos);
        this.miss({ reason: givenUp, bytes, lines, from, to });
        file.log.size = acked.offset;
      }
      file.rewind();
    }
  }

  /** Whether bytes of the file are under way that cannot be read again. */
  get unrepeatable(): boolean {
    return this.tailed.some(({ givenUp, read, acked }) => givenUp !== null && read.offset > acked.offset);
  }

  /** Gives up what is not read of a file: nobody can read it any more, and the account says so. */
  giveUp(view: FileView, gap: { reason: GivenUp; to?: string; detail?: string }): void {
    const file = this.own(view);
    if (!file || file.givenUp !== null) {
      return;
    }
    const { reason } = gap;
    const whole = file.log.atGzipEnd;
    const span = reason === 'shed' ? unreadSpan(file) : { from: null, to: null };
    const from = span.from ?? lineTime(file.read.seconds, file.read.nanos) ?? this.state.lastTime;
    const missing = { ...gap, lines: null, from, to: gap.to ?? span.to ?? this.deps.nowText() };
    const isWritten = this.lingers && file.grewAt > this.leftAt;
    const bytes = file.giveUp(reason);
    this.state.vanishedBytes += bytes;
    if (bytes > 0 || !whole) {
      this.miss({ ...missing, bytes: whole ? bytes : null });
    }
    if (reason === 'truncated') {
      this.miss({
        ...missing,
        bytes: null,
        detail: 'what was written after the last look and before it was truncated',
      });
    } else if (isWritten) {
      this.miss({ ...missing, bytes: null, detail: 'what its container wrote to the deleted file after that' });
    }
  }

  /**
   * Goes on in the compressed copy of a rotated file, which loses nothing.
   * @returns whether there is one
   */
  goOnInCopy(view: FileView, roots: readonly string[]): boolean {
    const file = this.own(view);
    if (!file || file.compressed || file.isDeleted || !file.path.endsWith('.gz')) {
      return false;
    }
    file.goOnIn(LogFile.open(file.path, roots));
    return true;
  }

  /** Closes files that nothing more can come from. @returns whether any was closed */
  closeFinished(): boolean {
    const before = this.tailed.length;
    this.tailed = this.tailed.filter((file) => {
      const isFinished = file.isFinal(this.state.ended || this.over) && !this.over && file.isDone();
      if (isFinished) {
        this.state.closed.push(file.toClosed());
        file.close();
      }
      return !isFinished;
    });
    return this.tailed.length < before;
  }

  /** Whether a file is done but for the time that a straggling line may take. */
  get awaitsStragglers(): boolean {
    const { ended } = this.state;
    return this.tailed.some(
      (file) => file.isSuperseded && file.log.unacked === 0 && !(file.isDeleted && file.isFinal(ended || this.over))
    );
  }

  close(): void {
    this.tailed.forEach((file) => file.close());
    this.tailed = [];
  }

  // What is kept and said of it.

  /** What is kept of the files over a restart. */
  savedFiles(): SavedFile[] {
    const isOver = this.state.ended || this.isUnlinked;
    return [...this.tailed.map((file) => file.toSaved(isOver)), ...this.unresolved];
  }

  /** What is kept over a restart besides positions and sizes, as a text to compare. */
  get outline(): string {
    const { state } = this;
    const names = this.tailed.map((file) => `${file.ino} ${file.rotation} ${file.status()} ${file.pinnedBytes}`);
    return [
      state.ended,
      this.isUnlinked,
      state.left?.at,
      state.closed.length,
      state.gaps.length,
      this.unresolved.length,
      ...names,
    ].join();
  }

  record(node: { cluster: string; node: string }, final: boolean): ContainerRecord {
    const open = { linesRead: 0, linesAcked: 0, bytesSeen: 0, bytesAcked: 0 };
    for (const { read, acked, size } of this.tailed) {
      open.linesRead += read.lines;
      open.linesAcked += acked.lines;
      open.bytesSeen += size;
      open.bytesAcked += acked.offset;
    }
    const { bytes } = this.unopened;
    const gaps = this.unopened.gaps(this.state.lastTime, this.deps.nowText());
    open.bytesSeen += bytes;
    const state = gaps.length > 0 ? { ...this.state, gaps: [...this.state.gaps, ...gaps] } : this.state;
    return buildContainerRecord(this, node, state, open, final);
  }

  private own(view: FileView): TailedFile | undefined {
    return this.tailed.find((file) => file === view);
  }
}

/** As the name of a file that is compared by its age: an open file's place does not depend on what it is packed in. */
const nameOf = ({ rotation }: TailedFile) => ({ restart: 0, rotated: rotation, compressed: false });

/** RFC 3339 texts of one form compare as their times do. */
const earliest = (a: string | null, b: string | null) => (a === null ? b : b === null || a < b ? a : b);
const latest = (a: string | null, b: string | null) => (a === null ? b : b === null || a > b ? a : b);
