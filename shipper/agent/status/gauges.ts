import type { ContainerLog } from '../container/container-log';
import type { AgentMetrics } from './metrics';

/** What the gauges are told from when they are scraped. */
export interface Gauged {
  containers(): Iterable<ContainerLog>;
  /** Files and directories that cannot be opened. */
  unopened(): number;
  recordsPending(): number;
  requestsUnderWay(): number;
  inPriorityMode(): boolean;
  nowMs(): number;
}

/** Registers the gauges: what is on the node now, and what of it Loki has not acknowledged. */
export function showGauges(metrics: AgentMetrics, agent: Gauged): void {
  const sum = (value: (container: ContainerLog) => number) => () => {
    let total = 0;
    for (const container of agent.containers()) {
      total += value(container);
    }
    return total;
  };
  metrics.gauge(
    'containers',
    'Container runs whose logs are on the node or not yet in Loki.',
    sum(() => 1)
  );
  metrics.gauge(
    'excluded_containers',
    'Container runs that the configuration excludes (select): their logs are not shipped.',
    sum(({ excludedBy }) => (excludedBy === null ? 0 : 1))
  );
  metrics.gauge(
    'open_files',
    'Log files held open.',
    sum(({ files }) => files.filter(({ isHeld }) => isHeld).length)
  );
  metrics.gauge(
    'unacknowledged_bytes',
    'Bytes on the node that Loki has not acknowledged.',
    sum((c) => c.unacked)
  );
  metrics.gauge(
    'at_risk_bytes',
    'Bytes that Loki has not acknowledged and that may be deleted: of containers that ended, or have been silent for 5 s and may have; of which Loki has taken nothing for 5 s; of rotated files; of log files that cannot be opened.',
    sum((c) => c.atRiskBytes + c.unopened.bytes)
  );
  metrics.gauge('unopened_files', 'Log files and log directories that cannot be opened.', agent.unopened);
  metrics.gauge(
    'rescue_bytes',
    'Disk space of deleted log files that are held open until Loki has them (--rescue.max-bytes).',
    sum((c) => c.pinnedBytes)
  );
  metrics.gauge(
    'lag_seconds',
    'Age of the oldest byte at risk (afterlog_at_risk_bytes), at most; 0 where there is none.',
    () => {
      let lag = 0;
      for (const container of agent.containers()) {
        const since = container.atRiskBytes > 0 ? container.unackedSinceMs : null;
        lag = Math.max(lag, since === null ? 0 : (agent.nowMs() - since) / 1000);
      }
      return lag;
    }
  );
  metrics.gauge(
    'records_pending',
    'Container records and other records that Loki has not acknowledged.',
    agent.recordsPending
  );
  metrics.gauge('requests_under_way', 'Push requests that wait for an answer.', agent.requestsUnderWay);
  metrics.gauge(
    'priority_mode',
    '1 while what is at risk goes first, because a disk nears the point where it is deleted.',
    () => (agent.inPriorityMode() ? 1 : 0)
  );
}
