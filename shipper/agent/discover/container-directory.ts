import { join } from 'node:path';
import { errorText } from '../../../model/error-text';
import type { Logger } from '../../common/log';
import type { Refusals } from './refusals';
import type { ContainerRun } from '../../../model/container-run';
import { foldAway, type ClosedFile } from '../container/record-state';
import type { SavedContainer, SavedFile } from '../container/saved';
import { missUnopened, missUnresolved, missUnseen } from '../container/unread';
import type { ContainerLog } from '../container/container-log';
import type { FoundFile } from '../files/found-file';
import { DirectoryListing, isMissing, MANY_TRIES } from './directory-listing';
import { LogFile } from '../files/log-file';
import { byAge, isSameRotation, parseLogFileName, rotationOf, type PodDirectory } from '../files/names';
import { OpenFile } from '../container/open-file';
import { movePosition } from '../files/position';

export interface DirectoryDeps {
  logger: Logger;
  /** What cannot be read. */
  refusals: Refusals;
  /** Directories that a log file may lie in after symlinks are followed. */
  roots: readonly string[];
  /** @param bornMs when the first of its files was made, milliseconds since 1970 */
  create: (run: ContainerRun, directory: string, saved: SavedContainer | undefined, bornMs: number) => ContainerLog;
  /** Now as RFC 3339. */
  nowText: () => string;
  /** A time of the file system, milliseconds since 1970, as RFC 3339. */
  fileTimeText: (ms: number) => string;
  /**
   * The container has something to read, was ended or left: whoever schedules looks at it.
   * @param kept whether what has to be kept over a restart is another now: its files, their names, its end
   */
  changed: (container: ContainerLog, kept: boolean) => void;
}

/** One container's log directory: which files belong to which run of the container, and what became of them. */
export class ContainerDirectory {
  readonly containers = new Map<number, ContainerLog>();
  /** The directory changed while it was looked at. */
  private stale = false;
  private readonly listing: DirectoryListing;
  /** Restarts that are done with. */
  private readonly forgotten = new Set<number>();

  /** @param onLinger is called when a deleted log in it has to be looked at, for it may still be written */
  constructor(
    readonly path: string,
    private readonly pod: PodDirectory,
    private readonly name: string,
    private readonly deps: DirectoryDeps,
    private readonly saved: Map<number, SavedContainer>,
    private readonly onLinger: () => void
  ) {
    this.listing = new DirectoryListing(path, deps.roots, deps.refusals);
  }

  /** Directories that its links lead into. */
  get targets(): Iterable<string> {
    return this.listing.targets;
  }

  /**
   * Looks whether anything changed, at a small part of what a scan costs; scans where something did.
   * @returns whether the container wrote or its files changed since the last look
   */
  poll(): boolean {
    if (this.listing.outdated) {
      this.scan();
      return true;
    }
    let grew = false;
    for (const container of this.containers.values()) {
      for (const file of container.files) {
        const { log, pinned } = file;
        if (!log.isOpen || log.compressed) {
          continue;
        }
        const { size, links } = log.look();
        if (size < log.size || (links === 0 && pinned === null)) {
          this.scan();
          return true;
        }
        if (size > log.size) {
          container.grew(file, size);
          grew = true;
          this.deps.changed(container, false);
        }
      }
    }
    return grew;
  }

  /** Finds what no event told of, and wakes what waits: by a poll, where that would show all that there can be. */
  check(): void {
    const atRest = [...this.containers.values()].every(
      ({ unread, unresolved, unreported, state }) =>
        unread === 0 && unresolved.length === 0 && !unreported && !state.closed.some(({ onNode }) => onNode)
    );
    if (atRest && this.deps.refusals.size === 0 && this.saved.size === 0) {
      this.poll();
    } else {
      this.scan();
    }
  }

  /** Whether all logs that were in it have left the node. */
  get left(): boolean {
    return [...this.containers.values()].every(({ state }) => state.left !== null);
  }

  /** Whether a log in it was deleted while its container may still write to it. */
  get lingers(): boolean {
    return [...this.containers.values()].some(({ lingers }) => lingers);
  }

  /** Whether a file of that name is open. */
  hasOpen(name: string): boolean {
    const path = join(this.path, name);
    return [...this.containers.values()].some(({ files }) => files.some(({ log }) => log.isOpen && log.path === path));
  }

  /** Whether it is the name of a file that one of its links leads to. */
  isTarget(name: string): boolean {
    return this.listing.isTarget(name);
  }

  /**
   * News of a log file that is not there: where none of its container run was ever seen, it came and went while nobody
   * looked.
   */
  noteUnseen(name: string): void {
    const parsed = parseLogFileName(name);
    if (!parsed || this.containers.has(parsed.restart) || this.forgotten.has(parsed.restart)) {
      return;
    }
    const container = this.deps.create(
      { ...this.pod, container: this.name, restart: parsed.restart },
      this.path,
      undefined,
      Date.now()
    );
    this.containers.set(parsed.restart, container);
    const now = this.deps.nowText();
    const detail = 'it came and went while the agent could not look';
    container.miss({ reason: 'gone-unread', bytes: null, lines: null, from: null, to: now, detail });
    container.leave({ at: now, noticed: now, directory: 'unknown', bytesUnacked: 0 });
    this.deps.changed(container, true);
  }

