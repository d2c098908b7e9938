/**
 * Measures CPU, not the clock: other programs on the machine do not count. Chromium tells how long its main thread has
 * worked since the page was opened, in the thread's own time.
 */
export class Cpu {
  static async of(page) {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
    return new Cpu(page, cdp);
  }

  constructor(page, cdp) {
    this.page = page;
    this.cdp = cdp;
  }

  /** Milliseconds that the page's main thread worked for a call, and what it returned. */
  async measure(call, ...parameters) {
    const before = await this.task();
    const value = await this.page.evaluate(([name, given]) => window.bench[name](...given), [call, parameters]);
    return { value, ms: ((await this.task()) - before) * 1000 };
  }

  /** MiB that are in use after a collection of garbage. */
  async heap() {
    await this.cdp.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.cdp.send('Runtime.getHeapUsage');
    return usedSize / 2 ** 20;
  }

  async task() {
    const { metrics } = await this.cdp.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value;
  }
}
