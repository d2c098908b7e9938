const TOLERANCE_MS = 2000;

/**
 * The cluster's time. Records put times of the API beside times that only the watch knows (an object was gone); where
 * this machine's clock is wrong, those would contradict each other. So the API server's `Date` header corrects it.
 */
export class ClusterClock {
  private skewMs = 0;

  constructor(private readonly local: () => number = Date.now) {}

  /** Seconds since 1970. */
  seconds(): number {
    return Math.floor((this.local() + this.skewMs) / 1000);
  }

  /** Learns from an answer's `Date` header, which has whole seconds: smaller differences say nothing. */
  observe(date: string | string[] | undefined): void {
    const server = typeof date === 'string' ? Date.parse(date) : NaN;
    if (Number.isNaN(server)) {
      return;
    }
    const difference = server - this.local();
    this.skewMs = Math.abs(difference) > TOLERANCE_MS ? difference : 0;
  }

  /** How far this machine's clock is behind the cluster's, in milliseconds; 0 while it is within the header's precision. */
  get skew(): number {
    return this.skewMs;
  }
}
