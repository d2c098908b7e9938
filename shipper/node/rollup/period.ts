import * as z from 'zod';
import {
  type Amount,
  diskLayoutSchema,
  type DiskRecord,
  type Filesystem,
  type FilesystemUse,
  type RollupRecord,
  type Share,
  type Thresholds,
  type Use,
} from '../../../model/records';
import { signalStates } from '../../../model/thresholds';

/*
 * What a period is made of while it lasts: plain data, kept over restarts. Each sample holds until the next one.
 */

/** Seconds that the use spent in each thousandth of the capacity: from these the 95th percentile is told. */
const THOUSANDTHS = 1000;
/** Workloads that are remembered of a period, by what they have most of. */
const MAX_WORKLOADS = 50;

const usingSchema = z.object({
  capacity: z.number(),
  least: z.number(),
  greatest: z.number(),
  last: z.number(),
  /** Use times milliseconds. */
  area: z.number(),
  ms: z.number(),
  filled: z.number(),
  worstMinute: z.number(),
  /** Milliseconds by thousandth of the capacity. */
  spread: z.record(z.string(), z.number()),
});
type Using = z.infer<typeof usingSchema>;

const amountSchema = z.object({ greatest: z.number(), last: z.number(), area: z.number(), ms: z.number() });
type Gathered = z.infer<typeof amountSchema>;

const bytesByWorkload = z.record(z.string(), z.number());

export const periodStateSchema = z.object({
  /** Milliseconds since 1970. */
  from: z.number(),
  observedMs: z.number(),
  layout: diskLayoutSchema,
  /** By `nodefs`, `nodefs inodes`, `imagefs`, `imagefs inodes`. */
  uses: z.record(z.string(), usingSchema),
  headroom: z.object({ signal: z.string(), fraction: z.number() }).nullable(),
  msBeyond: z.record(z.string(), z.number()),
  /** By `images`, `layers`, `logsLive`, `logsDead`, `volumes`. */
  amounts: z.record(z.string(), amountSchema),
  /** By the names of the record's counts, `logs.<status>` among them. */
  counts: z.record(z.string(), z.number()),
  /** Bytes by `<namespace>/<workload>`. */
  workloads: z.object({
    logs: bytesByWorkload,
    layers: bytesByWorkload,
    volumes: bytesByWorkload,
    pods: bytesByWorkload.default({}),
    written: bytesByWorkload.default({}),
  }),
});
export type PeriodState = z.infer<typeof periodStateSchema>;
type Top = keyof PeriodState['workloads'];

export const emptyPeriod = (from: number): PeriodState => ({
  ...{ from, observedMs: 0, layout: 'unknown', uses: {}, headroom: null, msBeyond: {}, amounts: {}, counts: {} },
  workloads: { logs: {}, layers: {}, volumes: {}, pods: {}, written: {} },
});

/** A moment of a node as far as rollups are concerned. */
export interface Moment {
  disk: Pick<DiskRecord, 'layout' | 'nodefs' | 'imagefs' | 'logs' | 'images' | 'layers'>;
  /** Bytes of emptyDir and other local volumes; null where the kubelet did not tell. */
  volumes: number | null;
  thresholds: Thresholds;
}

/** Use of each file system that a moment tells, by the names in `PeriodState.uses`. */
export function usesOf({ nodefs, imagefs }: Moment['disk']): Map<string, { capacity: number; used: number }> {
  const uses = new Map<string, { capacity: number; used: number }>();
  const put = (name: string, filesystem: Filesystem | null) => {
    if (filesystem && filesystem.capacity > 0) {
      uses.set(name, { capacity: filesystem.capacity, used: filesystem.capacity - filesystem.available });
      if (filesystem.inodes !== null && filesystem.inodesFree !== null) {
        const { inodes, inodesFree } = filesystem;
        uses.set(`${name} inodes`, { capacity: inodes, used: inodes - inodesFree });
      }
    }
  };
  put('nodefs', nodefs);
  put('imagefs', imagefs);
  return uses;
}

