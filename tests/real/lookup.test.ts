import { LOKI_WANTED, lokiIsHere } from './loki-program';

// `afterlog logs` and its queries, on a real Loki: the same tests as on the embedded store.
if (lokiIsHere) {
  jest.requireActual('../integration/logs.test');
} else {
  console.warn(`lookup: NOT RUN, ${LOKI_WANTED}`);
  it.skip('afterlog logs on a real Loki', () => undefined);
}
