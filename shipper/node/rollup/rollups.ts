import * as z from 'zod';
import {
  type ContainerRecord,
  type GcRecord,
  PERIOD_MS,
  RECORD_VERSION,
  rollupLine,
  rollupMetadata,
  type RollupPeriod,
  type RollupRecord,
  shardOf,
} from '../../../model/records';
import { formatNs } from '../../../model/time';
import type { Logger } from '../../common/log';
import type { OutgoingRecord } from '../../loki/record-writer';
import {
  addCount,
  addGrowth,
  addMoment,
  addPeriod,
  addToWorkload,
  bounded,
  emptyPeriod,
  type Moment,
  numbersOf,
  type PeriodState,
  periodStateSchema,
  usesOf,
} from './period';

/** Use by workload, as the kubelet's statistics tell it: `<namespace>/<workload>` → bytes. */
export interface WorkloadUse {
  layers: ReadonlyMap<string, number>;
  volumes: ReadonlyMap<string, number>;
  /** Of its largest pod. */
  pods: ReadonlyMap<string, number>;
  /** Layers and volumes of each pod, by its UID. */
  byPod: ReadonlyMap<string, { workload: string; bytes: number }>;
}

/** A container's log as the agent knows it. */
export interface LogSize {
  /** Of the container run. */
  id: string;
  namespace: string;
  workload: string;
  /** Written so far, what is deleted included; and of it what was there when this agent process began. */
  bytes: number;
  bytesBefore: number;
}

export interface RollupsDeps {
  records: { write(record: OutgoingRecord, settled?: () => void): void };
  logger: Logger;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Where the state is kept over restarts. */
  file?: { load(): string | null; save(text: string): void };
  logSizes: () => Iterable<LogSize>;
}

const MINUTE = 60_000;
const HOUR = PERIOD_MS.hour;
/** A sample says nothing of a time longer than this after it. */
const MAX_HELD_MS = 5 * MINUTE;
/** Thousands of agents do not write in the second in which an hour ends. */
const SPREAD_MS = 5 * MINUTE;
const SAVE_MS = MINUTE;
/** Records that wait while Loki is away; it takes none that is older than 7 days. */
const MAX_WAITING = 7 * 25;
const REMEMBERED_RECLAIMS = 100;
/** Images that are recognized when they are removed again. */
const REMEMBERED_IMAGES = 200;
/** Workloads that a record names for each thing. */
const SHARES: Record<RollupPeriod, number> = { hour: 3, day: 10 };

const stateSchema = z.object({
  v: z.literal(1),
  hour: periodStateSchema,
  day: periodStateSchema,
  /** Use of each file system at the beginning of the minute. */
  marks: z.record(z.string(), z.object({ minute: z.number(), used: z.number() })),
  images: z.number().nullable(),
  /** Ids of `gc` records that are counted: the kubelet's log may be read twice. */
  reclaims: z.array(z.string()),
  /** Ids of images that were removed, the newest last. */
  removedImages: z.array(z.string()).default([]),
  /** Records that are not acknowledged yet, to the byte as they are sent. */
  waiting: z.array(
    z.object({
      id: z.string(),
      period: z.enum(['hour', 'day']),
      line: z.string(),
      metadata: z.record(z.string(), z.string()),
      /** Of the entry, milliseconds since 1970. */
      timestampMs: z.number(),
      dueMs: z.number(),
    })
  ),
});
type State = z.infer<typeof stateSchema>;
type Waiting = State['waiting'][number];

/**
 * The node's hours and days as `rollup` records. What has come together is kept every minute, so that a restart costs a
 * minute of an hour, which the record tells; a period that is over is kept before it is sent, so that what is sent again
 * after a restart is the same to the byte and counts once.
 */
export class Rollups {
  private readonly state: State;
  private held: { moment: Moment; atMs: number } | undefined;
  private readonly sent = new Set<Waiting>();
  /** Bytes of each container's log that are counted. */
  private counted = new Map<string, number>();
  private savedAt = performance.now();
  private logsAt = -Infinity;
  /** As the kubelet told last. */
  private lastPods: WorkloadUse['byPod'] | undefined;

  constructor(
    private readonly node: { cluster: string; node: string },
    private readonly deps: RollupsDeps
  ) {
    this.state = this.load() ?? beginning(deps.now());
  }

