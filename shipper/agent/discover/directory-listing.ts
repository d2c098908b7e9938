import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';
import { DirectoryTime } from './directory-time';
import { parseLogFileName, type LogFileName } from '../files/names';

/** A log file that lies in a container's directory. */
export interface Found extends LogFileName {
  path: string;
  ino: number;
  birthMs: number;
  size: number;
}

/** A directory that changes while it is looked at is looked at again, so often at most. */
export const MANY_TRIES = 5;
/** What lies in a container's directory, and whether that may have changed since it was listed. */
export class DirectoryListing {
  private readonly time: DirectoryTime;
  /** A file had gone between the listing and the look at it. */
  private changedDuringScan = false;

  /** @param refuse is told of what cannot be looked at */
  constructor(
    private readonly path: string,
    private readonly refuse: (path: string, error: unknown) => void
  ) {
    this.time = new DirectoryTime(path);
  }

  /** The log files by restart, at one moment: a rename amid the look must not pass for a deletion, and is looked at again. */
  read(): Map<number, Found[]> {
    let names = this.names();
    for (let tries = 0; ; tries++) {
      this.changedDuringScan = false;
      const found = names.flatMap((name) => this.find(name) ?? []);
      const sure = !this.changedDuringScan && !this.time.changed;
      const after = sure || tries === MANY_TRIES ? names : this.names();
      if (after.join('/') === names.join('/')) {
        return byRestart(found);
      }
      names = after;
    }
  }

  /** When names in it last changed, milliseconds since 1970; null where it is not there. */
  get mtimeMs(): number | null {
    return this.time.mtimeMs;
  }

  /** Whether names may have come or gone since. */
  get outdated(): boolean {
    return this.time.changed;
  }

  /** The names in the directory; none where it is gone. */
  private names(): string[] {
    try {
      this.time.note();
      return readdirSync(this.path).sort();
    } catch (error) {
      if (!isMissing(error)) {
        this.refuse(this.path, error);
      }
      return [];
    }
  }

  private find(name: string): Found | undefined {
    const parsed = parseLogFileName(name);
    const path = join(this.path, name);
    try {
      const stat = parsed && statSync(path);
      return stat && { ...parsed, path, ino: stat.ino, birthMs: stat.birthtimeMs, size: stat.size };
    } catch (error) {
      this.changedDuringScan ||= isMissing(error);
      if (!isMissing(error)) {
        this.refuse(path, error);
      }
      return undefined;
    }
  }
}

function byRestart(found: readonly Found[]): Map<number, Found[]> {
  const files = new Map<number, Found[]>();
  for (const one of found) {
    files.set(one.restart, [...(files.get(one.restart) ?? []), one]);
  }
  return files;
}

export function isMissing(error: unknown): boolean {
  return isNativeError(error) && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
