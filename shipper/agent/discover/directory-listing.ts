import { lstatSync, readdirSync, readlinkSync, realpathSync, statSync, type Dirent, type Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isNativeError } from 'node:util/types';
import { isInside } from '../files/log-file';
import type { FoundFile } from '../files/found-file';
import { parseLogFileName, parseNumbered, type LogFileName } from '../files/names';
import { DirectoryTime } from './directory-time';
import type { Refusals } from './refusals';

/** A name that may be a log file's. */
interface Name extends LogFileName {
  path: string;
  isLink: boolean;
}

/** What is known of a file that a link leads to and that is not there. No file has inode 0. */
const DANGLING = { ino: 0, birthMs: 0, size: 0 };

/** A directory that changes while it is looked at is looked at again, so often at most. */
export const MANY_TRIES = 5;

/**
 * What lies in a container's directory, and whether that may have changed since it was listed. Where a log is a link, as
 * with Docker's json-file logs, the files that the runtime's rotation left beside its target belong to it.
 */
export class DirectoryListing {
  private readonly time: DirectoryTime;
  /** Directories that links led into, with their times. */
  private targetTimes = new Map<string, DirectoryTime>();
  private readonly targetNames = new Set<string>();
  /** A file had gone between the listing and the look at it. */
  private changedDuringScan = false;

  /** @param roots where links may lead */
  constructor(
    private readonly path: string,
    private readonly roots: readonly string[],
    private readonly refusals: Refusals
  ) {
    this.time = new DirectoryTime(path);
  }

  /**
   * The log files by restart, and links that lead nowhere, at one moment: a rename amid the look must not pass for a
   * deletion, and is looked at again.
   */
  read(): { found: Map<number, FoundFile[]>; dangling: Map<number, FoundFile[]> } {
    let names = this.names();
    for (let tries = 0; ; tries++) {
      this.changedDuringScan = false;
      const found = names.flatMap((name) => this.find(name) ?? []);
      const sure = !this.changedDuringScan && !this.outdated;
      const after = sure || tries === MANY_TRIES ? names : this.names();
      if (pathsOf(after) === pathsOf(names)) {
        this.refusals.retain(this.path, new Set(names.map(({ path }) => path)));
        return {
          found: byRestart(found.filter(({ ino }) => ino !== DANGLING.ino)),
          dangling: byRestart(found.filter(({ ino }) => ino === DANGLING.ino)),
        };
      }
      names = after;
    }
  }

  /** When names in it last changed, milliseconds since 1970; null where it is not there. */
  get mtimeMs(): number | null {
    return this.time.mtimeMs;
  }

  /** Whether names may have come or gone since, here or where links lead. */
  get outdated(): boolean {
    return this.time.changed || (this.targetTimes.size > 0 && [...this.targetTimes.values()].some((t) => t.changed));
  }

  /** Directories that links lead into. */
  get targets(): Iterable<string> {
    return this.targetTimes.keys();
  }

  /** Whether a file of that name is one that a link leads to. */
  isTarget(name: string): boolean {
    return this.targetNames.has(name);
  }

  /** The names in the directory, and of files beside the targets of links; none where it is gone. */
  private names(): Name[] {
    let entries: Dirent[];
    try {
      this.time.note();
      entries = readdirSync(this.path, { withFileTypes: true });
      this.refusals.clear(this.path);
    } catch (error) {
      if (isMissing(error)) {
        this.refusals.forget(this.path);
      } else {
        this.refusals.note(this.path, error);
      }
      return [];
    }
    const before = this.targetTimes;
    this.targetTimes = new Map();
    return entries
      .flatMap((entry) => {
        const parsed = parseLogFileName(entry.name);
        if (!parsed) {
          return [];
        }
        const name = { ...parsed, path: join(this.path, entry.name), isLink: entry.isSymbolicLink() };
        return name.isLink ? [name, ...this.besideTarget(name, before)] : [name];
      })
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  private besideTarget({ path, restart }: Name, known: ReadonlyMap<string, DirectoryTime>): Name[] {
    try {
      const target = targetOf(path);
      if (!isInside(target, this.roots)) {
        return []; // opening it reports why
      }
      const directory = dirname(target);
      const time = known.get(directory) ?? new DirectoryTime(directory);
      this.targetTimes.set(directory, time);
      this.targetNames.add(basename(target));
      time.note();
      return readdirSync(directory).flatMap((name) => {
        const parsed = parseNumbered(basename(target), name);
        return parsed ? [{ ...parsed, restart, path: join(directory, name), isLink: false }] : [];
      });
    } catch {
      return []; // looking at the link itself tells why
    }
  }

  private find({ path, isLink, ...name }: Name): FoundFile | undefined {
    try {
      const stat = statSync(path);
      // What is no file cannot be opened as one, and the size of a directory is none of a log.
      return { ...name, path, ino: stat.ino, birthMs: stat.birthtimeMs, size: stat.isFile() ? stat.size : 0 };
    } catch (error) {
      if (!isMissing(error)) {
        this.refusals.note(path, error);
        return isLink ? { ...name, path, ...DANGLING } : undefined;
      } else if (isLink && this.leadsNowhere(path)) {
        return { ...name, path, ...DANGLING };
      } else {
        this.changedDuringScan = true;
      }
      return undefined;
    }
  }

  /** Whether the link is there, and what it leads to is not: Docker deletes a container's file before the kubelet its link. */
  private leadsNowhere(link: string): boolean {
    try {
      this.refusals.note(link, new Error(`it leads to ${readlinkSync(link)}, which is not there`));
      return true;
    } catch {
      return false;
    }
  }
}

/**
 * Where a link leads, also where its target is not there: somebody removed it, and the runtime may make it again.
 * @throws the system's error where it leads nowhere
 */
function targetOf(link: string): string {
  try {
    return realpathSync(link);
  } catch (error) {
    if (!isMissing(error)) {
      throw error;
    }
    const next = resolve(dirname(link), readlinkSync(link));
    const target = join(realpathSync(dirname(next)), basename(next));
    return statOf(target)?.isSymbolicLink() ? targetOf(target) : target;
  }
}

const pathsOf = (names: readonly Name[]) => names.map(({ path }) => path).join('\n');

function byRestart(found: readonly FoundFile[]): Map<number, FoundFile[]> {
  const files = new Map<number, FoundFile[]>();
  for (const one of found) {
    files.set(one.restart, [...(files.get(one.restart) ?? []), one]);
  }
  return files;
}

export function isMissing(error: unknown): boolean {
  return isNativeError(error) && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** What lies there, links not followed; null where there is nothing. */
export function statOf(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
}
