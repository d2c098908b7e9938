import { readFileSync } from 'node:fs';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gcRecordSchema } from '../../../model/records';
import { formatNs } from '../../../model/time';
import { createLogger } from '../../common/log';
import { gcRecords } from '../gc-records';
import { FileSource } from './file-source';
import { KubeletLog } from './kubelet-log';
import type { LineSource, SourceLine } from './line-source';
import type { Reclaim } from './reclaim';

const recorded = 'tests/recording/disk-pressure/kubelet/kubelet.log';
const logger = createLogger('error');
const NOW = Date.parse('2026-11-23T23:26:00Z');

/** Lines at hand instead of a file: the sources have their own tests. */
class Lines implements LineSource {
  state = 'reading';
  problem = null;
  constructor(private readonly lines: SourceLine[]) {}
  start(_: string | null, onLine: (line: SourceLine) => void): Promise<void> {
    this.lines.forEach(onLine);
    return Promise.resolve();
  }
  stop(): Promise<void> {
    return Promise.resolve();
  }
}

async function reclaimsOf(
  source: LineSource,
  now = NOW,
  timeZone?: string
): Promise<{ reclaims: Reclaim[]; log: KubeletLog }> {
  const reclaims: Reclaim[] = [];
  const log = new KubeletLog({
    ...{ source, logger, timeZone },
    now: () => now,
    onReclaim: (reclaim) => void reclaims.push(reclaim),
  });
  await log.start(null);
  await log.stop();
  return { reclaims, log };
}

