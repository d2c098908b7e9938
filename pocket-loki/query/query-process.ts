// A process that works on queries for the store that started it: so that no query can stop or kill the store. It has no file
// and no socket of its own; what it needs it asks the store for.
import { RequestError } from '../common/request-error';
import { Params } from '../api/params';
import { readRoutes } from '../api/read-routes';
import { DamagedError } from '../storage/storage-error';
import type { FromProcess, Task, TaskResult, ToProcess } from './protocol';
import { type Ask, RemoteLog } from './remote-log';
import { TailTask } from './tail-task';

let calls = 0;
const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
const cancelled = new Map<number, AbortController>();

const ask: Ask = (request) =>
  new Promise((resolve, reject) => {
    const call = ++calls;
    // The store answers each kind of call with its kind of result.
    waiting.set(call, { resolve: resolve as (value: unknown) => void, reject });
    report({ kind: 'call', call, request });
  });
const log = new RemoteLog(ask);
let tail: TailTask | undefined;

function report(message: FromProcess): void {
  process.send?.(message);
}

process.on('message', (message) => {
  // Sent by the store, which is of the same build.
  const reported = message as ToProcess;
  switch (reported.kind) {
    case 'task':
      void work(reported);
      break;
    case 'cancel':
      cancelled.get(reported.id)?.abort();
      break;
    case 'reply':
      waiting.get(reported.call)?.resolve(reported.value);
      waiting.delete(reported.call);
      break;
    case 'no-reply':
      waiting.get(reported.call)?.reject(new RequestError(reported.status, reported.message));
      waiting.delete(reported.call);
  }
});
// Without its store it has nothing to do.
process.on('disconnect', () => process.exit());
report({ kind: 'ready' });

async function work({ id, task, now, limits, streams }: Extract<ToProcess, { kind: 'task' }>): Promise<void> {
  const controller = new AbortController();
  cancelled.set(id, controller);
  try {
    log.update(streams);
    report({ kind: 'done', id, result: await resultOf(task, { now, limits, signal: controller.signal }) });
  } catch (error) {
    const isKnown = error instanceof RequestError;
    const message = error instanceof Error ? error.message : String(error);
    // A damaged block is reported in the answer, so that nobody takes a part of the log for all of it.
    const isFault = !isKnown && !(error instanceof DamagedError);
    report({ kind: 'failed', id, status: isKnown ? error.status : 500, message, isFault });
  } finally {
    cancelled.delete(id);
  }
}

interface TaskContext {
  now: number;
  limits: Extract<ToProcess, { kind: 'task' }>['limits'];
  signal: AbortSignal;
}

async function resultOf(task: Task, { now, limits, signal }: TaskContext): Promise<TaskResult> {
  switch (task.kind) {
    case 'request': {
      const { route, path, query, categorize } = task;
      const handler = readRoutes(log, limits, () => now)[route]?.GET;
      const params = new Params(new URLSearchParams(query), now);
      const answer = await handler?.({ params, query, path, headers: {}, categorize, signal, body: Buffer.alloc(0) });
      return { kind: 'json', text: JSON.stringify(answer) };
    }
    case 'tail':
      tail = new TailTask(new Params(new URLSearchParams(task.query), now), limits);
      return { kind: 'rows', rows: [] };
    case 'tail-history':
      return { kind: 'rows', rows: (await tail?.history(log, limits, signal)) ?? [] };
    case 'tail-rows':
      return { kind: 'rows', rows: tail?.rows(task.stored) ?? [] };
  }
}
