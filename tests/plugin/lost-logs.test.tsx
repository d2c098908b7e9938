import React from 'react';
import type { AppRootProps } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import App from '../../src/App';
import { ObservedBy } from '../../src/app/Observing';
import { LokiSource } from '../../src/data/loki-source';
import { LOST_LOGS_PATH } from '../../src/shared/paths';
import { forgetRecords } from '../../src/data/records';
import type { JsonData } from '../../src/shared/settings';
import { appMeta } from './app-meta';
import { caseLine, caseMetadata, type CaseRecord, contentOf } from '../../model/case-records';
import { casesOf } from '../../model/cases';
import { LokiDataSource, type Value } from './loki-data-source';
import { containerRecord, heartbeat, podOf, pressure, pushRecords } from './push-records';

const MINUTE = 60_000;
const NOW = Date.now();
const GONE = NOW - 30 * MINUTE;
let loki: LokiDataSource;

beforeAll(async () => {
  loki = await LokiDataSource.start();
  const names = ['report', 'invoice'];
  const kept = names.map((name) => containerRecord(name, GONE));
  const lost = containerRecord('nightly', GONE + 500, { status: 'lost', linesAcked: 0, bytesAcked: 0 });
  await pushRecords(loki, [
    [GONE, pressure(GONE, GONE + 5 * MINUTE)],
    ...[...kept, lost].flatMap((one): Array<[number, { kind: string; id: string }]> => {
      const left = Date.parse(one.left?.at ?? '');
      return [
        [left, one],
        [left - MINUTE, podOf(one)],
      ];
    }),
  ]);
  await loki.push({ cluster: 'c1', namespace: 'shop', container: 'main', workload: 'report' }, [
    [BigInt(GONE - 90_000) * 1_000_000n, 'hello from report', { container_id: kept[0]?.containerId ?? '' }],
  ]);
});
afterAll(() => loki.close());
beforeEach(() => {
  forgetRecords();
  loki.failure = undefined;
});

function open(search = '?from=now-1h&to=now'): void {
  locationService.push(`${LOST_LOGS_PATH}${search}`);
  const meta = appMeta({ lokiUid: 'loki' });
  const props: AppRootProps<JsonData> = { meta, basename: '', path: '', query: {}, onNavChanged: () => undefined };
  render(<App {...props} />);
}
const rows = async () => {
  const table = await screen.findByRole('table');
  return within(table)
    .getAllByRole('row')
    .slice(1)
    .map((row) => row.textContent ?? '');
};

describe('the page of lost logs', () => {
  it.each(['legacy', 'dataplane'] as const)(
    'lists every case, what is lost first (frames in the %s layout)',
    async (layout) => {
      loki.layout = layout;
      open();
      const [first = '', ...others] = await rows();
      expect(first).toMatch(/nightly-bcdfg.*shop.*node-a.*lost.*C1 disk reclaim/);
      expect(others).toHaveLength(2);
      expect(others.join()).toMatch(/complete.*complete/);
    }
  );

  it('counts them by status and by cause', async () => {
    open();
    expect(await screen.findByRole('group', { name: /^Cases from/ })).toBeVisible();
    await userEvent.click(screen.getByRole('radio', { name: 'Cause' }));
    expect(await screen.findByRole('group', { name: /: 3 C1 disk reclaim$/ })).toBeVisible();
    expect(locationService.getSearch().get('by')).toBe('cause');
  });

  it('shows those that pass the filters in the address', async () => {
    open('?from=now-1h&to=now&status=lost');
    expect(await rows()).toHaveLength(1);
  });

  it('says when the filters hide all, and takes them away', async () => {
    open('?from=now-1h&to=now&text=nobody');
    expect(await screen.findByText(/lie 3 cases that they leave out/)).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Clear the filters' }));
    expect(await rows()).toHaveLength(3);
  });

  it('opens a case: what happened, what that rests on, and the log', async () => {
    open('?from=now-1h&to=now&text=report');
    await rows();
    await userEvent.click(screen.getByRole('button', { name: /report-bcdfg/ }));
    const drawer = await screen.findByRole('dialog');
    expect(within(drawer).getByRole('heading', { name: 'Evidence' })).toBeVisible();
    expect(within(drawer).getByText(/the log file was removed/)).toBeVisible();
    await userEvent.click(within(drawer).getByRole('button', { name: 'Show the log' }));
    expect(await within(drawer).findByText('hello from report')).toBeVisible();
    expect(locationService.getSearch().get('case')).toBe('c1 report-uid/main/0');
  });

  it('keeps what is shown, and the focus in it, while it asks again', async () => {
    open();
    const isRead = { name: /^kubectl can no longer show 3 logs/ };
    await screen.findByRole('heading', isRead);
    const button = screen.getByRole('button', { name: /report-bcdfg/ });
    button.focus();
    const removed: Node[] = [];
    const observer = new MutationObserver((changes) => changes.forEach((one) => removed.push(...one.removedNodes)));
    observer.observe(document.body, { childList: true, subtree: true });
    fireEvent.click(screen.getByRole('button', { name: 'Refresh' }));
    await screen.findByRole('heading', { name: /^So far/ });
    await screen.findByRole('heading', isRead);
    observer.disconnect();
    expect(removed.some((node) => node.contains(button))).toBe(false);
    expect(button).toHaveFocus();
  });

  it('leads each case to its log and to the timeline', async () => {
    open('?from=now-1h&to=now&text=nightly&namespace=shop');
    await rows();
    expect(screen.getByRole('link', { name: 'The log of nightly-bcdfg' }).getAttribute('href')).toMatch(
      /\/lookup\?q=[0-9a-f]{64}&days=1$/
    );
    expect(screen.getByRole('link', { name: 'nightly-bcdfg on the timeline' }).getAttribute('href')).toMatch(
      /\/timeline\?.*namespace=shop.*case=c1\+nightly-uid/
    );
  });

  it('says that nothing is there yet', async () => {
    open('?from=now-20d&to=now-19d');
    expect(await screen.findByText('No record of Afterlog in this time range')).toBeVisible();
  });

  it('shows why Loki gave no answer, and asks again', async () => {
    loki.failure = 'too many outstanding requests';
    open();
    expect(await screen.findByText('too many outstanding requests')).toBeVisible();
    loki.failure = undefined;
    await userEvent.click(screen.getByRole('button', { name: 'Read again' }));
    expect(await rows()).toHaveLength(3);
  });
});

