import { readPushAnswer, type Waits } from './answer';
import { isAboveBurst } from './burst';

function waits(status: number, body: string): Waits {
  const outcome = readPushAnswer({ status, body, cut: false }, 10);
  if (outcome.kind !== 'wait') {
    throw new Error(`${body} is ${outcome.kind}`);
  }
  return outcome;
}

const ofTenant = (bytesPerSecond: number) =>
  waits(
    429,
    `ingestion rate limit exceeded for user fake (limit: ${bytesPerSecond} bytes/sec) while attempting to ingest`
  );
const ofStream = (rate: string) =>
  waits(429, `Per stream rate limit exceeded (limit: ${rate}/sec) while attempting to ingest for stream '{}'`);
const KIB = 1024;

test.each<[what: string, outcome: Waits, bytes: number, entries: number, failures: number, isAbove: boolean]>([
  ['more than a second takes', ofTenant(100 * KIB), 101 * KIB, 10, 0, true],
  ['less, which others may have used up', ofTenant(100 * KIB), 99 * KIB, 10, 1, false],
  ['less, again and again', ofTenant(100 * KIB), 99 * KIB, 10, 2, true],
  ['no more than the least', ofTenant(100 * KIB), 16 * KIB, 10, 99, false],
  ['more than half of a rate below the least', ofTenant(10 * KIB), 6 * KIB, 10, 2, true],
  ['less than half of it', ofTenant(10 * KIB), 5 * KIB, 10, 99, false],
  ['a single entry that a second takes', ofTenant(100 * KIB), 99 * KIB, 1, 7, false],
  ['a single entry, again and again', ofTenant(100 * KIB), 99 * KIB, 1, 8, true],
  ['a single entry that no second takes', ofTenant(100 * KIB), 101 * KIB, 1, 0, true],
  ["more than a stream's second takes", ofStream('3MB'), 3 * KIB * KIB + 1, 10, 0, true],
  ["less than a stream's second takes", ofStream('3MB'), 3 * KIB * KIB - 1, 10, 0, false],
  ['a rate in bytes', ofStream('20000B'), 20_001, 10, 0, true],
  ['a limit without a rate', waits(429, 'too many requests'), 20 * KIB, 10, 1, false],
  ['a limit without a rate, again and again', waits(429, 'too many requests'), 20 * KIB, 10, 2, true],
  ['an answer that is about no rate', waits(500, 'empty ring'), 1024 * KIB, 10, 99, false],
])('%s', (_what, outcome, bytes, entries, failures, isAbove) => {
  expect(isAboveBurst(outcome, { bytes, entries, failures })).toBe(isAbove);
});
