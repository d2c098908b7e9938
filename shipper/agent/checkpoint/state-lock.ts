import { closeSync, constants, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';
import { errorText } from '../../../model/error-text';
import { UserError } from '../../common/user-error';

/** As long as any lock: one that is there is overwritten in place, which a full disk allows. */
const LOCK_BYTES = 64;

/**
 * Takes the state directory for this process. The lock names the process and its start time, so that one left by a
 * killed agent, whose id another process may have by now, holds nobody up. A disk without room does not either.
 * @returns gives it back
 * @throws UserError where another agent runs on it, or it cannot be written
 */
export function lockState(dir: string): () => void {
  const path = join(dir, 'agent.lock');
  const mine = `${process.pid} ${startTime(process.pid)}`;
  try {
    mkdirSync(dir, { recursive: true });
    const holder = read(path);
    const [pid = '', start = ''] = holder.split(' ');
    if (pid !== '' && holder !== mine && startTime(Number(pid)) === start) {
      throw new UserError(
        `another agent (process ${pid}) runs on --state.dir ${dir}; end it or choose another directory`
      );
    }
    write(path, mine);
  } catch (error) {
    if (error instanceof UserError) {
      throw error;
    }
    throw new UserError(`--state.dir ${dir}: ${errorText(error)}`);
  }
  return () => rmSync(path, { force: true });
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