/** What a moment held for some time adds to a period. @param ms 0 for the moment alone: its extremes count */
export function addMoment(state: PeriodState, moment: Moment, ms: number): void {
  const { disk, thresholds } = moment;
  state.observedMs += ms;
  state.layout = disk.layout;
  for (const [name, { capacity, used }] of usesOf(disk)) {
    const using = (state.uses[name] ??= {
      ...{ capacity, least: used, greatest: used, last: used, area: 0, ms: 0, filled: 0, worstMinute: 0, spread: {} },
    });
    using.capacity = capacity;
    using.least = Math.min(using.least, used);
    using.greatest = Math.max(using.greatest, used);
    using.last = used;
    using.area += used * ms;
    using.ms += ms;
    if (ms > 0) {
      const place = Math.floor((used / capacity) * THOUSANDTHS);
      using.spread[place] = (using.spread[place] ?? 0) + ms;
    }
  }
  const [nearest] = signalStates(disk, thresholds.evictionHard);
  if (nearest && nearest.fraction < (state.headroom?.fraction ?? Infinity)) {
    state.headroom = { signal: nearest.signal, fraction: nearest.fraction };
  }
  if (ms > 0) {
    for (const threshold of crossed(moment)) {
      state.msBeyond[threshold] = (state.msBeyond[threshold] ?? 0) + ms;
    }
  }
  const { logs, images, layers } = disk;
  const amounts = { images, layers, logsLive: logs?.live, logsDead: logs?.dead, volumes: moment.volumes };
  for (const [name, bytes] of Object.entries(amounts)) {
    if (bytes !== null && bytes !== undefined) {
      const amount = (state.amounts[name] ??= { greatest: bytes, last: bytes, area: 0, ms: 0 });
      amount.greatest = Math.max(amount.greatest, bytes);
      amount.last = bytes;
      amount.area += bytes * ms;
      amount.ms += ms;
    }
  }
}

/** The thresholds on whose wrong side a node is, as `secondsBeyond` names them. */
function crossed({ disk, thresholds }: Moment): string[] {
  const beyond = (signals: Record<string, string>, prefix: string) =>
    signalStates(disk, signals).flatMap(({ signal, margin }) => (margin < 0 ? `${prefix}:${signal}` : []));
  const imagefs = disk.imagefs ?? (disk.layout === 'single' ? disk.nodefs : null);
  const { imageGcHighPercent: high, imageGcLowPercent: low } = thresholds;
  // Whole per cent as the kubelet counts them (pkg/kubelet/images/image_gc_manager.go); at 100 the image GC is off.
  const percent = imagefs ? 100 - Math.floor((imagefs.available * 100) / imagefs.capacity) : 0;
  return [
    ...beyond(thresholds.evictionHard, 'hard'),
    ...beyond(thresholds.evictionSoft, 'soft'),
    ...(high < 100 && percent >= high ? ['image-gc-high'] : []),
    ...(high < 100 && percent > low ? ['image-gc-low'] : []),
  ];
}

/** Growth of a file system between two moments. @param minutes that lie between them, at least one */
export function addGrowth(state: PeriodState, name: string, growth: number, minutes: number): void {
  const using = state.uses[name];
  if (using && growth > 0) {
    using.filled += growth;
    using.worstMinute = Math.max(using.worstMinute, growth / Math.max(1, minutes));
  }
}

export function addCount(state: PeriodState, name: string, count: number): void {
  if (count > 0) {
    state.counts[name] = (state.counts[name] ?? 0) + count;
  }
}

/** What is written is added up, sizes are compared. */
export function addToWorkload(state: PeriodState, top: Top, workload: string, bytes: number): void {
  const before = state.workloads[top][workload] ?? 0;
  const after = top === 'logs' || top === 'written' ? before + bytes : Math.max(before, bytes);
  if (after > 0) {
    state.workloads[top][workload] = after;
  }
}

/** A shorter period becomes part of a longer one. */
export function addPeriod(whole: PeriodState, part: PeriodState): void {
  whole.observedMs += part.observedMs;
  whole.layout = part.layout;
  for (const [name, using] of Object.entries(part.uses)) {
    const known = whole.uses[name];
    whole.uses[name] = known === undefined ? { ...using, spread: { ...using.spread } } : joined(known, using);
  }
  if (part.headroom && part.headroom.fraction < (whole.headroom?.fraction ?? Infinity)) {
    whole.headroom = part.headroom;
  }
  addUp(whole.msBeyond, part.msBeyond);
  addUp(whole.counts, part.counts);
  for (const [name, { greatest, last, area, ms }] of Object.entries(part.amounts)) {
    const known = whole.amounts[name] ?? { greatest, last, area: 0, ms: 0 };
    whole.amounts[name] = {
      ...{ greatest: Math.max(known.greatest, greatest), last, area: known.area + area, ms: known.ms + ms },
    };
  }
  for (const top of ['logs', 'layers', 'volumes', 'pods', 'written'] as const) {
    Object.entries(part.workloads[top]).forEach(([workload, bytes]) => addToWorkload(whole, top, workload, bytes));
  }
}

const joined = (a: Using, b: Using): Using => ({
  ...{ capacity: b.capacity, least: Math.min(a.least, b.least), greatest: Math.max(a.greatest, b.greatest) },
  ...{ last: b.last, area: a.area + b.area, ms: a.ms + b.ms, filled: a.filled + b.filled },
  worstMinute: Math.max(a.worstMinute, b.worstMinute),
  spread: addUp({ ...a.spread }, b.spread),
});

