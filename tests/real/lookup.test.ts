// `afterlog logs` and its queries, on a real Loki: the same tests as on the embedded store.
if (process.env.LOKI_URL ?? process.env.LOKI_BIN) {
  jest.requireActual('../integration/logs.test');
} else {
  console.warn('lookup: NOT RUN. Set LOKI_URL to a Loki, or LOKI_BIN to the binary of one.');
  it.skip('afterlog logs on a real Loki', () => undefined);
}
