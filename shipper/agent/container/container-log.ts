import type { ContainerRun } from '../../../model/container-run';
import type { ContainerRecord, Gap } from '../../../model/records';
import type { EncodeBuffer } from '../entries/encode-buffer';
import { MetadataForms, type MetadataPairs } from '../entries/entry-metadata';
import type { LineTreatment } from '../entries/line-treatment';
import type { FoundFile } from '../files/found-file';
import { lineTime } from '../files/line-time';
import { LogFile } from '../files/log-file';
import { Departure, type LinkState } from './departure';
import { USUAL_DESTINATION } from './destination';
import { lossBefore, lossBetween } from './losses';
import { readRange, type ReadStop, type RequestRules, type Stretch } from './read-range';
import { buildContainerRecord, foldAway, isSameFile, type RecordOrigin, type RecordState } from './record-state';
import { BACKLOG_MS, ReportPace } from './report-pace';
import { earliest, RunAccount } from './run-account';
import { RunFiles } from './run-files';
import type { SavedContainer, SavedFile } from './saved';
import { RUNS_MS, TailedFile, type FileView, type GivenUp, type Sent } from './tailed-file';
import { UnopenedFiles } from './unopened';
import { firstLineMs, unreadSpan } from './unread-span';

// One container run's log: its files from the oldest to the current one, and the account of them. It alone changes their
// state: whoever looks at its directory reports what happened there, whoever sends its lines what became of them.
//
// 1. `apply`, for each file, then `scanned`: what a scan of the directory found. `RunFiles` recognises files that were known
//    under other names, `losses.ts` says what went between two looks, `Departure` when all of it went.
// 2. `fill`: reads its files on into a request (`readRange`); `unpack` first where the next is compressed.
// 3. `noteSent`, then `acknowledge`, `passOver` or `takeBack`, or `rewind` for all: what became of it. `RunAccount` keeps the
//    account, each gap with its reason.
// 4. `closeFinished`: a file that nothing more can come from is closed.
// 5. `isReportDue`, `record`: what its container record says, and when (`ReportPace`).

/** Times of directories are as coarse as the kernel's tick. */
const TICK_MS = 50;

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
export interface DirectoryScan {
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
  /** Until when an earlier agent is known to have watched, RFC 3339; null where none did. */
  lastWatched: string | null;
}

/** The log of one container run, the only writer of its files' state. */
export class ContainerLog {
  readonly unopened = new UnopenedFiles();
  private readonly account: RunAccount;
  private readonly tailed: RunFiles;
  private readonly departure: Departure;
  private readonly pace = new ReportPace();
  /**
   * How it began, until that is compared: when its oldest file was made, or the time of its first line (undefined where a
   * compressed file has to show it; null where it does not), and when its link was made. Milliseconds since 1970.
   */
  private start: { firstMs: number | null | undefined; linkedMs: number | null } | null = null;
  private readonly forms = new Map<string | null, MetadataForms>();
  /** Files that rotation deleted, as the last container record reported them. */
  reportedRotatedAway = 0;
  /** No container of this run writes any more, whatever lies on the disk (`--once`). */
  over = false;
  /** Some of its files were there since this agent began: when the last of them goes it is watching. */
  private wasSeen = false;
  private exclusion: string | null = null;
  destination = USUAL_DESTINATION;
  /** What the kubelet says of its pod, where that is known and asked for. */
  pod: SavedContainer['pod'] | null = null;
  /** What is done to its lines; null: they are sent as they are. */
  treatment: LineTreatment | null = null;
  /** Of `bytesWritten` what an earlier agent knew. */
  bytesBefore = 0;
  /** Since when Loki has taken none of the bytes that wait for it: milliseconds of the monotonic clock; null where none wait. */
  private stuckSince: number | null = null;

