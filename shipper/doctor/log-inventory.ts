import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { types } from 'node:util';
import { ForeignLink, LogFile } from '../agent/files/log-file';
import { parseLogFileName, parsePodDirectory } from '../agent/files/names';

/** What lies under the kubelet's log directory, as this process can see it. */
export interface LogInventory {
  pods: number;
  containers: number;
  files: number;
  /** Directories of other names: no pods. */
  strangers: number;
  /** Directories and files that could not be opened, with the error's code. */
  closed: Array<{ path: string; code: string }>;
}

/** The code of what is a link out of the directories. */
export const LINK = 'a link that leads out';

/**
 * Counts pods, containers and log files, and opens the newest file of each container to see whether that is allowed.
 *
 * @param roots directories that links may lead into, besides it
 * @throws where the directory itself cannot be read
 */
export async function logInventory(dir: string, roots: readonly string[]): Promise<LogInventory> {
  const inventory: LogInventory = { pods: 0, containers: 0, files: 0, strangers: 0, closed: [] };
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    if (entry.isSymbolicLink() && parsePodDirectory(entry.name) !== undefined) {
      inventory.closed.push({ path: join(dir, entry.name), code: LINK });
      continue;
    }
    if (!entry.isDirectory()) {
      continue;
    }
    if (parsePodDirectory(entry.name) === undefined) {
      inventory.strangers++;
      continue;
    }
    inventory.pods++;
    for (const container of await list(join(dir, entry.name), inventory)) {
      if (container.isDirectory()) {
        inventory.containers++;
        await lookInto(join(dir, entry.name, container.name), [dir, ...roots], inventory);
      } else if (container.isSymbolicLink()) {
        inventory.closed.push({ path: join(dir, entry.name, container.name), code: LINK });
      }
    }
  }
  return inventory;
}

async function lookInto(dir: string, roots: readonly string[], inventory: LogInventory): Promise<void> {
  const logs = (await list(dir, inventory)).filter(({ name }) => parseLogFileName(name) !== undefined);
  inventory.files += logs.length;
  const [current] = logs.filter(({ name }) => parseLogFileName(name)?.rotated === '');
  if (current) {
    const path = join(dir, current.name);
    try {
      LogFile.open(path, roots).close();
    } catch (error) {
      // A file that went while it was looked at is nothing wrong; a link that leads nowhere stays.
      if (current.isSymbolicLink() || codeOf(error) !== 'ENOENT') {
        inventory.closed.push({ path, code: error instanceof ForeignLink ? LINK : codeOf(error) });
      }
    }
  }
}

async function list(dir: string, inventory: LogInventory): Promise<Dirent[]> {
  try {
    return await readdir(dir, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') {
      inventory.closed.push({ path: dir, code: codeOf(error) });
    }
    return [];
  }
}

/** `EACCES` and the like; the message where an error has no code. */
export function codeOf(error: unknown): string {
  return types.isNativeError(error) ? ('code' in error ? String(error.code) : error.message) : String(error);
}
