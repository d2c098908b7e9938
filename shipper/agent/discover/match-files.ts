import { isSameFile, type ClosedFile } from '../container/record-state';
import type { FileView } from '../container/tailed-file';
import type { FoundFile } from '../files/found-file';
import { isSameRotation } from '../files/names';

/** What a file that lies in a directory is to the container whose log it is. */
export type Match = { kind: 'open'; file: FileView } | { kind: 'closed' } | { kind: 'new' };

/**
 * Holds a file that lies in a container's directory against those that are known:
 *
 * 1. An open file is it where the inode is the same: under its own name, or under that of a rotation.
 * 2. An open file is it where the rotation in the name is the same: a compressed copy, under another inode.
 * 3. A file that is done with is it by one of the two, unless it has grown since: then it is read on.
 * 4. Else it is new. Whether its content is known nevertheless shows its first line, once it is open.
 */
export function matchFile(found: FoundFile, open: readonly FileView[], closed: readonly ClosedFile[]): Match {
  const usable = open.filter((file) => file.status() !== 'given-up');
  const file =
    usable.find(({ ino, birthMs }) => ino === found.ino && birthMs === found.birthMs) ??
    (found.rotated === '' ? undefined : usable.find(({ lastRotation }) => isSameRotation(lastRotation, found.rotated)));
  if (file) {
    return { kind: 'open', file };
  }
  const twin = closed.find((one) => isSameFile(one, found));
  const hasGrown = twin !== undefined && !found.compressed && found.size > twin.bytes;
  return { kind: twin && !hasGrown ? 'closed' : 'new' };
}
