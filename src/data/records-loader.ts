import { errorText } from '../../model/error-text';
import {
  AFTER_MS,
  evidencePlan,
  type EvidenceWindow,
  mainWishes,
  type Selection,
  type Span,
} from '../../model/evidence';
import { EvidenceReader, type Shortage } from './evidence-reader';
import type { LokiSource } from './loki-source';
import { type Explained, NOTHING_EXPLAINED, RecordCache } from './record-cache';
import { type Asked, ASKED_NOTHING, type FleetNodes } from '../../model/rollups';
import { hoursOf, readFleet } from './rollup-reader';

/** How far a reading has come, in the container and pod records that it is mainly about. */
export interface Progress {
  read: number;
  /** undefined until Loki has counted them. */
  total: number | undefined;
}

/**
 * What is known of a time range, while it is being read and afterwards. What other ranges brought before is among it:
 * a page leaves out what lies outside its range, and need not build anything anew when it zooms.
 */
export interface LoadedRecords extends Explained {
  /** What came before a cancellation or a failure stays. */
  status: 'loading' | 'done' | 'cancelled' | 'failed';
  progress: Progress;
  partial: readonly Shortage[];
  /** Why it failed, in Loki's or Grafana's words. */
  error: string | undefined;
  /** Set where there are more nodes than are read at once. */
  fleet: Fleet | undefined;
}

/** A cluster with many nodes, of which some are read. */
export interface Fleet extends FleetNodes {
  shown: readonly string[];
}

/** What a page needs of a range, besides what its cases are made of. */
export interface Wanted {
  /** Disks over the whole range, to draw them: samples of the newest part, before that the greatest use of each hour. */
  disks?: boolean;
  /** Of very many nodes, those that are asked for; else those that had most trouble. */
  chooseNodes?: boolean;
}

const HOUR_MS = 3_600_000;
const PROGRESS_EVERY_MS = 100;
/** A cache with more records than these is emptied before more is read. */
const MAX_RECORDS = 200_000;
/** Of more nodes some are chosen: so many lanes can be seen, and so many nodes' records be read in seconds. */
const MAX_NODES = 20;
/** Of a longer range fewer nodes are read. */
const MAX_NODE_HOURS = 20 * 48;
const MIN_NODES = 5;
/** Nodes that are named for choosing others. */
const NAMED_NODES = 100;
/** Disk samples are read of so many hours of a node; what is older is drawn from rollups. */
const SAMPLED_NODE_HOURS = 480;
/** While a range only moves on, the same nodes are shown for so long. */
const CHOSEN_FOR_MS = 5 * 60_000;

const BEGINNING: LoadedRecords = {
  ...{ ...NOTHING_EXPLAINED, status: 'loading', partial: [], error: undefined },
  progress: { read: 0, total: undefined },
  fleet: undefined,
};

/** Reads the records of ranges from one Loki, one range at a time, and tells whoever listens how far it is. */
export class RecordsLoader {
  private state: LoadedRecords;
  private running: AbortController | undefined;
  private readonly listeners = new Set<() => void>();
  /** The records of some nodes, where there are many: only those last chosen are kept. */
  private chosen: { key: string; cache: RecordCache } | undefined;
  private choice: { key: string; atMs: number; nodes: FleetNodes | undefined } | undefined;

  /** @param shared may be another loader's, too: neither reads what the other has read */
  constructor(
    private readonly loki: LokiSource,
    private readonly shared: RecordCache,
    private readonly wanted: Wanted = {}
  ) {
    this.state = { ...BEGINNING, ...shared.explained() };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): LoadedRecords => this.state;

  /** Reads what of a range is not here yet; a reading under way ends. What was read of it stays. */
  load(range: Span, asked: Asked = ASKED_NOTHING): void {
    this.running?.abort();
    const run = new AbortController();
    this.running = run;
    void this.read(range, asked, run.signal);
  }

