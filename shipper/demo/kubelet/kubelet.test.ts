import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../../tests/testkit/until';
import { KubeletClient } from '../../node/kubelet/kubelet-client';
import { parseStatsSummary } from '../../node/disk/stats-summary';
import { TimeShift } from '../replay/shift';
import { startKubelet } from './kubelet';
import { KubeletLogWriter, timedLines } from './kubelet-log';
import { recordedFilesystem } from './stats';

const at = (clock: string) => Date.parse(`2026-11-23T${clock}Z`);
const shift = new TimeShift(3600);
const sample = (clock: string, availableBytes: number) => ({
  t: at(clock),
  summary: { node: { startTime: `2026-11-23T${clock}Z`, fs: { capacityBytes: 100, availableBytes } } },
});
const samples = [sample('23:10:00', 80), sample('23:10:10', 20)];

describe('the recorded kubelet', () => {
  it('answers with the sample in force, its times moved, and with its configuration and metrics', async () => {
    let now = at('23:09:00');
    const kubelet = await startKubelet({ configz: '{"a":1}', metrics: 'm 1\n', samples, shift, now: () => now });
    const client = new KubeletClient({ url: kubelet.url });
    const available = async () => parseStatsSummary(await client.statsSummary()).nodefs?.available;
    expect(await available()).toBe(80);
    now = at('23:10:09');
    expect(await available()).toBe(80);
    now = at('23:10:11');
    expect(await available()).toBe(20);
    expect(JSON.stringify(await client.statsSummary())).toContain('2026-11-24T00:10:10Z');
    expect(await client.configz()).toEqual({ a: 1 });
    expect(await client.metrics()).toBe('m 1\n');
    client.close();
    await kubelet.close();
  });

  it('lends the agent its file system', async () => {
    const read = recordedFilesystem(samples, () => at('23:10:30'));
    expect(await read('/anywhere')).toMatchObject({
      device: 0,
      filesystem: { capacity: 100, available: 20, used: 80 },
    });
  });
});

describe('the recorded kubelet’s log', () => {
  const dir = mkdtempSync(join(tmpdir(), 'afterlog-kubelet-log-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  it('is written line by line when the times come, which are moved, also those of the file', async () => {
    const file = join(dir, 'kubelet.log');
    const lines = ['I1123 23:10:01.000001    7 a.go:1] one', '\tmore of it', 'I1123 23:50:02.000002    7 a.go:2] two'];
    let now = at('23:10:02');
    const writer = new KubeletLogWriter(file, timedLines(lines, at('23:59:00')), shift, () => now);
    const first = 'I1124 00:10:01.000001    7 a.go:1] one\n\tmore of it\n';
    expect(readFileSync(file, 'utf8')).toBe(first);
    expect(statSync(file).mtimeMs).toBe(at('23:10:01') + 3_600_000);
    now = at('23:50:03');
    await until('the next line', () => statSync(file).size > first.length);
    writer.stop();
    expect(readFileSync(file, 'utf8')).toBe(`${first}I1124 00:50:02.000002    7 a.go:2] two\n`);
  });
});
