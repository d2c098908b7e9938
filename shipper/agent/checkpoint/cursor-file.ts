import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';
import type { Logger } from '../../common/log';

/** Where the reading of the kubelet's log stands, in a file of the state directory that is replaced as a whole. */
export class CursorFile {
  private readonly path: string;
  private failing = false;

  constructor(
    private readonly dir: string,
    private readonly logger: Logger
  ) {
    this.path = join(dir, 'kubelet-log.position');
  }

  /** null where nothing was kept, or what was kept cannot be read: then reading begins anew. */
  load(): string | null {
    try {
      return readFileSync(this.path, 'utf8') || null;
    } catch (error) {
      if (!isNativeError(error) || !('code' in error) || error.code !== 'ENOENT') {
        this.logger.warn('the position in the kubelet log cannot be read', { file: this.path, error: String(error) });
      }
      return null;
    }
  }

  /** A full disk costs the position, not the reading: after a restart some lines are read twice. */
  save(position: string): void {
    try {
      mkdirSync(this.dir, { recursive: true });
      writeFileSync(`${this.path}.new`, position);
      renameSync(`${this.path}.new`, this.path);
      this.failing = false;
    } catch (error) {
      this.logger.log(this.failing ? 'debug' : 'warn', 'the position in the kubelet log cannot be kept', {
        file: this.path,
        error: String(error),
      });
      this.failing = true;
    }
  }
}
