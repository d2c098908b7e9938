import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../../tests/testkit/until';
import { UserError } from '../../common/user-error';
import { awaitHandOver, isAwaited, lockState, markStopping } from './state-lock';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'afterlog-lock-'))));
afterEach(() => rmSync(dir, { recursive: true }));
const lock = () => join(dir, 'agent.lock');

/** Field 22 of proc(5)'s stat: when a process was started. */
const startOf = (pid: number) =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')[19];

test('a free directory is taken, and given back', () => {
  const unlock = lockState(dir);
  expect(readFileSync(lock(), 'utf8').trimEnd()).toBe(`${process.pid} ${startOf(process.pid)}`);
  unlock();
  expect(existsSync(lock())).toBe(false);
});

test('a directory that is not there is made', () => {
  lockState(join(dir, 'a', 'b'));
  expect(existsSync(join(dir, 'a', 'b', 'agent.lock'))).toBe(true);
});

test('two agents do not share one, and the error says what to do', () => {
  writeFileSync(lock(), `${process.ppid} ${startOf(process.ppid)}`); // a process that runs
  expect(() => lockState(dir)).toThrow(UserError);
  expect(() => lockState(dir)).toThrow(`another agent (process ${process.ppid}) runs on --state.dir ${dir}`);
});

test('an agent that is stopping is waited for, and learns of it', async () => {
  const stopping = spawn('sleep', ['60']);
  writeFileSync(lock(), `${stopping.pid} ${startOf(stopping.pid!)} stopping`);
  let waits = 0;
  const over = awaitHandOver(dir, () => waits++, 60_000);
  await until('it waits', () => isAwaited(dir));
  expect(() => lockState(dir)).toThrow(UserError);
  stopping.kill();
  await over;
  expect(waits).toBe(1);
  const unlock = lockState(dir);
  expect(isAwaited(dir)).toBe(false);
  markStopping(dir);
  expect(readFileSync(lock(), 'utf8').trimEnd()).toBe(`${process.pid} ${startOf(process.pid)} stopping`);
  unlock();
});

test('one that is not stopping is not waited for', async () => {
  writeFileSync(lock(), `${process.ppid} ${startOf(process.ppid)}`);
  await awaitHandOver(dir, () => expect('a wait').toBe('none'), 60_000);
  expect(isAwaited(dir)).toBe(false);
});

test.each([
  ['of a process that is gone', '999999999 1'],
  ['of an id that another process has by now', `${process.ppid} 1`],
  ['that is empty', ''],
  ['that makes no sense', 'not a lock'],
])('a lock holds nobody up: one %s', (_what, text) => {
  writeFileSync(lock(), text);
  lockState(dir);
  expect(readFileSync(lock(), 'utf8')).toMatch(new RegExp(`^${process.pid} `));
});

test('a directory that cannot be used is named with its flag', () => {
  const file = join(dir, 'file');
  writeFileSync(file, '');
  expect(() => lockState(file)).toThrow(UserError);
  expect(() => lockState(file)).toThrow(`--state.dir ${file}: `);
});

test('an agent that ended and that its parent never asked about holds nobody up', async () => {
  // The shell becomes a program that asks about no child: the one it had stays as a zombie.
  const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const [output] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(String(output).trim());
    writeFileSync(lock(), `${pid} ${startOf(pid)}`);
    expect(() => lockState(dir)).toThrow(UserError);
    await until('the zombie', () => /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
    lockState(dir);
    expect(readFileSync(lock(), 'utf8')).toMatch(new RegExp(`^${process.pid} `));
  } finally {
    parent.kill();
  }
});