  /** @param id `containerRunId()`, with `@` and a time where another container had that id before, as static pods do */
  constructor(
    readonly id: string,
    readonly run: ContainerRun,
    readonly directory: string,
    private readonly deps: ContainerDeps,
    saved?: { account: RecordState; files: readonly SavedFile[] }
  ) {
    const { onMiss, nowText, fileTimeText } = deps;
    this.account = new RunAccount(onMiss, saved?.account);
    this.tailed = new RunFiles(this.account, saved?.files);
    const { account, tailed: files, unopened } = this;
    this.departure = new Departure({ account, files, unopened, nowText, fileTimeText });
  }

  get state(): RecordState {
    return this.account.state;
  }

  /** A gap was found that no container record in Loki reports. */
  get unreported(): boolean {
    return this.account.unreported;
  }

  set unreported(isUnreported: boolean) {
    this.account.unreported = isUnreported;
  }

  /** The rule of the configuration that excludes it: nothing of it is read. null: it is shipped. */
  get excludedBy(): string | null {
    return this.exclusion;
  }

  set excludedBy(rule: string | null) {
    if (rule !== null) {
      this.exclusion = rule;
      this.account.exclude(rule, this.deps.nowText());
      this.skip();
    } else if (this.exclusion !== null) {
      this.exclusion = null;
      this.account.include(this.deps.nowText());
    }
  }

  /** What an excluded container writes is passed over unread. */
  private skip(): void {
    for (const file of this.tailed.all) {
      this.state.passedOver.bytes += file.skip();
    }
  }

  get files(): readonly FileView[] {
    return this.tailed.all;
  }