  /** All is said of the container's run. */
  forget(restart: number): void {
    this.containers.delete(restart);
    this.forgotten.add(restart);
  }

  /** Looks at the directory: opens new files, follows renamed ones, notes those that went. */
  scan(): void {
    for (let tries = 0; tries < MANY_TRIES; tries++) {
      this.stale = false;
      this.look();
      if (!this.stale) {
        return;
      }
    }
  }

  private look(): void {
    const found = this.listing.read();
    const restarts = [...new Set([...found.keys(), ...this.containers.keys(), ...this.saved.keys()])].sort(
      (a, b) => a - b
    );
    const newest = Math.max(...found.keys(), ...this.containers.keys());
    for (const restart of restarts) {
      const files = (found.get(restart) ?? []).sort(byAge);
      const container = this.containers.get(restart) ?? this.adopt(restart, files);
      if (container) {
        const before = outline(container);
        this.match(container, files, restart < newest);
        this.deps.changed(container, outline(container) !== before);
      }
    }
    if (this.lingers) {
      this.onLinger();
    }
  }

  private adopt(restart: number, files: readonly FoundFile[]): ContainerLog | undefined {
    const saved = this.saved.get(restart);
    this.saved.delete(restart);
    if (files.length === 0 && !saved) {
      return undefined;
    }
    const bornMs = Math.min(Date.now(), ...files.map(({ birthMs }) => birthMs));
    const container = this.deps.create({ ...this.pod, container: this.name, restart }, this.path, saved, bornMs);
    this.containers.set(restart, container);
    container.unresolved = [...(saved?.files ?? [])];
    return container;
  }

  /** Holds the container's open files against what lies in the directory. */
  private match(container: ContainerLog, files: readonly FoundFile[], superseded: boolean): void {
    const seen = new Set<OpenFile>();
    for (const found of files) {
      const file = container.files.find((one) => isOpenAs(one, found));
      const closed = container.state.closed.find((one) => isSame(one, found));
      if (file && !this.truncated(container, file)) {
        file.log.path = found.path;
        file.rotated = found.rotated;
        seen.add(file);
      } else if (closed && !hasGrown(found, closed)) {
        closed.rotated = found.rotated;
      } else {
        const opened = this.openNew(container, found);
        if (opened) {
          seen.add(opened);
        }
      }
    }
    const closedWereThere = container.state.closed.some(({ onNode }) => onNode);
    for (const closed of container.state.closed) {
      closed.onNode &&= files.some((found) => isSame(closed, found));
    }
    if (files.length > 0) {
      foldAway(container.state);
    }
    container.files.sort((a, b) =>
      byAge({ ...a, restart: 0, compressed: false }, { ...b, restart: 0, compressed: false })
    );
    for (const file of container.files) {
      const { log } = file;
      if (!seen.has(file) && log.isOpen && !log.compressed) {
        container.grew(file, log.look().size);
        file.rotated = rotationOf(log.lastName) || file.rotated;
      }
      log.gone ||= !seen.has(file);
      if (log.gone && log.isParked) {
        container.giveUp(file, {
          reason: 'gone-unread',
          to: this.deps.nowText(),
          detail: 'deleted while too many files were open to hold it, too',
        });
      }
      if (superseded || file !== container.files.at(-1)) {
        log.supersede();
      }
      if (log.isOpen && log.gone) {
        file.pinned ??= { since: performance.now(), acked: log.acked.offset };
      }
    }
    if (superseded && !container.state.ended) {
      container.state.ended = true;
    }
    if (!this.stale && container.files.every(({ identified }) => identified)) {
      missUnresolved(container, files.length === 0 ? this.wentAt(container, closedWereThere) : this.deps.nowText());
    }
    if (!this.stale) {
      missUnopened(container, files, this.deps.nowText());
    }
    if (files.length === 0) {
      this.noteLeaving(container, closedWereThere);
    } else if (container.state.left !== null) {
      container.comeBack(this.deps.nowText(), superseded);
    }
  }

  private noteLeaving(container: ContainerLog, closedWereThere: boolean): void {
    const { state } = container;
    if (state.left === null && !this.stale) {
      const at = this.wentAt(container, closedWereThere);
      const noticed = this.deps.nowText();
      container.leave({ at, noticed, directory: 'unknown', bytesUnacked: container.unacked });
      missUnseen(container, noticed);
    }
  }

