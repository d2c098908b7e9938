import {
  type CapacityInput,
  type CaseTally,
  type CountInput,
  nodeKey,
  type PressureRecord,
} from '../../model/capacity';
import {
  AFTER_MS,
  HEARTBEAT_EVERY_MS,
  type KindName,
  NAMES_PER_QUERY,
  parseRecord,
  queryOf,
  RecordBase,
  type RecordOf,
  type Span,
} from '../../model/evidence';
import { type LabelMatches, withLineFilter } from '../../model/logql';
import {
  LatestRecords,
  nodeRecordSchema,
  PERIOD_MS,
  type RollupPeriod,
  type RollupRecord,
  rollupRecordSchema,
} from '../../model/records';
import { rollupQuery } from '../../model/rollups';
import type { CaseList } from '../cases/case-list';
import type { CaseWindow } from '../lookup/case-reader';
import { newestEntry, pages } from '../loki/pages';
import type { QueryClient } from '../loki/query-client';

export interface CapacitySelection {
  cluster?: string;
  node?: string;
}

const MS = 1_000_000n;
const { hour: HOUR, day: DAY } = PERIOD_MS;
const MINUTE = 60_000;
/** Longer ranges are read as rollups of days, with hours and samples at both ends. */
const BY_DAYS_MS = 3 * DAY;
/** A rollup is written within five minutes after its period. */
const ROLLUP_BEHIND_MS = 10 * MINUTE;
/** A `thresholds` record is written every six hours. */
const THRESHOLDS_EVERY_MS = 7 * HOUR;
/** A reclaim may begin so long before it ends. */
const RECLAIM_MS = 10 * MINUTE;
/** A lasting condition is written every hour. */
const CONDITION_EVERY_MS = 2 * HOUR;
/** A watch writes at least every minute. */
const WATCH_STEP_MS = { short: 5 * MINUTE, long: HOUR };
/** Loki refuses ranges of more than 721 hours. */
const LONGEST_RANGE_MS = 28 * DAY;

const floor = (at: number, unit: number) => Math.floor(at / unit) * unit;
const ceil = (at: number, unit: number) => Math.ceil(at / unit) * unit;

/** Reads what a capacity review is worked out from: rollups and case records, and raw records where there are none. */
export class CapacityReader {
  /** Records read so far. */
  private records = 0;

  constructor(
    private readonly client: QueryClient,
    private readonly cases: CaseList,
    private readonly signal: AbortSignal,
    private readonly onProgress: (progress: { read: number; total: number }) => void
  ) {}

  /**
   * Everything about a time range, and the counts of the equally long time before.
   *
   * @throws LokiRefusal, LokiUnreachable, StrangeAnswer, the signal's reason
   */
  async read(selection: CapacitySelection, window: CaseWindow): Promise<CapacityInput> {
    const range = { from: millis(window.from), to: Math.min(millis(window.to), millis(window.now)) };
    const lengthNs = window.to - window.from;
    const recordsTo = window.from + BigInt(AFTER_MS) * MS;
    const earlier = { from: range.from - (range.to - range.from), to: range.from };
    const { counts, base } = await this.counts(selection, window, range);
    const before = { ...window, from: window.from - lengthNs, to: window.from, recordsTo };
    return {
      ...counts,
      disks: base.of('disks'),
      thresholds: base.of('thresholds'),
      stopped: stoppedAgents(base),
      before: (await this.counts(selection, before, earlier)).counts,
    };
  }

  private async counts(
    selection: CapacitySelection,
    window: CaseWindow,
    range: Span
  ): Promise<{ counts: CountInput; base: RecordBase }> {
    const base = new RecordBase();
    const rollups = await this.rollups(selection, range);
    for (const span of rawSpans(range, rollups, millis(window.now))) {
      await this.take(base, 'disks', selection, span);
      await this.take(base, 'gcs', selection, { from: span.from - RECLAIM_MS, to: span.to });
    }
    const afterwards = { from: range.from, to: millis(window.recordsTo) };
    await this.take(base, 'heartbeats', selection, { from: range.to - HEARTBEAT_EVERY_MS, to: range.to });
    await this.take(base, 'thresholds', selection, { from: range.to - THRESHOLDS_EVERY_MS, to: range.to });
    await this.take(base, 'pods', selection, afterwards, { phase: 'Failed' }, '"reason":"Evicted"');
    const pressures = await this.pressures(selection, range, afterwards.to);
    const cases = await this.tallies(selection, window);
    await this.rest(base, selection, range, { rollups, pressures, cases });
    return {
      counts: {
        ...{ range, rollups, pressures, cases, gcs: base.of('gcs'), pods: base.of('pods') },
        withKubeletLog: withKubeletLog(base, rollups),
        watched: await this.watched(selection, range),
        nodes: nodesIn(base, rollups),
      },
      base,
    };
  }

