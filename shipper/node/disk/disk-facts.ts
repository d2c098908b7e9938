import { errorText } from '../../../model/error-text';
import { type DiskRecord, RECORD_VERSION, type Thresholds } from '../../../model/records';
import { signalStates } from '../../../model/thresholds';
import { formatNs } from '../../../model/time';
import type { Logger } from '../../common/log';
import { KubeletError, type KubeletClient } from '../kubelet/kubelet-client';
import { layoutOf } from './disk-layout';
import { worthWriting } from './disk-writing';
import { type FilesystemReader, filesystemReader } from './filesystem';
import { type DiskStats, parseStatsSummary } from './stats-summary';

export interface DiskOptions {
  cluster: string;
  node: string;
  /** On nodefs: the kubelet's root directory, or the directory of the pods' logs. */
  nodefsDir: string;
  /** The runtime's directory with the images, `/var/lib/containerd`. */
  imagefsDir: string;
  /** The directory of the containers' writable layers, where it is not the same (CRI-O with an image store of its own). */
  containerfsDir?: string;
  intervalMs: number;
}

export interface DiskDeps {
  logger: Logger;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Default: statfs(2). */
  filesystem?: FilesystemReader;
  kubelet: KubeletClient | undefined;
  thresholds: () => Thresholds;
  /** Bytes of the container logs the agent knows, of running containers and of finished ones. */
  logBytes: () => { live: number; dead: number } | null;
  /** Bytes that Loki has not acknowledged. */
  atRisk: () => number | null;
  write: (record: DiskRecord) => void;
  /** Every sample, written or not, with what the kubelet last told; null where it could not be asked. */
  onSample?: (sample: DiskRecord, stats: DiskStats | null) => void;
}

/** The kubelet measures no more often than this, and answering costs it. */
const STATS_MS = 60_000;
/** A kubelet that refused is asked again, for its rights may have been mended. */
const REFUSED_MS = 10 * 60_000;
/** Between two records that name pods. */
const PODS_MS = 10 * 60_000;

/** Samples the node's disks every few seconds and writes a record when a sample says something new. */
export class DiskFacts {
  state = 'starting';
  /** Why disk use cannot be read; null where it can. */
  problem: string | null = null;
  /** Why the kubelet's statistics cannot be read; null where they can, or nobody asked yet. */
  statsProblem: string | null = null;
  /** The last sample that was written, and the newest where that is another. */
  private last: { record: DiskRecord; atMs: number } | undefined;
  private unwritten: DiskRecord | undefined;
  private stats: DiskStats | null = null;
  private askAgainMs = 0;
  private podsAtMs = -Infinity;
  /** The kubelet's answer, where it was asked; a slow one does not hold up the samples. */
  private asking: Promise<void> | undefined;
  private readonly rejections = new Set<'disk' | 'kubelet'>();
  private readonly filesystem: FilesystemReader;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly options: DiskOptions,
    private readonly deps: DiskDeps
  ) {
    this.filesystem = deps.filesystem ?? filesystemReader();
  }

  async start(): Promise<void> {
    const next = (): void => {
      this.running = this.sample().finally(() => {
        if (!this.stopped) {
          this.timer = setTimeout(next, this.options.intervalMs);
        }
      });
    };
    next();
    await this.running;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
    await this.asking;
  }

  private async sample(): Promise<void> {
    try {
      this.asking ??= this.askKubelet().finally(() => (this.asking = undefined));
      if (!this.last) {
        await this.asking; // what it says of the layout belongs into the first record
      }
      const record = await this.read();
      this.state = `layout ${record.layout} (${record.layoutFrom})`;
      this.problem = null;
      this.rejections.delete('disk');
      this.deps.onSample?.(record, this.stats);
      const nowMs = this.deps.now();
      const worth = worthWriting(this.last?.record, this.unwritten, record, nowMs - (this.last?.atMs ?? 0));
      worth.forEach((one) => this.write(one, nowMs));
      if (worth.length > 0) {
        this.last = { record, atMs: nowMs };
      }
      this.unwritten = worth.length > 0 ? undefined : record;
    } catch (error) {
      this.problem = `cannot read the disks: ${errorText(error)}`;
      this.state = this.problem;
      this.warnOf('disk', this.problem);
    }
  }

  /** The pods are named now and then: they change less than the use, and are half of the bytes. */
  private write(record: DiskRecord, nowMs: number): void {
    const isDue = nowMs - this.podsAtMs >= PODS_MS;
    this.podsAtMs = isDue && record.pods.length > 0 ? nowMs : this.podsAtMs;
    this.deps.write(isDue ? record : { ...record, pods: [] });
  }

  private async read(): Promise<DiskRecord> {
    const { cluster, node, nodefsDir, imagefsDir, containerfsDir } = this.options;
    const { filesystem } = this;
    const [nodefs, images, containers] = await Promise.all([
      filesystem(nodefsDir),
      filesystem(imagefsDir),
      containerfsDir === undefined ? undefined : filesystem(containerfsDir),
    ]);
    const layout = layoutOf(nodefs, images, containers, this.stats);
    const [nearest] = signalStates(layout, this.deps.thresholds().evictionHard);
    const time = formatNs(BigInt(Math.round(this.deps.now())) * 1_000_000n);
    return {
      v: RECORD_VERSION,
      kind: 'disk',
      id: `${node}/disk/${time}`,
      cluster,
      node,
      time,
      ...layout,
      logs: this.deps.logBytes(),
      images: this.stats?.images ?? null,
      layers: this.stats?.layers ?? null,
      pods: this.stats?.pods ?? [],
      atRisk: this.deps.atRisk(),
      nearest: nearest
        ? { signal: nearest.signal, margin: Math.round(nearest.margin), fraction: round(nearest.fraction) }
        : null,
    };
  }

  private async askKubelet(): Promise<void> {
    const nowMs = this.deps.now();
    if (!this.deps.kubelet || nowMs < this.askAgainMs) {
      return;
    }
    try {
      this.stats = parseStatsSummary(await this.deps.kubelet.statsSummary());
      this.askAgainMs = nowMs + STATS_MS;
      this.statsProblem = null;
      this.rejections.delete('kubelet');
    } catch (error) {
      // What was true a minute ago is not told as if it were still.
      this.stats = null;
      this.askAgainMs = nowMs + (error instanceof KubeletError && error.refused ? REFUSED_MS : STATS_MS);
      const reason = error instanceof KubeletError ? error.message : 'an answer that is no /stats/summary';
      this.statsProblem = reason;
      this.warnOf('kubelet', `no image and pod sizes from the kubelet: ${reason}`);
    }
  }

  /** Once, until it works again: a node that cannot be asked says so, and not every ten seconds. */
  private warnOf(about: 'disk' | 'kubelet', message: string): void {
    this.deps.logger.log(this.rejections.has(about) ? 'debug' : 'warn', message);
    this.rejections.add(about);
  }
}

function round(fraction: number): number {
  return Math.round(fraction * 1e4) / 1e4;
}
