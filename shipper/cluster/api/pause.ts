/** Waits, or not so long when the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

/** Waits that grow with each failure, half of each by chance, so that many do not come back at the same moment. */
export class Backoff {
  private failures = 0;

  constructor(
    private readonly minMs: number,
    private readonly maxMs: number,
    private readonly random: () => number = Math.random
  ) {}

  next(): number {
    const wait = Math.min(this.maxMs, this.minMs * 2 ** Math.min(this.failures++, 20));
    return wait / 2 + (this.random() * wait) / 2;
  }

  reset(): void {
    this.failures = 0;
  }
}

/** What a promise comes to, or undefined when the signal is aborted before. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  // It may fail after nobody waits for it any more.
  promise.catch(() => undefined);
  let abort: () => void = () => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    abort = () => resolve(undefined);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return signal.aborted ? undefined : await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/**
 * A signal that is aborted with another one, or after some time; `done` must be called when it is no longer needed.
 * (`AbortSignal.any` over `AbortSignal.timeout` would be the usual way; Node.js 20 may collect the timeout as garbage
 * before its time has come, and it then never comes.)
 */
export function deadline(signal: AbortSignal, ms: number): { signal: AbortSignal; done: () => void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, ms);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) {
    abort();
  }
  return {
    signal: controller.signal,
    done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    },
  };
}
