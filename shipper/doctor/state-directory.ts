import { mkdtemp, open, rename, rm, rmdir, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { filesystemKind } from './filesystem-kind';
import { error, type Finding, ok, warning } from './finding';
import { codeOf } from './log-inventory';

/** The checkpoint is some hundred KiB; while it is rewritten it is there twice. */
const NEEDED_BYTES = 2 * 2 ** 20;
const COMFORTABLE_BYTES = 64 * 2 ** 20;

/** Whether the agent can keep its positions there: a file is written, synced, renamed and removed, as a checkpoint is. */
export async function checkStateDirectory(dir: string): Promise<Finding[]> {
  const there = await nearestExisting(resolve(dir));
  const findings = [
    there === resolve(dir) ? await tryWriting(dir) : await tryMaking(dir, there),
    ...(await kind(dir, there)),
  ];
  return findings.some(({ level }) => level === 'error') ? findings : [...findings, await space(dir, there)];
}

async function nearestExisting(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch {
    return dirname(path) === path ? path : nearestExisting(dirname(path)); // not there, or not to be seen
  }
}

const ADVICE =
  'Give a directory of the node that only this agent writes to with --state.dir; in a pod mount one (hostPath, DirectoryOrCreate).';

async function tryWriting(dir: string): Promise<Finding> {
  const probe = join(dir, `.doctor-${process.pid}`);
  try {
    const file = await open(probe, 'wx');
    try {
      await file.writeFile('afterlog doctor\n');
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(probe, `${probe}-renamed`);
    return ok('state.dir', `${dir} can be written`);
  } catch (problem) {
    return error('state.dir', `${dir} cannot be written: ${codeOf(problem)}`, ADVICE);
  } finally {
    await Promise.all([rm(probe, { force: true }), rm(`${probe}-renamed`, { force: true })]);
  }
}

async function tryMaking(dir: string, there: string): Promise<Finding> {
  try {
    await rmdir(await mkdtemp(join(there, '.doctor-')));
    return ok('state.dir', `${dir} is not there yet; the agent will make it`);
  } catch (problem) {
    return error('state.dir', `${dir} is not there and cannot be made in ${there}: ${codeOf(problem)}`, ADVICE);
  }
}

async function kind(dir: string, there: string): Promise<Finding[]> {
  const { name, network, fleeting } = await filesystemKind(there);
  if (network) {
    const found = `${dir} lies on ${name}, a file system of another machine`;
    return [warning('state.filesystem', found, `A network that is down then stops the agent. ${ADVICE}`)];
  }
  const found =
    fleeting === 'container' ? `${dir} lies in this container's own layer` : `${dir} lies in memory (${name})`;
  const lost = fleeting === 'container' ? 'the pod is replaced' : 'the node restarts';
  return fleeting === null
    ? []
    : [warning('state.filesystem', found, `When ${lost} the positions are gone, and logs are sent twice. ${ADVICE}`)];
}

async function space(dir: string, there: string): Promise<Finding> {
  const { bavail, bsize, files, ffree } = await statfs(there);
  const free = bavail * bsize;
  const mib = `${Math.floor(free / 2 ** 20).toLocaleString('en-US')} MiB are free for ${dir}`;
  if (free < NEEDED_BYTES || (files > 0 && ffree < 10)) {
    return error(
      'state.space',
      files > 0 && ffree < 10 ? `no inodes are free for ${dir}` : mib,
      'Make room on that disk, or give another --state.dir.'
    );
  }
  return free < COMFORTABLE_BYTES
    ? warning('state.space', mib, 'Make room on that disk: without any the agent cannot remember what it has sent.')
    : ok('state.space', mib);
}
