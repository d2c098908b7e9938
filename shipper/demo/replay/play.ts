import { constants, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rmdir, symlink, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { constants as zlib, createGzip } from 'node:zlib';
import type { ReplayClock } from './clock';
import type { Action, Plan } from './plan';
import { TimeShift } from './shift';

export interface Stage {
  /** The replayed `/var/log`, which has `pods/` and `containers/`. */
  root: string;
  /** The unpacked bytes of the recording. */
  source: string;
  shift: TimeShift;
}

export interface Progress {
  /** Of the plan's steps. */
  done: number;
  /** Recorded time, milliseconds since 1970. */
  at: number;
  bytes: number;
}

/** Something else that happens at a recorded moment (milliseconds since 1970); the replay waits for it. */
export interface Interlude {
  at: number;
  run(): Promise<void>;
}

export interface PlayOptions {
  /** Recorded time, milliseconds since 1970; without it the last change is the end. */
  end?: number;
  /** In their order. */
  interludes?: readonly Interlude[];
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/** Bytes that are copied at once: large enough to be cheap, small enough that the agent gets its turn. */
const CHUNK = 256 * 1024;

/**
 * Makes the planned changes, in order, each when the clock says that it is due, and goes on until `end`.
 * @throws the file system's error, or an AbortError
 */
export async function play(
  plan: Plan,
  stage: Stage,
  clock: ReplayClock,
  { end, interludes = [], onProgress, signal }: PlayOptions = {}
): Promise<void> {
  const progress: Progress = { done: 0, at: 0, bytes: 0 };
  const due = async (at: number) => {
    const wait = clock.until(at);
    if (wait > 1) {
      await sleep(wait, undefined, { signal });
    }
    signal?.throwIfAborted();
  };
  const coming = [...interludes];
  const runInterludes = async (until: number) => {
    for (let next = coming[0]; next && next.at <= until; next = coming[0]) {
      coming.shift();
      await due(next.at);
      await next.run();
    }
  };
  for (const { at, action } of plan.steps) {
    await runInterludes(at);
    await due(at);
    await perform(action, stage);
    progress.done++;
    progress.at = at;
    progress.bytes += action.kind === 'append' ? action.to - action.from : 0;
    onProgress?.(progress);
  }
  if (end !== undefined) {
    await runInterludes(end);
    await due(end);
  }
  clock.finish();
}

async function perform(action: Action, stage: Stage): Promise<void> {
  const on = (path: string) => join(stage.root, path);
  switch (action.kind) {
    case 'mkdir':
      return mkdir(on(action.path));
    case 'rmdir':
      return rmdir(on(action.path));
    case 'create':
      return (await open(on(action.path), 'wx', 0o640)).close();
    case 'append':
      return append(action, stage);
    case 'compress':
      return compress(action, stage);
    case 'rename':
      return rename(on(action.from), on(action.to));
    case 'unlink':
      return unlink(on(action.path));
    case 'symlink':
      return symlink(on(action.target), on(action.path));
  }
}

async function append(action: Action & { kind: 'append' }, stage: Stage): Promise<void> {
  await withFile(join(stage.source, action.file.source), constants.O_RDONLY, async (source) => {
    // Not created here: a file that is not there means that the replay is wrong.
    const flags = constants.O_WRONLY | constants.O_APPEND;
    await withFile(join(stage.root, action.path), flags, async (target) => {
      for await (const chunk of shifted(source, action.from, action.to, stage.shift)) {
        await target.appendFile(chunk);
      }
    });
  });
}

/** As kubelet does it: a `.tmp` beside the log, renamed when it is complete. */
async function compress(action: Action & { kind: 'compress' }, stage: Stage): Promise<void> {
  const path = join(stage.root, action.path);
  const temporary = path.replace(/\.gz$/, '.tmp');
  await withFile(join(stage.source, action.file.source), constants.O_RDONLY, async (source) => {
    const { size } = await source.stat();
    // kubelet took half a second of recorded time for this, the replay has far less.
    const gzip = createGzip({ level: zlib.Z_BEST_SPEED });
    await pipeline(shifted(source, 0, size, stage.shift), gzip, createWriteStream(temporary, { flags: 'wx' }));
  });
  await rename(temporary, path);
}

/** The bytes of a range with their timestamps shifted, in chunks. A range may begin and end inside a line. */
async function* shifted(source: FileHandle, from: number, to: number, shift: TimeShift): AsyncGenerator<Buffer> {
  for (let start = from; start < to; start += CHUNK) {
    const length = Math.min(CHUNK, to - start);
    const before = Math.min(start, TimeShift.margin);
    const window = Buffer.allocUnsafe(before + length + TimeShift.margin);
    const { bytesRead } = await source.read(window, 0, window.length, start - before);
    if (bytesRead < before + length) {
      throw new Error('the unpacked recording is shorter than planned');
    }
    shift.apply(window.subarray(0, bytesRead), start === before);
    yield window.subarray(before, before + length);
  }
}

async function withFile(path: string, flags: number, use: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}
