import type { ContainerRun } from '../../../model/container-run';
import type { ContainerRecord, Gap } from '../../../model/records';
import { addGap, buildContainerRecord, emptyRecordState, type RecordState } from './record-state';
import { MetadataForms, type MetadataPairs } from '../entries/entry-metadata';
import { UnopenedFiles } from './unopened';
import { lineTime } from '../files/line-time';
import type { OpenFile, ReadStop, RequestRules, Stretch } from './open-file';
import { movePosition } from '../files/position';
import type { SavedFile } from './saved';
import { missUnresolved } from './unread';
import type { EncodeBuffer } from '../entries/encode-buffer';

/** The runtime may write a last line to a rotated file after its successor was made. */
const STRAGGLER_MS = 2_000;
/** Whoever wrote so lately runs, and no reclaim deletes its log. */
const RUNS_MS = 5_000;

/** Lines that wait for so long are a backlog. */
const BACKLOG_MS = 5_000;
/** A container that writes now and then has a container record so often at least. */
const MAX_REPORT_PAUSE_MS = 600_000;

/** What the kubelet's link to a container's log tells: there as long as the kubelet has the container. */
export type LinkState = 'there' | 'removed' | 'unknown';

/** A stretch of one of a container's files. */
export interface Segment extends Stretch {
  container: ContainerLog;
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
}

/** The log of one container run: its files from the oldest to the current one, and the account of them. */
export class ContainerLog {
  readonly state: RecordState;
  /** Open files, oldest first. */
  files: OpenFile[] = [];
  /** Files that an earlier agent had acknowledged in part and that are not found again yet. */
  unresolved: SavedFile[] = [];
  readonly unopened = new UnopenedFiles();
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
  private waitingSince: number | null = null;
  /** When its log left the node, milliseconds of the monotonic clock. */
  private leftAt = -Infinity;

  /** @param id `containerRunId()`, with `@` and a time where another container had that id before, as static pods do */
  constructor(
    readonly id: string,
    readonly run: ContainerRun,
    readonly directory: string,
    private readonly deps: ContainerDeps,
    state?: RecordState
  ) {
    this.state = state ?? emptyRecordState();
    this.unreported = this.state.gaps.length > 0; // an earlier agent may have ended before it could tell
  }

  /** Something of the log is not in Loki, and never will be. */
  miss(gap: Gap): void {
    addGap(this.state, gap);
    this.unreported = true;
    this.deps.onMiss(gap);
  }

  /** The file is so large now; more of it than before: somebody writes to it. */
  grew({ log }: OpenFile, size: number): void {
    const growth = log.grow(size);
    if (this.state.left !== null) {
      this.state.left.bytesUnacked += growth;
    }
  }

  /**
   * The last of its files was deleted. That does not end the container: a log may be removed by hand, and what the
   * container writes until the kubelet makes a new one is in the deleted file.
   */
  leave(left: NonNullable<RecordState['left']>): void {
    this.state.left = left;
    this.leftAt = performance.now();
    this.state.ended ||= !this.files.some(({ log }) => log.isOpen);
  }

  /** There is a file of it again. What was written while none was open nobody knows. */
  comeBack(now: string, ended: boolean): void {
    const { state } = this;
    if (state.ended && !ended) {
      this.missUntil(now);
    }
    state.left = null;
    state.ended = ended;
  }

  /** The same container has a log again: what it wrote since that of before was given up nobody knows. */
  missUntil(now: string): void {
    const detail = 'what was written after its log was removed and before it was there again';
    this.miss({ reason: 'gone-unread', bytes: null, lines: null, from: this.state.lastTime, to: now, detail });
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
    const grewAt = this.files.at(-1)?.log.grewAt ?? -Infinity;
    const pause = Math.min(MAX_REPORT_PAUSE_MS, RUNS_MS * 2 ** this.reports.count);
    return nowMs - grewAt > RUNS_MS && (this.reports.ofBacklog || nowMs - this.reports.atMs > pause);
  }

  /** A container record says how it stands now. */
  reported(): void {
    const count = this.reports.count + 1;
    this.reports = { atMs: performance.now(), count, ofBacklog: this.unacked > 0 };
  }

  /** Whether its log was deleted, and it may still write to it. */
  get lingers(): boolean {
    return this.state.left !== null && !this.state.ended && !this.over;
  }

  /**
   * Whether a container whose log was deleted ended: the kubelet removes its link with its log, and leaves it there where
   * somebody else deleted the log. Where no link tells, silence has to do.
   */
  hasEnded(link: LinkState): boolean {
    const grewAt = Math.max(...this.files.map(({ log }) => log.grewAt));
    const since = link === 'removed' ? grewAt : Math.max(grewAt, this.leftAt);
    return link !== 'there' && performance.now() - since > RUNS_MS;
  }

  /** The container's id became known: lines that go out for the first time from now on have it. */
  setContainerId(id: string): void {
    this.state.containerId = id;
  }

