import type { Gap } from '../../../model/records';
import type { FoundFile } from '../files/found-file';
import { isSameRotation } from '../files/names';

type Unread = Pick<Gap, 'reason' | 'bytes' | 'detail'>;

/** Log files of one container that were seen and could not be opened. One that goes like that is a gap in its log. */
export class UnopenedFiles {
  private readonly files = new Map<string, Unread & { rotated: string }>();

  /**
   * @param why the system's error; null where the file had gone between the look and the opening
   * @returns whether that is news
   */
  note(found: FoundFile, why: string | null): boolean {
    const { size, rotated } = found;
    const bytes = size > 0 ? size : null; // what was written after the look nobody saw
    const unread: Unread =
      why === null
        ? { reason: 'gone-unread', bytes, detail: 'gone before it could be opened' }
        : { reason: 'unreadable', bytes, detail: why };
    const isNews = !this.files.has(keyOf(found));
    this.files.set(keyOf(found), { ...unread, rotated });
    return isNews;
  }

  opened(found: FoundFile): void {
    this.files.delete(keyOf(found));
  }

  /** How many are there and cannot be opened. */
  get count(): number {
    return this.refused.length;
  }

  /**
   * Those that are there and cannot be opened, as the gaps that they are as long as that is so.
   * @param from the time of the last line that was read; @param now both RFC 3339
   */
  gaps(from: string | null, now: string): Gap[] {
    return this.refused.map(({ reason, bytes, detail }) => ({ reason, bytes, lines: null, from, to: now, detail }));
  }

  private get refused(): Unread[] {
    return [...this.files.values()].filter(({ reason }) => reason === 'unreadable');
  }

  /** Bytes that they had when they were last looked at. */
  get bytes(): number {
    let bytes = 0;
    for (const file of this.files.values()) {
      bytes += file.bytes ?? 0;
    }
    return bytes;
  }

  /** Those that are not among the container's files any more; one of which there is a compressed copy is no loss. */
  takeGone(there: readonly FoundFile[]): Unread[] {
    const gone: Unread[] = [];
    for (const [key, { rotated, ...unread }] of this.files) {
      if (!there.some((found) => keyOf(found) === key)) {
        this.files.delete(key);
        if (!there.some((found) => isSameRotation(found.rotated, rotated))) {
          gone.push(unread);
        }
      }
    }
    return gone;
  }
}

/** Inodes are used again within a second. */
const keyOf = ({ ino, birthMs }: FoundFile) => `${ino} ${birthMs}`;