  /** Takes a sample of the disks; with it goes the time. @param use where the kubelet told it anew */
  add(moment: Moment, use?: WorkloadUse | null): void {
    const nowMs = this.deps.now();
    this.advance(nowMs);
    const { state } = this;
    addMoment(state.hour, moment, 0);
    this.addGrowth(moment, nowMs);
    for (const top of ['layers', 'volumes', 'pods'] as const) {
      use?.[top].forEach((bytes, workload) => addToWorkload(state.hour, top, workload, bytes));
    }
    if (use !== undefined && use !== null) {
      this.addWritten(use.byPod);
    }
    this.held = { moment, atMs: nowMs };
    if (nowMs - this.logsAt >= MINUTE) {
      this.logsAt = nowMs;
      this.addLogs();
    }
    this.sendDue(nowMs);
    if (performance.now() - this.savedAt >= SAVE_MS) {
      this.save();
    }
  }

  onReclaim({ id, trigger, containersTotal, images, imageBytes, evicted, part }: GcRecord): void {
    const { hour, reclaims } = this.state;
    if (part > 1 || reclaims.includes(id)) {
      return;
    }
    reclaims.push(id);
    reclaims.splice(0, reclaims.length - REMEMBERED_RECLAIMS);
    addCount(hour, trigger === 'eviction' ? 'reclaims' : 'imageGcs', 1);
    addCount(hour, 'containersRemoved', containersTotal);
    addCount(hour, 'imagesRemoved', images.length);
    addCount(hour, 'imagesRemovedAgain', this.rememberRemoved(images.map((image) => image.id)));
    addCount(hour, 'imageBytesRemoved', imageBytes);
    addCount(hour, 'podsEvicted', evicted.length);
  }

  /** @returns how many of them had been removed before */
  private rememberRemoved(ids: readonly string[]): number {
    const { removedImages } = this.state;
    const known = new Set(removedImages);
    this.state.removedImages = [...removedImages.filter((id) => !ids.includes(id)), ...ids].slice(-REMEMBERED_IMAGES);
    return ids.filter((id) => known.has(id)).length;
  }

  /** A container is done with: Loki has its final record. @param bytesBefore what an earlier agent knew of its log */
  onContainer(record: ContainerRecord, bytesBefore: number): void {
    const { id, namespace, workload, status, bytesSeen, bytesAcked } = record;
    const { hour } = this.state;
    addCount(hour, `logs.${status}`, 1);
    addCount(hour, 'logBytesLost', Math.max(0, bytesSeen - bytesAcked));
    this.addLog({ id, namespace, workload, bytes: bytesSeen, bytesBefore });
    this.counted.delete(id);
  }

  /** Keeps what there is, and sends what is over. */
  stop(): void {
    this.advance(this.deps.now());
    this.addLogs();
    this.sendDue(Infinity);
    this.save();
  }

  /** The moment before this one lasted until now; hours and days that are over become records. */
  private advance(nowMs: number): void {
    const { state } = this;
    const heldFor = this.held === undefined ? 0 : nowMs - this.held.atMs;
    const heldUntil = heldFor > MAX_HELD_MS ? 0 : nowMs;
    while (nowMs >= state.hour.from + HOUR) {
      const end = state.hour.from + HOUR;
      this.hold(Math.min(heldUntil, end));
      this.close('hour', state.hour);
      addPeriod(state.day, state.hour);
      state.hour = emptyPeriod(heldUntil > end ? end : startOf('hour', nowMs));
      const day = startOf('day', state.hour.from);
      if (day > state.day.from) {
        this.close('day', state.day);
        state.day = emptyPeriod(day);
      }
      this.save();
    }
    this.hold(heldUntil);
  }

  /** By how much pods grew since the last look; a pod that is new wrote all that it has. */
  private addWritten(byPod: WorkloadUse['byPod']): void {
    const before = this.lastPods;
    this.lastPods = byPod;
    // What was there before this agent looked first may be of a time that is counted already.
    if (before !== undefined && before !== byPod) {
      for (const [uid, { workload, bytes }] of byPod) {
        addToWorkload(this.state.hour, 'written', workload, Math.max(0, bytes - (before.get(uid)?.bytes ?? 0)));
      }
    }
  }

