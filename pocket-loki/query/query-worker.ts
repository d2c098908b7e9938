import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { setTimeout, setInterval, clearTimeout, clearInterval } from 'node:timers';
import type { Limits } from '../common/limits';
import { badRequest, RequestError } from '../common/request-error';
import type { StoredBlock } from '../storage/block-database';
import type { LogStorage } from '../storage/log-storage';
import { DamagedError, UnwritableError } from '../storage/storage-error';
import { holdsEntries, type Stream } from '../storage/stream-index';
import { queryProgram } from './program';
import type { Call, CallResults, FromProcess, Task, TaskResult, ToProcess } from './protocol';
import { encodeSpans } from './remote-log';

/** A process ends itself at this; what it holds outside of that heap is counted with its resident memory. */
const maxHeapMiB = 256;
const maxResidentBytes = 448 << 20;
const memoryCheckMs = 100;
/** So long after its time a query may take to end by itself. */
const graceMs = 2_000;
const memoryPageBytes = 4096;

export interface WorkerOptions {
  storage: LogStorage;
  limits: Limits;
  now: () => number;
  /** Is told of errors that are no client's fault. */
  onError: (error: unknown, during: string) => void;
}

interface Running {
  id: number;
  resolve: (result: TaskResult) => void;
  reject: (error: Error) => void;
}

/** A query process as its store sees it. It does one task at a time, and is ended where a task does not end. */
export class QueryWorker {
  private readonly child: ChildProcess;
  private readonly known = new Map<number, Stream>();
  private readonly handles = new Map<number, StoredBlock>();
  private nextHandle = 1;
  private nextTask = 1;
  private running: Running | undefined;
  private endReason: Error | undefined;
  private isEnded = false;
  /** Resolves when it has started, or has ended: on a busy machine that takes longer than many a query may. */
  private readonly ready: Promise<void>;
  private markReady: () => void = () => undefined;

  constructor(private readonly options: WorkerOptions) {
    this.child = fork(queryProgram(), [], {
      execArgv: [`--max-old-space-size=${maxHeapMiB}`],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.ready = new Promise((resolve) => {
      this.markReady = resolve;
    });
    this.child.on('message', (message) => this.receive(message as FromProcess));
    this.child.on('error', (error) => this.ended(error));
    this.child.on('exit', (code, signal) => this.ended(reasonOf(code, signal)));
    // An idle process keeps nobody from ending.
    this.child.unref();
    this.child.channel?.unref();
    this.lowerPriority();
  }

  get isUsable(): boolean {
    return !this.isEnded && this.endReason === undefined;
  }

  /**
   * Does a task.
   *
   * @param timeoutMs after which the process is ended, whatever it does
   * @throws RequestError as the task does; 504 where it took too long, 400 where it took too much memory, 499 where the
   * client has gone
   */
  async run(task: Task, signal: AbortSignal, timeoutMs = this.options.limits.queryTimeout): Promise<TaskResult> {
    await this.ready;
    if (signal.aborted) {
      throw gone();
    }
    const id = this.nextTask++;
    const seconds = timeoutMs / 1000;
    const late = `the query took longer than ${seconds} s: ask for a shorter time range or fewer streams`;
    const timeout = setTimeout(() => this.end(new RequestError(504, late)), timeoutMs + graceMs);
    const memory = setInterval(() => this.checkMemory(), memoryCheckMs);
    const cancel = () => {
      this.send({ kind: 'cancel', id });
      setTimeout(() => this.running?.id === id && this.end(gone()), graceMs).unref();
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        this.running = { id, resolve, reject };
        if (!this.isUsable) {
          reject(this.endReason ?? new RequestError(500, 'the process that answers queries has ended: ask again'));
          return;
        }
        const { limits, now } = this.options;
        this.send({ kind: 'task', id, task, now: now(), limits, streams: this.streams() });
      });
    } finally {
      clearTimeout(timeout);
      clearInterval(memory);
      signal.removeEventListener('abort', cancel);
      this.running = undefined;
      this.handles.clear();
    }
  }

  /** Ends the process. @param reason what its task fails with */
  end(reason: Error = gone()): void {
    this.endReason ??= reason;
    this.child.kill('SIGKILL');
  }

