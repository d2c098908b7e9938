import { setTimeout as wait } from 'node:timers/promises';

/** Looks that often: what is waited for takes seconds, and each look may cost a process. */
const LOOK_MS = 500;

/** Waits until something is so. @throws Error with what it waited for, when the time is over */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) {
      throw new Error(`not within ${timeoutMs / 1000} s: ${what}`);
    }
    await wait(LOOK_MS);
  }
}