  private hold(untilMs: number): void {
    if (this.held && untilMs > this.held.atMs) {
      addMoment(this.state.hour, this.held.moment, untilMs - this.held.atMs);
      this.held.atMs = untilMs;
    }
  }

  private close(period: RollupPeriod, state: PeriodState): void {
    if (state.observedMs === 0 && Object.keys(state.counts).length === 0) {
      return;
    }
    const { cluster, node } = this.node;
    const from = textOf(state.from);
    const record: RollupRecord = {
      ...{ v: RECORD_VERSION, kind: 'rollup', id: `${node}/rollup/${period}/${from}`, cluster, node, period },
      ...{ from, to: textOf(state.from + PERIOD_MS[period]) },
      ...numbersOf(state, SHARES[period]),
    };
    const { waiting } = this.state;
    const endMs = state.from + PERIOD_MS[period];
    waiting.push({
      ...{ id: record.id, period, line: rollupLine(record), metadata: rollupMetadata(record) },
      ...{ timestampMs: endMs - 1, dueMs: endMs + delayOf(node) },
    });
    for (const { id } of waiting.splice(0, waiting.length - MAX_WAITING)) {
      this.deps.logger.warn('a rollup is given up: Loki has been away too long', { id });
    }
  }

  private sendDue(nowMs: number): void {
    for (const one of this.state.waiting) {
      const { period, line, metadata, timestampMs, dueMs } = one;
      if (dueMs > nowMs || this.sent.has(one)) {
        continue;
      }
      this.sent.add(one);
      this.deps.records.write(
        {
          ...{ kind: 'rollup', cluster: this.node.cluster, period, line, metadata },
          timestamp: BigInt(timestampMs) * 1_000_000n,
        },
        () => {
          this.sent.delete(one);
          this.state.waiting = this.state.waiting.filter((other) => other !== one);
          this.save();
        }
      );
    }
  }

  /** How much each file system grew since the last minute began. */
  private addGrowth({ disk }: Moment, nowMs: number): void {
    const { state } = this;
    const minute = Math.floor(nowMs / MINUTE);
    for (const [name, { used }] of usesOf(disk)) {
      const mark = state.marks[name];
      if (mark === undefined) {
        state.marks[name] = { minute, used };
      } else if (minute > mark.minute) {
        addGrowth(state.hour, name, used - mark.used, minute - mark.minute);
        state.marks[name] = { minute, used };
      }
    }
    const { images } = disk;
    if (images !== null) {
      addCount(state.hour, 'imageBytesAdded', images - (state.images ?? images));
      state.images = images;
    }
  }

  private addLogs(): void {
    for (const log of this.deps.logSizes()) {
      this.addLog(log);
    }
  }

  private addLog({ id, namespace, workload, bytes, bytesBefore }: LogSize): void {
    const grown = bytes - (this.counted.get(id) ?? bytesBefore);
    this.counted.set(id, bytes);
    addCount(this.state.hour, 'logBytes', grown);
    if (grown > 0) {
      addToWorkload(this.state.hour, 'logs', `${namespace}/${workload}`, grown);
    }
  }

  private load(): State | undefined {
    const text = this.deps.file?.load();
    if (text == null) {
      return undefined;
    }
    try {
      return stateSchema.parse(JSON.parse(text));
    } catch {
      this.deps.logger.warn('the rollups of earlier hours cannot be read: this hour and this day begin anew');
      return undefined;
    }
  }

  private save(): void {
    this.savedAt = performance.now();
    this.state.hour = bounded(this.state.hour);
    this.state.day = bounded(this.state.day);
    this.deps.file?.save(JSON.stringify(this.state));
  }
}

const beginning = (nowMs: number): State => ({
  ...{ v: 1, hour: emptyPeriod(startOf('hour', nowMs)), day: emptyPeriod(startOf('day', nowMs)) },
  ...{ marks: {}, images: null, reclaims: [], removedImages: [], waiting: [] },
});

const startOf = (period: RollupPeriod, ms: number) => Math.floor(ms / PERIOD_MS[period]) * PERIOD_MS[period];
const textOf = (ms: number) => formatNs(BigInt(ms) * 1_000_000n);

/** By the node's name: the nodes of a shard wait as long. */
const delayOf = (node: string): number => (Number(shardOf(node)) / 16) * SPREAD_MS;
