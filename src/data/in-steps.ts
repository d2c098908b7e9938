/** After so much work the page gets its turn: a frame is 16 ms. */
const AT_ONCE_MS = 8;

/**
 * Does work that comes in steps, and in between lets the page draw and hear.
 *
 * @throws the signal's reason
 */
export async function inSteps<T>(steps: Generator<unknown, T, undefined>, signal?: AbortSignal): Promise<T> {
  let began = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
    if (performance.now() - began > AT_ONCE_MS) {
      await new Promise((resolve) => setTimeout(resolve));
      signal?.throwIfAborted();
      began = performance.now();
    }
  }
}
