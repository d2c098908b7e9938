import { Histogram, type Registry } from 'prom-client';

export class HttpMetrics {
  private readonly duration: Histogram<'route' | 'status_code'>;

  constructor(registry: Registry) {
    this.duration = new Histogram({
      name: 'loki_request_duration_seconds',
      help: 'Time from a request to its answer.',
      labelNames: ['route', 'status_code'],
      buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 25, 60],
      registers: [registry],
    });
  }

  /** `route` is written as Loki does: `loki_api_v1_push`. */
  observe(route: string, status: number, seconds: number): void {
    const name = route.replace(/^\//, '').replace(/[/*]+/g, '_').replace(/^_|_$/g, '');
    this.duration.observe({ route: name, status_code: status }, seconds);
  }
}
