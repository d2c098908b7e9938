import { setTimeout, clearTimeout } from 'node:timers';
import { RequestError } from '../common/request-error';
import type { Task, TaskResult } from './protocol';
import { QueryWorker, type WorkerOptions } from './query-worker';

const maxWorkers = 4;
const maxWaiting = 200;
/** So long a process without work is kept. */
const idleMs = 60_000;

/** The query processes of a store: started when they are needed, ended when they are not. */
export class QueryPool {
  private readonly idle: QueryWorker[] = [];
  private readonly waiting: Array<(worker: QueryWorker) => void> = [];
  private readonly all = new Set<QueryWorker>();
  private busy = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: WorkerOptions) {}

  /** Does a task in one of the processes. @throws RequestError as `QueryWorker.run`; 429 where too many wait */
  async run(task: Task, signal: AbortSignal): Promise<TaskResult> {
    const worker = await this.take();
    try {
      return await worker.run(task, signal);
    } finally {
      this.giveBack(worker);
    }
  }

  /** A process for one user alone, who ends it. */
  lease(): QueryWorker {
    const worker = this.idle.pop() ?? this.start();
    return worker.isUsable ? worker : this.start();
  }

  close(): void {
    clearTimeout(this.timer);
    this.all.forEach((worker) => worker.end());
  }

  private async take(): Promise<QueryWorker> {
    if (this.busy >= maxWorkers) {
      if (this.waiting.length >= maxWaiting) {
        throw new RequestError(429, 'too many outstanding requests');
      }
      return new Promise((start) => this.waiting.push(start));
    }
    this.busy++;
    return this.lease();
  }

  private giveBack(worker: QueryWorker): void {
    if (worker.isUsable) {
      this.idle.push(worker);
      this.endIdleLater();
    } else {
      this.all.delete(worker);
    }
    const next = this.waiting.shift();
    if (next) {
      next(this.lease());
    } else {
      this.busy--;
    }
  }

  private start(): QueryWorker {
    const worker = new QueryWorker(this.options);
    this.all.forEach((other) => !other.isUsable && this.all.delete(other));
    this.all.add(worker);
    return worker;
  }

  private endIdleLater(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.idle.splice(0).forEach((worker) => {
        worker.end();
        this.all.delete(worker);
      });
    }, idleMs).unref();
  }
}
