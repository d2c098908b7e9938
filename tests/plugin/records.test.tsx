import { LokiSource } from '../../src/data/loki-source';
import { casesWithin, type LoadedRecords } from '../../src/data/records';
import { RecordCache } from '../../src/data/record-cache';
import { RecordsLoader } from '../../src/data/records-loader';
import { LokiDataSource } from './loki-data-source';
import { containerRecord, disk, podOf, pressure, pushRecords } from './push-records';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Math.floor(Date.now() / MINUTE) * MINUTE;
const RANGE = { from: NOW - 4 * HOUR, to: NOW - 2 * HOUR };
const names = (n: number) => Array.from({ length: n }, (_, i) => `job${i}`);

let loki: LokiDataSource;
let loader: RecordsLoader;

beforeEach(async () => {
  loki = await LokiDataSource.start();
  loader = new RecordsLoader(new LokiSource('loki'), new RecordCache());
});
afterEach(() => loki.close());

/** What is known when the reading has ended in this way. */
function until(...states: Array<LoadedRecords['status']>): Promise<LoadedRecords> {
  return new Promise((resolve) => {
    const look = () => {
      const loaded = loader.current();
      if (states.includes(loaded.status)) {
        unsubscribe();
        resolve(loaded);
      }
    };
    const unsubscribe = loader.subscribe(look);
  });
}
function load(range = RANGE) {
  const ended = until('done', 'failed');
  loader.load(range);
  return ended;
}

describe.each(['legacy', 'dataplane'] as const)('with log frames in the %s layout', (layout) => {
  it('reads more records than one query may give, each once', async () => {
    loki.layout = layout;
    const times = names(7000).map((name, i) => [RANGE.from + i * 1000, name] as const);
    await pushRecords(
      loki,
      times.map(([time, name]) => [time, containerRecord(name, time)])
    );
    const { records, cases, status, partial, progress } = await load();
    expect({ status, partial }).toEqual({ status: 'done', partial: [] });
    expect(records.containers).toHaveLength(7000);
    expect(cases).toHaveLength(7000);
    expect(progress.read).toBeGreaterThanOrEqual(7000);
    expect(progress.total).toBeGreaterThanOrEqual(7000);
  });
});

describe('records of one id', () => {
  it('are replaced by the later one, whatever order they come in', async () => {
    const begun = containerRecord('a', RANGE.to - HOUR, { left: null, status: 'pending', final: false });
    await pushRecords(loki, [
      [RANGE.to - HOUR, begun],
      [RANGE.to - HOUR + MINUTE, containerRecord('a', RANGE.to - HOUR + MINUTE)],
    ]);
    const { records } = await load();
    expect(records.containers.map(({ status }) => status)).toEqual(['complete']);
  });

  it('at the same time, the final one counts', async () => {
    const at = RANGE.to - HOUR;
    await pushRecords(loki, [
      [at, containerRecord('a', at)],
      [at, containerRecord('a', at, { status: 'pending', final: false })],
    ]);
    const { records } = await load();
    expect(records.containers.map(({ status }) => status)).toEqual(['complete']);
  });
});

describe('another range', () => {
  const recordQueries = () => loki.asked.filter((expr) => expr.startsWith('{'));

  it('reads only what is not here yet', async () => {
    await pushRecords(loki, [
      [RANGE.from + HOUR, containerRecord('a', RANGE.from + HOUR)],
      [RANGE.from - HOUR, containerRecord('b', RANGE.from - HOUR)],
    ]);
    expect((await load()).records.containers).toHaveLength(1);
    loki.asked = [];
    await load({ from: RANGE.from + 30 * MINUTE, to: RANGE.to - 10 * MINUTE });
    // Heartbeats of the end of a range tell of the time before it.
    expect(recordQueries().filter((expr) => !expr.includes('heartbeat'))).toEqual([]);
    const wider = await load({ from: RANGE.from - 2 * HOUR, to: RANGE.to });
    expect(wider.records.containers).toHaveLength(2);
    expect(recordQueries().filter((expr) => expr.includes('record="container"'))).toHaveLength(1);
  });

  it('is read anew on demand', async () => {
    await load();
    await pushRecords(loki, [[RANGE.from + HOUR, containerRecord('late', RANGE.from + HOUR)]]);
    expect((await load()).records.containers).toHaveLength(0);
    const ended = until('done');
    loader.reload(RANGE);
    expect((await ended).records.containers).toHaveLength(1);
  });

  it('has its own cases', async () => {
    await pushRecords(loki, [
      [RANGE.from + HOUR, containerRecord('a', RANGE.from + HOUR)],
      [RANGE.to + 30 * MINUTE, containerRecord('b', RANGE.to + 30 * MINUTE)],
    ]);
    const { cases } = await load();
    expect(cases.map(({ job }) => job)).toEqual(['b', 'a']);
    expect(casesWithin(cases, RANGE).map(({ job }) => job)).toEqual(['a']);
  });
});

