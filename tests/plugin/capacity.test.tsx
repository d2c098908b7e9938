import React from 'react';
import type { AppRootProps } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import App from '../../src/App';
import { forgetRecords } from '../../src/data/records';
import { CAPACITY_PATH } from '../../src/shared/paths';
import type { JsonData } from '../../src/shared/settings';
import { caseLine, caseMetadata, type CaseRecord, contentOf } from '../../model/case-records';
import { type Case, casesOf } from '../../model/cases';
import type { ContainerRecord } from '../../model/records';
import { appMeta } from './app-meta';
import { LokiDataSource, type Value } from './loki-data-source';
import { containerRecord, disk, heartbeat, iso, podOf, pressure, pushRecords } from './push-records';

const MINUTE = 60_000;
const NOW = Date.now();
const GONE = NOW - 30 * MINUTE;
let loki: LokiDataSource;

const ofContainers = (records: readonly ContainerRecord[]) =>
  records.flatMap((one): Array<[number, { kind: string; id: string }]> => {
    const left = Date.parse(one.left?.at ?? '');
    return [
      [left, one],
      [left - MINUTE, podOf(one)],
    ];
  });

/** What a watch wrote that has worked out all cases until `until`. */
const watch = (until: number) => ({
  ...{ v: 2, kind: 'watch', id: 'watch/w', cluster: 'c1', identity: 'w', from: iso(NOW), to: iso(NOW), kinds: {} },
  ...{ cases: { from: iso(NOW - 86_400_000), to: iso(until) }, final: false },
});

beforeAll(async () => {
  loki = await LokiDataSource.start();
  const kept = ['report', 'invoice'].map((name) => containerRecord(name, GONE));
  const lost = containerRecord('nightly', GONE + 500, { status: 'lost', linesAcked: 0, bytesAcked: 0 });
  await pushRecords(loki, [
    [GONE, pressure(GONE, GONE + 6 * MINUTE)],
    ...ofContainers([...kept, lost]),
    ...[50, 40, 30, 20, 10].map((ago, i): [number, ReturnType<typeof disk>] => [
      NOW - ago * MINUTE,
      disk(NOW - ago * MINUTE, 0.5 - i * 0.1),
    ]),
    [NOW - MINUTE, heartbeat(NOW - 90 * MINUTE, NOW - MINUTE)],
    [NOW, watch(NOW - 86_400_000)],
  ]);
});
afterAll(() => loki.close());
beforeEach(() => {
  forgetRecords();
  loki.failure = undefined;
  loki.beforeAnswer = () => undefined;
});

function open(search = '?from=now-1h&to=now'): void {
  locationService.push(`${CAPACITY_PATH}${search}`);
  const meta = appMeta({ lokiUid: 'loki' });
  const props: AppRootProps<JsonData> = { meta, basename: '', path: '', query: {}, onNavChanged: () => undefined };
  render(<App {...props} />);
}

/** The rows of the table of a section, cell by cell. */
async function rowsOf(section: string): Promise<string[][]> {
  const region = await screen.findByRole('region', { name: section });
  return [...region.querySelectorAll('tr')].map((row) =>
    [...row.querySelectorAll('th, td')].map((cell) => cell.textContent ?? '')
  );
}
const findSummary = () => screen.findByRole('heading', { name: /^node-a: reclaims not known, 6 min of DiskPressure/ });

