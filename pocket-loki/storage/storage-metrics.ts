import { Counter, Gauge, type Registry } from 'prom-client';
import type { LogStorage } from './log-storage';

/** What is known of the disk. */
export function registerStorageMetrics(registry: Registry, storage: LogStorage): void {
  const registers = [registry];
  const lost = [
    ['entries', 'Acknowledged entries that were damaged on the disk when the store was opened', 'droppedEntries'],
    ['bytes', 'Bytes that were damaged on the disk when the store was opened', 'droppedBytes'],
  ] as const;
  for (const [unit, help, key] of lost) {
    const counter = new Counter({ name: `afterlog_store_recovery_dropped_${unit}_total`, help: `${help}.`, registers });
    counter.inc(storage.recovery[key]);
  }
  new Gauge({
    name: 'afterlog_store_recovery_problems',
    help: 'Kinds of damage that were found when the store was opened; the log names them.',
    registers,
    collect() {
      this.set(storage.recovery.messages.length);
    },
  });
  new Gauge({
    name: 'afterlog_store_writable',
    help: '1 where the last write to the disk succeeded, 0 where pushes may be refused with 503.',
    registers,
    collect() {
      this.set(Number(storage.isWritable));
    },
  });
}