describe('the page of lost logs, with case records of a watch', () => {
  it('counts and lists what stands there, works out what is newer, and opens a case', async () => {
    const split = Math.floor((NOW - 10 * MINUTE) / MINUTE) * MINUTE;
    const old = NOW - 50 * MINUTE;
    const fresh = containerRecord('fresh', NOW - 5 * MINUTE);
    const records = [containerRecord('stored', old), fresh];
    const store = await LokiDataSource.start();
    await pushRecords(
      store,
      records.flatMap((one): Array<[number, { kind: string; id: string }]> => {
        const left = Date.parse(one.left?.at ?? '');
        return [
          [left, one],
          [left - MINUTE, podOf(one)],
        ];
      })
    );
    const cases = casesOf({ containers: records, pods: records.map((one) => podOf(one)) });
    const stored = cases.filter(({ id }) => id.startsWith('stored'));
    const entry = (one: (typeof cases)[number], changes: Partial<CaseRecord>): Value => {
      const record: CaseRecord = { ...contentOf(one), revision: 1, delta: 1, ...changes };
      return [BigInt(old) * 1_000_000n, caseLine(record), caseMetadata(record)];
    };
    const [only] = stored;
    if (only === undefined) {
      throw new Error('no case');
    }
    // Written as pending, taken back, and written as it is: it counts once.
    const pending = { ...only, status: 'pending' as const };
    await store.push({ service_name: 'afterlog', record: 'case', cluster: 'c1' }, [
      entry(pending, { revision: 1 }),
      entry(pending, { revision: 2, delta: -1 }),
      entry(only, { revision: 3 }),
    ]);
    const time = new Date(NOW).toISOString();
    const watch = {
      ...{ v: 2, kind: 'watch', id: 'watch/w', cluster: 'c1', identity: 'w', from: time, to: time, kinds: {} },
      ...{ cases: { from: new Date(NOW - 86_400_000).toISOString(), to: new Date(split).toISOString() }, final: false },
    };
    await store.push({ service_name: 'afterlog', record: 'watch', cluster: 'c1' }, [
      [BigInt(NOW) * 1_000_000n, JSON.stringify(watch)],
    ]);
    try {
      open('?from=now-1h&to=now');
      expect(
        await screen.findByRole('heading', { name: 'kubectl can no longer show 2 logs: 2 complete' })
      ).toBeVisible();
      expect((await rows()).join()).toMatch(/fresh-bcdfg.*stored-bcdfg|stored-bcdfg.*fresh-bcdfg/);
      await userEvent.click(screen.getByRole('button', { name: /stored-bcdfg/ }));
      const drawer = await screen.findByRole('dialog');
      expect(await within(drawer).findByText(/Its log is in Loki, complete/)).toBeVisible();
    } finally {
      await store.close();
    }
  });
});

describe('the page of lost logs, where there is no case', () => {
  let store: LokiDataSource;
  beforeEach(async () => {
    store = await LokiDataSource.start();
  });
  afterEach(() => store.close());

  it('gives the all-clear where an agent was observing, and names it', async () => {
    await pushRecords(store, [[NOW - MINUTE, heartbeat(NOW - 90 * MINUTE, NOW - MINUTE)]]);
    open('?from=now-1h&to=now');
    expect(await screen.findByText('No log was lost to kubectl in this time')).toBeVisible();
    expect(screen.getByText('1 node reporting during all of this time.')).toBeVisible();
    expect(screen.getByText(/^No watch has reported/)).toBeVisible();
  });

  it.each([
    ['an agent that is silent', '', /^1 node silent since .*: node-a\.$/],
    ['a namespace that no record names', '&namespace=shopp', /^No record names namespace shopp\./],
  ])('gives none for %s', async (_, more, expected) => {
    const last = NOW - (more === '' ? 40 : 1) * MINUTE;
    await pushRecords(store, [[last, heartbeat(NOW - 90 * MINUTE, last)]]);
    open(`?from=now-1h&to=now${more}`);
    expect(await screen.findByText('No case in this time, and not all of it was observed')).toBeVisible();
    expect(screen.getByText(expected)).toBeVisible();
    expect(screen.queryByText('No log was lost to kubectl in this time')).toBeNull();
  });

  it('says the same where timeline and panel have nothing to draw', async () => {
    await pushRecords(store, [[NOW - 40 * MINUTE, heartbeat(NOW - 90 * MINUTE, NOW - 40 * MINUTE)]]);
    const span = { from: NOW - 10 * MINUTE, to: NOW };
    render(<ObservedBy loki={new LokiSource('loki')} span={span} timeZone="utc" />);
    expect(await screen.findByText(/The last report of an agent is from /)).toBeVisible();
  });
});
