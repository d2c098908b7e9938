import type { Gap } from '../../../model/records';
import type { Found } from './directory-listing';

type Unread = Pick<Gap, 'reason' | 'bytes' | 'detail'>;

/** Log files of one container that were seen and could not be opened. One that goes like that is a gap in its log. */
export class UnopenedFiles {
  private readonly files = new Map<number, Unread & { rotated: string }>();

  /** @param why the system's error; null where the file had gone between the look and the opening */
  note({ ino, size, rotated }: Found, why: string | null): void {
    const bytes = size > 0 ? size : null; // what was written after the look nobody saw
    const unread: Unread =
      why === null
        ? { reason: 'gone-unread', bytes, detail: 'gone before it could be opened' }
        : { reason: 'unreadable', bytes, detail: why };
    this.files.set(ino, { ...unread, rotated });
  }

  opened({ ino }: Found): void {
    this.files.delete(ino);
  }

  /** Those that are not among the container's files any more; one of which there is a compressed copy is no loss. */
  takeGone(there: readonly Found[]): Unread[] {
    const gone: Unread[] = [];
    for (const [ino, { rotated, ...unread }] of this.files) {
      if (!there.some((found) => found.ino === ino)) {
        this.files.delete(ino);
        if (rotated === '' || !there.some((found) => found.rotated === rotated)) {
          gone.push(unread);
        }
      }
    }
    return gone;
  }
}
