import { dirname } from 'node:path';
import { errorText } from '../../../model/error-text';
import type { Logger } from '../../common/log';

/** What lies in the log directory and cannot be read, and why: each is said once for each reason. */
export class Refusals {
  private readonly reasons = new Map<string, string>();

  constructor(private readonly logger: Logger) {}

  note(path: string, error: unknown): void {
    const reason = errorText(error);
    if (this.reasons.get(path) !== reason) {
      this.reasons.set(path, reason);
      this.logger.error('cannot read', { path, error: reason });
    }
  }

  /** It can be read now, or is not there any more. */
  clear(path: string): void {
    this.reasons.delete(path);
  }

  /** Of what lay in the directory only these paths are left. */
  retain(directory: string, paths: ReadonlySet<string>): void {
    for (const path of this.reasons.keys()) {
      if (dirname(path) === directory && !paths.has(path)) {
        this.reasons.delete(path);
      }
    }
  }

  /** The directory and all that was in it is gone. */
  forget(directory: string): void {
    this.clear(directory);
    this.retain(directory, new Set());
  }

  has(path: string): boolean {
    return this.reasons.has(path);
  }

  get size(): number {
    return this.reasons.size;
  }

  /** In one line: how many, and one of them with its reason; null where there are none. */
  get summary(): string | null {
    const [first] = this.reasons;
    if (first === undefined) {
      return null;
    }
    const [path, reason] = first;
    const what = reason.includes(path) ? reason : `${path}: ${reason}`;
    return this.size === 1
      ? `a log cannot be opened: ${what}`
      : `${this.size} logs cannot be opened, one of them: ${what}`;
  }
}