  readonly cancel = (): void => {
    if (this.running !== undefined && this.state.status === 'loading') {
      this.running.abort();
      this.running = undefined;
      this.show({ status: 'cancelled', ...this.cache.unexplained() });
    }
  };

  /** Reads a range again, also what is here of it. */
  reload(range: Span, asked: Asked = ASKED_NOTHING): void {
    this.cache.before.forget({ from: -Infinity, to: Infinity });
    this.choice = undefined;
    this.load(range, asked);
  }

  private get cache(): RecordCache {
    return this.chosen?.cache ?? this.shared;
  }

  private async read(range: Span, asked: Asked, signal: AbortSignal): Promise<void> {
    const progress: Progress = { read: 0, total: undefined };
    this.show({ status: 'loading', error: undefined, partial: [], progress });
    let partial = (): Shortage[] => [];
    try {
      const nodes = this.wanted.chooseNodes ? await this.nodesOf(range, asked, signal) : undefined;
      signal.throwIfAborted();
      const fleet = nodes && fleetOf(nodes, range, asked);
      this.take(fleet);
      const { cache } = this;
      if (cache.base.size > MAX_RECORDS) {
        cache.clear();
      }
      const unreadable = cache.base.unreadable;
      let reportedAt = 0;
      const reader = new EvidenceReader(this.loki, cache, signal, (lines) => {
        progress.read += lines;
        const time = performance.now();
        if (!signal.aborted && time - reportedAt > PROGRESS_EVERY_MS) {
          reportedAt = time;
          this.show({ progress: { ...progress } });
        }
      });
      partial = () => {
        const lines = cache.base.unreadable - unreadable;
        return lines > 0 ? [...reader.shortages, { why: 'unreadable', lines }] : [...reader.shortages];
      };
      this.show({ fleet, ...cache.unexplained() });
      await this.readRange(reader, range, { fleet, nodes }, progress, signal);
      signal.throwIfAborted();
      this.show({ status: 'done', progress: { ...progress }, partial: partial(), ...(await cache.explain(signal)) });
    } catch (reason) {
      if (!signal.aborted) {
        this.show({ status: 'failed', error: errorText(reason), partial: partial(), ...this.cache.explained() });
      }
    }
  }

  private async readRange(
    reader: EvidenceReader,
    range: Span,
    { fleet, nodes }: { fleet: Fleet | undefined; nodes: FleetNodes | undefined },
    progress: Progress,
    signal: AbortSignal
  ): Promise<void> {
    const { cache } = this;
    const now = Date.now();
    cache.forgetUnsettled(now);
    const selection: Selection = fleet === undefined ? {} : { node: fleet.shown };
    const recordsTo = Math.max(range.from, Math.min(range.to + AFTER_MS, now));
    const count = fleet?.shown.length ?? nodes?.total;
    const sampledFrom = this.sampledFrom(range, count);
    const [newest, ...older] = slicesBack(range, recordsTo, count);
    await Promise.all([
      this.readSlice(reader, newest, selection, sampledFrom, () => this.show(cache.unexplained())),
      sampledFrom > range.from && this.drawHours({ from: range.from, to: sampledFrom + HOUR_MS }, fleet?.shown, signal),
    ]);
    const { read } = progress;
    const counting = reader
      .count(mainWishes(selection, { ...range, recordsTo }).filter(({ isMain }) => isMain))
      .then((rest) => (progress.total = rest === undefined ? undefined : read + rest))
      .catch(() => undefined); // The reading fails itself, and says why.
    for (const slice of older) {
      this.show({ progress: { ...progress }, ...(await cache.explain(signal)) });
      await this.readSlice(reader, slice, selection, sampledFrom);
    }
    await counting;
    await reader.finish();
  }

  /** From when on disks are drawn by their samples, of so many nodes; before that by the rollups of hours, which are few. */
  private sampledFrom({ from, to }: Span, nodes: number | undefined): number {
    const first = to - (SAMPLED_NODE_HOURS / Math.max(1, nodes ?? 1)) * HOUR_MS;
    return !this.wanted.disks || nodes === undefined ? from : Math.max(from, Math.floor(first / HOUR_MS) * HOUR_MS);
  }

