import { useCallback, useEffect, useState } from 'react';
import { errorText } from '../../model/error-text';
import type { FoundRun, LogLine } from '../../model/lookup';
import { LogReader } from '../data/log-reader';
import type { LogSearch } from '../data/log-search';
import type { LokiSource } from '../data/loki-source';

/** How often a log that is written on is asked for. */
const LIVE_EVERY_MS = 3000;

/** A log as far as it was read. */
export interface Log {
  /** Oldest first. */
  lines: readonly LogLine[];
  /** There is nothing older in Loki. */
  isWhole: boolean;
  isLoading: boolean;
  /** Why the last reading failed; undefined where it did not. */
  failure: string | undefined;
  readEarlier(): void;
}

/** What a reader has read. */
interface Reading extends Omit<Log, 'readEarlier'> {
  reader: LogReader;
}

const LOADING = { lines: [], isWhole: false, isLoading: true, failure: undefined };

/**
 * The log of container runs, read from its end backwards.
 *
 * @param runs the same array as long as they are the same runs
 * @param search the same object as long as it is the same search
 * @param isLive reads on what is written now
 */
export function useLog(
  loki: LokiSource,
  runs: readonly FoundRun[],
  search: LogSearch | undefined,
  isLive: boolean
): Log {
  const [reading, setReading] = useState<Reading>();
  useEffect(() => {
    const reader = new LogReader(loki, runs, search);
    void take(reader, () => reader.readEarlier(), setReading);
    return () => reader.close();
  }, [loki, runs, search]);
  const current = reading?.reader.isOf(loki, runs, search) ? reading : undefined;
  const reader = current?.reader;
  useEffect(() => {
    if (reader === undefined || !isLive) {
      return undefined;
    }
    let isAsking = false;
    const timer = setInterval(() => {
      if (!isAsking && document.visibilityState !== 'hidden') {
        isAsking = true;
        void take(reader, () => reader.readLater(Date.now()), setReading).then(() => (isAsking = false));
      }
    }, LIVE_EVERY_MS);
    return () => clearInterval(timer);
  }, [reader, isLive]);
  const readEarlier = useCallback(() => {
    if (reader !== undefined) {
      setReading((before) => before && { ...before, isLoading: true });
      void take(reader, () => reader.readEarlier(), setReading);
    }
  }, [reader]);
  return { ...(current ?? LOADING), readEarlier };
}

/** Takes a step of a reader, and tells what came of it unless nobody wants it any more. */
async function take(
  reader: LogReader,
  step: () => Promise<void>,
  setReading: (reading: Reading) => void
): Promise<void> {
  let failure: string | undefined;
  try {
    await step();
  } catch (reason) {
    failure = errorText(reason);
  }
  if (!reader.isClosed) {
    const isWhole = reader.isWhole && failure === undefined;
    setReading({ reader, lines: reader.lines(), isWhole, isLoading: false, failure });
  }
}
