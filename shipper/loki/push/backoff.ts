export interface Backoff {
  min: number;
  max: number;
}

/** Milliseconds to wait after so many failures: half of the shortest wait and up to the capped exponential, by chance. */
export function backoffMs({ min, max }: Backoff, failures: number): number {
  return min / 2 + Math.random() * Math.min(max, min * 2 ** Math.min(failures, 16));
}

/** Resolves after so long, or when the signal is aborted. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, signal?.aborted ? 0 : ms);
    signal?.addEventListener('abort', end);
  });
}
