import { useCallback, useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Span } from '../../model/evidence';
import { type Asked, ASKED_NOTHING } from '../../model/rollups';
import { useEqual } from '../shared/use-equal';
import type { LokiSource } from './loki-source';
import { RecordCache } from './record-cache';
import { type LoadedRecords, RecordsLoader, type Wanted } from './records-loader';

/** The records of a range as a page sees them. */
export interface Records extends LoadedRecords {
  /** Keeps what is there and reads no more. */
  cancel: () => void;
  /** Reads the range anew: what was there may have been replaced. */
  reload: () => void;
}

/** What was read from each Loki: pages that follow each other, and panels beside each other, share it. */
const caches = new Map<string, RecordCache>();

export function cacheFor({ uid, recordSelector }: LokiSource): RecordCache {
  const key = `${uid} ${recordSelector}`;
  const cache = caches.get(key) ?? new RecordCache();
  caches.set(key, cache);
  return cache;
}

/**
 * The records of a range with their cases and stretches of disk pressure, as they come. Another range reads only what
 * is missing of it; leaving the page ends the reading.
 *
 * @param range milliseconds since 1970; undefined while it is not known
 * @param round another one looks for what has arrived since
 * @param wishes for choosing among very many nodes
 */
export function useRecords(
  loki: LokiSource,
  range: Span | undefined,
  { disks = false, chooseNodes = false }: Wanted = {},
  round?: unknown,
  wishes: Asked = ASKED_NOTHING
): Records {
  const asked = useEqual(wishes);
  const loader = useMemo(
    () => new RecordsLoader(loki, cacheFor(loki), { disks, chooseNodes }),
    [loki, disks, chooseNodes]
  );
  const loaded = useSyncExternalStore(loader.subscribe, loader.current);
  const [from, to] = [range?.from, range?.to];
  useEffect(() => {
    if (from !== undefined && to !== undefined) {
      loader.load({ from, to }, asked);
    }
  }, [loader, from, to, round, asked]);
  useEffect(() => loader.cancel, [loader]);
  const reload = useCallback(() => {
    if (from !== undefined && to !== undefined) {
      loader.reload({ from, to }, asked);
    }
  }, [loader, from, to, asked]);
  return useMemo(() => ({ ...loaded, cancel: loader.cancel, reload }), [loaded, loader, reload]);
}

/** Forgets all that was read, as a page does that is loaded anew. */
export const forgetRecords = (): void => caches.clear();
