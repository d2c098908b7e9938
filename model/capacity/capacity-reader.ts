import {
  AFTER_MS,
  HEARTBEAT_EVERY_MS,
  type KindName,
  KINDS,
  NAMES_PER_QUERY,
  parseRecord,
  queryOf,
  RECORD_SELECTOR,
  RecordBase,
  recordQuery,
  type RecordOf,
  type Span,
} from '../evidence';
import type { LogEntry } from '../log-entry';
import { allows, type LabelMatch, type LabelMatches, withLineFilter } from '../logql';
import {
  type GcRecord,
  gcRecordSchema,
  LatestRecords,
  nodeRecordSchema,
  PERIOD_MS,
  type RollupPeriod,
  type RollupRecord,
  rollupRecordSchema,
  shardMatch,
} from '../records';
import { rollupQuery } from '../rollups';
import type { CaseMargins, CountedFamilies } from './case-counts';
import type { AskNumbers } from '../metric-numbers';
import { type CountInput, nodeKey, poolsOf, type PressureRecord } from './counts';
import { familiesOf } from './families';
import { type FamilyPulls, pullsIn } from './pulls';
import { familiesToRead, type FamilyRecords, type FamilyToRead } from './findings';
import { type CapacityInput, MAX_FAMILIES } from './review';

/** What a review is about; undefined for all. What a node went through as a whole is the same whatever namespaces are. */
export interface CapacitySelection {
  cluster?: LabelMatch;
  node?: LabelMatch;
  /** Of cases and pods. */
  namespace?: LabelMatch;
  /** Job families of cases and pods. */
  workload?: LabelMatch;
  /** The node label that names pools; undefined where rows by pool are not asked for. */
  poolLabel?: string;
}

/** A time range with the moments that bound what is read about it. Milliseconds since 1970. */
export interface CapacityWindow extends Span {
  /** Until when to look for records about it: they are written afterwards. */
  recordsTo: number;
  now: number;
}

/** A number every step of a metric range query, each about the time before it. */
export interface NumberSeries {
  labels: Readonly<Record<string, string>>;
  points: ReadonlyArray<readonly [atMs: number, value: number]>;
}

/**
 * What a review needs of a Loki: `afterlog capacity` has it over HTTP, the app through Grafana's data source. Every call
 * ends with the reason of whoever stopped the reading.
 */
export interface CapacitySource {
  /** The stream selector of Afterlog's records, where it is not the usual one. */
  readonly recordSelector?: string;
  /** All entries of a log query, the newest first, some at a time. */
  pages(query: string, span: Span): AsyncIterable<ReadonlyArray<Pick<LogEntry, 'ns' | 'line'>>>;
  newest(query: string, span: Span): Promise<Pick<LogEntry, 'ns' | 'line'> | undefined>;
  /** The series of a metric query. */
  series(query: string, span: Span, stepMs: number): Promise<NumberSeries[]>;
  /** The numbers of a metric query. */
  numbers: AskNumbers;
  /** The cases of a selection that happened in a time range, added up (`CaseCounts`). */
  cases(selection: CapacitySelection, window: CapacityWindow, families: CountedFamilies): Promise<CaseMargins>;
}

/** How far a reading is. */
export interface CapacityProgress {
  /** Records that came. */
  read: number;
  /** Steps that are done, of all. */
  done: number;
  steps: number;
}

/** What a review can be worked out from so far. */
export interface CapacityPart {
  input: CapacityInput;
  /** What is still missing: all counts of the time range, or those of the period before. */
  missing: 'counts' | 'before' | null;
}

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
/** A node's record is written once a day. */
const NODE_EVERY_MS = 25 * HOUR;
/** A watch writes at least every minute. */
const WATCH_STEP_MS = { short: 5 * MINUTE, long: HOUR };
/** Loki refuses ranges of more than 721 hours. */
const LONGEST_RANGE_MS = 28 * DAY;

const floor = (at: number, unit: number) => Math.floor(at / unit) * unit;
const ceil = (at: number, unit: number) => Math.ceil(at / unit) * unit;

