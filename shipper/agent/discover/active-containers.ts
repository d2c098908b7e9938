import type { Logger } from '../../common/log';
import type { ContainerDirectory } from './container-directory';
import type { ScanQueue } from './scan-queue';
import { Watched } from './watched';

/** How often a container that writes, and what no watch could be had for, is looked at: so old its lines may be when they are seen. */
export const POLL_MS = 250;
/** A container that has been silent for so long is watched by inotify again. */
const QUIET_MS = 5_000;
/** More writes than this between two looks cost more than looking: inotify is left off until the container is silent. */
const MANY_CHANGES = 8;

/** A container's directory, and its watches. */
export interface ContainerEntry {
  directory: ContainerDirectory;
  watched: Watched;
  /** Where its links lead. */
  targets: Map<string, Watched>;
  /** When it last wrote, milliseconds of the monotonic clock; null while it is silent. */
  activeSince: number | null;
  /** Writes that inotify reported since the last look. */
  changes: number;
}

/**
 * Which containers write. One that does would wake the process with every line: until it is silent its directory is polled,
 * and then watched by inotify again.
 */
export class ActiveContainers {
  private readonly entries = new Set<ContainerEntry>();
  private poller: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(
    private readonly logger: Logger,
    private readonly scans: ScanQueue
  ) {}

  /** inotify reports a write. */
  noteChange(entry: ContainerEntry): void {
    if (++entry.changes > MANY_CHANGES) {
      unwatch(entry);
    }
    if (entry.activeSince === null) {
      this.add(entry);
      this.scans.add(entry.directory);
    }
  }

  /** From now on, and until it is silent, the container is polled. */
  add(entry: ContainerEntry): void {
    if (entry.activeSince === null && !this.stopped) {
      entry.activeSince = performance.now();
      this.entries.add(entry);
      this.poller ??= setInterval(() => this.poll(), POLL_MS);
    }
  }

  forget(entry: ContainerEntry): void {
    this.entries.delete(entry);
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.poller ?? undefined);
  }

  /** What is written where links lead is written to the container's log: it is watched, and not watched, as its directory is. */
  watchTargets(entry: ContainerEntry): void {
    const wanted = new Set(entry.directory.targets);
    for (const [path, watched] of entry.targets) {
      if (!wanted.has(path)) {
        watched.stop();
        entry.targets.delete(path);
      }
    }
    for (const path of wanted) {
      if (!entry.targets.has(path)) {
        const watched = new Watched(path, this.logger, (change, name) => {
          if (change === 'rename') {
            this.scans.add(entry.directory);
          } else if (name === null || entry.directory.isTarget(name)) {
            this.noteChange(entry);
          }
        });
        entry.targets.set(path, watched);
        if (entry.activeSince === null) {
          watched.start();
        }
      }
    }
  }

  private poll(): void {
    const now = performance.now();
    for (const entry of this.entries) {
      entry.changes = 0;
      const { left, lingers } = entry.directory;
      if ((!left || lingers) && entry.directory.poll()) {
        entry.activeSince = now;
      } else if (!lingers && (left || now - (entry.activeSince ?? 0) > QUIET_MS)) {
        this.entries.delete(entry);
        entry.activeSince = null;
        entry.watched.start();
        entry.targets.forEach((watched) => watched.start());
        entry.directory.scan();
        this.watchTargets(entry);
      }
    }
    if (this.entries.size === 0) {
      clearInterval(this.poller ?? undefined);
      this.poller = null;
    }
  }
}

export function unwatch({ watched, targets }: ContainerEntry): void {
  watched.stop();
  targets.forEach((target) => target.stop());
}
