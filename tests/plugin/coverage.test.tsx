import React from 'react';
import type { AppRootProps } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import App from '../../src/App';
import { forgetRecords } from '../../src/data/records';
import { COVERAGE_PATH } from '../../src/shared/paths';
import type { JsonData } from '../../src/shared/settings';
import { type HeartbeatRecord, RECORD_VERSION, type ThresholdsRecord } from '../../model/records';
import { defaultThresholds } from '../../model/thresholds';
import { appMeta } from './app-meta';
import { LokiDataSource } from './loki-data-source';
import { heartbeat, iso, pushRecords } from './push-records';

const MINUTE = 60_000;
const NOW = Date.now();
const NODES = 120;
let loki: LokiDataSource;

const nameOf = (n: number) => `node-${`${n}`.padStart(3, '0')}`;
const beat = (n: number, toMinutesAgo: number, more: Partial<HeartbeatRecord> = {}): [number, HeartbeatRecord] => {
  const to = NOW - toMinutesAgo * MINUTE;
  const node = nameOf(n);
  const own = { node, id: `${node}/heartbeat`, version: '1.2.3', statsProblem: null };
  return [to, { ...heartbeat(NOW - 90 * MINUTE, to), ...own, ...more }];
};
const settings = (n: number, more: Partial<ThresholdsRecord> = {}): [number, ThresholdsRecord] => {
  const [node, time] = [nameOf(n), NOW - 80 * MINUTE];
  const common = { v: RECORD_VERSION, kind: 'thresholds', cluster: 'c1' } as const;
  const own = { ...common, id: `${node}/thresholds`, node, time: iso(time) };
  return [time, { ...own, ...defaultThresholds('v1.31.0'), source: 'configz', ...more }];
};

beforeAll(async () => {
  loki = await LokiDataSource.start();
  const fine = Array.from({ length: NODES - 3 }, (_, n) => n + 3);
  await pushRecords(loki, [
    ...fine.map((n) => beat(n, 1)),
    beat(0, 40),
    beat(1, 1, { lokiProblem: '401 Unauthorized', unackedBytes: 5_000_000, oldestUnacked: iso(NOW - 11 * MINUTE) }),
    beat(2, 1, { kubeletLog: { source: 'file', from: null, to: null, problem: 'no such file' } }),
    ...[1, 2, ...fine].map((n) => settings(n, n === 50 ? { imageGcHighPercent: 60 } : {})),
  ]);
  await loki.push({ service_name: 'afterlog', record: 'case', cluster: 'c1' }, [
    [BigInt(NOW - 30 * MINUTE) * 1_000_000n, '{}', { node: nameOf(7), status: 'lost', delta: '1' }],
  ]);
});
afterAll(() => loki.close());
beforeEach(() => {
  forgetRecords();
  loki.failure = undefined;
});

function open(search = '?from=now-1h&to=now'): void {
  locationService.push(`${COVERAGE_PATH}${search}`);
  const meta = appMeta({ lokiUid: 'loki' });
  const props: AppRootProps<JsonData> = { meta, basename: '', path: '', query: {}, onNavChanged: () => undefined };
  render(<App {...props} />);
}

const HEADLINE = '1 of 120 nodes is not observed; 3 have a problem; no watch reports from c1';
async function nodes(): Promise<string[]> {
  const region = await screen.findByRole('region', { name: 'Nodes' });
  return [...region.querySelectorAll('a')].map((link) => link.textContent ?? '');
}
const linkOf = (name: string) => screen.findByText(name, { selector: 'a' });
const rowOf = async (name: string) => (await linkOf(name)).closest('tr')?.textContent ?? '';

describe('the coverage page', () => {
  it('says first how much of the fleet is observed, and lists the worst first, a page at a time', async () => {
    open();
    expect(await screen.findByRole('heading', { name: HEADLINE })).toBeVisible();
    expect((await nodes()).slice(0, 5)).toEqual([0, 1, 2, 50, 7].map(nameOf));
    expect((await nodes()).length).toBeLessThan(NODES);
    expect(await rowOf(nameOf(0))).toContain('Agent is silent');
    expect(await rowOf(nameOf(1))).toMatch(/Loki does not acknowledge401 Unauthorized.*1\.2\.3.*10 min.*5\.0 MB/);
    expect(await rowOf(nameOf(2))).toContain('Kubelet log not readno such file');
    expect(await rowOf(nameOf(50))).toMatch(/Thresholds differ.*imageGCHighThresholdPercent: 60 \(most nodes: 85\)/);
    expect(await rowOf(nameOf(7))).toContain('1 lost');
  });

  it('leads to the timeline of a node, in the same time range', async () => {
    open();
    const link = await linkOf(nameOf(0));
    expect(link.getAttribute('href')).toMatch(/\/timeline\?from=now-1h&to=now&cluster=c1&node=node-000$/);
  });

  it('is narrowed down to nodes, and ordered by a column, both in the address', async () => {
    open('?from=now-1h&to=now&node=node-001&node=node-050');
    await waitFor(async () => expect(await nodes()).toEqual([nameOf(1), nameOf(50)]));
    await userEvent.click(screen.getByRole('button', { name: 'Sort column Image GC' }));
    await waitFor(() => expect(locationService.getSearch().get('sort-nodes')).toMatch(/^image-gc/));
  });

  it('says that Loki did not answer, and no more', async () => {
    loki.failure = 'out of order';
    open();
    expect(await screen.findByText('Loki did not answer')).toBeVisible();
    expect(screen.queryByText('No record of Afterlog in this time range')).toBeNull();
  });

  it('says that there is no record', async () => {
    open(`?from=${NOW - 30 * 86_400_000}&to=${NOW - 29 * 86_400_000}`);
    expect(await screen.findByText('No record of Afterlog in this time range')).toBeVisible();
  });
});
