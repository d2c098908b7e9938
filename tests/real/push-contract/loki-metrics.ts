/** What Loki itself counts of a tenant, from its /metrics. */
export class LokiMetrics {
  constructor(private readonly url: string) {}

  /** Lines that the distributor was given, those that it refused included. */
  received(tenant: string): Promise<number> {
    return this.sum('loki_distributor_lines_received_total', { tenant });
  }

  /** Lines that were refused, by distributor and ingester. */
  discarded(tenant: string, reason: string): Promise<number> {
    return this.sum('loki_discarded_samples_total', { tenant, reason });
  }

  private async sum(name: string, labels: Record<string, string>): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    return text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) && wanted.every((pair) => line.includes(pair)))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }
}
