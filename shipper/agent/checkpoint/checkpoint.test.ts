import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import winston from 'winston';
import { UserError } from '../../common/user-error';
import { emptyRecordState } from '../container/record-state';
import { Checkpoint } from './checkpoint';
import type { SavedContainer } from '../container/saved';
import { startOfFile } from '../files/position';

const quiet = winston.createLogger({ silent: true });

const NOW = '2026-11-28T12:00:00.000000000Z';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'afterlog-checkpoint-'));
  file = join(dir, 'checkpoint.jsonl');
});
afterEach(() => rmSync(dir, { recursive: true }));

const container = (name: string, offset = 0): SavedContainer => ({
  id: `uid/${name}/0`,
  run: { namespace: 'ns', pod: 'pod', podUid: 'uid', container: name, restart: 0 },
  directory: `ns_pod_uid/${name}`,
  account: emptyRecordState(),
  files: [
    {
      hash: 'h',
      ino: 1,
      birthMs: 1,
      rotated: '',
      size: 100,
      firstTime: null,
      acked: { ...startOfFile(), offset },
      over: false,
    },
  ],
});
const open = () => new Checkpoint(dir, quiet);
const started = () => {
  const checkpoint = open();
  checkpoint.load(NOW);
  return checkpoint;
};

test('a directory that is not there yet is made, and holds nothing', () => {
  const inside = join(dir, 'a', 'b');
  expect(new Checkpoint(inside, quiet).load(NOW)).toEqual([]);
  expect(readdirSync(inside)).toEqual(['checkpoint.jsonl', 'checkpoint.jsonl.tmp']);
});

test('what is saved is there after a restart that nobody announced, the newest of each id', () => {
  const checkpoint = started();
  checkpoint.save(container('a', 1));
  checkpoint.save(container('b', 2));
  checkpoint.save(container('a', 3));
  expect(open().load(NOW)).toEqual([container('b', 2), container('a', 3)]);
});

test('what is removed stays removed, until it is saved again', () => {
  const checkpoint = started();
  checkpoint.save(container('a', 1));
  checkpoint.save(container('b', 2));
  checkpoint.remove('uid/a/0');
  checkpoint.remove('uid/never-saved/0');
  expect(open().load(NOW)).toEqual([container('b', 2)]);
  checkpoint.save(container('a', 4));
  expect(open().load(NOW)).toEqual([container('b', 2), container('a', 4)]);
});

test('containers that are done with are remembered over restarts, the last of them', () => {
  const checkpoint = started();
  for (let i = 0; i < 1_200; i++) {
    checkpoint.save(container(`c${i}`));
    checkpoint.remove(`uid/c${i}/0`);
  }
  const next = started();
  expect([next.isDone('uid/c0/0'), next.isDone('uid/c1199/0'), next.isDone('uid/other/0')]).toEqual([
    false,
    true,
    false,
  ]);
});

test('of a last line that a crash cut short, the line before it counts', () => {
  const checkpoint = started();
  checkpoint.save(container('a', 1));
  appendFileSync(file, readFileSync(file, 'utf8').trimEnd().slice(0, -10));
  const next = open();
  expect(next.load(NOW)).toEqual([container('a', 1)]);
  next.save(container('b', 5));
  expect(open().load(NOW)).toEqual([container('a', 1), container('b', 5)]);
});

test.each([
  ['garbage', 'garbage}'],
  ['JSON without version and checksum', '{"id":"uid/a/0"}'],
  ['zeros, as after a power loss', '\0'.repeat(100)],
])('a file without a sound line is kept aside, and the agent starts over: %s', (_what, line) => {
  writeFileSync(file, `${line}\n${line}\n`);
  const next = open();
  expect(next.load(NOW)).toEqual([]);
  const aside = readdirSync(dir).find((name) => name.startsWith('checkpoint.jsonl.corrupt-'));
  expect(readFileSync(join(dir, aside ?? ''), 'utf8')).toBe(`${line}\n${line}\n`);
  next.save(container('b', 2));
  expect(open().load(NOW)).toEqual([container('b', 2)]);
});

test.each(['\0', '\v', 'x'])('a damaged line end costs neither line: %j', (damage) => {
  const checkpoint = started();
  checkpoint.save(container('a', 1));
  checkpoint.save(container('b', 2));
  writeFileSync(file, readFileSync(file, 'utf8').trimEnd().replace(/\n/g, damage) + damage);
  expect(open().load(NOW)).toEqual([container('a', 1), container('b', 2)]);
});

/** Flips a bit in the first occurrence of the text. */
function flip(text: string): void {
  const bytes = readFileSync(file);
  const at = bytes.indexOf(text);
  expect(at).toBeGreaterThan(0);
  bytes[at + text.length - 1]! ^= 1;
  writeFileSync(file, bytes);
}

test('a flipped bit costs its line: an earlier state of the same container counts, and all others', () => {
  const checkpoint = started();
  checkpoint.save(container('a', 1));
  checkpoint.save(container('b', 2));
  checkpoint.save(container('a', 33));
  checkpoint.save(container('c', 4));
  flip('"offset":33');
  expect(open().load(NOW)).toEqual([container('a', 1), container('b', 2), container('c', 4)]);
  const aside = readdirSync(dir).find((name) => name.startsWith('checkpoint.jsonl.corrupt-'));
  expect(readFileSync(join(dir, aside ?? ''), 'utf8')).toContain('uid/a/0');
});