  private send(message: ToProcess): void {
    if (this.child.connected) {
      // A process that is gone tells of it itself.
      this.child.send(message, () => undefined);
    }
  }

  private receive(message: FromProcess): void {
    switch (message.kind) {
      case 'ready':
        this.markReady();
        break;
      case 'call':
        void this.reply(message.call, message.request);
        break;
      case 'done':
        if (this.running?.id === message.id) {
          this.running.resolve(message.result);
        }
        break;
      case 'failed': {
        const error = new RequestError(message.status, message.message);
        if (message.isFault) {
          this.options.onError(error, 'a query');
        }
        if (this.running?.id === message.id) {
          this.running.reject(error);
        }
      }
    }
  }

  private async reply(call: number, request: Call): Promise<void> {
    try {
      this.send({ kind: 'reply', call, value: await this.answer(request) });
    } catch (error) {
      const status = error instanceof UnwritableError ? 503 : 500;
      if (error instanceof DamagedError) {
        this.options.onError(error, 'a query');
      }
      const message = error instanceof Error ? error.message : String(error);
      this.send({ kind: 'no-reply', call, status, message });
    }
  }

  private async answer(request: Call): Promise<CallResults[Call['kind']]> {
    const { storage } = this.options;
    switch (request.kind) {
      case 'blocks': {
        const stream = this.known.get(request.stream);
        const blocks = stream ? await storage.blocks(stream, request.span) : [];
        return blocks.map((block) => {
          const handle = this.nextHandle++;
          this.handles.set(handle, block);
          const { first, last, number, from } = block;
          return { first, last, number, from, handle };
        });
      }
      case 'load':
        return Promise.all(request.handles.map(async (handle) => this.take(handle)?.load()));
      case 'usage': {
        const stream = this.known.get(request.stream);
        return stream ? storage.usageOf(stream, request.span) : { entries: 0, bytes: 0 };
      }
    }
  }

  private take(handle: number): StoredBlock | undefined {
    const block = this.handles.get(handle);
    this.handles.delete(handle);
    return block;
  }

  private streams() {
    const present = this.options.storage.streams.all().filter(holdsEntries);
    const added = present.filter(({ id }) => !this.known.has(id));
    added.forEach((stream) => this.known.set(stream.id, stream));
    return {
      spans: encodeSpans(present),
      added: added.map(({ id, labels }): [number, Array<[string, string]>] => [id, [...labels]]),
    };
  }

  private checkMemory(): void {
    const resident = residentBytes(this.child.pid);
    if (resident > maxResidentBytes) {
      this.end(outOfMemory());
    }
  }

  private ended(error: Error): void {
    this.isEnded = true;
    this.markReady();
    this.running?.reject(this.endReason ?? error);
  }

  private lowerPriority(): void {
    try {
      setPriority(this.child.pid ?? 0, constants.priority.PRIORITY_BELOW_NORMAL);
    } catch {
      // Then pushes and queries take turns as equals.
    }
  }
}

function gone(): RequestError {
  return new RequestError(499, 'the client closed the connection');
}

/** Ends of a process that ran out of memory: V8 aborts it at the limit of its heap, the kernel kills it. */
const memorySignals: ReadonlySet<string> = new Set(['SIGABRT', 'SIGTRAP', 'SIGILL', 'SIGKILL']);

/** Why a process ended by itself. */
function reasonOf(code: number | null, signal: NodeJS.Signals | null): RequestError {
  if (signal !== null && memorySignals.has(signal)) {
    return outOfMemory();
  }
  return new RequestError(
    500,
    `the process that answers queries ended with ${signal ?? `exit code ${code}`}: ask again`
  );
}

function outOfMemory(): RequestError {
  return badRequest(
    'the query needs more memory than one may have: ask for a shorter time range, fewer streams or labels, a larger step or a smaller limit'
  );
}

/** 0 where the system does not report. */
function residentBytes(pid: number | undefined): number {
  try {
    const [, pages = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
    return Number(pages) * memoryPageBytes;
  } catch {
    return 0;
  }
}
