import { readFileSync } from 'node:fs';

/** A file that is found again by name and inode, so that its descriptor can be given back. */
export interface Parkable {
  /** Nothing of it has to be read now. */
  readonly atRest: boolean;
  /** Gives the descriptor back. @returns false where the file could not be found again */
  park(): boolean;
}

/** Kept for connections, the checkpoint, inotify and the status page: a quarter of the limit, so many at least and at most. */
const MIN_RESERVE = 44;
const MAX_RESERVE = 512;
/** Fewer open log files than this are no use. */
const MIN_FILES = 8;

/**
 * How many log files may be open, of those that the process may have (RLIMIT_NOFILE, which Node.js raises to the hard limit
 * when it starts). One more, and one of the others gives its descriptor back: one at rest, else the one opened first.
 */
export class Descriptors {
  private static readonly open = new Set<Parkable>();
  /** RLIMIT_NOFILE of this process where it is less than it needs, and that; null where it suffices. */
  static readonly shortage = shortageOf(processLimit());
  private static max = filesOf(processLimit());

  /** The file has a descriptor now. */
  static add(file: Parkable): void {
    this.open.add(file);
    this.keep(this.max, file);
  }

  /** It has none any more. */
  static remove(file: Parkable): void {
    this.open.delete(file);
  }

  /** The system has none left, whatever its limit says: fewer files are held open from now on. */
  static shrink(): void {
    this.max = Math.max(MIN_FILES, Math.min(this.max, Math.floor(this.open.size * 0.9)));
    this.keep(this.max, null);
  }

  /** Sets how many files may be open. @returns how many could be until now */
  static limit(files: number): number {
    const before = this.max;
    this.max = files;
    return before;
  }

  private static keep(files: number, except: Parkable | null): void {
    for (const wanted of ['at rest', 'any']) {
      for (const file of this.open) {
        if (this.open.size <= files) {
          return;
        }
        if (file !== except && (wanted === 'any' || file.atRest)) {
          file.park(); // takes itself out of the set
        }
      }
    }
  }
}

function shortageOf(limit: number): { limit: number; needed: number } | null {
  const needed = MIN_RESERVE + MIN_FILES;
  return limit < needed ? { limit, needed } : null;
}

function filesOf(limit: number): number {
  return Math.max(MIN_FILES, limit - Math.min(MAX_RESERVE, Math.max(MIN_RESERVE, Math.floor(limit / 4))));
}

/** Files that this process may have open (proc(5), /proc/pid/limits). */
function processLimit(): number {
  try {
    const limit = /^Max open files +(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return limit === undefined || limit === 'unlimited' ? Infinity : Number(limit);
  } catch {
    return Infinity; // the system says when there are none left
  }
}