  /** What of the nodes that no rollup tells of, and of settings that were written earlier, is still missing. */
  private async rest(
    base: RecordBase,
    { cluster }: CapacitySelection,
    range: Span,
    known: { rollups: RollupRecord[]; pressures: PressureRecord[]; cases: CaseTally[] }
  ): Promise<void> {
    const nodes = new Set(nodesIn(base, known.rollups).map(({ node }) => node));
    known.pressures.forEach(({ record }) => nodes.add(record.node));
    known.cases.forEach(({ node }) => node !== null && nodes.add(node));
    const without = (records: ReadonlyArray<{ node: string }>) => {
      const known = new Set(records.map(({ node }) => node));
      return batches([...nodes].filter((node) => !known.has(node)).sort());
    };
    if (known.rollups.length > 0) {
      for (const node of without(known.rollups)) {
        await this.take(base, 'disks', { cluster }, range, { node });
        await this.take(base, 'gcs', { cluster }, { from: range.from - RECLAIM_MS, to: range.to }, { node });
      }
    }
    for (const node of without(base.of('thresholds'))) {
      await this.take(
        base,
        'thresholds',
        { cluster },
        { from: range.from - THRESHOLDS_EVERY_MS, to: range.to },
        { node }
      );
    }
    for (const node of without(base.of('heartbeats')).flat()) {
      const query = queryOf({ kind: 'heartbeats', cluster, metadata: { node } });
      const entry = await newestEntry(this.client, { query, ...nanos({ from: range.from, to: range.to }) });
      this.signal.throwIfAborted();
      if (entry !== undefined) {
        base.add('heartbeats', entry.line, entry.ns);
      }
    }
  }

  private async take(
    base: RecordBase,
    kind: KindName,
    { cluster, node }: CapacitySelection,
    span: Span,
    metadata: LabelMatches = {},
    contains?: string
  ): Promise<void> {
    const query = queryOf({ kind, cluster, metadata: { node, ...metadata } });
    const filtered = contains === undefined ? query : withLineFilter(query, contains, true);
    for await (const entries of pages(this.client, { query: filtered, ...nanos(span) }, 'backward', {
      signal: this.signal,
    })) {
      entries.forEach(({ line, ns }) => base.add(kind, line, ns));
      this.note(entries.length);
    }
  }

  /** Rollups that lie in the range as a whole, of each node without overlap. */
  private async rollups(selection: CapacitySelection, { from, to }: Span): Promise<RollupRecord[]> {
    const wholeHours = { from: ceil(from, HOUR), to: floor(to, HOUR) };
    const wholeDays = { from: ceil(from, DAY), to: floor(to, DAY) };
    if (to - from <= BY_DAYS_MS) {
      return this.rollupsOf('hour', selection, wholeHours);
    }
    const days = await this.rollupsOf('day', selection, wholeDays);
    const covered = new Set(days.map((day) => `${nodeKey(day)} ${Date.parse(day.from)}`));
    const lastDay = wholeDays.to - DAY;
    const nodes = new Set(days.map(nodeKey));
    const isLastWhole = [...nodes].every((key) => covered.has(`${key} ${lastDay}`));
    const hours = [
      ...(await this.rollupsOf('hour', selection, { from: wholeHours.from, to: wholeDays.from })),
      // The newest day may not be written yet by every node.
      ...(await this.rollupsOf('hour', selection, { from: isLastWhole ? wholeDays.to : lastDay, to: wholeHours.to })),
    ];
    return [...days, ...hours.filter((hour) => !covered.has(`${nodeKey(hour)} ${floor(Date.parse(hour.from), DAY)}`))];
  }

  private async rollupsOf(
    period: RollupPeriod,
    { cluster, node }: CapacitySelection,
    span: Span
  ): Promise<RollupRecord[]> {
    const latest = new LatestRecords<RollupRecord>();
    if (span.from < span.to) {
      const range = { query: rollupQuery(period, node), ...nanos(span) };
      for await (const entries of pages(this.client, range, 'backward', { signal: this.signal })) {
        for (const { line, ns } of entries) {
          const record = parseRecord(line, rollupRecordSchema);
          if (record !== undefined && (cluster === undefined || record.cluster === cluster)) {
            latest.add(record, ns);
          }
        }
        this.note(entries.length);
      }
    }
    return latest.all();
  }

  private async pressures({ cluster, node }: CapacitySelection, range: Span, to: number): Promise<PressureRecord[]> {
    const query = withLineFilter(
      queryOf({ kind: 'nodes', cluster, metadata: { node, about: 'condition' } }),
      'DiskPressure',
      true
    );
    const latest = new LatestRecords<RecordOf<'nodes'>>();
    const writtenAt = new Map<string, number>();
    const span = nanos({ from: range.from - CONDITION_EVERY_MS, to });
    for await (const entries of pages(this.client, { query, ...span }, 'backward', { signal: this.signal })) {
      for (const { line, ns } of entries) {
        const record = parseRecord(line, nodeRecordSchema);
        if (record !== undefined && latest.add(record, ns)) {
          writtenAt.set(`${record.cluster} ${record.id}`, millis(ns));
        }
      }
      this.note(entries.length);
    }
    return latest.all().map((record) => ({ record, writtenAt: writtenAt.get(`${record.cluster} ${record.id}`) ?? 0 }));
  }

