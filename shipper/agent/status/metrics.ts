import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ContainerRecord, GcRecord } from '../../../model/records';
import { showProcess } from '../../common/process-metrics';
import { version } from '../../common/version';

/** What the agent shows under /metrics. Nothing is taken away when a file goes: lost bytes stay counted. */
export class AgentMetrics {
  readonly registry = new Registry();
  readonly readLines = this.counter('read_lines_total', 'Lines of log files read; lines read again do not count.');
  readonly readBytes = this.counter('read_bytes_total', 'Bytes of log files read; bytes read again do not count.');
  readonly ackedLines = this.counter('acknowledged_lines_total', 'Log entries that Loki acknowledged (204).');
  readonly ackedBytes = this.counter('acknowledged_bytes_total', 'Bytes of log files whose lines Loki acknowledged.');
  readonly rescuedBytes = this.counter(
    'rescued_bytes_total',
    'Bytes of log files that Loki acknowledged after the file had been deleted from the node.'
  );
  readonly encodedBytes = this.counter('encoded_bytes_total', 'Bytes of push requests before compression.');
  readonly sentBytes = this.counter('sent_bytes_total', 'Bytes of push requests as sent, repeated ones included.');
  readonly retries = this.counter('push_retries_total', 'Push requests that had to be sent again.');
  readonly unparsedLines = this.counter('unparsed_lines_total', 'Lines in no known format, shipped as they are.');
  readonly replacedLines = this.counter('replaced_lines_total', 'Lines with bytes that are not UTF-8, replaced.');
  readonly misdatedLines = this.counter(
    'misdated_lines_total',
    'Lines dated in the future or before 2010: stored at the time they were read, or counted as missing (--limits.misdated-lines).'
  );
  readonly nulBytes = this.counter('nul_bytes_total', 'NUL bytes in log files that were passed over.');
  readonly ruleLines = this.ofRules('rule_lines_total', 'Lines that rules of the configuration dropped or redacted.');
  readonly ruleBytes = this.ofRules(
    'rule_bytes_total',
    'Bytes of text that rules of the configuration dropped or redacted.'
  );
  readonly requests = new Counter({
    name: 'afterlog_push_requests_total',
    help: 'Push requests by HTTP status; "none" for no answer.',
    labelNames: ['status'],
    registers: [this.registry],
  });
  readonly rejections = new Counter({
    name: 'afterlog_push_rejections_total',
    help: 'Push requests, of log lines and of records, that Loki did not take, by reason.',
    labelNames: ['reason'],
    registers: [this.registry],
  });
  readonly lastAcknowledgement = this.set(
    'last_acknowledgement_timestamp_seconds',
    'Time of the last push request that Loki acknowledged, seconds since 1970; 0 before the first.'
  );
  readonly lastReloadSuccessful = this.set(
    'config_last_reload_successful',
    '1 where the last reload of the configuration was successful; 0: it was refused, and the one before is in force.'
  );
  readonly lastReloadTime = this.set(
    'config_last_reload_success_timestamp_seconds',
    'Time of the last successful reload of the configuration, or of the start, seconds since 1970.'
  );
  private readonly containerRecords = new Counter({
    name: 'afterlog_container_records_total',
    help: 'Container runs whose log was removed and whose last record Loki has, by status of the log and by the reason of what is missing ("none" where nothing is).',
    labelNames: ['status', 'reason'],
    registers: [this.registry],
  });
  private readonly reclaims = new Counter({
    name: 'afterlog_reclaims_total',
    help: 'Reclaims that the kubelet log tells of: of the eviction manager ("eviction") and of image GC ("image-gc").',
    labelNames: ['trigger'],
    registers: [this.registry],
  });
  private readonly reclaimedContainers = this.counter(
    'reclaimed_containers_total',
    'Containers that reclaims removed, together with their logs.'
  );
  private readonly reclaimedImages = this.counter('reclaimed_images_total', 'Images that reclaims removed.');
  readonly missedBytes = this.missed('missed_bytes_total', 'Bytes of log files that are not in Loki, by reason.');
  readonly missedLines = this.missed('missed_lines_total', 'Lines that are not in Loki, by reason, where counted.');
  readonly pushSeconds = new Histogram({
    name: 'afterlog_push_duration_seconds',
    help: 'Time from a push request to its answer.',
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });

  constructor() {
    this.onReload(true);
    showProcess(this.registry);
    new Gauge({
      name: 'afterlog_build_info',
      help: 'Version of Afterlog and of Node.js; always 1.',
      labelNames: ['version', 'nodejs'],
      registers: [this.registry],
    }).set({ version, nodejs: process.versions.node }, 1);
  }

  /** The configuration was read again, or refused. */
  onReload(isSuccessful: boolean): void {
    this.lastReloadSuccessful.set(isSuccessful ? 1 : 0);
    if (isSuccessful) {
      this.lastReloadTime.setToCurrentTime();
    }
  }

  /** Loki has the last record of a container whose log was removed. */
  onContainerRecord({ status, gaps }: ContainerRecord): void {
    const largest = [...gaps].sort((a, b) => (b.bytes ?? Infinity) - (a.bytes ?? Infinity))[0];
    this.containerRecords.inc({ status, reason: largest?.reason ?? 'none' });
  }

  /** @param record of several parts, each is given once */
  onReclaim({ trigger, part, containersTotal, images }: GcRecord): void {
    if (part === 1) {
      this.reclaims.inc({ trigger });
      this.reclaimedContainers.inc(containersTotal);
    }
    this.reclaimedImages.inc(images.length);
  }

  /** A gauge that is asked when it is scraped. */
  readonly gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name: `afterlog_${name}`,
      help,
      registers: [this.registry],
      collect() {
        this.set(value());
      },
    });
  };

  private set(name: string, help: string): Gauge {
    return new Gauge({ name: `afterlog_${name}`, help, registers: [this.registry] });
  }

  private counter(name: string, help: string): Counter {
    return new Counter({ name: `afterlog_${name}`, help, registers: [this.registry] });
  }

  private ofRules(name: string, help: string): Counter<'rule' | 'action'> {
    return new Counter({ name: `afterlog_${name}`, help, labelNames: ['rule', 'action'], registers: [this.registry] });
  }

  private missed(name: string, help: string): Counter<'reason'> {
    return new Counter({ name: `afterlog_${name}`, help, labelNames: ['reason'], registers: [this.registry] });
  }
}
