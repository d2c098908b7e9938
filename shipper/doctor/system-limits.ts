import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { error, type Finding, note, ok, warning } from './finding';
import { codeOf, type LogInventory } from './log-inventory';

/** Nodes fill up: a limit that is enough now should be enough for twice as many containers. */
const GROWTH = 2;
/** Connections, the program's own files, watches. */
const OTHER_FILES = 100;

/**
 * The kernel's limits against what the agent needs for the logs that are there.
 *
 * @param proc where procfs is mounted
 */
export async function checkSystemLimits(inventory: LogInventory | undefined, proc = '/proc'): Promise<Finding[]> {
  return [...(await watches(inventory, proc)), await openFiles(inventory, proc)];
}

async function watches(inventory: LogInventory | undefined, proc: string): Promise<Finding[]> {
  const refused = tryWatch();
  if (refused !== undefined) {
    const instances = refused === 'EMFILE';
    return [
      error(
        'system.inotify',
        instances ? 'no inotify instance is left for this user' : `inotify gives no watch: ${refused}`,
        `Raise it on the node: sysctl -w fs.inotify.max_user_${instances ? 'instances' : 'watches'}=${instances ? 512 : 524_288}. As it is, directories are polled every 250 ms.`
      ),
    ];
  }
  const most = await numberIn(join(proc, 'sys/fs/inotify/max_user_watches'));
  if (most === undefined) {
    return [note('system.inotify', 'inotify works; its limits cannot be read here', null)];
  }
  if (inventory === undefined) {
    return [ok('system.inotify', `fs.inotify.max_user_watches is ${amount(most)}`)];
  }
  // The log directory, each pod's, each container's, and that of the links.
  const needed = inventory.pods + inventory.containers + 2;
  const found = `fs.inotify.max_user_watches is ${amount(most)}, ${amount(needed)} are needed`;
  const wanted = Math.max(524_288, 2 ** Math.ceil(Math.log2(needed * GROWTH)));
  const todo = `Raise it on the node: sysctl -w fs.inotify.max_user_watches=${wanted}. What is not watched is polled every 250 ms; all processes of a user share the limit.`;
  return [
    needed > most
      ? error('system.inotify', found, todo)
      : needed * GROWTH > most
        ? warning('system.inotify', found, todo)
        : ok('system.inotify', found),
  ];
}

/** The error's code where the kernel refuses a watch. */
function tryWatch(): string | undefined {
  try {
    watch(tmpdir()).close();
    return undefined;
  } catch (problem) {
    return codeOf(problem);
  }
}

async function openFiles(inventory: LogInventory | undefined, proc: string): Promise<Finding> {
  const limits = await read(join(proc, 'self/limits'));
  // Node.js raises the soft limit to the hard one when it starts.
  const hard = /^Max open files +\S+ +(\d+|unlimited)/m.exec(limits ?? '')?.[1];
  if (hard === undefined) {
    return note('system.open-files', 'the limit on open files cannot be read here', null);
  }
  const needed = (inventory?.files ?? 0) + OTHER_FILES;
  const most = hard === 'unlimited' ? Infinity : Number(hard);
  const found = `${hard === 'unlimited' ? 'as many files as wanted' : `${amount(most)} files`} may be open, ${amount(needed)} are needed`;
  const todo = `Raise the limit: LimitNOFILE=${Math.max(65_536, needed * 4)} for the container runtime's service, or ulimit -n. Until then some logs are not held open, and what is unread of them is lost when they are deleted.`;
  return needed > most
    ? error('system.open-files', found, todo)
    : needed * GROWTH > most
      ? warning('system.open-files', found, todo)
      : ok('system.open-files', found);
}

const amount = (n: number) => n.toLocaleString('en-US');

async function numberIn(path: string): Promise<number | undefined> {
  const text = (await read(path))?.trim();
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined; // not Linux, or procfs is not mounted: said by the caller
  }
}
