import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';
import { errorText } from '../../../model/error-text';
import { UserError } from '../../common/user-error';

/** As long as any lock: one that is there is overwritten in place, which a full disk allows. */
const LOCK_BYTES = 64;
const STOPPING = 'stopping';
const HAND_OVER_CHECK_MS = 50;

/**
 * Takes the state directory for this process. The lock names the process and its start time, so that one left by a
 * killed agent, whose id another process may have by now, holds nobody up. A disk without room does not either.
 * @returns gives it back
 * @throws UserError where another agent runs on it, or it cannot be written
 */
export function lockState(dir: string): () => void {
  const path = lockPath(dir);
  try {
    mkdirSync(dir, { recursive: true });
    const { pid, isOther } = holderOf(dir);
    if (isOther) {
      throw new UserError(
        `another agent (process ${pid}) runs on --state.dir ${dir}; end it or choose another directory`
      );
    }
    write(path, own());
    rmSync(nextPath(dir), { force: true });
  } catch (error) {
    if (error instanceof UserError) {
      throw error;
    }
    throw new UserError(`--state.dir ${dir}: ${errorText(error)}`);
  }
  return () => rmSync(path, { force: true });
}

/** This process is about to end: an agent that is started meanwhile waits for that. */
export function markStopping(dir: string): void {
  write(lockPath(dir), `${own()} ${STOPPING}`);
}

/** Whether an agent waits for this one to end. */
export const isAwaited = (dir: string): boolean => existsSync(nextPath(dir));

/**
 * Waits while the agent that has the state directory is stopping.
 * @param onWait is called where it is
 * @param timeoutMs no longer than this
 */
export async function awaitHandOver(dir: string, onWait: () => void, timeoutMs: number): Promise<void> {
  const end = performance.now() + timeoutMs;
  for (let isFirst = true; performance.now() < end; isFirst = false) {
    const { isOther, isStopping } = holderOf(dir);
    if (!isOther || !isStopping) {
      return;
    }
    if (isFirst) {
      onWait();
      try {
        writeFileSync(nextPath(dir), '');
      } catch {
        // A disk without room: the other agent ends without knowing that this one waits.
      }
    }
    await sleep(HAND_OVER_CHECK_MS);
  }
}

const lockPath = (dir: string) => join(dir, 'agent.lock');
/** It is there while an agent waits. */
const nextPath = (dir: string) => join(dir, 'agent.next');
const own = () => `${process.pid} ${startTime(process.pid)}`;

/** The process in the lock, and whether it is another one that runs. */
function holderOf(dir: string): { pid: string; isOther: boolean; isStopping: boolean } {
  const [pid = '', start = '', state = ''] = read(lockPath(dir)).split(' ');
  const isOther = pid !== '' && `${pid} ${start}` !== own() && startTime(Number(pid)) === start;
  return { pid, isOther, isStopping: state === STOPPING };
}

function write(path: string, text: string): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT, 0o600);
  try {
    writeSync(fd, text.padEnd(LOCK_BYTES), 0);
  } catch (error) {
    // To ship without a lock is better than not to ship until somebody makes room.
    if (!(isNativeError(error) && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT'))) {
      throw error;
    }
  } finally {
    closeSync(fd);
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return ''; // no lock
  }
}

/**
 * A process's start in clock ticks since boot (proc(5), field 22 of stat); `gone` where there is no such process, or only
 * what remains of one until its parent asks how it ended (state Z or X, field 3).
 */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? 'gone' : (fields[19] ?? 'gone');
  } catch {
    return 'gone';
  }
}
