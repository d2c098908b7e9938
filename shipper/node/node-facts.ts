import {
  type ContainerRecord,
  DISK_METADATA,
  type DiskRecord,
  GC_METADATA,
  RECORD_VERSION,
  THRESHOLDS_METADATA,
  type GcRecord,
  type HeartbeatRecord,
  type Thresholds,
  type ThresholdsRecord,
} from '../../model/records';
import {
  defaultThresholds,
  type ReclaimOrder,
  reclaimOrder,
  type SignalState,
  signalStates,
} from '../../model/thresholds';
import { formatNs, parseNs } from '../../model/time';
import type { Logger } from '../common/log';
import type { OutgoingRecord } from '../loki/record-writer';
import { DiskFacts } from './disk/disk-facts';
import type { FilesystemReader } from './disk/filesystem';
import { readThresholds } from './effective-thresholds';
import { gcRecords } from './gc-records';
import { KubeletClient, type KubeletOptions } from './kubelet/kubelet-client';
import { FileSource } from './kubelet-log/file-source';
import { JournalSource } from './kubelet-log/journal-source';
import { KubeletLog, type KubeletLogLines } from './kubelet-log/kubelet-log';
import { type LogSize, Rollups } from './rollup/rollups';
import type { LineSource } from './kubelet-log/line-source';

export interface NodeFactsOptions {
  cluster: string;
  node: string;
  disk: { nodefsDir: string; imagefsDir: string; containerfsDir?: string; intervalMs?: number };
  /** Without it the thresholds are assumed, and images and pods have no sizes. */
  kubelet?: KubeletOptions;
  /** Where the kubelet logs to; without it reclaims are only inferred, by whoever reads the container records. */
  kubeletLog?:
    | { kind: 'file'; path: string; timeZone?: string }
    | { kind: 'journal'; unit?: string; directory?: string; timeZone?: string };
}

export interface NodeFactsDeps {
  /** `settled` is called when Loki has acknowledged the record, or refused it for good. */
  records: { write(record: OutgoingRecord, settled?: () => void): void };
  logger: Logger;
  /** Milliseconds since 1970. */
  clock: () => number;
  /** Default: statfs(2). */
  filesystem?: FilesystemReader;
  logBytes?: () => { live: number; dead: number } | null;
  atRisk?: () => number | null;
  /** Where the reading of the kubelet's log stands, kept over restarts by the caller. */
  cursor?: { load(): string | null; save(position: string): void };
  /** What of the hour and the day has come together, kept likewise. */
  rollups?: { load(): string | null; save(text: string): void };
  logSizes?: () => Iterable<LogSize>;
  onDisk?: (sample: DiskRecord) => void;
  onReclaim?: (record: GcRecord) => void;
}

const DISK_MS = 1_000;
const CURSOR_MS = 5_000;
/** A kubelet's configuration changes with its restart; that is soon enough seen so. */
const THRESHOLDS_MS = 5 * 60_000;
/** A reader of one day finds the thresholds that were in force. */
const THRESHOLDS_REPEAT_MS = 6 * 3_600_000;

