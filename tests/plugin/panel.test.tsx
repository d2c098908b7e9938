import React from 'react';
import {
  createTheme,
  type DataFrame,
  type FieldConfigSource,
  FieldType,
  MappingType,
  toDataFrame,
} from '@grafana/data';
import { act, fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import TimelinePanel from '../../src/job-timeline-panel/TimelinePanel';
import { layOut } from './laid-out';
import { LokiDataSource } from './loki-data-source';
import { panelProps, recordLines, timeRange } from './panel-props';
import { containerRecord, podOf, pushRecords } from './push-records';

const MINUTE = 60_000;
const NOW = Math.floor(Date.now() / MINUTE) * MINUTE;
const RANGE = timeRange(NOW - 60 * MINUTE, NOW);

const grid = () => screen.findByRole('treegrid', { name: 'Job runs: Job runs over time' });
const rowNames = async () =>
  within(await grid())
    .getAllByRole('row')
    .map((row) => row.textContent ?? '');
const draw = (given: Omit<Parameters<typeof panelProps>[0], 'range'>) =>
  render(<TimelinePanel {...panelProps({ ...given, range: RANGE })} />);

/** Two runs of a Job and a container of no Job, as docs/panel.md has their fields. */
const containers = (): DataFrame =>
  toDataFrame({
    refId: 'A',
    fields: [
      { name: 'start', type: FieldType.time, values: [50, 40, 30].map((minutes) => NOW - minutes * MINUTE) },
      { name: 'end', type: FieldType.time, values: [NOW - 45 * MINUTE, NOW - 35 * MINUTE, null] },
      { name: 'Job', type: FieldType.string, values: ['report', 'invoice', null] },
      { name: 'pod', type: FieldType.string, values: ['report-x1', 'invoice-y2', 'web-z3'] },
      { name: 'container', type: FieldType.string, values: ['main', 'main', 'nginx'] },
      { name: 'node', type: FieldType.string, values: ['node-a', 'node-a', 'node-b'] },
      { name: 'result', type: FieldType.string, values: ['Completed', 'OOMKilled', null] },
      { name: 'status', type: FieldType.string, values: ['complete', 'lost', null] },
    ],
  });

/** Opens a row's container by keyboard: its details. */
async function openRow(name: RegExp): Promise<HTMLElement> {
  const row = within(await grid()).getByRole('row', { name });
  act(() => row.focus());
  await userEvent.keyboard('{Enter}');
  return screen.findByRole('dialog');
}

let takeBack: () => void;
beforeAll(() => {
  takeBack = layOut(1000, 600);
});
afterAll(() => takeBack());

describe('frames of one’s own', () => {
  it('are rows by what they are grouped by', async () => {
    draw({ series: [containers()], options: { groupBy: 'node' } });
    const [nodeA, report, invoice, nodeB, web] = await rowNames();
    expect(nodeA).toMatch(/^node-a.*containers: 2, lost-log cases: 0/);
    expect(report).toMatch(/^report.*containers: 1, failed: 0;.*in Loki, complete/);
    expect(invoice).toMatch(/^invoice.*containers: 1, failed: 1;.*lost/);
    expect(nodeB).toMatch(/^node-b/);
    expect(web).toMatch(/^web-z3.*not known whether it is in Loki/);
  });

  it('have their data links in a container’s details', async () => {
    const links = [{ title: 'Runbook', url: '/runbooks/${__data.fields.Job}' }];
    draw({ series: [containers()], fieldConfig: { defaults: { links }, overrides: [] } });
    const details = await openRow(/^invoice/);
    expect(within(details).getByRole('heading', { name: 'invoice-y2 / main' })).toBeVisible();
    expect(within(details).getByRole('link', { name: 'Runbook' })).toHaveAttribute('href', '/runbooks/invoice');
    expect(within(details).queryByRole('button', { name: 'Show the log' })).toBeNull();
  });

  it('have the colours of value mappings', async () => {
    const options = { lost: { color: 'purple' }, failed: { color: '#123456' } };
    const mapped: FieldConfigSource = {
      defaults: { mappings: [{ type: MappingType.ValueToText, options }] },
      overrides: [],
    };
    draw({ series: [containers()], fieldConfig: mapped });
    await grid();
    const legend = screen.getByRole('list', { name: 'Legend' });
    const entry = (text: string) => within(legend).getByText(text);
    const purple = createTheme().visualization.getColorByName('purple');
    expect(entry('lost').querySelector('svg g')).toHaveAttribute('fill', purple);
    expect(entry('failed').querySelector('svg rect')).toHaveAttribute('fill', '#123456');
  });

  it('are a table where the panel is to be one, newest first, with the same details', async () => {
    draw({ series: [containers()], options: { view: 'table', others: true } });
    const table = await screen.findByRole('table');
    const [header, ...rows] = within(table).getAllByRole('row');
    expect(header).toHaveTextContent(/Started.*Pod and container.*Log in Loki/);
    expect(rows).toHaveLength(3);
    expect(rows[0]).toHaveTextContent(/web-z3 \/ nginx.*node-b.*running.*not known whether it is in Loki/);
    expect(rows[1]).toHaveTextContent(/invoice-y2 \/ main.*invoice.*node-a.*failed.*lost/);
    expect(screen.queryByRole('treegrid')).toBeNull();
    expect(screen.queryByRole('list', { name: 'Legend' })).toBeNull();
    await userEvent.click(within(table).getByRole('button', { name: 'report-x1 / main' }));
    const details = await screen.findByRole('dialog');
    expect(within(details).getByRole('heading', { name: 'report-x1 / main' })).toBeVisible();
  });

  it('say in place of an empty table why it would be empty', async () => {
    draw({ series: [containers()], options: { view: 'table', job: 'nobody' } });
    expect(await screen.findByText('The filters hide all Job runs')).toBeVisible();
    expect(screen.queryByRole('table')).toBeNull();
  });

  it('are left out by the panel’s filters, which say so where nothing is left', async () => {
    const { rerender } = draw({ series: [containers()], options: { job: 'rep.*' } });
    expect((await rowNames()).map((name) => name.slice(0, 6))).toEqual(['node-a', 'report']);
    const series = [containers()];
    rerender(<TimelinePanel {...panelProps({ series, range: RANGE, options: { job: 'nobody' } })} />);
    expect(await screen.findByText('The filters hide all Job runs')).toBeVisible();
  });
});

describe('the lines that a query gave', () => {
  const ENDS = { report: NOW - 20 * MINUTE, invoice: NOW - 10 * MINUTE };
  const off = { readAll: false };
  let loki: LokiDataSource;

  beforeAll(async () => {
    loki = await LokiDataSource.start();
    const containerRecords = [
      containerRecord('report', ENDS.report),
      containerRecord('invoice', ENDS.invoice, { status: 'lost' }),
    ];
    await pushRecords(
      loki,
      containerRecords.flatMap((one) => {
        const left = Date.parse(one.left?.at ?? '');
        return [[left, one] as const, [left - MINUTE, podOf(one)] as const];
      })
    );
  });
  afterAll(() => loki.close());

  describe.each(['legacy', 'dataplane'] as const)('in the %s layout', (layout) => {
    beforeEach(() => {
      loki.layout = layout;
      loki.asked = [];
    });

    it('are drawn, and nothing else is asked for', async () => {
      draw({ ...(await recordLines(loki, RANGE, 1000)), options: off });
      const [node, report, invoice] = await rowNames();
      expect(node).toMatch(/^node-a/);
      expect(report).toMatch(/^report.*in Loki, complete/);
      expect(invoice).toMatch(/^invoice.*lost/);
      expect(screen.queryByText(/This is a part of the data/)).toBeNull();
      expect(loki.asked).toHaveLength(1);
    });

    it('are said to be a part of the data where they are as many as the query’s limit', async () => {
      draw({ ...(await recordLines(loki, RANGE, 2)), options: off });
      const [, ...rows] = await rowNames();
      expect(rows).toEqual([expect.stringMatching(/^invoice/)]);
      expect(screen.getByText(/This is a part of the data.*“Read all records”/)).toBeVisible();
    });

    it('lead on to their log, and to the container in Afterlog', async () => {
      draw({ ...(await recordLines(loki, RANGE, 1000)), options: off });
      const details = await openRow(/^report/);
      expect(within(details).getByRole('button', { name: 'Show the log' })).toBeVisible();
      const page = within(details).getByRole('link', { name: 'Open in Afterlog' }).getAttribute('href');
      expect(new URL(page ?? '', 'http://grafana').searchParams.get('case')).toBe('c1 report-uid/main/0');
    });
  });
});

describe('annotations', () => {
  it('have a flag on the axis that tells their text', async () => {
    const annotations = [
      toDataFrame({
        fields: [
          { name: 'time', type: FieldType.time, values: [NOW - 30 * MINUTE] },
          { name: 'text', type: FieldType.string, values: ['<b>deploy</b> 7'] },
        ],
      }),
    ];
    const { container } = draw({ series: [containers()], annotations });
    await grid();
    const canvas = container.querySelector('canvas');
    if (canvas === null) {
      throw new Error('the panel draws nowhere');
    }
    const middle = parseFloat(canvas.style.width) / 2;
    const pointAt = (clientX: number) => fireEvent(canvas, new MouseEvent('pointermove', { clientX, clientY: 5 }));
    pointAt(middle - 100);
    expect(screen.queryByText('deploy 7')).toBeNull();
    pointAt(middle);
    expect(screen.getByText('deploy 7')).toBeInTheDocument();
  });
});

describe('where there is nothing to draw, the panel says what it can', () => {
  const says = async (title: string) => {
    const place = (await screen.findByText(title)).closest('[role="status"]');
    expect(place).toHaveTextContent(/choose the Loki that its agents write to, and as query {service_name="afterlog"}/);
    expect(place).toHaveTextContent(/a time in the field start, and a field pod or job/);
  };

  it('for frames of other fields', async () => {
    const cpu = toDataFrame({
      fields: [
        { name: 'Time', type: FieldType.time, values: [NOW] },
        { name: 'cpu', type: FieldType.number, values: [0.5] },
      ],
    });
    draw({ series: [cpu] });
    await says('These fields are no Job runs: Time, cpu');
    expect(screen.queryByRole('treegrid')).toBeNull();
  });

  it('for no frames at all', async () => {
    draw({ series: [] });
    await says('The query gave nothing to draw');
  });
});