/** A Job has a record so near to each of its pods'. */
const JOB_AROUND_MS = 6.5 * HOUR;
/** Nodes that are asked about side by side. */
const QUERIES_AT_ONCE = 4;
/** A longer span is read in so many pieces, none shorter than this; so many queries run at the same time. */
const PIECES = 4;
const PIECE_MS = 2 * DAY;
/** Disks, settings, counts and Job families; then the counts of the period before. */
const STEPS = 4 + 6 + 1 + 8;

/** Reads what a capacity review is worked out from: rollups and case records, and raw records where there are none. */
export class CapacityReader {
  private reading = 0;
  private readonly waiting: Array<() => void> = [];
  private readonly progress: CapacityProgress = { read: 0, done: 0, steps: STEPS };

  /** @param onProgress called again and again with a copy */
  constructor(
    private readonly source: CapacitySource,
    private readonly onProgress: (progress: CapacityProgress) => void
  ) {}

  /**
   * Everything about a time range, and the counts of the equally long time before: first what disks can be shown from, of
   * a long range its whole days before the hours at its ends, then with the counts, then all.
   *
   * @param families all for rows by namespace or Job family
   * @throws what the source throws
   */
  async *read(
    selection: CapacitySelection,
    window: CapacityWindow,
    families: CountedFamilies = 'all'
  ): AsyncGenerator<CapacityPart, void, void> {
    const range = { from: window.from, to: Math.min(window.to, window.now) };
    const lengthMs = window.to - window.from;
    const base = new RecordBase();
    let pools: ReadonlyMap<string, string> | undefined;
    const { poolLabel } = selection;
    const [days] = await Promise.all([
      this.days(selection, range),
      this.newest(base, 'heartbeats', selection, range.to, HEARTBEAT_EVERY_MS),
      this.newest(base, 'thresholds', selection, range.to, THRESHOLDS_EVERY_MS),
      poolLabel !== undefined && this.pools(selection, range, poolLabel).then((known) => (pools = known)),
    ]);
    this.step();
    const inputOf = (counts: CountInput): CapacityInput => ({
      pools,
      ...{ ...counts, disks: base.of('disks'), thresholds: base.of('thresholds'), stopped: stoppedAgents(base) },
    });
    const uncounted = { gcs: [], pods: [], pressures: [], cases: [], watched: new Map<string, number>() };
    const withDisks = (rollups: readonly RollupRecord[]): CapacityPart => ({
      input: inputOf({
        ...{ range, rollups, ...uncounted, withKubeletLog: new Set<string>(), nodes: nodesIn(base, rollups, []) },
      }),
      missing: 'counts',
    });
    const count = () => this.counts(base, selection, { ...window, ...range }, families);
    let counting: ReturnType<typeof count> | undefined;
    if (days.length > 0) {
      yield withDisks(days);
      // Loki counts while the rest of the disks is read.
      counting = count();
      counting.catch(() => undefined); // It is awaited further below.
    }
    const rollups = [...days, ...(await this.hours(selection, range, days))];
    await Promise.all(rawSpans(range, rollups, window.now).map((span) => this.take(base, 'disks', selection, span)));
    this.step();
    yield withDisks(rollups);
    const counted = await (counting ?? count());
    await this.rest(base, selection, range, { rollups, ...counted });
    const counts = { range, rollups, ...counted, ...ofNodes(base, rollups, counted.gcs) };
    const familyRecords = await this.families(counts);
    const inputNow = { ...inputOf(counts), familyRecords };
    yield { input: inputNow, missing: 'before' };
    const before = await this.before(selection, {
      ...{ from: window.from - lengthMs, to: window.from, recordsTo: window.from + AFTER_MS, now: window.now },
    });
    yield { input: { ...inputNow, before }, missing: null };
  }

  /** Into `base`, records that each node writes again within some time. */
  private async newest(
    base: RecordBase,
    kind: 'heartbeats' | 'thresholds',
    selection: CapacitySelection,
    to: number,
    everyMs: number
  ): Promise<void> {
    await this.take(base, kind, selection, { from: to - everyMs, to });
    this.step();
  }

