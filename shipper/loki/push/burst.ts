import type { Waits } from './answer';

/** Requests are made no smaller than this, unless Loki names a rate below it. */
const LEAST_BYTES = 16 * 1024;
/** A limit of the rate may be used up by others: so often a request is sent as it is, … */
const FAILURES = 2;
/** … and so often one of a single entry, which would have to be cut. */
const FAILURES_OF_ONE = 8;

/**
 * Whether a request that a rate limit refused has to be made smaller. What is larger than the burst is refused for ever
 * (grafana/loki v3.7 `pkg/distributor/distributor.go`, `AllowN`), and an answer names the rate, not the burst: so what is larger
 * than the rate is made smaller at once, and anything else when it was refused again and again.
 * @param request its lines and metadata in bytes, its entries, and how often one was refused since the last that was not
 */
export function isAboveBurst(
  { reason, bytesPerSecond }: Waits,
  { bytes, entries, failures }: { bytes: number; entries: number; failures: number }
): boolean {
  const rate = bytesPerSecond ?? Infinity;
  return (
    (reason === 'rate_limited' || reason === 'stream_rate_limited') &&
    bytes > Math.min(LEAST_BYTES, rate / 2) &&
    (bytes > rate || failures >= (entries > 1 ? FAILURES : FAILURES_OF_ONE))
  );
}