test('of a container whose only line is damaged the state says that nothing is known', () => {
  const checkpoint = started();
  checkpoint.save(container('a', 33));
  checkpoint.save(container('b', 2));
  flip('"offset":33');
  const [b, a] = open().load(NOW);
  expect(b).toEqual(container('b', 2));
  expect(a).toMatchObject({ id: 'uid/a/0', run: container('a').run, files: [] });
  expect(a?.account.gaps).toMatchObject([{ reason: 'unacknowledged', bytes: null, to: NOW }]);
});

test('a damaged line that does not tell whose it was costs nobody else anything', () => {
  const checkpoint = started();
  checkpoint.save(container('a', 1));
  checkpoint.save(container('b', 2));
  flip('"podUid":"uid');
  expect(open().load(NOW)).toEqual([container('b', 2)]);
});

test('lines of another version of the file are kept aside', () => {
  const checkpoint = started();
  checkpoint.save(container('a', 1));
  checkpoint.save(container('b', 2));
  writeFileSync(file, readFileSync(file, 'utf8').replace('{"v":1', '{"v":2'));
  expect(
    open()
      .load(NOW)
      .find(({ id }) => id === 'uid/b/0')
  ).toEqual(container('b', 2));
});

const sizeOf = (path: string) => readFileSync(path, 'utf8').replace(/\n+$/, '').length;

test('a start writes the file anew, with what counts only', () => {
  const checkpoint = started();
  for (let offset = 0; offset < 50; offset++) {
    checkpoint.save(container('a', offset));
  }
  checkpoint.save(container('b'));
  checkpoint.remove('uid/b/0');
  open().load(NOW);
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { v: 1, state: { id: 'uid/b/0', done: true } },
    { v: 1, state: container('a', 49) },
  ]);
});

test('a file that has grown is written anew on the way', () => {
  const checkpoint = started();
  checkpoint.save(container('a', 1000));
  const writes = Math.ceil((1.5 * 1024 * 1024) / sizeOf(file));
  for (let i = 0; i < writes; i++) {
    checkpoint.save(container('a', 1000 + i));
  }
  expect(sizeOf(file)).toBeLessThan(1024 * 1024);
  expect(open().load(NOW)).toEqual([container('a', 1000 + writes - 1)]);
});

/** A file system of so many KiB of its own, mounted for the test. */
function onSmallDisk(kib: number, act: (dir: string) => void): void {
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'afterlog-test', dir]);
  if (mount.status !== 0) {
    console.warn(`not run: no file system can be mounted here (${String(mount.stderr).trim()})`);
    return;
  }
  try {
    act(dir);
  } finally {
    spawnSync('umount', ['-l', dir]);
  }
}

test('a disk that somebody else fills takes all states, in the room that was kept', () => {
  onSmallDisk(512, () => {
    const checkpoint = started();
    checkpoint.save(container('a', 1));
    // Everything but the room that is taken already.
    expect(() => writeFileSync(join(dir, 'other'), Buffer.alloc(1024 * 1024))).toThrow(/ENOSPC/);
    for (let i = 0; i < 3_000; i++) {
      checkpoint.save(container(`b${i % 20}`, i));
      expect(checkpoint.behind).toBe(false);
    }
    checkpoint.remove('uid/b0/0');
    const saved = open().load(NOW);
    expect(saved).toHaveLength(20);
    expect(saved.at(-1)).toEqual(container('b19', 2_999));
  });
});

test('a state directory that takes nothing stops nobody, and all of it is written when it can be', () => {
  const messages: string[] = [];
  const logger = winston.createLogger({ silent: true });
  for (const level of ['error', 'info'] as const) {
    jest.spyOn(logger, level).mockImplementation((message: unknown) => {
      messages.push(String(message));
      return logger;
    });
  }
  const checkpoint = new Checkpoint(dir, logger);
  checkpoint.load(NOW);
  // Directories in the place of the files can be written as little as a disk without any room.
  rmSync(file, { force: true });
  mkdirSync(file);
  rmSync(`${file}.tmp`, { force: true });
  mkdirSync(`${file}.tmp`);
  checkpoint.save(container('a', 1));
  checkpoint.save(container('b', 2));
  checkpoint.remove('uid/b/0');
  rmSync(file, { recursive: true });
  checkpoint.save(container('c', 3)); // the spare cannot be written yet
  expect(checkpoint.behind).toBe(true);
  expect(messages).toEqual([expect.stringContaining('the checkpoint cannot be written')]);
  rmSync(`${file}.tmp`, { recursive: true });
  checkpoint.save(container('d', 4));
  expect(messages).toEqual([expect.anything(), 'the checkpoint can be written again']);
  expect(open().load(NOW)).toEqual([container('a', 1), container('c', 3), container('d', 4)]);
});

test('a file that cannot be read is an error, not an empty checkpoint', () => {
  mkdirSync(file);
  const load = () => open().load(NOW);
  expect(load).toThrow(UserError);
  expect(load).toThrow(/checkpoint\.jsonl cannot be read: EISDIR.*; move it away/);
});

test('a tmp file that a crash left does no harm', () => {
  started().save(container('a', 1));
  writeFileSync(`${file}.tmp`, 'half of a');
  expect(open().load(NOW)).toEqual([container('a', 1)]);
});

test('a crash amid the exchange of the two files leaves one that is found', () => {
  started().save(container('a', 1));
  renameSync(file, `${file}.old`);
  expect(open().load(NOW)).toEqual([container('a', 1)]);
  expect(readdirSync(dir).sort()).toEqual(['checkpoint.jsonl', 'checkpoint.jsonl.tmp']);
});
