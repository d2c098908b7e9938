import { Counter, Gauge } from 'prom-client';
import type { ReclaimOrder, SignalState } from '../../../model/thresholds';
import type { HeartbeatRecord } from '../../../model/records';
import type { KubeletLogLines } from '../../node/kubelet-log/kubelet-log';
import type { AgentMetrics } from './metrics';

/** What is known of the node when the metrics are scraped. */
export interface NodeGauged {
  /** The eviction signals, the nearest to its threshold first; none before the first sample of the disks. */
  signals(): readonly SignalState[];
  /** Until the nearest threshold is crossed, as fast as the disk fills now, seconds; Infinity where it does not fill. */
  secondsLeft(): number;
  /** undefined while thresholds or disks are not known, or where reclaims delete no containers. */
  reclaimOrder(): ReclaimOrder | undefined;
  kubeletLog(): HeartbeatRecord['kubeletLog'];
  /** undefined where no kubelet log is configured. */
  kubeletLogLines(): KubeletLogLines | undefined;
  /** Why disk use cannot be read; null where it can. */
  diskProblem(): string | null;
}

/** Registers the gauges of the node: how near its disks are to eviction, and what the agent can see of it. */
export function showNode({ registry, gauge }: AgentMetrics, node: NodeGauged): void {
  new Gauge({
    name: 'afterlog_eviction_threshold_distance_ratio',
    help: 'What is left until an eviction threshold is crossed, as a part of the capacity of the filesystem; negative once it is crossed.',
    labelNames: ['signal'],
    registers: [registry],
    collect() {
      this.reset();
      node.signals().forEach(({ signal, fraction }) => this.set({ signal }, fraction));
    },
  });
  gauge(
    'eviction_threshold_seconds',
    'Estimated time until the nearest eviction threshold is crossed, at the fill rate of the last minute; +Inf where the disk does not fill.',
    node.secondsLeft
  );
  new Gauge({
    name: 'afterlog_eviction_threshold_ratio',
    help: 'Use of the filesystem with the images, as a part of its capacity, at which the eviction manager begins and removes terminated containers with their logs. No series where the thresholds could not be read from the kubelet.',
    labelNames: ['signal'],
    registers: [registry],
    collect() {
      this.reset();
      const order = node.reclaimOrder();
      if (order !== undefined) {
        this.set({ signal: order.signal }, order.eviction);
      }
    },
  });
  new Gauge({
    name: 'afterlog_image_gc_threshold_ratio',
    help: 'Use of the filesystem with the images, as a part of its capacity, at which image GC begins (imageGCHighThresholdPercent); 1 where it is off. No series where afterlog_eviction_threshold_ratio has none.',
    registers: [registry],
    collect() {
      this.remove();
      const order = node.reclaimOrder();
      if (order !== undefined) {
        this.set(order.imageGc);
      }
    },
  });
  gauge('disk_readable', '1 while disk use can be read.', () => (node.diskProblem() === null ? 1 : 0));
  gauge(
    'kubelet_log_readable',
    '1 while the kubelet log is read and understood; 0 where it is not, or none is configured.',
    () => (node.kubeletLog()?.problem === null ? 1 : 0)
  );
  new Counter({
    name: 'afterlog_kubelet_log_lines_total',
    help: 'Lines of the kubelet log that were read: "understood", "not-understood", or "skipped" because an understood log does not tell of a reclaim there.',
    labelNames: ['result'],
    registers: [registry],
    collect() {
      this.reset();
      Object.entries(node.kubeletLogLines() ?? {}).forEach(([result, lines]) => this.inc({ result }, lines));
    },
  });
  gauge(
    'kubelet_log_timestamp_seconds',
    'Time of the newest line of the kubelet log that was understood, seconds since 1970; 0 for none.',
    () => Date.parse(node.kubeletLog()?.to ?? '') / 1000 || 0
  );
}
