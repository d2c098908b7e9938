const SCENARIOS = 37;
const numberOf = (title) => Number(/^F(\d+):/.exec(title)?.[1] ?? Infinity);

/** Lists what was tested by the number of its scenario, what has none last; a whole run without one of F1–F37 fails. */
module.exports = class ListReporter {
  constructor(options) {
    this.whole = options.testPathPatterns === undefined && options.testPathPattern === '' && !options.testNamePattern;
  }

  onRunComplete(_contexts, { testResults }) {
    const tests = testResults
      .flatMap((file) => file.testResults)
      .filter(({ status }) => status === 'passed' || status === 'failed')
      .sort((a, b) => numberOf(a.title) - numberOf(b.title));
    console.log('');
    for (const { title, status, duration } of tests) {
      console.log(`${status}  ${title} (${((duration ?? 0) / 1000).toFixed(1)} s)`);
    }
    const there = new Set(tests.map(({ title }) => numberOf(title)));
    const missing = Array.from({ length: SCENARIOS }, (_, i) => i + 1).filter((number) => !there.has(number));
    if (this.whole && missing.length > 0) {
      this.error = new Error(`no test of ${missing.map((number) => `F${number}`).join(', ')}`);
      console.log(this.error.message);
    }
  }

  getLastError() {
    return this.error;
  }
};
