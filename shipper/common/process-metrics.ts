import { readdirSync } from 'node:fs';
import { Counter, Gauge, type Registry } from 'prom-client';

/**
 * Registers what Prometheus' client libraries show of any process, under their names
 * (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics). prom-client's own set has a timer
 * that wakes the process a hundred times a second to measure the event loop: several times what an agent without work costs.
 */
export function showProcess(registry: Registry): void {
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time of the process, user and system.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  gauge('process_start_time_seconds', 'When the process began, seconds since 1970.', () =>
    Math.round(performance.timeOrigin / 1000)
  );
  gauge('process_resident_memory_bytes', 'Memory of the process that is in RAM (RSS).', () =>
    process.memoryUsage.rss()
  );
  gauge('process_open_fds', 'Descriptors that the process has open.', openFiles);
  gauge('nodejs_heap_size_used_bytes', "What V8's heap holds.", () => process.memoryUsage().heapUsed);
  gauge('nodejs_external_memory_bytes', "Buffers outside V8's heap.", () => process.memoryUsage().external);
}

/** NaN where the system does not report. */
function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length - 1; // the directory itself is open meanwhile
  } catch {
    return NaN;
  }
}