describe("the recorded kubelet's log", () => {
  test('gives the two reclaims with all containers and images they removed', async () => {
    const { reclaims } = await reclaimsOf(
      new Lines(
        readFileSync(recorded, 'utf8')
          .split('\n')
          .map((text, n) => ({ text, writtenMs: undefined, position: String(n) }))
      ),
      NOW,
      'UTC'
    );
    const records = reclaims.flatMap((reclaim) => gcRecords(reclaim, 'c1', 'node-a'));
    expect(records.map((record) => gcRecordSchema.parse(record))).toEqual(records);
    expect(
      records.map(({ id, start, end, resource, containers, images, imageBytes, outcome, trigger }) => ({
        ...{ id, start, end, resource, imageBytes, outcome, trigger },
        containers: containers.length,
        images: images.length,
      }))
    ).toEqual([
      {
        id: 'node-a/gc/2026-11-23T23:15:38.571891000Z',
        trigger: 'eviction',
        resource: 'ephemeral-storage',
        start: '2026-11-23T23:15:38.571891000Z',
        end: '2026-11-23T23:15:41.287142000Z',
        containers: 34,
        images: 1,
        imageBytes: 2_130_676,
        outcome: 'relieved',
      },
      {
        id: 'node-a/gc/2026-11-23T23:19:22.101533000Z',
        trigger: 'eviction',
        resource: 'ephemeral-storage',
        start: '2026-11-23T23:19:22.101533000Z',
        end: '2026-11-23T23:19:22.967708000Z',
        containers: 7,
        images: 3,
        imageBytes: 195_135_483,
        outcome: 'relieved',
      },
    ]);
  });

  test('is read with the times of another zone, when the file shows that the kubelet lives there', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'afterlog-kubelet-log-'));
    try {
      const path = join(directory, 'kubelet.log');
      await writeFile(path, readFileSync(recorded));
      // As if a kubelet in Tokyo had written it: its last line says 23:25:49, and was written at 14:25:50 UTC.
      const written = new Date('2026-11-23T14:25:50Z');
      await utimes(path, written, written);
      const { reclaims } = await reclaimsOf(new FileSource(path, logger), written.getTime());
      expect(reclaims.map(({ start }) => formatNs(start))).toEqual([
        '2026-11-23T14:15:38.571891000Z',
        '2026-11-23T14:19:22.101533000Z',
      ]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('KubeletLog', () => {
  const line = (text: string, position: string, writtenMs?: number): SourceLine => ({
    text: `I1123 23:15:38.571891   18848 a.go:1] ${text}`,
    writtenMs,
    position,
  });

  test('reads on from before a reclaim that was not over when the agent stopped', async () => {
    const { reclaims, log } = await reclaimsOf(
      new Lines([
        line('something else', '1'),
        line('eviction manager: attempting to reclaim inodes', '2'),
        line('attempting to delete unused containers', '3'),
      ]),
      NOW,
      'UTC'
    );
    expect(reclaims).toEqual([]);
    expect(log.safePosition).toBe('1');
  });

  test('believes the journal about the zone', async () => {
    const writtenMs = Date.parse('2026-11-23T21:15:38.6Z'); // the kubelet's clock is two hours ahead of UTC
    const { reclaims } = await reclaimsOf(
      new Lines([
        line('eviction manager: attempting to reclaim inodes', '1', writtenMs),
        line('eviction manager: able to reduce inodes pressure without evicting pods.', '2', writtenMs),
      ])
    );
    expect(reclaims.map(({ start }) => formatNs(start))).toEqual(['2026-11-23T21:15:38.571891000Z']);
  });

  const wrapped = (stamp: string) => (text: string, n: number) => ({
    text: `${stamp} node-1 kubelet[1]: I1123 23:15:38.571891   18848 a.go:1] ${text}`,
    writtenMs: undefined,
    position: String(n),
  });
  const short = [
    'eviction manager: attempting to reclaim inodes',
    'eviction manager: able to reduce inodes pressure without evicting pods.',
  ];

  test('believes a full time before the line about zone and year', async () => {
    const { reclaims } = await reclaimsOf(new Lines(short.map(wrapped('2026-11-23T23:15:39+09:00'))));
    expect(reclaims.map(({ start }) => formatNs(start))).toEqual(['2026-11-23T14:15:38.571891000Z']);
  });

  test('tells nothing of a copied log while its zone is not known, and all of it as soon as a line tells it', async () => {
    const { reclaims, log } = await reclaimsOf(new Lines(short.map(wrapped('Nov 23 23:15:38'))));
    expect(reclaims).toEqual([]);
    expect(log.safePosition).toBeNull();
    const own = 'manager.go:213] Machine: {Timestamp:2026-11-23 23:15:38.571 +0900 JST m=+5.26 NumCores:2}';
    const later = await reclaimsOf(new Lines([...short, own].map(wrapped('Nov 23 23:15:38'))));
    expect(later.reclaims.map(({ start }) => formatNs(start))).toEqual(['2026-11-23T14:15:38.571891000Z']);
    expect(later.log.safePosition).toBe('zone=32400000;2'); // a restart knows it still
    const given = await reclaimsOf(new Lines(short.map(wrapped('Nov 23 23:15:38'))), NOW, 'Asia/Tokyo');
    expect(given.reclaims).toEqual(later.reclaims);
  });

  test('takes the time of an exported journal entry from its own line', async () => {
    const fields = [
      '__REALTIME_TIMESTAMP=1795443338600000',
      '_HOSTNAME=n',
      '',
      '__REALTIME_TIMESTAMP=1795443338600000',
    ];
    const lines = [...fields, ...short.map((text) => `MESSAGE=I1123 23:15:38.571891   18848 a.go:1] ${text}`)];
    const { reclaims } = await reclaimsOf(
      new Lines(lines.map((text, n) => ({ text, writtenMs: undefined, position: String(n) })))
    );
    expect(reclaims.map(({ start }) => formatNs(start))).toEqual(['2026-11-23T14:15:38.571891000Z']);
  });

  test('takes the time of an entry in a verbose journal from its cursor: the abbreviation of its zone names no offset', async () => {
    const entry = (seconds: number) =>
      `Mon 2026-11-23 23:15:38.600000 IST [s=9b8d4c;i=1a2f;b=77aa;m=5f3c21;t=${((1795443338.6 + seconds) * 1e6).toString(16)};x=ab12]`;
    const fields = (text: string, n: number) => [
      entry(n),
      '    _SYSTEMD_UNIT=kubelet.service',
      `    MESSAGE=I1123 23:15:38.571891   18848 a.go:1] ${text}`,
      '    _PID=18848',
    ];
    const lines = short.flatMap(fields).map((text, n) => ({ text, writtenMs: undefined, position: String(n) }));
    const { reclaims } = await reclaimsOf(new Lines(lines));
    expect(reclaims.map(({ start }) => formatNs(start))).toEqual(['2026-11-23T14:15:38.571891000Z']);
  });

  test('leaves out lines whose time cannot be right', async () => {
    const json = (ts: number, msg: string): SourceLine => ({
      text: JSON.stringify({ ts, msg }),
      writtenMs: undefined,
      position: '1',
    });
    const { reclaims } = await reclaimsOf(
      new Lines([
        json(1e12, 'Eviction manager: attempting to reclaim'),
        json(9e13, 'Attempting to delete unused containers'),
        json(9e13, 'Eviction manager: able to reduce resource pressure without evicting pods.'),
      ])
    );
    expect(reclaims).toEqual([]);
  });
});

test('a reclaim of thousands of containers becomes several records, each well under a line of Loki', () => {
  const reclaim: Reclaim = {
    trigger: 'eviction',
    resource: 'ephemeral-storage',
    start: 1795475738571891000n,
    end: 1795475748571891000n,
    containers: Array.from({ length: 2500 }, (_, n) => ({
      containerId: n.toString(16).padStart(64, '0'),
      at: 1795475739000000000n,
    })),
    failed: [],
    usagePercent: null,
    images: [{ id: 'sha256:1', bytes: 5 }],
    evicted: [],
    outcome: 'relieved',
  };
  const records = gcRecords(reclaim, 'c1', 'n1');
  expect(
    records.map(({ containers, images, part, id }) => [containers.length, images.length, part, id.split('Z')[1]])
  ).toEqual([
    [1000, 1, 1, ''],
    [1000, 0, 2, '/2'],
    [500, 0, 3, '/3'],
  ]);
  expect(records.every(({ containersTotal, parts }) => containersTotal === 2500 && parts === 3)).toBe(true);
  expect(Math.max(...records.map((record) => JSON.stringify(record).length))).toBeLessThan(150_000);
});

describe('a log that grows without a line of a kubelet', () => {
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  test('is reported once, with the line, and is no problem any more when one comes', async () => {
    jest.useFakeTimers({ now: NOW });
    const warn = jest.spyOn(logger, 'warn');
    let onLine: (line: SourceLine) => void = () => undefined;
    const source: LineSource = {
      state: 'reading a',
      problem: null,
      start: (_, take) => Promise.resolve(void (onLine = take)),
      stop: () => Promise.resolve(),
    };
    const log = new KubeletLog({ source, logger, now: Date.now, onReclaim: () => undefined });
    await log.start(null);
    for (let n = 0; n < 10; n++) {
      onLine({ text: `level=info n=${n}`, writtenMs: undefined, position: '1' });
      jest.advanceTimersByTime(5000);
    }
    expect(warn.mock.calls.map(([message]) => String(message))).toEqual(['the kubelet log cannot be used']);
    expect(log.coverage.problem).toContain('the last of them: "level=info n=');
    onLine({ text: 'I1123 23:26:38.571891   18848 a.go:1] x', writtenMs: Date.now(), position: '2' });
    jest.advanceTimersByTime(5000);
    expect(log.coverage.problem).toBeNull();
    await log.stop();
  });
});
