import { instanceId, type ContainerInstance } from '../../model/container-instance';
import type { ContainerRecord, Gap } from '../../model/records';
import { addGap, containerRecord, emptyAccount, lineTime, type AccountState } from './account';
import { CriParser, type LineParser } from './cri';
import { MetadataForms, type MetadataPairs } from './entry-metadata';
import type { Rules, Stop } from './cutter';
import { DockerJsonParser } from './docker-json';
import type { LogFile } from './log-file';
import { movePosition, startOfFile, type Position } from './position';
import type { SavedFile } from './checkpoint';
import { BLOCK_BYTES, MAX_BLOCK_BYTES, type Workbench } from './workbench';

const DOCKER_HEAD = '{"log":';
/** The runtime may write a last line to a rotated file after its successor was made. */
const STRAGGLER_MS = 2_000;
/** An unfinished line that has not grown for so long is sent as far as it is there. */
const UNFINISHED_MS = 5_000;

/** A stretch of a log file inside a request, or passed over. */
export interface Segment {
  container: ContainerLog;
  file: OpenFile;
  to: Position;
  /** Time of its first line; null where nothing was sent. */
  from: string | null;
  lines: number;
  bytes: number;
}

export interface OpenFile {
  log: LogFile;
  rotated: string;
  parser: LineParser | null;
  firstTime: string | null;
  /** Known not to be a file that was seen under another name; a compressed one is known only when decompressed. */
  identified: boolean;
}

/** What a fill came to. */
export interface Filled {
  segments: Segment[];
  stop: Stop | 'unprepared';
}

export interface FillCounts {
  unparsed: number;
  replaced: number;
}

/** The log of one container instance: its files from the oldest to the current one, and the account of them. */
export class ContainerLog {
  readonly id: string;
  readonly state: AccountState;
  /** Open files, oldest first. */
  files: OpenFile[] = [];
  /** Files that an earlier agent had acknowledged in part and that are not found again yet. */
  unresolved: SavedFile[] = [];
  private forms: MetadataForms | null = null;
  /** Files that rotation deleted, as the last ledger told them. */
  toldAway = 0;
  /** No container of this instance writes any more, whatever lies on the disk (`--once`). */
  over = false;

  constructor(
    readonly instance: ContainerInstance,
    readonly directory: string,
    private readonly pairs: (containerId: string | null) => MetadataPairs,
    state?: AccountState
  ) {
    this.id = instanceId(instance);
    this.state = state ?? emptyAccount();
  }

  /** The container's id became known. Lines that went out before have none; those after have it. */
  setContainerId(id: string): void {
    if (this.state.containerId !== id) {
      this.state.containerId = id;
      this.forms = null;
    }
  }

  /** Bytes on the node that are not read yet. */
  get unread(): number {
    let bytes = 0;
    for (const { log } of this.files) {
      bytes += log.compressed && !log.atGzipEnd ? 1 : log.unread;
    }
    return bytes;
  }

  get unacked(): number {
    let bytes = 0;
    for (const { log } of this.files) {
      bytes += log.compressed && !log.atGzipEnd ? Math.max(1, log.unacked) : log.unacked;
    }
    return bytes;
  }

