import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';
import type { Logger } from '../../common/log';

/** A small text in a file of the state directory that is replaced as a whole. */
export class StateFile {
  private readonly path: string;
  private failing = false;

  /** @param what it holds, for messages: `the position in the kubelet log` */
  constructor(
    private readonly dir: string,
    name: string,
    private readonly what: string,
    private readonly logger: Logger
  ) {
    this.path = join(dir, name);
  }

  /** null where nothing was kept, or what was kept cannot be read: then it begins anew. */
  load(): string | null {
    try {
      return readFileSync(this.path, 'utf8') || null;
    } catch (error) {
      if (!isNativeError(error) || !('code' in error) || error.code !== 'ENOENT') {
        this.logger.warn(`${this.what} cannot be read`, { file: this.path, error: String(error) });
      }
      return null;
    }
  }

  /** A full disk costs what changed since it was last kept, not the work: what depends on it may be done twice. */
  save(text: string): void {
    try {
      mkdirSync(this.dir, { recursive: true });
      writeFileSync(`${this.path}.new`, text);
      renameSync(`${this.path}.new`, this.path);
      this.failing = false;
    } catch (error) {
      this.logger.log(this.failing ? 'debug' : 'warn', `${this.what} cannot be kept`, {
        file: this.path,
        error: String(error),
      });
      this.failing = true;
    }
  }
}
