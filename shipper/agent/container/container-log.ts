import { containerRunId, type ContainerRun } from '../../../model/container-run';
import type { ContainerRecord, Gap } from '../../../model/records';
import { addGap, buildContainerRecord, emptyRecordState, lineTime, type RecordState } from './record-state';
import { MetadataForms, type MetadataPairs } from '../entries/entry-metadata';
import { UnopenedFiles } from './unopened';
import type { OpenFile, ReadStop, RequestRules, Stretch } from '../files/open-file';
import { movePosition } from '../files/position';
import type { SavedFile } from '../checkpoint/checkpoint';
import { missUnresolved } from './unread';
import type { EncodeBuffer } from '../entries/encode-buffer';

/** The runtime may write a last line to a rotated file after its successor was made. */
const STRAGGLER_MS = 2_000;
/** Whoever wrote so lately runs, and no reclaim deletes its log. */
const RUNS_MS = 5_000;

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
  readonly id: string;
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
  /** A gap was found that no container record in Loki tells of. */
  unreported = false;

  constructor(
    readonly run: ContainerRun,
    readonly directory: string,
    private readonly deps: ContainerDeps,
    state?: RecordState
  ) {
    this.id = containerRunId(run);
    this.state = state ?? emptyRecordState();
    this.unreported = this.state.gaps.length > 0; // an earlier agent may have ended before it could tell
  }

  /** Something of the log is not in Loki, and never will be. */
  miss(gap: Gap): void {
    addGap(this.state, gap);
    this.unreported = true;
    this.deps.onMiss(gap);
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
    return this.state.ended || performance.now() - grewAt > RUNS_MS;
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

  /** Whether the file can still grow. */
  private isFinal({ log }: OpenFile): boolean {
    return log.gone || log.superseded || log.compressed || this.state.ended || this.over;
  }

  /** Reads on from where reading stands and writes entries into the request on the buffer, until a stop. */
  fill(buffer: EncodeBuffer, rules: RequestRules, nowMs: number): Filled {
    const stretches: Stretch[] = [];
    const filled = (stop: ReadStop, late?: boolean): Filled => {
      const segments = stretches.map((stretch) => ({ ...stretch, container: this }));
      return { segments, stop, late };
    };
    for (const file of this.files) {
      const containerId = file.containerId(this.state.containerId);
      buffer.metadata.use(this.formsOf(containerId));
      const stop = file.fill(buffer, rules, { final: this.isFinal(file), nowMs, containerId }, stretches);
      if (stop !== 'end') {
        return filled(stop, file.late);
      }
    }
    return filled('end');
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
  acknowledge({ file, to, from }: Segment): void {
    file.settle(to);
    file.firstTime ??= from;
    this.state.firstTime ??= from;
    this.state.lastTime = lineTime(to.seconds, to.nanos) ?? this.state.lastTime;
  }

  /** The segment was passed over for good: its bytes are no longer waited for, and the account says so. */
  passOver({ file, from, to, bytes, lines }: Segment, gap: Pick<Gap, 'reason' | 'detail'>): void {
    file.settle(to);
    this.state.passedOver.lines += lines;
    this.state.passedOver.bytes += bytes;
    this.miss({ ...gap, bytes, lines, from, to: lineTime(to.seconds, to.nanos) });
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
    gap: Pick<Gap, 'to' | 'detail'> & { reason: 'truncated' | 'shed'; from?: string | null }
  ): void {
    const { log } = file;
    const whole = log.atGzipEnd;
    const from = gap.from ?? lineTime(log.read.seconds, log.read.nanos);
    file.givenUp = gap.reason;
    const bytes = log.giveUpRest();
    this.state.vanishedBytes += bytes;
    if (bytes > 0 || !whole) {
      this.miss({ ...gap, from, bytes: whole ? bytes : null, lines: null });
    }
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
    return this.files.some(({ log }) => log.superseded && !log.gone && log.unacked === 0);
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
    return buildContainerRecord(this.run, node, this.state, open, final);
  }
}
