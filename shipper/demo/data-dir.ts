import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { types } from 'node:util';
import { UserError } from '../common/user-error';

export interface DataDir {
  root: string;
  /** The unpacked bytes of the recording. */
  recording: string;
  /** The replayed node's `/var/log`, with empty `pods/` and `containers/`. */
  log: string;
  /** The agent's state. */
  state: string;
  /** The embedded store. */
  store: string;
}

const MARK = '.afterlog-demo';

/**
 * An empty directory for one run of the demo. What an earlier run left in it is removed; a directory that holds anything
 * else is refused, because `--data.dir` may be mistyped.
 * @throws UserError
 */
export async function freshDataDir(path: string): Promise<DataDir> {
  const root = resolve(path);
  let names: string[];
  try {
    await mkdir(root, { recursive: true });
    names = await readdir(root);
  } catch (error) {
    throw new UserError(`--data.dir ${path}: ${types.isNativeError(error) ? error.message : String(error)}`);
  }
  if (names.length > 0 && !names.includes(MARK)) {
    throw new UserError(
      `--data.dir ${path} holds files that are not of an earlier demo: name an empty directory, the demo starts clean`
    );
  }
  await Promise.all(names.map((name) => rm(join(root, name), { recursive: true, force: true })));
  await writeFile(join(root, MARK), 'Made by `afterlog demo`, which removes all of this at its next start.\n');
  const log = join(root, 'var', 'log');
  // On a node both are there before any pod is.
  await mkdir(join(log, 'pods'), { recursive: true });
  await mkdir(join(log, 'containers'));
  return {
    root,
    recording: join(root, 'recording'),
    log,
    state: join(root, 'state'),
    store: join(root, 'store'),
  };
}
