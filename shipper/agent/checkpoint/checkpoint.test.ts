import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import winston from 'winston';
import { emptyRecordState } from '../container/record-state';
import { Checkpoint, type SavedContainer } from './checkpoint';
import { startOfFile } from '../files/position';

const quiet = winston.createLogger({ silent: true });

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
  checkpoint.load();
  return checkpoint;
};

test('a directory that is not there yet is made, and holds nothing', () => {
  const inside = join(dir, 'a', 'b');
  expect(new Checkpoint(inside, quiet).load()).toEqual([]);
  expect(readdirSync(inside)).toEqual([]);
});

test('what is saved is there after a restart that nobody announced, the newest of each id', () => {
  const checkpoint = started();
  checkpoint.save(container('a', 1));
  checkpoint.save(container('b', 2));
  checkpoint.save(container('a', 3));
  expect(open().load()).toEqual([container('b', 2), container('a', 3)]);
});

test('what is removed stays removed, until it is saved again', () => {
  const checkpoint = started();
  checkpoint.save(container('a', 1));
  checkpoint.save(container('b', 2));
  checkpoint.remove('uid/a/0');
  checkpoint.remove('uid/never-saved/0');
  expect(open().load()).toEqual([container('b', 2)]);
  checkpoint.save(container('a', 4));
  expect(open().load()).toEqual([container('b', 2), container('a', 4)]);
});

test('of a last line that a crash cut short, the line before it counts', () => {
  const checkpoint = started();
  checkpoint.save(container('a', 1));
  appendFileSync(file, JSON.stringify(container('a', 2)).slice(0, -10));
  const next = open();
  expect(next.load()).toEqual([container('a', 1)]);
  next.save(container('b', 5));
  expect(open().load()).toEqual([container('a', 1), container('b', 5)]);
});

test.each([
  ['garbage', 'garbage'],
  ['JSON of another form', '{"id":"uid/a/0"}'],
  ['an empty line', ''],
])('a corrupt file is kept aside, and the agent starts over: %s', (_what, line) => {
  started().save(container('a', 1));
  appendFileSync(file, `${line}\n`);
  const before = readFileSync(file, 'utf8');
  const next = open();
  expect(next.load()).toEqual([]);
  const [aside = ''] = readdirSync(dir);
  expect(aside).toMatch(/^checkpoint\.jsonl\.corrupt-/);
  expect(readFileSync(join(dir, aside), 'utf8')).toBe(before);
  next.save(container('b', 2));
  expect(open().load()).toEqual([container('b', 2)]);
});

test('a start writes the file anew, with what counts only', () => {
  const checkpoint = started();
  for (let offset = 0; offset < 50; offset++) {
    checkpoint.save(container('a', offset));
  }
  checkpoint.save(container('b'));
  checkpoint.remove('uid/b/0');
  open().load();
  expect(readFileSync(file, 'utf8')).toBe(`${JSON.stringify(container('a', 49))}\n`);
});

test('a file that has grown is written anew on the way', () => {
  const checkpoint = started();
  const line = JSON.stringify(container('a', 1000)).length + 1;
  const writes = Math.ceil((1.5 * 1024 * 1024) / line);
  for (let i = 0; i < writes; i++) {
    checkpoint.save(container('a', 1000));
  }
  expect(readFileSync(file).length).toBeLessThan(1024 * 1024);
  expect(open().load()).toEqual([container('a', 1000)]);
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
  checkpoint.load();
  // Directories in the place of the files can be written as little as a full disk.
  rmSync(file, { force: true });
  mkdirSync(file);
  mkdirSync(`${file}.tmp`);
  checkpoint.save(container('a', 1));
  checkpoint.save(container('b', 2));
  checkpoint.remove('uid/b/0');
  rmSync(file, { recursive: true });
  checkpoint.save(container('c', 3)); // the tmp file cannot be written yet
  expect(messages).toEqual([expect.stringContaining('the checkpoint cannot be written')]);
  rmSync(`${file}.tmp`, { recursive: true });
  checkpoint.save(container('d', 4));
  expect(messages).toEqual([expect.anything(), 'the checkpoint can be written again']);
  expect(open().load()).toEqual([container('a', 1), container('c', 3), container('d', 4)]);
});

test('a file that cannot be read is an error, not an empty checkpoint', () => {
  mkdirSync(file);
  expect(() => open().load()).toThrow(/EISDIR/);
});

test('a tmp file that a crash left does no harm', () => {
  started().save(container('a', 1));
  writeFileSync(`${file}.tmp`, 'half of a');
  expect(open().load()).toEqual([container('a', 1)]);
  expect(readdirSync(dir)).toEqual(['checkpoint.jsonl']);
});