  /** What is counted in a range, and into `base` the records that it is counted by. */
  private async counts(
    base: RecordBase,
    selection: CapacitySelection,
    window: CapacityWindow,
    families: CountedFamilies
  ): Promise<Pick<CountInput, 'pressures' | 'cases' | 'familyCases' | 'gcs' | 'pods' | 'watched' | 'pulls'>> {
    const range = { from: window.from, to: window.to };
    const afterwards = { from: range.from, to: window.recordsTo };
    const done = <T>(result: T) => (this.step(), result);
    const [counted, pressures, watched, gcs, pulls] = await Promise.all([
      this.source.cases(selection, window, families).then(done),
      this.pressures(selection, range, afterwards.to).then(done),
      this.watched(selection, range).then(done),
      // Rollups count a reclaim in the hour in which the agent read of it, which may be a later one: the few records are exact.
      this.reclaims(selection, { from: range.from - RECLAIM_MS, to: range.to }).then(done),
      this.pulls(selection, range, families).then(done),
      this.evicted(base, selection, afterwards).then(done),
    ]);
    return { pressures, watched, ...counted, gcs, pods: base.of('pods'), pulls };
  }

  /** Of a period of which only sums are shown none. */
  private async pulls(selection: CapacitySelection, range: Span, families: CountedFamilies): Promise<FamilyPulls[]> {
    const { numbers, recordSelector } = this.source;
    const { poolLabel: _, ...scope } = selection;
    return families === 'none' ? [] : pullsIn(numbers, scope, range, recordSelector);
  }

  /** Evicted pods, which are in streams of their own. */
  private async evicted(base: RecordBase, selection: CapacitySelection, span: Span): Promise<void> {
    const { cluster, node, namespace, workload } = selection;
    const labels = { record: 'pod', cluster, shard: shardMatch('pod', node), evicted: 'true' };
    const query = recordQuery(this.source.recordSelector ?? RECORD_SELECTOR, labels, { node, namespace, workload });
    await this.pages(query, span, ({ line, ns }) => base.add('pods', line, ns));
  }

  /** The counts of an earlier period, of which only the sums are shown: who was silent in it makes no difference to them. */
  private async before(selection: CapacitySelection, window: CapacityWindow): Promise<CountInput> {
    const range = { from: window.from, to: window.to };
    const base = new RecordBase();
    const [rollups, counted] = await Promise.all([
      this.rollups(selection, range),
      this.counts(base, selection, window, 'none'),
      this.newest(base, 'heartbeats', selection, range.to, HEARTBEAT_EVERY_MS),
    ]);
    this.step();
    if (withKubeletLog(base, rollups, counted.gcs).size === 0) {
      await this.rest(base, selection, range, { rollups, ...counted });
    }
    return { range, rollups, ...counted, ...ofNodes(base, rollups, counted.gcs) };
  }

