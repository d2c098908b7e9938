import { stat, statfs } from 'node:fs/promises';
import type { Filesystem } from '../../../model/records';

/** A directory's file system and the number of the device it lies on. */
export interface Mounted {
  filesystem: Filesystem;
  device: number;
}

/** Reads the file system under a directory; undefined where the directory is not there. */
export type FilesystemReader = (directory: string) => Promise<Mounted | undefined>;

/**
 * The file system under a directory, as statfs(2) tells it: what the kubelet's own numbers come from, only fresher.
 * `available` is what is left to ordinary processes, as the kubelet counts it. undefined where the directory is not there.
 */
export const readFilesystem: FilesystemReader = async (directory) => {
  try {
    const [{ dev }, fs] = await Promise.all([stat(directory), statfs(directory)]);
    return {
      device: dev,
      filesystem: {
        capacity: fs.blocks * fs.bsize,
        available: fs.bavail * fs.bsize,
        used: (fs.blocks - fs.bfree) * fs.bsize,
        inodes: fs.files > 0 ? fs.files : null,
        inodesFree: fs.files > 0 ? fs.ffree : null,
      },
    };
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'EACCES') {
      return undefined;
    }
    throw error;
  }
};
