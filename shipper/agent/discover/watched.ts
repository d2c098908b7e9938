import { watch, type FSWatcher } from 'node:fs';
import { isNativeError } from 'node:util/types';
import type { Logger } from '../../common/log';

/** What a watcher saw: something was made, renamed or deleted, or a file's content changed. */
export type Change = 'rename' | 'change';

/**
 * inotify on one directory. Where the system gives no more watches the directory is still looked at by the rescan; that
 * is said once.
 */
export class Watched {
  private static complained = false;
  private watcher: FSWatcher | null = null;

  constructor(
    private readonly path: string,
    private readonly logger: Logger,
    private readonly onChange: (change: Change, name: string | null) => void
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
      return true;
    } catch (error) {
      const code = isNativeError(error) && 'code' in error ? error.code : '';
      if (code !== 'ENOENT' && !Watched.complained) {
        Watched.complained = true;
        this.logger.warn(
          'no inotify watch: directories are only looked at by rescan; raise fs.inotify.max_user_watches',
          {
            path: this.path,
            error: String(code),
          }
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
