import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { showProcess } from '../../common/process-metrics';

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
  readonly missedBytes = this.missed('missed_bytes_total', 'Bytes of log files that are not in Loki, by reason.');
  readonly missedLines = this.missed('missed_lines_total', 'Lines that are not in Loki, by reason, where counted.');
  readonly pushSeconds = new Histogram({
    name: 'afterlog_push_duration_seconds',
    help: 'Time from a push request to its answer.',
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });

  constructor() {
    showProcess(this.registry);
  }

  /** A gauge that is asked when it is scraped. */
  gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name: `afterlog_${name}`,
      help,
      registers: [this.registry],
      collect() {
        this.set(value());
      },
    });
  }

  private counter(name: string, help: string): Counter {
    return new Counter({ name: `afterlog_${name}`, help, registers: [this.registry] });
  }

  private missed(name: string, help: string): Counter<'reason'> {
    return new Counter({ name: `afterlog_${name}`, help, labelNames: ['reason'], registers: [this.registry] });
  }
}
