import { readFileSync } from 'node:fs';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskRecordSchema, gcRecordSchema, thresholdsRecordSchema } from '../../model/records';
import { createLogger } from '../common/log';
import type { OutgoingRecord } from '../loki/record-writer';
import { NodeFacts, type NodeFactsDeps, type NodeFactsOptions } from './node-facts';
import { serve, type TestServer } from '../../tests/testkit/http';

const recorded = (name: string): string => readFileSync(`tests/recording/disk-pressure/kubelet/${name}`, 'utf8');
const NOW = Date.parse('2026-11-23T23:26:00Z');

let directory: string;
let server: TestServer;
let kubelet: string;
let up: boolean;
let written: OutgoingRecord[];
let facts: NodeFacts | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'afterlog-node-'));
  written = [];
  facts = undefined;
  up = true;
  const bodies: Record<string, string> = {
    '/configz': recorded('configz.json'),
    '/metrics': recorded('metrics.txt'),
    '/stats/summary': JSON.stringify(
      (JSON.parse(recorded('stats-summary.jsonl').split('\n')[22] ?? '') as { summary: unknown }).summary
    ),
  };
  server = await serve(({ url }) => {
    const body = up ? bodies[url] : undefined;
    return { status: body === undefined ? 503 : 200, body };
  });
  kubelet = server.url;
});
afterEach(async () => {
  await facts?.stop();
  await server.close();
  await rm(directory, { recursive: true });
});

async function start(options: Partial<NodeFactsOptions> = {}, deps: Partial<NodeFactsDeps> = {}): Promise<NodeFacts> {
  facts = new NodeFacts(
    { cluster: 'c1', node: 'node-a', disk: { nodefsDir: directory, imagefsDir: directory }, ...options },
    {
      records: {
        write: (record, settled) => {
          written.push(record);
          settled?.();
        },
      },
      logger: createLogger('error'),
      clock: () => NOW,
      ...deps,
    }
  );
  await facts.start();
  return facts;
}

const lines = (kind: string): unknown[] =>
  written.filter((record) => record.kind === kind).map(({ line }) => JSON.parse(line));

describe('NodeFacts', () => {
  test('writes thresholds, disk and reclaims of its node, each under the time it happened', async () => {
    const path = join(directory, 'kubelet.log');
    await writeFile(path, recorded('kubelet.log'));
    await start(
      { kubelet: { url: kubelet }, kubeletLog: { kind: 'file', path, timeZone: 'UTC' } },
      { logBytes: () => ({ live: 1, dead: 2 }), atRisk: () => 3 }
    );
    expect(lines('thresholds').map((line) => thresholdsRecordSchema.parse(line))).toMatchObject([
      { id: 'node-a/thresholds', source: 'configz', pressureTransitionSeconds: 60 },
    ]);
    expect(lines('disk').map((line) => diskRecordSchema.parse(line))).toMatchObject([
      { layout: 'single', layoutFrom: 'devices', logs: { live: 1, dead: 2 }, atRisk: 3, layers: 426831872 },
    ]);
    expect(lines('gc').map((line) => gcRecordSchema.parse(line).containersTotal)).toEqual([34, 7]);
    expect(written.filter(({ kind }) => kind === 'gc')).toMatchObject([
      { timestamp: 1795475738571891000n, metadata: { node: 'node-a', outcome: 'relieved', final: 'true' } },
      { timestamp: 1795475962101533000n },
    ]);
  });

  test('a restart tells no reclaim twice and none by half', async () => {
    const path = join(directory, 'kubelet.log');
    const log = recorded('kubelet.log').split('\n');
    const cut = log.findIndex((line) => line.includes('attempting to delete unused images'));
    await writeFile(path, `${log.slice(0, cut).join('\n')}\n`);
    let position: string | null = null;
    const cursor = { load: () => position, save: (text: string) => void (position = text) };
    const kubeletLog = { kind: 'file' as const, path, timeZone: 'UTC' };
    const first = await start({ kubeletLog }, { cursor, clock: () => Date.parse('2026-11-23T23:15:39Z') });
    await first.stop();
    expect(lines('gc')).toEqual([]);
    await appendFile(path, log.slice(cut).join('\n'));
    await (await start({ kubeletLog }, { cursor })).stop();
    await (await start({ kubeletLog }, { cursor })).stop();
    expect(lines('gc').map((line) => gcRecordSchema.parse(line).containersTotal)).toEqual([34, 7]);
  });

  test('reads a reclaim again after a restart until Loki has acknowledged its record', async () => {
    const path = join(directory, 'kubelet.log');
    await writeFile(path, recorded('kubelet.log'));
    let position: string | null = null;
    const cursor = { load: () => position, save: (text: string) => void (position = text) };
    const kubeletLog = { kind: 'file' as const, path, timeZone: 'UTC' };
    const waiting: Array<() => void> = [];
    const records = {
      write: (record: OutgoingRecord, settled?: () => void) => {
        written.push(record);
        waiting.push(...(settled ? [settled] : []));
      },
    };
    await (await start({ kubeletLog }, { cursor, records })).stop(); // Loki acknowledges nothing
    await (await start({ kubeletLog }, { cursor, records })).stop();
    expect(lines('gc').map((line) => gcRecordSchema.parse(line).containersTotal)).toEqual([34, 7, 34, 7]);
    const third = await start({ kubeletLog }, { cursor, records });
    waiting.at(-2)?.(); // only the first reclaim is in Loki
    await third.stop();
    written = [];
    const fourth = await start({ kubeletLog }, { cursor, records });
    expect(lines('gc').map((line) => gcRecordSchema.parse(line).containersTotal)).toEqual([7]);
    waiting.forEach((settle) => settle());
    await fourth.stop();
    written = [];
    await (await start({ kubeletLog }, { cursor })).stop();
    expect(lines('gc')).toEqual([]);
  });

  test('goes on without a kubelet and without its log, and says what is missing', async () => {
    up = false;
    const { state } = await start({ kubelet: { url: kubelet } });
    expect(lines('thresholds')).toMatchObject([{ source: 'assumed', evictionHard: { 'imagefs.available': '15%' } }]);
    expect(lines('disk')).toMatchObject([{ layout: 'single', images: null, pods: [], logs: null, atRisk: null }]);
    expect(state.thresholds).toMatch(/^assumed: .* answered 503/);
    expect(state.kubeletLog).toContain('inferred');
    expect(state.disk).toBe('layout single (devices)');
  });

  test('a directory that is not there makes the layout unknown, not the agent stop', async () => {
    const { state } = await start({ disk: { nodefsDir: directory, imagefsDir: join(directory, 'none') } });
    expect(lines('disk')).toMatchObject([{ layout: 'unknown', imagefs: null }]);
    expect(state.disk).toBe('layout unknown (none)');
  });
});
