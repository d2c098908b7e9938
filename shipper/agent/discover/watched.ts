import { watch, type FSWatcher } from 'node:fs';
import { isNativeError } from 'node:util/types';
import type { Logger } from '../../common/log';

/** What a watcher saw: something was made, renamed or deleted, or a file's content changed. */
export type Change = 'rename' | 'change';

/** The limit behind a refusal (inotify_init(2), inotify_add_watch(2)). */
const LIMITS: Readonly<Record<string, string>> = {
  EMFILE: 'fs.inotify.max_user_instances (or the limit on open files)',
  ENOSPC: 'fs.inotify.max_user_watches',
};

/** inotify on one directory. Where the system gives no more watches somebody has to look; that is said once for each limit. */
export class Watched {
  private static readonly reported = new Set<string>();
  private watcher: FSWatcher | null = null;
  /** The system refused a watch the last time. */
  refused = false;

  constructor(
    private readonly path: string,
    private readonly logger: Logger,
    private readonly onChange: (change: Change, name: string | null) => void,
    /** Is called whenever the system refuses a watch. */
    private readonly onRefused: () => void = () => undefined
  ) {}

  /** @returns whether the directory is watched now */
  start(): boolean {
    if (this.watcher) {
      return true;
    }
    try {
      this.watcher = watch(this.path, { persistent: true }, this.onChange);
      // A deleted directory ends its watcher; what became of it shows the next look.
      this.watcher.on('error', () => this.stop());
      this.refused = false;
      return true;
    } catch (error) {
      const code = isNativeError(error) && 'code' in error ? String(error.code) : '';
      this.refused = code !== 'ENOENT' && code !== 'ENOTDIR';
      if (this.refused) {
        this.onRefused();
      }
      if (this.refused && !Watched.reported.has(code)) {
        Watched.reported.add(code);
        const limit = LIMITS[code];
        this.logger.warn(
          `no inotify watch: directories are polled${limit === undefined ? '' : `; raise ${limit} on the node`}`,
          { path: this.path, error: code }
        );
      }
      return false;
    }
  }

  stop(): void {
    this.watcher?.close();
    this.watcher = null;
  }
}
