/** What a push's answer means for the entries in it. */
export type PushOutcome =
  /** All entries are stored. */
  | { kind: 'stored' }
  /** The same bytes may be accepted later; whether some are stored already is not known, or surely not. */
  | { kind: 'retry'; reason: string; stored: 'maybe' | 'no' }
  /** The request is too large: nothing is stored, smaller ones can pass. */
  | { kind: 'too-large'; reason: string }
  /** `count` entries were refused for good, all others are stored. */
  | { kind: 'refused'; count: number; reason: string }
  /** As `refused`, because the stream's newest line is an hour younger: another stream would take them. */
  | { kind: 'too-far-behind'; count: number; reason: string }
  /** Nothing is stored, and the same bytes never will be: some entry is at fault. */
  | { kind: 'poison'; reason: string };

const tooLarge =
  /message larger than max|message size too large|larger than the max|decompressed|exceeds? the (?:maximum|limit) .*size/i;
/** The tenant's rate limit refuses a request before anything of it is stored. */
const tenantRate = /^ingestion rate limit exceeded/i;
const badName = /label name is empty|resulted in invalid name/i;
const ignored = /total ignored: (\d+) out of (\d+)/g;
const errorsLike = /(\d+) errors? like: /g;

/**
 * Reads Loki's answer to a push that carried one stream (grafana/loki v3.7 `pkg/distributor/{http,distributor}.go`,
 * `pkg/ingester/stream.go`): only 204 says that everything is stored; 400 is a partial success.
 * @param entries how many entries the push carried
 */
export function readPushAnswer(status: number, body: string, entries: number): PushOutcome {
  const reason = `${status} ${body.trim().slice(0, 300)}`;
  if (status === 204) {
    return { kind: 'stored' };
  }
  if (status === 413 || (tooLarge.test(body) && (status === 400 || status === 500))) {
    return { kind: 'too-large', reason };
  }
  if (status === 400) {
    if (/too new/i.test(body)) {
      return { kind: 'retry', reason, stored: 'maybe' }; // the clock ahead: it will be accepted as time passes
    }
    const count = refusedCount(body);
    if (/too far behind/i.test(body)) {
      return { kind: 'too-far-behind', count: Math.min(Math.max(1, count), entries), reason };
    }
    return count > 0 ? { kind: 'refused', count: Math.min(count, entries), reason } : { kind: 'poison', reason };
  }
  if (status === 500 && badName.test(body)) {
    return { kind: 'poison', reason };
  }
  // 260 is a 2xx that says that ingestion is blocked; 401, 403, 404 are configuration, which must not cost logs.
  return { kind: 'retry', reason, stored: status === 401 || tenantRate.test(body) ? 'no' : 'maybe' };
}

/** How many entries the texts of a 400 count as refused; 0 where they count none. */
function refusedCount(body: string): number {
  const sum = (pattern: RegExp) => [...body.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
  const counted = sum(ignored) + sum(errorsLike);
  if (counted > 0) {
    return counted;
  }
  return /entry with timestamp|has timestamp too old|max entry size|structured metadata/i.test(body) ? 1 : 0;
}
