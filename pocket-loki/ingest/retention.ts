import { setInterval, clearInterval } from 'node:timers';
import { nanoseconds } from '../common/go-time';
import type { Ingester } from './ingester';
import type { LogStorage } from '../storage/log-storage';

const shortestInterval = 60_000;
const longestInterval = 600_000;

export interface RetentionOptions {
  storage: LogStorage;
  ingester: Ingester;
  /** Milliseconds. */
  retention: number;
  now: () => number;
  onError: (error: unknown, during: string) => void;
}

/** Deletes old entries, now and from time to time. @returns what ends it */
export function startRetention({ storage, ingester, retention, now, onError }: RetentionOptions): () => void {
  const interval = Math.min(Math.max(retention / 10, shortestInterval), longestInterval);
  const run = () => {
    // No push may come between the deleting of a stream's last entry and that of the stream.
    ingester
      .inTurn(() => storage.deleteBefore(nanoseconds(now() - retention)))
      .catch((error: unknown) => onError(error, 'deleting old entries'));
  };
  run();
  const timer = setInterval(run, interval);
  timer.unref();
  return () => clearInterval(timer);
}