  /** Bytes on the node that are not read yet. */
  get unread(): number {
    return this.files.reduce((bytes, file) => bytes + file.unread, 0);
  }

  get unacked(): number {
    let bytes = 0;
    for (const file of this.files) {
      bytes += file.unacked;
    }
    return bytes;
  }

  /**
   * Since when bytes wait for Loki, at the earliest: the time of the last line that it has, or the making of the file.
   * Milliseconds since 1970; null where none wait.
   */
  get unackedSinceMs(): number | null {
    const file = this.files.find(({ unacked }) => unacked > 0);
    if (!file) {
      return null;
    }
    const { acked, birthMs } = file.log;
    return acked.lines > 0 ? acked.rawSeconds * 1000 : birthMs;
  }

  /** Whether the next reclaim could delete its log: it ended, or has written nothing lately that would show that it runs. */
  get reclaimable(): boolean {
    const grewAt = this.files.at(-1)?.log.grewAt ?? -Infinity;
    return this.state.ended || this.state.left !== null || performance.now() - grewAt > RUNS_MS;
  }

  /** Bytes on the disk that only this agent keeps from being freed. */
  get pinnedBytes(): number {
    let bytes = 0;
    for (const { log } of this.files) {
      bytes += log.pinnedBytes;
    }
    return bytes;
  }

  /** Bytes of its files on the node, as far as they were seen; a compressed file counts as what it holds. */
  get bytesOnNode(): number {
    let bytes = 0;
    for (const file of this.state.closed) {
      bytes += file.onNode ? file.bytes : 0;
    }
    for (const { log } of this.files) {
      bytes += log.gone ? 0 : log.size;
    }
    return bytes;
  }

