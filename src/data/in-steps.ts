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

const PART = 100;

/**
 * Lists in parts, between which the page may draw and hear: who works on each entry does not hold it up.
 *
 * @throws the signal's reason
 */
export async function* inParts<T>(lists: AsyncIterable<readonly T[]>, signal: AbortSignal): AsyncGenerator<T[]> {
  for await (const list of lists) {
    let began = performance.now();
    for (let first = 0; first < list.length; first += PART) {
      yield list.slice(first, first + PART);
      if (performance.now() - began > AT_ONCE_MS) {
        await new Promise((resolve) => setTimeout(resolve));
        signal.throwIfAborted();
        began = performance.now();
      }
    }
  }
}