/** What one node says about itself: its disks, its kubelet's thresholds and reclaims, as records. */
export class NodeFacts {
  private readonly kubelet: KubeletClient | undefined;
  private readonly disk: DiskFacts;
  private readonly log: KubeletLog | undefined;
  private rollups: Rollups | undefined;
  private readonly timers: NodeJS.Timeout[] = [];
  private thresholds: Thresholds = defaultThresholds(null, 'not read yet');
  private written: { text: string; atMs: number } | undefined;
  private sample: DiskRecord | undefined;
  private savedPosition: string | null = null;
  /** The reclaims whose records Loki has not acknowledged, the oldest first, with where to read each again from. */
  private readonly unacknowledged = new Set<{ from: string | null }>();
  private starting: Promise<void> = Promise.resolve();
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: NodeFactsOptions,
    private readonly deps: NodeFactsDeps
  ) {
    this.kubelet = options.kubelet && new KubeletClient(options.kubelet);
    this.disk = new DiskFacts(
      { ...options.disk, cluster: options.cluster, node: options.node, intervalMs: options.disk.intervalMs ?? DISK_MS },
      {
        logger: deps.logger,
        now: deps.clock,
        filesystem: deps.filesystem,
        kubelet: this.kubelet,
        thresholds: () => this.thresholds,
        logBytes: deps.logBytes ?? (() => null),
        atRisk: deps.atRisk ?? (() => null),
        write: (record) => this.write(record, record.time, DISK_METADATA),
        onSample: (sample, stats) => {
          this.sample = sample;
          deps.onDisk?.(sample);
          const moment = { disk: sample, volumes: stats?.volumes ?? null, thresholds: this.thresholds };
          this.rollups?.add(moment, stats && { ...stats.byWorkload, byPod: stats.byPod });
        },
      }
    );
    this.log = options.kubeletLog && this.kubeletLog(options.kubeletLog);
  }

  /** The first thresholds and the first disk sample are there when it resolves. Never fails: what cannot be read is in `state`. */
  start(): Promise<void> {
    return (this.starting = this.begin());
  }

  private async begin(): Promise<void> {
    const { cluster, node } = this.options;
    const { records, logger, clock, rollups: file, logSizes = () => [] } = this.deps;
    this.rollups = new Rollups({ cluster, node }, { records, logger, now: clock, file, logSizes });
    await this.readThresholds();
    await this.disk.start();
    this.writeThresholds();
    const position = this.deps.cursor?.load() ?? null;
    this.savedPosition = position;
    await this.log?.start(position);
    this.timers.push(
      setInterval(() => {
        this.reading = this.readThresholds().then(() => this.writeThresholds());
      }, THRESHOLDS_MS),
      setInterval(() => this.saveCursor(), CURSOR_MS)
    );
  }

  async stop(): Promise<void> {
    this.kubelet?.close(); // whoever waits for an answer of it goes on without
    await this.starting;
    this.timers.forEach(clearInterval);
    await Promise.all([this.disk.stop(), this.log?.stop(), this.reading]);
    this.saveCursor();
    this.rollups?.stop();
  }

  /** A container is done with: Loki has its final record. @param bytesBefore what an earlier agent knew of its log */
  onContainer(record: ContainerRecord, bytesBefore: number): void {
    this.rollups?.onContainer(record, bytesBefore);
  }

  /** What is read and what is not, in words: for `doctor` and the readiness page. */
  get state(): { disk: string; kubeletLog: string; thresholds: string } {
    return {
      disk: this.disk.state,
      kubeletLog: this.log?.state ?? 'not configured: reclaims are inferred from the files that went',
      thresholds: this.thresholds.reason
        ? `${this.thresholds.source}: ${this.thresholds.reason}`
        : this.thresholds.source,
    };
  }

  /** The eviction signals as of the last sample of the disks, the nearest to its threshold first. */
  get signals(): SignalState[] {
    return this.sample === undefined ? [] : signalStates(this.sample, this.thresholds.evictionHard);
  }

  /** Whether image GC begins before the eviction manager; undefined where that is not known or deletes no logs. */
  get reclaimOrder(): ReclaimOrder | undefined {
    return this.sample && reclaimOrder(this.sample, this.thresholds);
  }

  /** Why disk use cannot be read; null where it can. */
  get diskProblem(): string | null {
    return this.disk.problem;
  }

  /** Why the kubelet's statistics cannot be read; null where they can, undefined where no kubelet is configured. */
  get statsProblem(): string | null | undefined {
    return this.kubelet && this.disk.statsProblem;
  }

  /** What of the kubelet's log was understood, for the heartbeat; null where none is configured. */
  get kubeletLogCoverage(): HeartbeatRecord['kubeletLog'] {
    const { kubeletLog } = this.options;
    if (!kubeletLog || !this.log) {
      return null;
    }
    const { fromMs, toMs, problem } = this.log.coverage;
    const text = (ms: number | null) => (ms === null ? null : formatNs(BigInt(Math.round(ms)) * 1_000_000n));
    return { source: kubeletLog.kind, from: text(fromMs), to: text(toMs), problem };
  }

  /** Lines of the kubelet log; undefined where none is configured. */
  get kubeletLogLines(): KubeletLogLines | undefined {
    return this.log?.lines;
  }

  private kubeletLog(options: NonNullable<NodeFactsOptions['kubeletLog']>): KubeletLog {
    const { logger, clock } = this.deps;
    const source: LineSource =
      options.kind === 'file' ? new FileSource(options.path, logger) : new JournalSource(options, logger);
    return new KubeletLog({
      source,
      logger,
      now: clock,
      timeZone: options.timeZone,
      onReclaim: (reclaim, from) => {
        for (const record of gcRecords(reclaim, this.options.cluster, this.options.node)) {
          const waiting = { from };
          this.unacknowledged.add(waiting);
          this.write(record, record.start, GC_METADATA, { final: 'true' }, () => this.unacknowledged.delete(waiting));
          this.rollups?.onReclaim(record);
          this.deps.onReclaim?.(record);
        }
      },
    });
  }

  private async readThresholds(): Promise<void> {
    const read = await readThresholds(this.kubelet, this.thresholds.kubeletVersion);
    if (read.source === 'configz' || this.thresholds.source === 'assumed') {
      // What was read once stays true while the kubelet cannot be asked: it is its restart that changes it.
      this.thresholds = read;
    }
  }

  private writeThresholds(): void {
    const order = this.reclaimOrder;
    const lead: Record<string, string> =
      order === undefined ? {} : { image_gc_lead: (order.eviction - order.imageGc).toFixed(4) };
    const text = JSON.stringify([this.thresholds, lead]);
    const nowMs = this.deps.clock();
    if (text === this.written?.text && nowMs - this.written.atMs < THRESHOLDS_REPEAT_MS) {
      return;
    }
    this.written = { text, atMs: nowMs };
    const { cluster, node } = this.options;
    const time = formatNs(BigInt(Math.round(nowMs)) * 1_000_000n);
    const record: ThresholdsRecord = {
      v: RECORD_VERSION,
      kind: 'thresholds',
      id: `${node}/thresholds`,
      cluster,
      node,
      time,
      ...this.thresholds,
    };
    this.write(record, time, THRESHOLDS_METADATA, lead);
  }

  private saveCursor(): void {
    // A reclaim whose record Loki does not have yet has to be read again after a restart.
    const [oldest] = this.unacknowledged;
    const position = oldest === undefined ? (this.log?.safePosition ?? null) : oldest.from;
    if (position !== null && position !== this.savedPosition) {
      this.savedPosition = position;
      this.deps.cursor?.save(position);
    }
  }

  private write<R extends DiskRecord | GcRecord | ThresholdsRecord>(
    record: R,
    time: string,
    fields: Record<string, keyof R>,
    extra: Record<string, string> = {},
    settled?: () => void
  ): void {
    const metadata = { ...extra };
    for (const [name, field] of Object.entries(fields)) {
      metadata[name] = String(record[field]);
    }
    const timestamp = parseNs(time) ?? 0n;
    this.deps.records.write(
      { kind: record.kind, cluster: record.cluster, timestamp, line: JSON.stringify(record), metadata },
      settled
    );
  }
}
