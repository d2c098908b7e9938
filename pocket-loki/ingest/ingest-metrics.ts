import { Counter, Gauge, type Registry } from 'prom-client';
import type { DiscardReason } from './discards';

/** What Loki counts of its pushes, under the same names. */
export class IngestMetrics {
  private readonly linesReceived: Counter;
  private readonly bytesReceived: Counter;
  private readonly discardedSamples: Counter<'reason' | 'tenant'>;
  private readonly discardedBytes: Counter<'reason' | 'tenant'>;
  private readonly duplicateLines: Counter;

  constructor(registry: Registry, streamCount: () => number) {
    const registers = [registry];
    this.linesReceived = new Counter({
      name: 'loki_distributor_lines_received_total',
      help: 'Lines of all pushes, the refused ones too.',
      registers,
    });
    this.bytesReceived = new Counter({
      name: 'loki_distributor_bytes_received_total',
      help: 'Bytes of the lines and structured metadata of all pushes, the refused ones too.',
      registers,
    });
    this.discardedSamples = new Counter({
      name: 'loki_discarded_samples_total',
      help: 'Entries that were refused, by reason.',
      labelNames: ['reason', 'tenant'],
      registers,
    });
    this.discardedBytes = new Counter({
      name: 'loki_discarded_bytes_total',
      help: 'Bytes of the entries that were refused, by reason.',
      labelNames: ['reason', 'tenant'],
      registers,
    });
    this.duplicateLines = new Counter({
      name: 'afterlog_store_duplicate_lines_total',
      help: 'Entries that were there already and were not stored again.',
      registers,
    });
    new Gauge({
      name: 'loki_ingester_memory_streams',
      help: 'Streams of the store.',
      registers,
      collect() {
        this.set(streamCount());
      },
    });
  }

  received(lines: number, bytes: number): void {
    this.linesReceived.inc(lines);
    this.bytesReceived.inc(bytes);
  }

  discarded(reason: DiscardReason, lines: number, bytes: number): void {
    this.discardedSamples.inc({ reason, tenant }, lines);
    this.discardedBytes.inc({ reason, tenant }, bytes);
  }

  duplicates(lines: number): void {
    this.duplicateLines.inc(lines);
  }
}

/** The one tenant: what Loki calls it with `auth_enabled: false`. */
export const tenant = 'fake';
