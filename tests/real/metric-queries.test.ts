import { LOKI_WANTED, lokiIsHere } from './loki-program';

// The metric queries that readers use, on a real Loki: the same numbers as on the embedded store, worked out by hand.
if (lokiIsHere) {
  jest.requireActual('../integration/metric-queries.test');
} else {
  console.warn(`metric-queries: NOT RUN, ${LOKI_WANTED}`);
  it.skip('metric queries on a real Loki', () => undefined);
}