  /** Cases added up as they come: what is in memory does not grow with their number. */
  private async tallies(selection: CapacitySelection, window: CaseWindow): Promise<CaseTally[]> {
    const tallies = new Map<string, CaseTally>();
    for await (const slice of this.cases.slices(selection, window)) {
      for (const { cluster, node, namespace, workload, status, cause } of slice) {
        const key = JSON.stringify([cluster, node, namespace, workload, status, cause]);
        const tally = tallies.get(key) ?? { cluster, node, namespace, workload, status, cause, count: 0 };
        tally.count++;
        tallies.set(key, tally);
      }
    }
    this.signal.throwIfAborted();
    return [...tallies.values()];
  }

  /** The part of a range in which a watch of each cluster wrote that it was there. */
  private async watched({ cluster }: CapacitySelection, { from, to }: Span): Promise<Map<string, number>> {
    const step = to - from > 12 * HOUR ? WATCH_STEP_MS.long : WATCH_STEP_MS.short;
    const first = floor(from, step);
    const steps = Math.max(1, (ceil(to, step) - first) / step);
    const watch = queryOf({ kind: 'watches', cluster, metadata: {} });
    const query = `sum by (cluster) (count_over_time(${watch} [${step / 1000}s]))`;
    const counted = new Map<string, number>();
    for (let start = first; start < ceil(to, step); start += LONGEST_RANGE_MS) {
      const end = Math.min(start + LONGEST_RANGE_MS, ceil(to, step));
      const range = { query, ...nanos({ from: start + step, to: end }) };
      for (const { labels, points } of await this.client.series(range, BigInt(step) * MS, this.signal)) {
        const count = points.filter(([, value]) => value > 0).length;
        counted.set(labels.cluster ?? '', (counted.get(labels.cluster ?? '') ?? 0) + count);
      }
    }
    return new Map([...counted].map(([name, count]) => [name, Math.min(1, count / steps)]));
  }

  private note(records: number): void {
    this.records += records;
    this.onProgress({ read: this.records, total: 0 });
  }
}

/** The times for which disks and reclaims are read as raw records: all where there is no rollup, else both ends. */
function rawSpans(range: Span, rollups: readonly RollupRecord[], now: number): Span[] {
  if (rollups.length === 0) {
    return [range];
  }
  const begin = ceil(range.from, HOUR);
  const lastHour = floor(range.to, HOUR);
  const end = now - lastHour < ROLLUP_BEHIND_MS ? lastHour - HOUR : lastHour;
  return [
    { from: range.from, to: Math.min(begin, range.to) },
    { from: Math.max(end, range.from), to: range.to },
  ].filter(({ from, to }) => from < to);
}

function withKubeletLog(base: RecordBase, rollups: readonly RollupRecord[]): Set<string> {
  return new Set([
    ...base
      .of('heartbeats')
      .flatMap((beat) => (beat.kubeletLog !== null && beat.kubeletLog.from !== null ? nodeKey(beat) : [])),
    ...base.of('gcs').map(nodeKey),
    ...rollups.flatMap((rollup) => (rollup.reclaims + rollup.imageGcs > 0 ? nodeKey(rollup) : [])),
  ]);
}

/** Agents whose newest heartbeat is their last. */
function stoppedAgents(base: RecordBase): Map<string, number> {
  const newest = new Map<string, RecordOf<'heartbeats'>>();
  for (const beat of base.of('heartbeats')) {
    if (Date.parse(beat.to) > Date.parse(newest.get(nodeKey(beat))?.to ?? '1970-01-01T00:00:00Z')) {
      newest.set(nodeKey(beat), beat);
    }
  }
  return new Map([...newest].flatMap(([key, { final, to }]) => (final ? [[key, Date.parse(to)] as const] : [])));
}

function nodesIn(base: RecordBase, rollups: readonly RollupRecord[]): Array<{ cluster: string; node: string }> {
  const records = [
    ...rollups,
    ...(['disks', 'gcs', 'heartbeats', 'thresholds'] as const).flatMap((kind) => base.of(kind)),
  ];
  return [...new Map(records.map(({ cluster, node }) => [nodeKey({ cluster, node }), { cluster, node }])).values()];
}

const batches = (names: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(names.length / NAMES_PER_QUERY) }, (_, index) =>
    names.slice(index * NAMES_PER_QUERY, (index + 1) * NAMES_PER_QUERY)
  );

const millis = (ns: bigint): number => Number(ns / MS);
const nanos = ({ from, to }: Span): { from: bigint; to: bigint } => ({
  from: BigInt(Math.floor(from)) * MS,
  to: BigInt(Math.ceil(to)) * MS,
});