function addUp(sums: Record<string, number>, more: Record<string, number>): Record<string, number> {
  for (const [name, value] of Object.entries(more)) {
    sums[name] = (sums[name] ?? 0) + value;
  }
  return sums;
}

/** Forgets the workloads that have least: a node that runs thousands of Jobs a day has a small state. */
export function bounded(state: PeriodState): PeriodState {
  const { logs, layers, volumes, pods, written } = state.workloads;
  const most = (bytes: Record<string, number>) =>
    Object.fromEntries(sharesOf(bytes, MAX_WORKLOADS).map((one) => [`${one.namespace}/${one.workload}`, one.bytes]));
  return {
    ...state,
    workloads: {
      ...{ logs: most(logs), layers: most(layers), volumes: most(volumes), pods: most(pods) },
      written: most(written),
    },
  };
}

/** The numbers of a period as a record has them. @param shares how many workloads are named for each thing */
export function numbersOf(
  state: PeriodState,
  shares: number
): Omit<RollupRecord, 'v' | 'kind' | 'id' | 'cluster' | 'node' | 'period' | 'from' | 'to'> {
  const { uses, amounts, counts, workloads } = state;
  const seconds = (ms: number) => Math.round(ms / 1000);
  const count = (name: string) => counts[name] ?? 0;
  const statuses = Object.entries(counts).filter(([name]) => name.startsWith('logs.'));
  const beyond = Object.entries(state.msBeyond).filter(([, ms]) => ms >= 500);
  return {
    observedSeconds: seconds(state.observedMs),
    layout: state.layout,
    nodefs: filesystemOf(uses.nodefs, uses['nodefs inodes']),
    imagefs: filesystemOf(uses.imagefs, uses['imagefs inodes']),
    headroom: state.headroom && { ...state.headroom, fraction: Math.round(state.headroom.fraction * 1e4) / 1e4 },
    secondsBeyond: Object.fromEntries(beyond.map(([name, ms]) => [name, seconds(ms)])),
    images: amountOf(amounts.images),
    layers: amountOf(amounts.layers),
    logsLive: amountOf(amounts.logsLive),
    logsDead: amountOf(amounts.logsDead),
    volumes: amountOf(amounts.volumes),
    imageBytesAdded: amounts.images ? count('imageBytesAdded') : null,
    reclaims: count('reclaims'),
    imageGcs: count('imageGcs'),
    containersRemoved: count('containersRemoved'),
    imagesRemoved: count('imagesRemoved'),
    imagesRemovedAgain: count('imagesRemovedAgain'),
    imageBytesRemoved: count('imageBytesRemoved'),
    podsEvicted: count('podsEvicted'),
    logs: Object.fromEntries(statuses.map(([name, value]) => [name.slice('logs.'.length), value])),
    logBytes: count('logBytes'),
    logBytesLost: count('logBytesLost'),
    top: {
      logs: sharesOf(workloads.logs, shares),
      layers: sharesOf(workloads.layers, shares),
      volumes: sharesOf(workloads.volumes, shares),
      pods: sharesOf(workloads.pods, shares),
    },
    written: sharesOf(workloads.written, shares),
  };
}

function filesystemOf(bytes: Using | undefined, inodes: Using | undefined): FilesystemUse | null {
  return bytes === undefined ? null : { bytes: useOf(bytes), inodes: inodes === undefined ? null : useOf(inodes) };
}

function useOf(using: Using): Use {
  const { capacity, least, greatest, last, area, ms, filled, worstMinute } = using;
  return {
    ...{ capacity, least, greatest, last, filled },
    mean: Math.round(ms > 0 ? area / ms : last),
    p95: Math.min(greatest, Math.max(least, p95Of(using))),
    worstMinute: Math.round(worstMinute),
  };
}

function p95Of({ spread, capacity, ms, last }: Using): number {
  let below = 0;
  const places = Object.keys(spread)
    .map(Number)
    .sort((a, b) => a - b);
  for (const place of places) {
    below += spread[place] ?? 0;
    if (below >= ms * 0.95) {
      return Math.round(((place + 1) / THOUSANDTHS) * capacity);
    }
  }
  return last;
}

const amountOf = (amount: Gathered | undefined): Amount | null =>
  amount === undefined
    ? null
    : {
        mean: Math.round(amount.ms > 0 ? amount.area / amount.ms : amount.last),
        greatest: amount.greatest,
        last: amount.last,
      };

/** Largest first; of equals by name, so that what is written twice is the same. */
function sharesOf(bytes: Record<string, number>, most: number): Share[] {
  return Object.entries(bytes)
    .sort(([nameA, a], [nameB, b]) => b - a || (nameA < nameB ? -1 : 1))
    .slice(0, most)
    .map(([name, size]) => {
      const slash = name.indexOf('/');
      return { namespace: name.slice(0, slash), workload: name.slice(slash + 1), bytes: size };
    });
}