  /** Whether everything of it is known that an earlier agent left, and nothing waits. */
  get isAtRest(): boolean {
    return this.unread === 0 && !this.tailed.areUnresolved && !this.unreported;
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
  scanned({ there, links, isFirm, isSuperseded, changedMs }: DirectoryScan): void {
    const { state, deps } = this;
    const now = deps.nowText();
    const { wasHeld } = this.tailed;
    this.tailed.sort(isSuperseded);
    const hadClosed = state.closed.some(({ onNode }) => onNode);
    for (const closed of state.closed) {
      const found = there.find((one) => isSameFile(closed, one));
      closed.onNode &&= found !== undefined;
      closed.rotated = found?.rotated ?? closed.rotated;
    }
    this.missBetween();
    // A compressed file that cannot be read yet may be one of those that are done with.
    if (there.length > 0 && this.tailed.areIdentified) {
      foldAway(state);
    }
    state.ended ||= isSuperseded;
    if (isFirm) {
      // To a file that somebody deleted its container may have written until now.
      const isOver = there.length === 0 && changedMs !== null && state.ended;
      this.tailed.missUnresolved(isOver ? deps.fileTimeText(changedMs + TICK_MS) : now);
      for (const gap of this.unopened.takeGone([...there, ...links])) {
        state.vanishedBytes += gap.bytes ?? 0;
        this.account.miss({ ...gap, lines: null, from: state.lastTime, to: now });
      }
    }
    if (there.length > 0) {
      this.wasSeen = true;
      this.departure.comeBack(isSuperseded, wasHeld);
    } else if (state.left === null && isFirm) {
      const lastSeen = this.wasSeen ? undefined : (deps.lastWatched ?? state.lastTime ?? undefined);
      this.departure.leave(this.departure.wentAt(changedMs, hadClosed), now, this.over, lastSeen);
    }
    if (this.exclusion !== null) {
      this.skip();
    }
  }

  /**
   * It is seen for the first time.
   * @param linkedMs when the link to its log was made, milliseconds since 1970; null where that is not known yet: see `linked`
   */
  begin({ compressed, birthMs }: FoundFile, linkedMs: number | null): void {
    this.start = { firstMs: compressed ? undefined : birthMs, linkedMs };
    this.missBefore();
  }

  /** The link to its log became known, which names its container. @param madeMs when it was made, milliseconds since 1970 */
  linked(containerId: string, madeMs: number | null): void {
    this.setContainerId(containerId);
    if (this.start) {
      this.start.linkedMs ??= madeMs;
      this.missBefore();
    }
  }

  private missBefore(): void {
    const { firstMs, linkedMs } = this.start ?? {};
    if (firstMs === undefined || linkedMs === undefined || linkedMs === null) {
      return;
    }
    this.start = null;
    const gap = lossBefore(firstMs, linkedMs, this.deps.nowText(), this.deps.fileTimeText);
    if (gap) {
      this.account.miss(gap);
    }
  }

  /** It came and went while nobody looked. */
  passBy(detail: string): void {
    const now = this.deps.nowText();
    this.account.miss({ reason: 'gone-unread', bytes: null, lines: null, from: null, to: now, detail });
    this.departure.leave(now, now, this.over);
  }

  private see(found: FoundFile, log: LogFile): void {
    const file = new TailedFile(log, found.rotated);
    this.unopened.opened(found);
    this.tailed.add(file);
    if (file.identified) {
      this.recognise(file);
    }
  }

  /** A file's first line can be read. */
  private recognise(file: TailedFile): void {
    if (this.start && this.start.firstMs === undefined && file === this.tailed.all[0]) {
      this.start.firstMs = firstLineMs(file);
      this.missBefore();
    }
    this.tailed.recognise(file);
  }

  private grow(file: TailedFile | undefined, size: number): void {
    const growth = file?.grow(size) ?? 0;
    if (this.exclusion !== null) {
      this.skip();
      return;
    }
    if (growth > 0 && this.state.left !== null) {
      this.state.left.bytesUnacked += growth;
    }
    if (growth > 0) {
      this.stuckSince ??= performance.now();
    }
  }

  private delete(file: TailedFile | undefined): void {
    if (file?.isReadable && !file.compressed) {
      const facts = file.stat();
      if (file.isHeld && file.hasOtherContent(facts)) {
        this.readAsOther(file);
      } else {
        this.grow(file, facts.size); // also where it was deleted before: a successor may have taken over since
      }
    }
    if (!file || file.isDeleted) {
      return;
    }
    const isParked = file.isReadable && !file.isHeld;
    const wasWritten = !file.isFinal(this.state.ended || this.over);
    file.delete(this.state.containerId);
    if (isParked) {
      const detail = 'deleted while too many files were open to hold it, too';
      this.giveUp(file, { reason: 'gone-unread', to: this.deps.nowText(), detail });
      if (wasWritten) {
        const from = lineTime(file.read.seconds, file.read.nanos) ?? this.state.lastTime;
        this.account.miss({ reason: 'gone-unread', bytes: null, lines: null, from, to: this.deps.nowText(), detail });
      }
    }
  }

  /** It was emptied before it was deleted: what is in it now can still be read. */
  private readAsOther(file: TailedFile): void {
    const content = new TailedFile(file.log.reopen(), file.rotation);
    this.giveUp(file, { reason: 'truncated', to: this.deps.nowText() });
    this.tailed.replace(file, content);
    if (file.isSuperseded) {
      content.supersede();
    }
    content.delete(this.state.containerId);
  }

  private missBetween(): void {
    const { known, newcomers } = this.tailed.takeNewcomers();
    const newest = known.at(-1);
    const isContinued = known.some((file) => !file.isDeleted) || this.state.closed.some(({ onNode }) => onNode);
    if (newest && !isContinued && newcomers.length > 0) {
      const gap = lossBetween(newest, newcomers, this.state.lastTime, this.deps.fileTimeText);
      if (gap) {
        this.account.miss(gap);
      }
    }
  }

  /** The same container has a log again: what it wrote since that of before was given up nobody knows. */
  missUntil(now: string): void {
    this.departure.missUntil(now);
  }

  /** Looks whether a container whose log was deleted ended. */
  lookForEnd(link: LinkState): void {
    this.departure.lookForEnd(link);
  }

  // What is known of it.

  /** Whether its log was deleted, and it may still write to it. */
  get lingers(): boolean {
    return this.state.left !== null && !this.state.ended && !this.over;
  }

  /** Whether a container record has to say how far Loki has its log. */
  isReportDue(): boolean {
    return this.pace.isDue(performance.now(), this.unacked, this.tailed.grewAt);
  }

  /** A container record says how it stands now. */
  reported(): void {
    this.pace.reported(performance.now(), this.unacked);
  }

  /** The container's id became known: lines that go out for the first time from now on have it. */
  setContainerId(id: string): void {
    this.state.containerId = id;
    this.departure.isUnlinked = false;
  }

  /** Bytes on the node that are not read yet. */
  get unread(): number {
    return this.exclusion === null ? this.tailed.unread : 0;
  }

  get unacked(): number {
    return this.exclusion === null ? this.tailed.unacked : 0;
  }

  /**
   * Since when bytes wait for Loki, at the earliest: the time of the last line that it has, or the making of the file.
   * Milliseconds since 1970; null where none wait.
   */
  get unackedSinceMs(): number | null {
    const file = this.tailed.all.find(({ unacked }) => unacked > 0);
    if (!file || this.exclusion !== null) {
      return null;
    }
    const { acked, birthMs } = file;
    return acked.lines > 0 ? acked.rawSeconds * 1000 : birthMs;
  }

  /** Whether the next reclaim could delete its log: it ended, or has written nothing lately that would show that it runs. */
  get reclaimable(): boolean {
    return this.state.ended || this.state.left !== null || performance.now() - this.tailed.grewAt > RUNS_MS;
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
    return this.tailed.unackedSuperseded;
  }

  /** Bytes on the disk that only this agent keeps from being freed. */
  get pinnedBytes(): number {
    return this.tailed.pinnedBytes;
  }

  /** Bytes of its files on the node, as far as they were seen; a compressed file counts as what it holds. */
  get bytesOnNode(): number {
    let bytes = this.tailed.sizeOnNode;
    for (const file of this.state.closed) {
      bytes += file.onNode ? file.bytes : 0;
    }
    return bytes;
  }

  // Its lines on their way to Loki.

  /** Reads on from where reading stands and writes entries into the request on the buffer, until a stop. */
  fill(buffer: EncodeBuffer, rules: RequestRules, nowMs: number): Filled {
    const stretches: Stretch[] = [];
    const { left } = this.state;
    const sizeBefore = left === null ? 0 : this.tailed.plainSize;
    const filled = (stop: ReadStop, late?: boolean): Filled => {
      if (left !== null) {
        left.bytesUnacked += this.tailed.plainSize - sizeBefore;
      }
      const segments = stretches.map((stretch) => ({ ...stretch, container: this }));
      return { segments, stop, late };
    };
    let previous: TailedFile | null = null;
    for (const file of this.tailed.all) {
      if (previous) {
        file.follow(previous);
      }
      previous = file;
      const containerId = file.containerId(this.state.containerId);
      buffer.use(this.formsOf(containerId), this.treatment);
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
    let bytes = vanishedBytes + (away?.bytes ?? 0) + this.unopened.bytes + this.tailed.size;
    for (const file of closed) {
      bytes += file.bytes;
    }
    return bytes;
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
    return this.tailed.all.some(({ log }) => log.unread > 0);
  }

  /** Whether a compressed file is next. */
  get isUnpacking(): boolean {
    return this.tailed.all[0]?.compressed === true;
  }

  /** The compressed file that has to be decompressed further before it can be read on. */
  get packed(): FileView | undefined {
    return this.tailed.all.find(({ compressed, log }) => compressed && (!log.atGzipEnd || log.unread > 0));
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
    this.account.miss({
      reason: 'unreadable',
      bytes: null,
      lines: null,
      from: lastTime,
      to: this.deps.nowText(),
      detail,
    });
    this.unpacked(file);
  }

  private unpacked(file: TailedFile | undefined): void {
    if (file && !file.identified) {
      this.recognise(file);
      this.tailed.missUnresolved(this.deps.nowText());
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
  acknowledge(segment: Segment): void {
    const file = this.settle(segment);
    if (file) {
      file.firstTime = earliest(file.firstTime, segment.from);
    }
    this.account.acknowledge(segment, segment.leftOut, segment.rules);
  }

  /** The segment was passed over for good: its bytes are no longer waited for, and the account says so. */
  passOver(segment: Segment, gap: Pick<Gap, 'reason' | 'detail'>): void {
    this.settle(segment);
    if (this.exclusion !== null) {
      return; // passed over already
    }
    this.account.passOver(segment, gap);
  }

  private settle({ file, to }: Segment): TailedFile | undefined {
    const own = this.own(file);
    if (this.exclusion === null) {
      own?.settle(to); // else it is passed already
    }
    this.stuckSince = null; // what waits on does so from now
    return own;
  }

  /** Reading goes back to what is acknowledged; what cannot be read again is lost, and the account says so. */
  rewind(): void {
    for (const file of this.tailed.all) {
      const { read, acked, givenUp } = file;
      if (givenUp !== null && read.offset > acked.offset) {
        const lines = read.lines - acked.lines;
        const from = lineTime(acked.seconds, acked.nanos);
        const to = lineTime(read.seconds, read.nanos);
        this.account.missBytes(read.offset - acked.offset, { reason: givenUp, lines, from, to });
        file.log.size = acked.offset;
      }
      file.rewind();
    }
  }

  /** Whether bytes of the file are under way that cannot be read again. */
  get unrepeatable(): boolean {
    return this.tailed.all.some(({ givenUp, read, acked }) => givenUp !== null && read.offset > acked.offset);
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
    const isWritten = this.lingers && file.grewAt > this.departure.leftAt;
    const bytes = file.giveUp(reason);
    this.state.vanishedBytes += bytes;
    if (bytes > 0 || !whole) {
      this.account.miss({ ...missing, bytes: whole ? bytes : null });
    }
    if (reason === 'truncated') {
      this.account.miss({
        ...missing,
        bytes: null,
        detail: 'what was written after the last look and before it was truncated',
      });
    } else if (isWritten) {
      this.account.miss({ ...missing, bytes: null, detail: 'what its container wrote to the deleted file after that' });
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
    const isOver = this.state.ended || this.over;
    const isPassed = (file: TailedFile) => this.exclusion !== null && (file.isDeleted || file.compressed);
    return this.tailed.closeFinished((file) => isPassed(file) || (file.isFinal(isOver) && !this.over && file.isDone()));
  }

  /** Whether a file is done but for the time that a straggling line may take. */
  get awaitsStragglers(): boolean {
    const { ended } = this.state;
    return this.tailed.all.some(
      (file) => file.isSuperseded && file.log.unacked === 0 && !(file.isDeleted && file.isFinal(ended || this.over))
    );
  }

  close(): void {
    this.tailed.close();
  }

  // What is kept and said of it.

  /** What is kept of the files over a restart. */
  savedFiles(): SavedFile[] {
    return this.tailed.toSaved(this.state.ended || this.departure.isUnlinked);
  }

  /** What is kept over a restart besides positions and sizes, as a text to compare. */
  get outline(): string {
    const { state } = this;
    const { isUnlinked } = this.departure;
    const counts = [state.closed.length, state.gaps.length];
    return [state.ended, isUnlinked, state.left?.at, ...counts, ...this.tailed.outline].join();
  }

  record(node: RecordOrigin, final: boolean): ContainerRecord {
    const open = this.tailed.sums;
    const bytes = this.exclusion === null ? this.unopened.bytes : 0;
    const gaps = this.exclusion === null ? this.unopened.gaps(this.state.lastTime, this.deps.nowText()) : [];
    open.bytesSeen += bytes;
    const state = gaps.length > 0 ? { ...this.state, gaps: [...this.state.gaps, ...gaps] } : this.state;
    return buildContainerRecord(this, node, state, open, final);
  }

  private own(view: FileView): TailedFile | undefined {
    return this.tailed.of(view);
  }
}