  /** What of the nodes that no rollup tells of, and of settings that were written earlier, is still missing. */
  private async rest(
    base: RecordBase,
    { cluster }: CapacitySelection,
    range: Span,
    known: { rollups: readonly RollupRecord[] } & Pick<CountInput, 'pressures' | 'cases' | 'gcs'>
  ): Promise<void> {
    const nodes = new Set(nodesIn(base, known.rollups, known.gcs).map(({ node }) => node));
    known.pressures.forEach(({ record }) => nodes.add(record.node));
    known.cases.forEach(({ node }) => node !== null && nodes.add(node));
    const without = (records: ReadonlyArray<{ node: string }>) => {
      const known = new Set(records.map(({ node }) => node));
      return batches([...nodes].filter((node) => !known.has(node)).sort());
    };
    if (known.rollups.length > 0) {
      for (const node of without(known.rollups)) {
        await this.take(base, 'disks', { cluster }, range, { node });
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
    const silent = without(base.of('heartbeats')).flat();
    for (let first = 0; first < silent.length; first += QUERIES_AT_ONCE) {
      await Promise.all(
        silent.slice(first, first + QUERIES_AT_ONCE).map(async (node) => {
          const query = this.query({ kind: 'heartbeats', cluster, metadata: { node } });
          const entry = await this.source.newest(query, range);
          if (entry !== undefined) {
            base.add('heartbeats', entry.line, entry.ns);
          }
        })
      );
    }
  }

  /** Pools by the newest records of nodes: each is written at least once a day. */
  private async pools({ cluster, node }: CapacitySelection, range: Span, label: string) {
    const query = this.query({ kind: 'nodes', cluster, metadata: { node, about: 'node' } });
    const base = new RecordBase();
    await this.pages(query, { from: range.to - NODE_EVERY_MS, to: range.to }, ({ line, ns }) =>
      base.add('nodes', line, ns)
    );
    return poolsOf(base.of('nodes'), label);
  }

  /** The newest records of the Job families that findings may be about. */
  private async families({ range, cases, familyCases, rollups, watched }: CountInput): Promise<FamilyRecords> {
    const base = new RecordBase();
    const wanted = familiesToRead(familyCases ?? cases, familiesOf(rollups, MAX_FAMILIES));
    const rotated = wanted.filter(({ wantsRotated }) => wantsRotated);
    const seen = wanted.filter(({ cluster }) => watched.has(cluster));
    await Promise.all([
      ...batches(rotated).map((some) => this.newestOfEach(base, 'containers', some, range, '"rotatedAway":{')),
      ...batches(seen).map(async (some) =>
        this.jobsOf(base, await this.newestOfEach(base, 'pods', some, range), range)
      ),
    ]);
    this.step();
    return { pods: base.of('pods'), jobs: base.of('jobs'), containers: base.of('containers') };
  }

  /**
   * The newest record of each family, into `base` too: back from the end of a range as far as it takes to find one of each,
   * of all families at once. For each apart Loki would read all records of the time again.
   */
  private async newestOfEach<K extends 'pods' | 'containers'>(
    base: RecordBase,
    kind: K,
    families: readonly FamilyToRead[],
    range: Span,
    contains?: string
  ): Promise<Array<{ record: RecordOf<K>; at: number }>> {
    const missing = new Map(families.map((family) => [familyKey({ ...family, workload: family.name }), family]));
    const found: Array<{ record: RecordOf<K>; at: number }> = [];
    let length = HOUR;
    for (let to = range.to; to > range.from && missing.size > 0; to -= length, length = Math.min(DAY, 2 * length)) {
      const some = [...missing.values()];
      const query = this.query({
        ...{ kind, cluster: distinct(some.map(({ cluster }) => cluster)) },
        metadata: {
          namespace: distinct(some.map(({ namespace }) => namespace)),
          workload: distinct(some.map(({ name }) => name)),
        },
      });
      const newest = new Map<string, { line: string; ns: bigint; record: RecordOf<K> }>();
      const span = { from: Math.max(range.from, to - length), to };
      await this.pages(contains === undefined ? query : withLineFilter(query, contains, true), span, ({ line, ns }) => {
        const record = parseRecord<RecordOf<K>>(line, KINDS[kind].schema);
        if (record === undefined) {
          return;
        }
        const key = familyKey(record);
        if (missing.has(key) && ns > (newest.get(key)?.ns ?? -1n)) {
          newest.set(key, { line, ns, record });
        }
      });
      for (const [key, { line, ns, record }] of newest) {
        base.add(kind, line, ns);
        found.push({ record, at: millis(ns) });
        missing.delete(key);
      }
    }
    return found;
  }

  /** The Jobs of pods whose records were written at some time. What lives on is written again every six hours. */
  private async jobsOf(
    base: RecordBase,
    pods: ReadonlyArray<{ record: RecordOf<'pods'>; at: number }>,
    range: Span
  ): Promise<void> {
    const ofJobs = pods.flatMap(({ record: { cluster, namespace, job }, at }) =>
      job === null ? [] : { cluster, namespace, job, at }
    );
    if (ofJobs.length === 0) {
      return;
    }
    const query = this.query({
      ...{ kind: 'jobs', cluster: distinct(ofJobs.map(({ cluster }) => cluster)) },
      metadata: {
        namespace: distinct(ofJobs.map(({ namespace }) => namespace)),
        job: distinct(ofJobs.map(({ job }) => job)),
      },
    });
    const times = ofJobs.map(({ at }) => at);
    const span = {
      from: Math.max(range.from, Math.min(...times) - JOB_AROUND_MS),
      to: Math.min(range.to, Math.max(...times) + JOB_AROUND_MS),
    };
    await this.pages(query, span, ({ line, ns }) => base.add('jobs', line, ns));
  }

  private async take(
    base: RecordBase,
    kind: KindName,
    { cluster, node }: CapacitySelection,
    span: Span,
    metadata: LabelMatches = {}
  ): Promise<void> {
    const query = this.query({ kind, cluster, metadata: { node, ...metadata } });
    await this.pages(query, span, ({ line, ns }) => base.add(kind, line, ns));
  }

  /** All entries of a log query, those of a long span some pieces at a time: in no order. */
  private async pages(
    query: string,
    { from, to }: Span,
    add: (entry: Pick<LogEntry, 'ns' | 'line'>) => void
  ): Promise<void> {
    const length = Math.max(PIECE_MS, ceil((to - from) / PIECES, HOUR));
    const pieces: Span[] = [];
    for (let end = to; end > from; end -= length) {
      pieces.push({ from: Math.max(from, end - length), to: end });
    }
    await Promise.all(
      pieces.map((piece) =>
        this.inTurn(async () => {
          for await (const entries of this.source.pages(query, piece)) {
            entries.forEach(add);
            this.note(entries.length);
          }
        })
      )
    );
  }

  /** Does something when fewer than `PIECES` others run. */
  private async inTurn(read: () => Promise<void>): Promise<void> {
    while (this.reading >= PIECES) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.reading++;
    try {
      await read();
    } finally {
      this.reading--;
      this.waiting.shift()?.();
    }
  }

  /** Rollups that lie in a range as a whole, of each node without overlap. */
  private async rollups(selection: CapacitySelection, range: Span): Promise<RollupRecord[]> {
    const days = await this.days(selection, range);
    return [...days, ...(await this.hours(selection, range, days))];
  }

  /** Rollups of the days that lie in a range as a whole; none of a short one. */
  private async days(selection: CapacitySelection, range: Span): Promise<RollupRecord[]> {
    return range.to - range.from <= BY_DAYS_MS ? [] : this.rollupsOf('day', selection, wholeDays(range));
  }

  /** Rollups of the hours that lie in a range as a whole and that none of the days covers. */
  private async hours(
    selection: CapacitySelection,
    range: Span,
    days: readonly RollupRecord[]
  ): Promise<RollupRecord[]> {
    const wholeHours = { from: ceil(range.from, HOUR), to: floor(range.to, HOUR) };
    if (range.to - range.from <= BY_DAYS_MS) {
      return this.rollupsOf('hour', selection, wholeHours);
    }
    const inner = wholeDays(range);
    const covered = new Set(days.map((day) => `${nodeKey(day)} ${Date.parse(day.from)}`));
    const lastDay = inner.to - DAY;
    const nodes = new Set(days.map(nodeKey));
    const isLastWhole = [...nodes].every((key) => covered.has(`${key} ${lastDay}`));
    const ends = await Promise.all([
      this.rollupsOf('hour', selection, { from: wholeHours.from, to: inner.from }),
      // The newest day may not be written yet by every node.
      this.rollupsOf('hour', selection, { from: isLastWhole ? inner.to : lastDay, to: wholeHours.to }),
    ]);
    return ends.flat().filter((hour) => !covered.has(`${nodeKey(hour)} ${floor(Date.parse(hour.from), DAY)}`));
  }

  private async rollupsOf(
    period: RollupPeriod,
    { cluster, node }: CapacitySelection,
    span: Span
  ): Promise<RollupRecord[]> {
    const latest = new LatestRecords<RollupRecord>();
    if (span.from < span.to) {
      const query = rollupQuery(period, node, this.source.recordSelector);
      await this.pages(query, span, ({ line, ns }) => {
        const record = parseRecord(line, rollupRecordSchema);
        if (record !== undefined && allows(cluster, record.cluster)) {
          latest.add({ ...record, ...UNUSED }, ns);
        }
      });
    }
    return latest.all();
  }

  /** Reclaims without the containers that each removed: nothing here is about one. */
  private async reclaims({ cluster, node }: CapacitySelection, span: Span): Promise<GcRecord[]> {
    const latest = new LatestRecords<GcRecord>();
    await this.pages(this.query({ kind: 'gcs', cluster, metadata: { node } }), span, ({ line, ns }) => {
      const record = parseRecord(line, gcRecordSchema);
      if (record !== undefined) {
        latest.add({ ...record, containers: [] }, ns);
      }
    });
    return latest.all();
  }

  private async pressures({ cluster, node }: CapacitySelection, range: Span, to: number): Promise<PressureRecord[]> {
    const query = withLineFilter(
      this.query({ kind: 'nodes', cluster, metadata: { node, about: 'condition' } }),
      'DiskPressure',
      true
    );
    const latest = new LatestRecords<RecordOf<'nodes'>>();
    const writtenAt = new Map<string, number>();
    await this.pages(query, { from: range.from - CONDITION_EVERY_MS, to }, ({ line, ns }) => {
      const record = parseRecord(line, nodeRecordSchema);
      if (record !== undefined && latest.add(record, ns)) {
        writtenAt.set(`${record.cluster} ${record.id}`, millis(ns));
      }
    });
    return latest.all().map((record) => ({ record, writtenAt: writtenAt.get(`${record.cluster} ${record.id}`) ?? 0 }));
  }

  /** The part of a range in which a watch of each cluster wrote that it was there. */
  private async watched({ cluster }: CapacitySelection, { from, to }: Span): Promise<Map<string, number>> {
    const step = to - from > 12 * HOUR ? WATCH_STEP_MS.long : WATCH_STEP_MS.short;
    const first = floor(from, step);
    const steps = Math.max(1, (ceil(to, step) - first) / step);
    const watch = this.query({ kind: 'watches', cluster, metadata: {} });
    const query = `sum by (cluster) (count_over_time(${watch} [${step / 1000}s]))`;
    const counted = new Map<string, number>();
    for (let start = first; start < ceil(to, step); start += LONGEST_RANGE_MS) {
      const end = Math.min(start + LONGEST_RANGE_MS, ceil(to, step));
      for (const { labels, points } of await this.source.series(query, { from: start + step, to: end }, step)) {
        const count = points.filter(([, value]) => value > 0).length;
        counted.set(labels.cluster ?? '', (counted.get(labels.cluster ?? '') ?? 0) + count);
      }
    }
    return new Map([...counted].map(([name, count]) => [name, Math.min(1, count / steps)]));
  }

  private query(wish: Parameters<typeof queryOf>[0]): string {
    return queryOf(wish, this.source.recordSelector);
  }

  private note(records: number): void {
    this.progress.read += records;
    this.onProgress({ ...this.progress });
  }

  private step(): void {
    this.progress.done++;
    this.onProgress({ ...this.progress });
  }
}

/** What of a rollup no review needs: of very many it would be a good part of the memory. */
const UNUSED = { headroom: null, secondsBeyond: {}, logs: {} } as const;

const wholeDays = ({ from, to }: Span): Span => ({ from: ceil(from, DAY), to: floor(to, DAY) });

/** The times for which disks are read as raw records: all where there is no rollup, else both ends. */
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

function withKubeletLog(base: RecordBase, rollups: readonly RollupRecord[], gcs: readonly GcRecord[]): Set<string> {
  return new Set([
    ...base
      .of('heartbeats')
      .flatMap((beat) => (beat.kubeletLog !== null && beat.kubeletLog.from !== null ? nodeKey(beat) : [])),
    ...gcs.map(nodeKey),
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

const ofNodes = (base: RecordBase, rollups: readonly RollupRecord[], gcs: readonly GcRecord[]) => ({
  ...{ withKubeletLog: withKubeletLog(base, rollups, gcs), nodes: nodesIn(base, rollups, gcs) },
});

function nodesIn(
  base: RecordBase,
  rollups: readonly RollupRecord[],
  gcs: readonly GcRecord[]
): Array<{ cluster: string; node: string }> {
  const records = [
    ...rollups,
    ...gcs,
    ...(['disks', 'heartbeats', 'thresholds'] as const).flatMap((kind) => base.of(kind)),
  ];
  return [...new Map(records.map(({ cluster, node }) => [nodeKey({ cluster, node }), { cluster, node }])).values()];
}

const familyKey = ({
  cluster,
  namespace,
  workload,
}: {
  cluster: string;
  namespace: string;
  workload: string;
}): string => JSON.stringify([cluster, namespace, workload]);

const distinct = (names: readonly string[]): string[] => [...new Set(names)].sort();

const batches = <T>(names: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(names.length / NAMES_PER_QUERY) }, (_, index) =>
    names.slice(index * NAMES_PER_QUERY, (index + 1) * NAMES_PER_QUERY)
  );

const millis = (ns: bigint): number => Number(ns / 1_000_000n);
