import { Gauge } from 'prom-client';
import type { SignalState } from '../../../model/thresholds';
import type { HeartbeatRecord } from '../../../model/records';
import type { AgentMetrics } from './metrics';

/** What is known of the node when the metrics are scraped. */
export interface NodeGauged {
  /** The eviction signals, the nearest to its threshold first; none before the first sample of the disks. */
  signals(): readonly SignalState[];
  /** Until the nearest threshold is crossed, as fast as the disk fills now, seconds; Infinity where it does not fill. */
  secondsLeft(): number;
  kubeletLog(): HeartbeatRecord['kubeletLog'];
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
  gauge('disk_readable', '1 while disk use can be read.', () => (node.diskProblem() === null ? 1 : 0));
  gauge(
    'kubelet_log_readable',
    '1 while the kubelet log is read and understood; 0 where it is not, or none is configured.',
    () => (node.kubeletLog()?.problem === null ? 1 : 0)
  );
  gauge(
    'kubelet_log_timestamp_seconds',
    'Time of the newest line of the kubelet log that was understood, seconds since 1970; 0 for none.',
    () => Date.parse(node.kubeletLog()?.to ?? '') / 1000 || 0
  );
}