  /** Whether the file can grow no more. */
  private isFinal({ log, rotated }: OpenFile): boolean {
    if (log.compressed || this.state.ended || this.over) {
      return true;
    }
    // A deleted file that no rotation renamed is written to until the runtime goes on in its successor.
    return log.superseded && (!log.gone || rotated !== '' || performance.now() - log.changedAt > RUNS_MS);
  }

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
    let previous: OpenFile | null = null;
    for (const file of this.files) {
      if (previous) {
        file.follow(previous);
      }
      previous = file;
      const containerId = file.containerId(this.state.containerId);
      buffer.metadata.use(this.formsOf(containerId));
      const stop = file.fill(buffer, rules, { final: this.isFinal(file), nowMs, containerId }, stretches);
      if (stop !== 'end') {
        return filled(stop, file.late);
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
    for (const { log } of this.files) {
      bytes += log.size;
    }
    return bytes;
  }

  private get bytesSeen(): number {
    return this.files.reduce((bytes, { log }) => bytes + (log.compressed ? 0 : log.size), 0);
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
    return this.files.some(({ log }) => log.unread > 0);
  }

  /** Loki acknowledged the segment. */
  acknowledge({ file, to, from, last, leftOut }: Segment): void {
    file.settle(to);
    file.firstTime = earliest(file.firstTime, from);
    this.state.firstTime = earliest(this.state.firstTime, from);
    this.state.lastTime = latest(this.state.lastTime, last);
    if (leftOut > 0) {
      const detail = 'dated in the future, or by a clock that was not set';
      this.state.passedOver.lines += leftOut;
      this.miss({
        reason: 'refused',
        bytes: null,
        lines: leftOut,
        from: from ?? this.state.lastTime,
        to: last,
        detail,
      });
    }
  }

  /** The segment was passed over for good: its bytes are no longer waited for, and the account says so. */
  passOver({ file, from, last, to, bytes, lines }: Segment, gap: Pick<Gap, 'reason' | 'detail'>): void {
    file.settle(to);
    this.state.passedOver.lines += lines;
    this.state.passedOver.bytes += bytes;
    this.miss({ ...gap, bytes, lines, from, to: last });
  }

  /** Takes up a file where an earlier agent had left it. */
  resume(file: OpenFile, saved: SavedFile): void {
    movePosition(file.log.read, saved.acked);
    movePosition(file.log.acked, saved.acked);
    Object.assign(file.counted, { bytes: saved.acked.offset, lines: saved.acked.lines });
    file.firstTime = saved.firstTime;
    file.sent = saved.sent ?? null;
    this.unresolved = this.unresolved.filter((other) => other !== saved);
  }

  /** A compressed file can be read now: it may be one that is open or done already, or that an earlier agent began. */
  identify(file: OpenFile): void {
    const hash = file.log.identity();
    const closed = this.state.closed.find((one) => one.hash !== null && one.hash === hash);
    const open = this.files.find(
      (one) => one !== file && one.identified && hash !== null && one.log.identity() === hash
    );
    const saved = this.unresolved.find((one) => one.hash !== null && one.hash === hash);
    file.identified = true;
    if (closed || open) {
      Object.assign(closed ?? {}, { onNode: true });
      Object.assign(closed ?? open ?? {}, { rotated: file.rotated });
      file.log.close();
      this.files = this.files.filter((one) => one !== file);
    } else if (saved) {
      this.resume(file, saved);
    }
    if (this.files.every((one) => one.identified)) {
      missUnresolved(this, null);
    }
  }

  /** Reading goes back to what is acknowledged; what cannot be read again is lost, and the account says so. */
  rewind(): void {
    for (const file of this.files) {
      const { read, acked } = file.log;
      if (file.givenUp === null) {
        movePosition(read, acked);
      } else if (read.offset > acked.offset) {
        const bytes = read.offset - acked.offset;
        this.state.vanishedBytes += bytes;
        const lines = read.lines - acked.lines;
        const from = lineTime(acked.seconds, acked.nanos);
        const to = lineTime(read.seconds, read.nanos);
        this.miss({ reason: file.givenUp, bytes, lines, from, to });
        file.log.size = acked.offset;
        movePosition(read, acked);
      }
    }
  }

  /** Whether bytes of the file are under way that cannot be read again. */
  get unrepeatable(): boolean {
    return this.files.some(({ givenUp, log }) => givenUp !== null && log.read.offset > log.acked.offset);
  }

  /** Gives up what is not read of a file: nobody can read it any more, and the account says so. */
  giveUp(
    file: OpenFile,
    gap: Pick<Gap, 'to' | 'detail'> & { reason: 'truncated' | 'shed' | 'gone-unread'; from?: string | null }
  ): void {
    const { log } = file;
    const whole = log.atGzipEnd;
    const from = gap.from ?? lineTime(log.read.seconds, log.read.nanos);
    const isWritten = this.lingers && log.grewAt > this.leftAt;
    file.givenUp = gap.reason;
    const bytes = log.giveUpRest();
    this.state.vanishedBytes += bytes;
    if (bytes > 0 || !whole) {
      this.miss({ ...gap, from, bytes: whole ? bytes : null, lines: null });
    }
    if (isWritten) {
      this.miss({
        ...gap,
        from,
        bytes: null,
        lines: null,
        detail: 'what its container wrote to the deleted file after that',
      });
    }
    this.state.ended ||= this.lingers && !this.files.some((one) => one.log.isOpen);
  }

  /** Closes files that nothing more can come from. @returns whether any was closed */
  closeFinished(): boolean {
    const before = this.files.length;
    this.files = this.files.filter((file) => {
      const { log } = file;
      const finished = this.isFinal(file) && !this.over && log.atGzipEnd && log.settledSince(STRAGGLER_MS);
      if (finished) {
        const sameFile = file.givenUp !== 'truncated'; // a truncated file lies there still, with other content
        this.state.closed.push({
          ino: sameFile ? log.ino : 0,
          birthMs: log.birthMs,
          rotated: sameFile ? file.rotated : 'truncated',
          hash: log.isOpen ? log.identity() : null,
          lines: log.acked.lines,
          bytes: log.size,
          from: file.firstTime,
          to: lineTime(log.acked.seconds, log.acked.nanos),
          onNode: !log.gone,
        });
        log.close();
      }
      return !finished;
    });
    return this.files.length < before;
  }

  /** Whether a file is done but for the time that a straggling line may take. */
  get awaitsStragglers(): boolean {
    return this.files.some(
      (file) => file.log.superseded && file.log.unacked === 0 && !(file.log.gone && this.isFinal(file))
    );
  }

  close(): void {
    this.files.forEach(({ log }) => log.close());
    this.files = [];
  }

  /** What is kept of the files over a restart. */
  savedFiles(): SavedFile[] {
    const open = this.files.map(({ log, rotated, firstTime, sent }) => {
      const { ino, birthMs, size } = log;
      const over = log.superseded || log.gone || this.state.ended;
      const acked = { ...log.acked };
      return { hash: log.identity(), ino, birthMs, rotated, size, firstTime, acked, ...(sent && { sent }), over };
    });
    return [...open, ...this.unresolved];
  }

  record(node: { cluster: string; node: string }, final: boolean): ContainerRecord {
    const open = { linesRead: 0, linesAcked: 0, bytesSeen: 0, bytesAcked: 0 };
    for (const { log } of this.files) {
      open.linesRead += log.read.lines;
      open.linesAcked += log.acked.lines;
      open.bytesSeen += log.size;
      open.bytesAcked += log.acked.offset;
    }
    const { gaps, bytes } = this.unopened;
    open.bytesSeen += bytes;
    const state = gaps.length > 0 ? { ...this.state, gaps: [...this.state.gaps, ...gaps] } : this.state;
    return buildContainerRecord(this, node, state, open, final);
  }
}

/** RFC 3339 texts of one form compare as their times do. */
const earliest = (a: string | null, b: string | null) => (a === null ? b : b === null || a < b ? a : b);
const latest = (a: string | null, b: string | null) => (a === null ? b : b === null || a > b ? a : b);
