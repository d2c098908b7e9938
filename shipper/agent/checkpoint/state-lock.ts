import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../common/user-error';

/**
 * Takes the state directory for this process. The lock names the process and its start time, so that one left by a
 * killed agent, whose id another process may have by now, holds nobody up.
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
    writeFileSync(path, mine);
  } catch (error) {
    if (error instanceof UserError) {
      throw error;
    }
    throw new UserError(`--state.dir ${dir}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return () => rmSync(path, { force: true });
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return ''; // no lock
  }
}

/** A process's start in clock ticks since boot (proc(5), field 22 of stat); `gone` where there is no such process. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'gone';
  } catch {
    return 'gone';
  }
}
