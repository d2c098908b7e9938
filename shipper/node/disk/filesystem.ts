import { stat, statfs } from 'node:fs/promises';
import type { Filesystem } from '../../../model/records';

/** A directory's file system and the number of the device it lies on. */
export interface Mounted {
  filesystem: Filesystem;
  device: number;
}

/** Tells the file system under a directory; undefined where the directory is not there. */
export type FilesystemReader = (directory: string) => Promise<Mounted | undefined>;

/** Which device a directory lies on changes only when something is mounted there: asked so often, not with every look. */
const DEVICE_MS = 60_000;

/**
 * Reads file systems as statfs(2) tells them: what the kubelet's own numbers come from, only fresher. `available` is what
 * is left to ordinary processes, as the kubelet counts it. The calls are made in threads: a disk that hangs must not
 * hold up the shipping from another.
 */
export function filesystemReader(): FilesystemReader {
  const devices = new Map<string, { device: number; askedAt: number }>();
  const deviceOf = async (directory: string): Promise<number> => {
    const known = devices.get(directory);
    if (known && performance.now() - known.askedAt < DEVICE_MS) {
      return known.device;
    }
    const askedAt = performance.now();
    const { dev } = await stat(directory);
    devices.set(directory, { device: dev, askedAt });
    return dev;
  };
  return async (directory) => {
    try {
      const [device, fs] = await Promise.all([deviceOf(directory), statfs(directory)]);
      return {
        device,
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
        devices.delete(directory);
        return undefined;
      }
      throw error;
    }
  };
}