  /**
   * When the last of the container's files went, RFC 3339. The file system knows, however late it is noticed: open files
   * say themselves when they were deleted, and for the others a directory that is there says when it last changed, which
   * is then or later. With the directory gone as well it was by now.
   */
  private wentAt({ files }: ContainerLog, closedWereThere: boolean): string {
    const unlinked = files.filter(({ log }) => log.isOpen).map(({ log }) => log.unlinkedMs());
    const known = unlinked.filter((ms) => ms !== null);
    const byFiles = known.length > 0 && known.length === unlinked.length && !closedWereThere;
    const ms = byFiles ? Math.max(...known) : this.listing.mtimeMs;
    const [now, went] = [this.deps.nowText(), ms === null ? null : this.deps.fileTimeText(ms)];
    return went === null || went > now ? now : went;
  }

  /**
   * Looks at the size of an open file. One that is shorter than it was has other content: what was not read of the old
   * is lost, and the new is read from its start, while what is under way of the old may still be acknowledged.
   */
  private truncated(container: ContainerLog, file: OpenFile): boolean {
    const { log } = file;
    if (log.compressed) {
      return false;
    }
    const { size } = log.look();
    if (size < log.size) {
      this.deps.logger.warn('a log file was truncated: reading it from its start', { file: log.path });
      container.giveUp(file, { reason: 'truncated', to: this.deps.nowText() });
      return true;
    }
    container.grew(file, size);
    return false;
  }

  /**
   * Opens a file that no open one is. One whose first line is that of a closed file is that file (renamed over a file
   * system that shows no birth times, compressed, or grown): it goes on where that one ended. One that an earlier agent
   * had begun goes on where Loki had acknowledged it.
   */
  private openNew(container: ContainerLog, found: FoundFile): OpenFile | undefined {
    const opened = this.open(container, found);
    if (!opened?.identified) {
      return opened;
    }
    const saved = container.unresolved.find((one) => isSaved(one, opened));
    // One that is shorter than what was acknowledged was truncated: it is read from its start.
    if (saved && opened.log.size >= saved.acked.offset) {
      container.resume(opened, saved);
      return opened;
    }
    const hash = container.state.closed.length > 0 ? opened.log.identity() : null;
    const twin = hash === null ? undefined : container.state.closed.find((closed) => closed.hash === hash);
    if (!twin) {
      return opened;
    }
    if (opened.log.size <= twin.bytes) {
      Object.assign(twin, { ino: found.ino, birthMs: found.birthMs, rotated: found.rotated, onNode: true });
      opened.log.close();
      container.files.splice(container.files.indexOf(opened), 1);
      return undefined;
    }
    container.state.closed.splice(container.state.closed.indexOf(twin), 1);
    const position = { ...opened.log.acked, offset: twin.bytes, lines: twin.lines };
    movePosition(opened.log.read, position);
    movePosition(opened.log.acked, position);
    opened.firstTime = twin.from;
    return opened;
  }

  private open(container: ContainerLog, found: FoundFile): OpenFile | undefined {
    const existing = container.files.find(({ log, givenUp }) => log.ino === found.ino && givenUp === null);
    if (existing) {
      return existing;
    }
    try {
      const log = LogFile.open(found.path, this.deps.roots);
      if (log.ino !== found.ino) {
        this.stale = true; // renamed since it was found: it will be found again
        log.close();
        return undefined;
      }
      const file = new OpenFile(log, found.rotated);
      container.files.push(file);
      container.unopened.opened(found);
      this.deps.refusals.clear(found.path);
      return file;
    } catch (error) {
      if (isMissing(error)) {
        this.stale = true; // renamed or deleted since it was found
        container.unopened.note(found, null);
      } else {
        this.deps.refusals.note(found.path, error);
        container.unopened.note(found, errorText(error));
      }
      return undefined;
    }
  }
}

/** Whether an earlier agent had begun the file. */
function isSaved({ hash, ino, birthMs }: SavedFile, { log }: OpenFile): boolean {
  return hash === null ? ino === log.ino && birthMs === log.birthMs : hash === log.identity();
}

/** What is kept of a container over a restart, besides positions and sizes. */
function outline({ files, state, unresolved }: ContainerLog): string {
  const names = files.map(
    ({ log, rotated }) => `${log.ino} ${rotated} ${log.gone} ${log.superseded} ${log.pinnedBytes}`
  );
  return [state.ended, state.left?.at, state.closed.length, unresolved.length, ...names].join();
}

/** Whether the file in the directory is the open one, under its name or a rotated one, or compressed. */
function isOpenAs({ log, rotated, givenUp }: OpenFile, found: FoundFile): boolean {
  return givenUp === null && (log.ino === found.ino || isSameRotation(rotated, found.rotated));
}

/** Whether the file in the directory is the closed one: by its rotation's name, or by its inode, which may be used again. */
function isSame(closed: ClosedFile, found: FoundFile): boolean {
  return (
    isSameRotation(closed.rotated, found.rotated) || (closed.ino === found.ino && closed.birthMs === found.birthMs)
  );
}

/** A file that was closed as over and was written to again. */
function hasGrown(found: FoundFile, closed: ClosedFile): boolean {
  return !found.compressed && found.size > closed.bytes;
}
