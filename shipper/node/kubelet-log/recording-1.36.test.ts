import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gcRecordSchema, type GcRecord } from '../../../model/records';
import { createLogger } from '../../common/log';
import { gcRecords } from '../gc-records';
import { KubeletLog } from './kubelet-log';

const recording = join(__dirname, '../../../tests/recording/disk-pressure-1.36');
const linesOf = (name: string) => readFileSync(join(recording, name), 'utf8').trimEnd().split('\n');

interface Truth {
  id: string;
  cause: string | null;
  runtimeRemoved: string | null;
}
const truth = linesOf('ground-truth.jsonl').map((line) => JSON.parse(line) as Truth);

const END = Date.parse('2026-11-28T20:58:00Z');

/** The gc records that the agent writes of the recorded kubelet's log, text and then JSON. */
async function recordsOf(wrap: (line: string) => string): Promise<GcRecord[]> {
  const records: GcRecord[] = [];
  const lines = [...linesOf('kubelet/kubelet.log'), ...linesOf('kubelet/kubelet.json.log')].map(wrap);
  const log = new KubeletLog({
    source: {
      state: 'reading',
      problem: null,
      start: (_, onLine) =>
        Promise.resolve(
          lines.forEach((text, n) =>
            onLine({ text, writtenMs: n === lines.length - 1 ? END : undefined, position: String(n) })
          )
        ),
      stop: () => Promise.resolve(),
    },
    logger: createLogger('error'),
    now: () => END,
    timeZone: 'UTC',
    onReclaim: (reclaim) => records.push(...gcRecords(reclaim, 'c1', 'node-b')),
  });
  jest.useFakeTimers();
  await log.start(null);
  jest.advanceTimersByTime(5000); // an image garbage collection does not say that it is over
  jest.useRealTimers();
  await log.stop();
  return records;
}

describe("the recorded kubelet 1.36's log, text and then JSON", () => {
  let records: GcRecord[];
  beforeAll(async () => {
    records = await recordsOf((line) => line);
  });

  test('gives every reclaim, every image garbage collection and every eviction', () => {
    expect(records.map((record) => gcRecordSchema.parse(record))).toEqual(records);
    expect(
      records.map(({ start, trigger, containers, images, outcome, evicted }) =>
        [start.slice(11, 19), trigger, containers.length, images.length, outcome, ...evicted].join(' ')
      )
    ).toEqual([
      '20:47:34 eviction 46 0 relieved',
      '20:49:07 eviction 11 0 relieved',
      '20:50:28 image-gc 0 5 unknown',
      '20:51:09 eviction 11 0 evicting job-test/hog-xcg4t',
      '20:51:14 eviction 0 0 relieved',
      '20:53:51 eviction 13 5 relieved',
      '20:55:13 eviction 9 0 evicting job-test/hog2-cqm2n',
      '20:57:20 image-gc 0 5 unknown',
    ]);
  });

  test('names exactly the containers that the runtime removed then, each within the second', () => {
    const named = new Map(
      records.flatMap(({ containers }) => containers.map(({ containerId, at }) => [containerId, at]))
    );
    const removed = truth.filter(({ cause }) => cause === 'C1');
    expect([...named.keys()].sort()).toEqual(removed.map(({ id }) => id).sort());
    for (const { id, runtimeRemoved } of removed) {
      expect(Math.abs(Date.parse(named.get(id) ?? '') - Date.parse(runtimeRemoved ?? ''))).toBeLessThan(1500);
    }
  });

  test.each<[string, (line: string) => string]>([
    ['syslog', (line) => `Nov 28 20:53:14 node-b kubelet[3295]: ${line}`],
    ['k0s', (line) => `time="2026-11-28 20:53:14" level=info msg=${JSON.stringify(line)} component=kubelet`],
    ['docker json-file', (line) => JSON.stringify({ log: `${line}\n`, stream: 'stderr' })],
  ])('gives the same behind the prefixes of %s', async (_, wrap) => {
    expect(await recordsOf(wrap)).toEqual(records);
  });
});
