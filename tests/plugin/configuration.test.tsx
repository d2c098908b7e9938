import React from 'react';
import { AppPlugin, type AppPluginMeta } from '@grafana/data';
import { type BackendSrv, getBackendSrv, setBackendSrv } from '@grafana/runtime';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { of, throwError } from 'rxjs';
import Configuration from '../../src/pages/configuration/Configuration';
import { type JsonData, settingsOf } from '../../src/shared/settings';
import { appMeta } from './app-meta';
import { pushHello } from './hello';
import { LokiDataSource } from './loki-data-source';

let loki: LokiDataSource;
/** What was sent to Grafana's own API. */
let saved: unknown[];
let refusal: Error | undefined;

beforeEach(async () => {
  loki = await LokiDataSource.start();
  saved = [];
  refusal = undefined;
  const fetch: BackendSrv['fetch'] = ({ url, method, data }) => {
    saved.push({ url, method, data });
    // The page reloads after it was saved, which jsdom cannot: here Grafana's answer never ends.
    return refusal === undefined ? of() : throwError(() => refusal);
  };
  setBackendSrv({ ...getBackendSrv(), fetch });
});
afterEach(() => loki.close());

function open(jsonData: JsonData | undefined, more: Partial<AppPluginMeta<JsonData>> = {}): void {
  const plugin = new AppPlugin<JsonData>();
  plugin.meta = appMeta(jsonData, more);
  render(<Configuration plugin={plugin} query={{}} />);
}

describe('the configuration page', () => {
  it('saves the data source chosen, and enables the app', async () => {
    open(undefined, { enabled: false });
    expect(screen.getByRole('button', { name: 'Save and enable' })).toBeDisabled();
    await userEvent.click(screen.getByLabelText('Loki data source', { exact: false }));
    await userEvent.click(await screen.findByText('Loki'));
    await userEvent.click(screen.getByRole('button', { name: 'Save and enable' }));
    expect(saved).toEqual([
      {
        url: '/api/plugins/afterlog-timelines-app/settings',
        method: 'POST',
        data: { enabled: true, pinned: true, jsonData: { ...settingsOf({}), lokiUid: 'loki' } },
      },
    ]);
  });

  it('says why it could not save', async () => {
    refusal = new Error('you may not');
    open({ lokiUid: 'loki' }, { enabled: false });
    await userEvent.click(screen.getByRole('button', { name: 'Save and enable' }));
    expect(await screen.findByText('you may not')).toBeVisible();
  });

  it('has nothing to save when it was provisioned', async () => {
    open({ lokiUid: 'loki' });
    expect(await screen.findByText('No container records')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
  });
});

describe('the self-check', () => {
  it.each(['legacy', 'dataplane'] as const)('says what is there (frames in the %s layout)', async (layout) => {
    loki.layout = layout;
    await pushHello(loki, ['one']);
    open({ lokiUid: 'loki' });
    expect(await screen.findByText('1 container record')).toBeVisible();
    expect(screen.getByText(/the newest is from .*, of job-test\/hello-rtkpw$/)).toBeVisible();
  });

  it('says what is missing, and sees what has come since', async () => {
    open({ lokiUid: 'loki' });
    expect(await screen.findByText('No lines of containers’ logs')).toBeVisible();
    await pushHello(loki, ['one']);
    await userEvent.click(screen.getByRole('button', { name: 'Check again' }));
    expect(await screen.findByText('1 container record')).toBeVisible();
  });

  it('shows why Loki gave no answer', async () => {
    loki.failure = 'no org id';
    open({ lokiUid: 'loki' });
    expect(await screen.findByText('no org id')).toBeVisible();
  });
});

describe('logs of another shipper', () => {
  it('are found by its labels', async () => {
    const labels = { namespace: 'shop', pod: 'web-1', container: 'nginx', job: 'shop/web' };
    await loki.push(labels, [[BigInt(Date.now() - 5000) * 1_000_000n, 'GET /']]);
    open({ lokiUid: 'loki' });
    expect(await screen.findByText('No lines of containers’ logs')).toBeVisible();
    await userEvent.click(screen.getByRole('radio', { name: 'Promtail' }));
    expect(await screen.findByText(/the newest is from .*, of shop\/web-1$/)).toBeVisible();
  });

  it('may have names that no preset has', async () => {
    const labels = { ns: 'shop', pod_name: 'web-1', container_name: 'nginx' };
    await loki.push(labels, [[BigInt(Date.now() - 5000) * 1_000_000n, 'GET /']]);
    const logs = { ...settingsOf({}).logs, preset: 'other' as const, podIs: 'label' as const };
    open({ lokiUid: 'loki', logs: { ...logs, namespace: 'ns', container: 'container_name', pod: 'pod_name' } });
    expect(screen.getByRole('textbox', { name: 'Namespace' })).toHaveValue('ns');
    expect(await screen.findByText(/the newest is from .*, of shop\/web-1$/)).toBeVisible();
  });
});

describe('settings', () => {
  it.each([undefined, null, {}, { lokiUid: '' }, { lokiUid: 7 }])('%j have no data source', (jsonData) => {
    expect(settingsOf(jsonData).lokiUid).toBeUndefined();
  });
});

describe('the selector of records', () => {
  it('must be one', async () => {
    open({ lokiUid: 'loki' });
    await userEvent.clear(screen.getByRole('textbox', { name: /Streams of Afterlog’s records/ }));
    expect(screen.getByText(/A selector stands in braces/)).toBeVisible();
    expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
  });
});

describe('a provisioned preset', () => {
  it('stands for its names', () => {
    expect(settingsOf({ logs: { preset: 'promtail' } }).logs).toMatchObject({
      pod: 'pod',
      podIs: 'label',
      cluster: '',
    });
    expect(settingsOf({ logs: { preset: 'nobody' } }).logs.preset).toBe('afterlog');
  });
});