  /** Bytes of its files on the node, as far as they were seen; a compressed file counts as what it holds. */
  get bytesOnNode(): number {
    let bytes = 0;
    for (const { onNode, bytes: size } of this.state.closed) {
      bytes += onNode ? size : 0;
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

  /** Reads on from where reading stands and writes entries into the request on the bench, until a stop. */
  fill(bench: Workbench, rules: Rules, nowMs: number, counts: FillCounts): Filled {
    const segments: Segment[] = [];
    this.forms ??= new MetadataForms(this.pairs(this.state.containerId));
    bench.metadata.use(this.forms);
    for (const file of this.files) {
      const stop = this.fillFrom(file, bench, rules, nowMs, segments, counts);
      if (stop !== 'end') {
        return { segments, stop };
      }
    }
    return { segments, stop: 'end' };
  }

  private fillFrom(
    file: OpenFile,
    bench: Workbench,
    rules: Rules,
    nowMs: number,
    segments: Segment[],
    counts: FillCounts
  ): Filled['stop'] {
    const { log } = file;
    const { memory, blockStart, cutter } = bench;
    const before: Position = startOfFile();
    let length = BLOCK_BYTES;
    let flush = false;
    for (;;) {
      const n = log.readAt(memory, blockStart, length, log.read.offset);
      if (n === null) {
        return 'unprepared';
      }
      if (n === 0) {
        return 'end';
      }
      const atEnd = n < length;
      log.size = Math.max(log.size, log.read.offset + n);
      file.parser ??= isDockerJson(memory, blockStart, n) ? new DockerJsonParser() : new CriParser();
      movePosition(before, log.read);
      const block = { memory, start: blockStart, end: blockStart + n, final: atEnd && this.isFinal(file), flush };
      if (length === MAX_BLOCK_BYTES && !atEnd && flush) {
        block.final = true; // a line without end: it goes out in parts of a block each
      }
      const fileRules = { ...rules, fallbackSeconds: Math.floor(log.birthMs / 1000) };
      const stop = cutter.cut(block, file.parser, log.read, bench.metadata, fileRules);
      counts.unparsed += cutter.unparsed;
      counts.replaced += cutter.replaced;
      const progress = log.read.offset !== before.offset || log.read.skip !== before.skip;
      if (progress) {
        this.addSegment(segments, file, before, lineTime(cutter.firstSeconds, cutter.firstNanos));
        length = BLOCK_BYTES;
        flush = false;
      }
      if (stop === 'older' || stop === 'newer' || (stop === 'full' && (progress || bench.encoder.entries > 0))) {
        return stop;
      }
      if (progress) {
        if (atEnd) {
          continue; // what is left is an unfinished line, or nothing
        }
      } else if (atEnd) {
        if (flush || log.grewAt > nowMs - UNFINISHED_MS) {
          return 'end';
        }
        flush = true;
      } else if (length < MAX_BLOCK_BYTES && stop !== 'full') {
        length *= 4;
      } else if (!flush) {
        flush = true;
      } else {
        return 'full';
      }
    }
  }

  private addSegment(segments: Segment[], file: OpenFile, before: Position, from: string | null): void {
    const { read } = file.log;
    segments.push({
      container: this,
      file,
      to: { ...read },
      from,
      lines: read.lines - before.lines,
      bytes: read.offset - before.offset,
    });
  }

  /** Whether an unfinished last line waits for its end, and reading must look again later. */
  get unfinished(): boolean {
    return this.files.some(({ log }) => log.unread > 0);
  }

  /** Loki acknowledged the segment. */
  acknowledge(segment: Segment): void {
    const { file, to } = segment;
    movePosition(file.log.acked, to);
    file.firstTime ??= segment.from;
    this.state.firstTime ??= segment.from;
    this.state.lastTime = lineTime(to.seconds, to.nanos) ?? this.state.lastTime;
  }

  /** The segment was passed over for good: its bytes are no longer waited for, and the account says so. */
  passOver(segment: Segment, gap: Omit<Gap, 'bytes' | 'lines'>): void {
    movePosition(segment.file.log.acked, segment.to);
    this.state.passedOver.lines += segment.lines;
    this.state.passedOver.bytes += segment.bytes;
    addGap(this.state, { ...gap, bytes: segment.bytes, lines: segment.lines });
  }

  /** Takes up a file where an earlier agent had left it. */
  takeUp(file: OpenFile, saved: SavedFile): void {
    movePosition(file.log.read, saved.acked);
    movePosition(file.log.acked, saved.acked);
    file.firstTime = saved.firstTime;
    this.unresolved = this.unresolved.filter((other) => other !== saved);
  }

  /** A compressed file can be read now: it may be one that is open or done already, or that an earlier agent began. */
  identify(file: OpenFile): void {
    const hash = file.log.identity();
    const closed = this.state.closed.find((one) => one.hash !== null && one.hash === hash);
    const open = this.files.find(
      (one) => one !== file && one.identified && hash !== null && one.log.identity() === hash
    );
    const saved = this.unresolved.find((one) => one.hash === hash);
    file.identified = true;
    if (closed || open) {
      Object.assign(closed ?? {}, { onNode: true });
      Object.assign(closed ?? open ?? {}, { rotated: file.rotated });
      file.log.close();
      this.files = this.files.filter((one) => one !== file);
    } else if (saved) {
      this.takeUp(file, saved);
    }
    if (this.files.every((one) => one.identified)) {
      this.giveUpUnresolved(null);
    }
  }

  /**
   * What an earlier agent had begun and no file holds any more went unread.
   * @param until when it was gone at the latest, RFC 3339
   */
  giveUpUnresolved(until: string | null): void {
    const { state } = this;
    for (const { hash, rotated, size, acked, firstTime } of this.unresolved) {
      const to = lineTime(acked.seconds, acked.nanos);
      const done = { hash, rotated, lines: acked.lines, bytes: acked.offset, from: firstTime, to };
      state.closed.push({ ino: 0, birthMs: 0, ...done, onNode: false });
      const bytes = size - acked.offset;
      state.vanishedBytes += bytes;
      // A file that could grow may have grown after the last look: then nobody can know by how much.
      if (bytes > 0 || (!state.ended && rotated === '')) {
        addGap(state, { reason: 'gone-unread', bytes: bytes > 0 ? bytes : null, lines: null, from: to, to: until });
      }
    }
    this.unresolved = [];
  }

  /** Reading goes back to what is acknowledged. */
  rewind(): void {
    for (const { log } of this.files) {
      movePosition(log.read, log.acked);
    }
  }

  /** Closes files that nothing more can come from. @returns whether any was closed */
  closeFinished(): boolean {
    const before = this.files.length;
    this.files = this.files.filter((file) => {
      const { log } = file;
      const finished = this.isFinal(file) && !this.over && log.atGzipEnd && log.settledSince(STRAGGLER_MS);
      if (finished) {
        this.state.closed.push({
          ino: log.ino,
          birthMs: log.birthMs,
          rotated: file.rotated,
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

  record(node: { cluster: string; node: string }, final: boolean): ContainerRecord {
    const open = { linesRead: 0, linesAcked: 0, bytesSeen: 0, bytesAcked: 0 };
    for (const { log } of this.files) {
      open.linesRead += log.read.lines;
      open.linesAcked += log.acked.lines;
      open.bytesSeen += log.size;
      open.bytesAcked += log.acked.offset;
    }
    return containerRecord(this.instance, node, this.state, open, final);
  }
}

function isDockerJson(memory: Buffer, start: number, length: number): boolean {
  return memory.toString('latin1', start, start + Math.min(length, DOCKER_HEAD.length)) === DOCKER_HEAD;
}
