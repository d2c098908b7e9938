import { parseRecord, type Span } from '../../model/evidence';
import type { LabelMatch } from '../../model/logql';
import { type DiskRecord, PERIOD_MS, RECORD_VERSION, type RollupRecord, rollupRecordSchema } from '../../model/records';
import { runLimited } from '../../model/run-limited';
import { type Asked, chooseNodes, type FleetNodes, rollupQuery } from '../../model/rollups';
import { formatNs } from '../../model/time';
import { askNumbers } from './ask-loki';
import { ENTRIES_PER_QUERY } from './limits';
import { timedLinesOf } from './log-frames';
import type { LokiSource } from './loki-source';

/** An hour of a rollup is drawn as samples so far apart: a longer silence would be drawn as one. */
const DRAWN_EVERY_MS = 10 * 60_000;

/** The nodes that a range is about, by numbers that Loki aggregates. @throws LokiFailure, AbortError */
export async function readFleet(
  source: LokiSource,
  range: Span,
  asked: Asked,
  most: number,
  signal: AbortSignal
): Promise<FleetNodes | undefined> {
  return chooseNodes(askNumbers(source, signal), range, asked, most, source.recordSelector);
}

/** So long a time is one query, of those that are asked side by side. */
const PIECE_MS = PERIOD_MS.day;
const CONCURRENT = 4;

/**
 * The hours of nodes, of each day as far as one answer holds them.
 *
 * @throws LokiFailure, AbortError
 */
export async function hoursOf(
  source: LokiSource,
  { from, to }: Span,
  nodes: LabelMatch | undefined,
  signal: AbortSignal
): Promise<RollupRecord[]> {
  const hours = new Map<string, RollupRecord>();
  const read = async (span: Span) => {
    const query = rollupQuery('hour', nodes, source.recordSelector);
    for (const { line } of timedLinesOf(await source.newestFrames(query, span, ENTRIES_PER_QUERY, signal))) {
      const record = parseRecord(line, rollupRecordSchema);
      if (record !== undefined) {
        hours.set(`${record.cluster} ${record.id}`, record);
      }
    }
  };
  const days: Array<() => Promise<void>> = [];
  for (let end = to; end > from; end -= PIECE_MS) {
    days.push(() => read({ from: Math.max(from, end - PIECE_MS), to: end }));
  }
  await runLimited(days, CONCURRENT);
  return [...hours.values()];
}

/**
 * Disk samples in place of those that are not read: the greatest use of each hour, so that no peak is missing. They are
 * for drawing and no evidence.
 */
export function samplesOfHours(hours: readonly RollupRecord[]): DiskRecord[] {
  return hours.flatMap((hour) => {
    const [from, to] = [Date.parse(hour.from), Date.parse(hour.to)];
    const count = Math.ceil((to - from) / DRAWN_EVERY_MS);
    return Array.from({ length: count }, (_, i) => sampleOf(hour, from + i * DRAWN_EVERY_MS));
  });
}

function sampleOf({ cluster, node, layout, nodefs, imagefs }: RollupRecord, atMs: number): DiskRecord {
  const time = formatNs(BigInt(atMs) * 1_000_000n);
  return {
    ...{ v: RECORD_VERSION, kind: 'disk', id: `${node}/rollup/${time}`, cluster, node, time, layout },
    ...{ layoutFrom: 'none', nodefs: greatest(nodefs), imagefs: greatest(imagefs) },
    ...{ logs: null, images: null, layers: null, pods: [], atRisk: null, nearest: null },
  };
}

function greatest(use: RollupRecord['nodefs']): DiskRecord['nodefs'] {
  if (use === null) {
    return null;
  }
  const { bytes, inodes } = use;
  return {
    ...{ capacity: bytes.capacity, available: bytes.capacity - bytes.greatest, used: bytes.greatest },
    ...{ inodes: inodes?.capacity ?? null, inodesFree: inodes && inodes.capacity - inodes.greatest },
  };
}