describe('the capacity page', () => {
  it.each(['legacy', 'dataplane'] as const)(
    'says first what the worst node went through (frames in the %s layout)',
    async (layout) => {
      loki.layout = layout;
      open();
      expect((await findSummary()).textContent).toMatch(/3 logs .* Loki lacks 1 completely and 0 in part\.$/);
      const [head, row] = await rowsOf('By node');
      const figures = Object.fromEntries((head ?? []).map((name, i) => [name, row?.[i]]));
      expect(figures).toMatchObject({ Node: 'node-a', 'Pressure h': '0.10', Reclaims: '–', Complete: '2', Lost: '1' });
      const [, headroom] = await rowsOf('Headroom');
      expect(headroom?.slice(0, 6)).toEqual(['node-a', 'nodefs bytes', '107 GB', '90 %', '90 %', '90 %']);
    }
  );

  it('ranks by Job family, in the order of a column, both in the address', async () => {
    open();
    await findSummary();
    await userEvent.click(screen.getByRole('radio', { name: 'Job family' }));
    const names = async () => (await rowsOf('By Job family')).slice(1).map((cells) => cells[1]);
    expect(await names()).toEqual(['nightly', 'invoice', 'report']);
    await userEvent.click(screen.getByRole('button', { name: 'Sort column Complete' }));
    await waitFor(async () => expect(await names()).toEqual(['invoice', 'report', 'nightly']));
    expect(locationService.getSearch().toString()).toMatch(/by=job&sort=complete(\+|%20)desc$/);
  });

  it('narrows cases down to a Job, and leaves what the node went through', async () => {
    open('?from=now-1h&to=now&job=nightly');
    expect((await findSummary()).textContent).toMatch(/1 log .* Loki lacks 1 completely/);
  });

  it('shows disks while the counts are read, and keeps them when the reading is stopped', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    loki.beforeAnswer = (expr) => (expr.includes('record="pod"') ? held : undefined);
    open();
    await screen.findByRole('region', { name: 'Headroom' });
    expect(screen.getByText(/^Reading records/)).toBeVisible();
    // What is not counted yet is not claimed.
    expect(screen.queryByRole('heading', { name: /^node-a/ })).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Stop' }));
    release();
    expect(await screen.findByText('The reading was stopped')).toBeVisible();
    expect(screen.getByRole('region', { name: 'Headroom' })).toBeVisible();
    expect(screen.getByRole('heading', { name: /stopped|interrupted/i })).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Read again' }));
    expect(await findSummary()).toBeVisible();
    expect(screen.queryByText('The reading was stopped')).toBeNull();
  });

  it('shows why Loki gave no answer, nothing else, and asks again', async () => {
    loki.failure = 'too many outstanding requests';
    open();
    expect(await screen.findByText('too many outstanding requests')).toBeVisible();
    expect(screen.queryByRole('table')).toBeNull();
    expect(screen.queryByText('No record of Afterlog in this time range')).toBeNull();
    loki.failure = undefined;
    await userEvent.click(screen.getByRole('button', { name: 'Read again' }));
    expect(await findSummary()).toBeVisible();
  });

  it('says that nothing is there, or nothing of a node', async () => {
    open('?from=now-20d&to=now-19d');
    expect(await screen.findByText('No record of Afterlog in this time range')).toBeVisible();
    expect(screen.queryByRole('table')).toBeNull();
  });

  it('says that no record tells of the nodes in the filter, and takes the filter away', async () => {
    open('?from=now-1h&to=now&node=node-z');
    expect(await screen.findByText('No record tells of these nodes in this time range')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Clear the filters' }));
    expect(await findSummary()).toBeVisible();
  });
});

describe('the capacity page, with case records of a watch', () => {
  it('counts them in Loki, works out what is newer, and counts no case twice', async () => {
    const split = Math.floor((NOW - 10 * MINUTE) / MINUTE) * MINUTE;
    const old = NOW - 50 * MINUTE;
    const records = [containerRecord('stored', old), containerRecord('fresh', NOW - 5 * MINUTE)];
    const store = await LokiDataSource.start();
    await pushRecords(store, [...ofContainers(records), [NOW, watch(split)]]);
    const cases = casesOf({ containers: records, pods: records.map((one) => podOf(one)) });
    const entry = (one: Case | undefined, changes: Partial<CaseRecord>): Value => {
      if (one === undefined) {
        throw new Error('no case');
      }
      const record: CaseRecord = { ...contentOf(one), revision: 1, delta: 1, ...changes };
      return [BigInt(old) * 1_000_000n, caseLine(record), caseMetadata(record)];
    };
    const of = (name: string) => cases.find(({ id }) => id.startsWith(name));
    await store.push({ service_name: 'afterlog', record: 'case', cluster: 'c1' }, [
      entry(of('stored'), {}),
      // Its log had been rotated once before: that case is not over.
      entry(of('fresh'), { open: true, status: 'partial' }),
    ]);
    try {
      open('?from=now-1h&to=now&by=job');
      const [head = [], ...rows] = await rowsOf('By Job family');
      const figure = (name: string) => rows.map((row) => [row[head.indexOf('Job family')], row[head.indexOf(name)]]);
      expect(figure('Complete').sort()).toEqual([
        ['fresh', '1'],
        ['stored', '1'],
      ]);
      expect(figure('Partial').map(([, count]) => count)).toEqual(['0', '0']);
      // What stands in records is counted, not read.
      expect(
        store.asked.filter((expr) => /record="case"/.test(expr) && !/unwrap delta|open="true"/.test(expr))
      ).toEqual([]);
    } finally {
      await store.close();
    }
  });
});
