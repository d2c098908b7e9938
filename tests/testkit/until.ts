import { setTimeout as wait } from 'node:timers/promises';

const PAUSE_MS = 10;

/**
 * Waits until a condition holds, and asks about it again and again.
 * @param pauseMs between two questions, for those that cost something
 * @throws Error with `what` where it does not hold in time
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 60_000,
  pauseMs = PAUSE_MS
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) {
      throw new Error(`not within ${timeoutMs / 1000} s: ${what}`);
    }
    await wait(pauseMs);
  }
}