  /** Draws the disks of a range by the rollups of its hours, each written soon after its hour. */
  private async drawHours(range: Span, shown: readonly string[] | undefined, signal: AbortSignal): Promise<void> {
    const hours = await hoursOf(this.loki, range, shown, signal);
    this.cache.addHours(hours);
    this.show(this.cache.unexplained());
  }

  /** The nodes that there are, where rollups report; asked anew when the range is another, not while it only moves on. */
  private async nodesOf(range: Span, asked: Asked, signal: AbortSignal): Promise<FleetNodes | undefined> {
    const key = JSON.stringify([asked.namespaces, asked.jobs, Math.round((range.to - range.from) / 60_000)]);
    const now = Date.now();
    const known = this.choice;
    if (known?.key === key && Math.abs(now - known.atMs) < CHOSEN_FOR_MS) {
      return known.nodes;
    }
    const nodes = await readFleet(this.loki, range, asked, NAMED_NODES, signal);
    this.choice = { key, atMs: now, nodes };
    return nodes;
  }

  /** Records of some nodes are kept apart from those of all. */
  private take(fleet: Fleet | undefined): void {
    const key = fleet === undefined ? undefined : JSON.stringify([...fleet.shown].sort());
    if (key === undefined) {
      this.chosen = undefined;
    } else if (this.chosen?.key !== key) {
      this.chosen = { key, cache: new RecordCache() };
    }
  }

  /**
   * What stands in a slice is explained when it has been read: until then a cause would pass for unknown.
   *
   * @param drawn called when there is something to draw, before it is explained
   */
  private async readSlice(
    reader: EvidenceReader,
    slice: EvidenceWindow,
    selection: Selection,
    sampledFrom: number,
    drawn?: () => void
  ): Promise<void> {
    const span = { from: Math.max(slice.from, sampledFrom), to: slice.recordsTo };
    if (this.wanted.disks && span.from < span.to) {
      await reader.read([{ kind: 'disks', span, metadata: { node: selection.node } }]);
      drawn?.();
    }
    for (const wishes of evidencePlan(this.cache.base, selection, slice)) {
      await reader.read(wishes);
      drawn?.();
      drawn = undefined;
    }
  }

  private show(change: Partial<LoadedRecords>): void {
    this.state = { ...this.state, ...change };
    this.listeners.forEach((listener) => listener());
  }
}

/** Of many nodes those that are read; undefined where it is all. */
function fleetOf(nodes: FleetNodes, range: Span, { nodes: named }: Asked): Fleet | undefined {
  if (nodes.total <= MAX_NODES) {
    return undefined;
  }
  const hours = (range.to - range.from) / HOUR_MS;
  const most = Math.max(MIN_NODES, Math.min(MAX_NODES, Math.floor(MAX_NODE_HOURS / hours)));
  return { ...nodes, shown: (named.length > 0 ? named : nodes.worst).slice(0, most) };
}

/**
 * A range from its end back, the first slice an hour: so the newest is drawn at once. Where the number of nodes is known the
 * others are as long as can be read in seconds; else each is longer than the one before.
 */
function slicesBack(range: Span, recordsTo: number, nodes: number | undefined): [EvidenceWindow, ...EvidenceWindow[]] {
  const slices: EvidenceWindow[] = [];
  const longest = nodes === undefined ? 0 : Math.floor(MAX_NODE_HOURS / Math.max(1, nodes)) * HOUR_MS;
  let length = HOUR_MS;
  let to = recordsTo;
  while (to - length > range.from) {
    slices.push({ from: to - length, to, recordsTo: to });
    to -= length;
    length = Math.max(4 * length, longest);
  }
  const last = { from: range.from, to, recordsTo: to };
  const [first = last, ...more] = [...slices, last];
  return [first, ...more];
}