describe('what began before the range', () => {
  it('is there: what goes on into it, and the pod of a log that went in it', async () => {
    const gone = containerRecord('gone', RANGE.from + HOUR, {
      firstTime: new Date(RANGE.from - 30 * HOUR).toISOString(),
    });
    const full = disk(RANGE.from + HOUR - MINUTE, 0.14);
    const living = containerRecord('living', RANGE.from);
    await pushRecords(loki, [
      [RANGE.from - 10 * HOUR, pressure(RANGE.from - 10 * HOUR, null)],
      [RANGE.from - 30 * HOUR, podOf(gone)],
      [RANGE.from + HOUR, gone],
      [Date.parse(full.time), full],
      [RANGE.from - 5 * HOUR, podOf(living, { phase: 'Running', finished: null, final: false })],
      [RANGE.from - 5 * HOUR, podOf(containerRecord('over', RANGE.from - 5 * HOUR))],
    ]);
    const { records, pressures, cases } = await load();
    expect(records.pods.map(({ workload }) => workload).sort()).toEqual(['gone', 'living']);
    expect(pressures).toHaveLength(1);
    expect(cases.find(({ job }) => job === 'gone')?.cause).toBe('C1');
  });
});

describe('trouble', () => {
  it('keeps what came before Loki failed, and goes on when asked again', async () => {
    await pushRecords(
      loki,
      names(6000).map((name, i) => [RANGE.from + i * 1000, containerRecord(name, RANGE.from + i * 1000)])
    );
    let answers = 0;
    loki.beforeAnswer = (expr) => {
      if (expr.startsWith('{') && expr.includes('record="container"') && ++answers > 2) {
        throw new Error('context deadline exceeded');
      }
    };
    const failed = await load();
    expect(failed).toMatchObject({ status: 'failed', error: 'context deadline exceeded' });
    expect(failed.records.containers.length).toBeGreaterThan(1000);
    loki.beforeAnswer = () => undefined;
    loki.asked = [];
    expect((await load()).records.containers).toHaveLength(6000);
    expect(loki.asked.filter((expr) => expr.startsWith('{') && expr.includes('"container"'))).toHaveLength(1);
  });

  it('can be cancelled', async () => {
    await pushRecords(loki, [[RANGE.from + HOUR, containerRecord('a', RANGE.from + HOUR)]]);
    const cancelled = until('cancelled');
    loki.beforeAnswer = (expr) => {
      if (expr.includes('record="pod"')) {
        loader.cancel();
      }
    };
    loader.load(RANGE);
    expect((await cancelled).status).toBe('cancelled');
    loki.beforeAnswer = () => undefined;
    expect((await load()).records.containers).toHaveLength(1);
  });

  it('counts lines that are no record', async () => {
    const stream = { service_name: 'afterlog', record: 'container', cluster: 'c1' };
    await loki.push(stream, [[BigInt(RANGE.from + HOUR) * 1_000_000n, '{"v":2}']]);
    expect((await load()).partial).toEqual([{ why: 'unreadable', lines: 1 }]);
  });

  it('says where more stands in a millisecond than can be paged through', async () => {
    const at = RANGE.from + HOUR;
    await pushRecords(
      loki,
      names(5500).map((name) => [at, containerRecord(name, at)])
    );
    const { partial, records } = await load();
    expect(partial).toEqual([{ why: 'one-millisecond', at }]);
    expect(records.containers.length).toBeGreaterThanOrEqual(5000);
  });
});
