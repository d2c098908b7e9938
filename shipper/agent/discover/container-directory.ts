import { join } from 'node:path';
import type { ContainerRun } from '../../../model/container-run';
import { errorText } from '../../../model/error-text';
import type { Logger } from '../../common/log';
import type { ContainerLog } from '../container/container-log';
import type { SavedContainer } from '../container/saved';
import type { FileView } from '../container/tailed-file';
import type { FoundFile } from '../files/found-file';
import { LogFile } from '../files/log-file';
import { byAge, parseLogFileName, type PodDirectory } from '../files/names';
import { DirectoryListing, isMissing, MANY_TRIES, statOf } from './directory-listing';
import { matchFile } from './match-files';
import type { Refusals } from './refusals';

export interface DirectoryDeps {
  logger: Logger;
  /** What cannot be read. */
  refusals: Refusals;
  /** Directories that a log file may lie in after symlinks are followed. */
  roots: readonly string[];
  /** @param bornMs when the first of its files was made, milliseconds since 1970 */
  create: (run: ContainerRun, directory: string, saved: SavedContainer | undefined, bornMs: number) => ContainerLog;
  /** When the link to the log of a container run was made, milliseconds since 1970; null where there is none. */
  linkedMs: (run: ContainerRun) => number | null;
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
        if (!file.isReadable || file.compressed) {
          continue;
        }
        const facts = file.stat();
        if (file.hasOtherContent(facts) || (facts.links === 0 && !file.isDeleted)) {
          this.scan();
          return true;
        }
        if (facts.size > file.size) {
          container.apply({ kind: 'grew', file, size: facts.size });
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
      ({ isAtRest, state }) => isAtRest && !state.closed.some(({ onNode }) => onNode)
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
    return [...this.containers.values()].some(({ files }) =>
      files.some((file) => file.isReadable && file.path === path)
    );
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
    container.passBy('it came and went while the agent could not look');
    this.deps.changed(container, true);
  }

  /**
   * No log is in it, and one was: it changed after it was made. A log that was there before anybody looked into it came and
   * went unseen.
   * @param sinceMs only where it was made later, milliseconds since 1970
   */
  noteEmptied(sinceMs: number): void {
    const { mtimeMs } = this.listing;
    const madeMs = statOf(this.path)?.birthtimeMs;
    if (
      this.containers.size === 0 &&
      mtimeMs !== null &&
      madeMs !== undefined &&
      madeMs > sinceMs &&
      mtimeMs > madeMs
    ) {
      this.noteUnseen('0.log');
    }
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
      this.scanOnce();
      if (!this.stale) {
        return;
      }
    }
  }

  private scanOnce(): void {
    const { found, dangling } = this.listing.read();
    const restarts = [
      ...new Set([...found.keys(), ...dangling.keys(), ...this.containers.keys(), ...this.saved.keys()]),
    ].sort((a, b) => a - b);
    const newest = Math.max(...found.keys(), ...dangling.keys(), ...this.containers.keys());
    for (const restart of restarts) {
      const files = (found.get(restart) ?? []).sort(byAge);
      const links = dangling.get(restart) ?? [];
      const container = this.containers.get(restart) ?? this.adopt(restart, files, links);
      if (container) {
        const before = container.outline;
        this.observe(container, files, links, restart < newest);
        this.deps.changed(container, container.outline !== before);
      }
    }
    if (this.lingers) {
      this.onLinger();
    }
  }

  /** @param links links that lead nowhere: what they led to is not known */
  private adopt(restart: number, files: readonly FoundFile[], links: readonly FoundFile[]): ContainerLog | undefined {
    const saved = this.saved.get(restart);
    this.saved.delete(restart);
    const isNews = files.length > 0 || (links.length > 0 && !this.forgotten.has(restart));
    if (!isNews && !saved) {
      return undefined;
    }
    const run = { ...this.pod, container: this.name, restart };
    const bornMs = Math.min(Date.now(), ...files.map(({ birthMs }) => birthMs));
    const container = this.deps.create(run, this.path, saved, bornMs);
    this.containers.set(restart, container);
    const [oldest] = files;
    if (oldest && !saved) {
      container.begin(oldest, this.deps.linkedMs(run));
    }
    links.forEach((found) => container.apply({ kind: 'unopened', found, why: 'the link to it leads to no file' }));
    return container;
  }

  /** Tells a container what became of its files, by what lies in the directory, oldest first. */
  private observe(
    container: ContainerLog,
    files: readonly FoundFile[],
    links: readonly FoundFile[],
    isSuperseded: boolean
  ): void {
    const there = new Set<FileView>();
    for (const found of files) {
      const match = matchFile(found, container.files, container.state.closed);
      if (match.kind === 'open' && !this.observeSize(container, match.file)) {
        container.apply({ kind: 'renamed', file: match.file, found });
        there.add(match.file);
      } else if (match.kind !== 'closed') {
        this.open(container, found);
      }
    }
    for (const file of container.files) {
      if (!there.has(file) && !files.some(({ ino, birthMs }) => ino === file.ino && birthMs === file.birthMs)) {
        container.apply({ kind: 'deleted', file });
      }
    }
    const isFirm = !this.stale;
    const { mtimeMs: changedMs } = this.listing;
    container.scanned({ there: files, links, isFirm, isSuperseded, changedMs });
  }

  /** @returns whether the file has other content than before */
  private observeSize(container: ContainerLog, file: FileView): boolean {
    if (file.compressed || !file.isReadable) {
      return false;
    }
    const facts = file.stat();
    if (file.hasOtherContent(facts)) {
      this.deps.logger.warn('a log file was truncated: reading it from its start', { file: file.path });
      container.apply({ kind: 'truncated', file });
      return true;
    }
    container.apply({ kind: 'grew', file, size: facts.size });
    return false;
  }

  private open(container: ContainerLog, found: FoundFile): void {
    try {
      const log = LogFile.open(found.path, this.deps.roots);
      if (log.ino !== found.ino) {
        this.stale = true; // renamed since it was found: it will be found again
        log.close();
        return;
      }
      this.deps.refusals.clear(found.path);
      container.apply({ kind: 'seen', found, log });
    } catch (error) {
      if (isMissing(error)) {
        this.stale = true; // renamed or deleted since it was found
        container.apply({ kind: 'unopened', found, why: null });
      } else if (container.excludedBy === null) {
        this.deps.refusals.note(found.path, error);
        container.apply({ kind: 'unopened', found, why: errorText(error) });
      }
    }
  }
}
