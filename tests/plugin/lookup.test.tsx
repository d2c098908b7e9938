import React from 'react';
import { type AppRootProps, OrgRole } from '@grafana/data';
import { config, locationService } from '@grafana/runtime';
import { act, cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import App from '../../src/App';
import { CONFIGURATION_PATH, LOOKUP_PATH } from '../../src/shared/paths';
import type { JsonData } from '../../src/shared/settings';
import { appMeta } from './app-meta';
import { CONTAINER_ID, pushHello } from './hello';
import { LokiDataSource } from './loki-data-source';
import { iso, containerRecord, podOf, pushRecords } from './push-records';

const LINES = ['one', 'two', 'three'];
let loki: LokiDataSource;

beforeAll(async () => {
  loki = await LokiDataSource.start();
  await pushHello(loki, LINES);
});
afterAll(() => loki.close());
beforeEach(() => {
  loki.failure = undefined;
  loki.layout = 'legacy';
});

function open(address: string, jsonData: JsonData = { lokiUid: 'loki' }): void {
  locationService.push(address);
  const props: AppRootProps<JsonData> = {
    ...{ meta: appMeta(jsonData), basename: '', path: '', query: {} },
    onNavChanged: () => undefined,
  };
  render(<App {...props} />);
}
const openWith = (q: string) => open(`${LOOKUP_PATH}?q=${encodeURIComponent(q)}`);
const field = () => screen.getByRole('textbox', { name: /Pod, Job, container id/ });

describe.each(['legacy', 'dataplane'] as const)('with log frames in the %s layout', (layout) => {
  it('a pasted error gives the account and the log', async () => {
    loki.layout = layout;
    open(LOOKUP_PATH);
    expect(await screen.findByRole('textbox', { name: /Pod, Job, container id/ })).toHaveFocus();
    await userEvent.type(field(), `unable to retrieve container logs for containerd://${CONTAINER_ID}{Enter}`);
    expect(await screen.findByText(/All of its log is in Loki: 3 lines .* 2\.4 kB\./)).toBeVisible();
    expect(screen.getByRole('heading', { name: 'hello-rtkpw' })).toBeVisible();
    expect(screen.getByText('main · namespace job-test · node n1 · 4703b9db1c2e · cluster c1')).toBeVisible();
    const log = await screen.findByRole('region', { name: /Log of hello-rtkpw/ });
    expect(await screen.findByText('three')).toBeVisible();
    expect([...log.querySelectorAll('pre > div')].map((line) => line.textContent?.split(' ').at(-1))).toEqual(LINES);
    expect(locationService.getSearch().get('q')).toContain(CONTAINER_ID);
  });
});

describe('the look-up page', () => {
  it.each(['hello-rtkpw', 'job/hello', '4703b9db1c2e', 'Error from server (NotFound): pods "hello-rtkpw" not found'])(
    'answers %s from the address alone',
    async (q) => {
      openWith(q);
      expect(await screen.findByText('two')).toBeVisible();
      expect(field()).toHaveValue(q);
    }
  );

  it('follows the browser back to the question before', async () => {
    openWith('hello-rtkpw');
    await screen.findByText('two');
    await userEvent.clear(field());
    await userEvent.type(field(), 'job/nobody{Enter}');
    expect(await screen.findByText('Nothing found for job/nobody')).toBeVisible();
    act(() => locationService.getHistory().goBack());
    expect(await screen.findByText('two')).toBeVisible();
    expect(field()).toHaveValue('hello-rtkpw');
  });

  it('finds a container that has no account yet by its lines', async () => {
    const metadata = { pod: 'slow-bcdfg', job: 'slow', restart: '0', container_id: 'a'.repeat(64) };
    const labels = { cluster: 'c1', namespace: 'job-test', container: 'main', workload: 'slow' };
    await loki.push(labels, [[BigInt(Date.now() - 5000) * 1_000_000n, 'still here', metadata]]);
    openWith('job/slow');
    expect(await screen.findByText(/No agent has reported on this container yet/)).toBeVisible();
    expect(await screen.findByText('still here')).toBeVisible();
  });

  it('tells what took a log that no agent ever opened', async () => {
    const ended = Date.now() - 40 * 60_000;
    const never = containerRecord('unseen', ended + 60_000);
    const deletion = { requested: iso(ended), gone: iso(ended + 60_000), by: 'ttl', evidence: [] };
    await pushRecords(loki, [[ended + 60_000, podOf(never, { deletion, jobUid: 'unseen-job' })]]);
    openWith(`unable to retrieve container logs for containerd://${never.containerId}`);
    expect(await screen.findByText('lost, never seen')).toBeVisible();
    expect(screen.getByText(/C7 Job TTL/)).toBeVisible();
    expect(screen.getByText(/No agent has reported from/)).toBeVisible();
  });

  it('says what took the log, with the evidence a click away', async () => {
    openWith('hello-rtkpw');
    expect(await screen.findByText(/The log was removed from the node/)).toBeVisible();
    await userEvent.click(await screen.findByRole('button', { name: 'Evidence and advice' }));
    expect(screen.getByText(/the log file was removed/)).toBeVisible();
  });

  it('asks the same question again on Enter, and tells what has come since', async () => {
    const metadata = { pod: 'late-bcdfg', job: 'late', restart: '0', container_id: 'c'.repeat(64) };
    const labels = { cluster: 'c1', namespace: 'job-test', container: 'main', workload: 'late' };
    openWith('late-bcdfg');
    await screen.findByText('Nothing found for pod/late-bcdfg');
    await loki.push(labels, [[BigInt(Date.now() - 5000) * 1_000_000n, 'there it is', metadata]]);
    await userEvent.type(field(), '{Enter}');
    expect(await screen.findByText('there it is')).toBeVisible();
  });

  it('says how much of a log is in Loki no longer', async () => {
    const podUid = 'f0bf73cd-cd57-4533-8b9c-bbf04a35023b';
    const of = { pod: 'old-bcdfg', podUid, id: `${podUid}/main/0`, job: 'old', containerId: 'e'.repeat(64) };
    await pushHello(loki, [], { ...of, workload: 'old', linesSeen: 7, linesAcked: 7, firstTime: null, lastTime: null });
    openWith('old-bcdfg');
    expect(await screen.findByText('Lines are in Loki no longer')).toBeVisible();
    expect(screen.getByText(/acknowledged 7 lines and gives 0 now/)).toBeVisible();
  });

  it('shows the log of another container of the same Job', async () => {
    const labels = { cluster: 'c1', namespace: 'job-test', container: 'main', workload: 'twice' };
    const run = (restart: number) => ({
      pod: 'twice-bcdfg',
      job: 'twice',
      restart: `${restart}`,
      container_id: `d${restart}`.padEnd(64, '0'),
    });
    const now = BigInt(Date.now()) * 1_000_000n;
    await loki.push(labels, [
      [now - 9_000_000_000n, 'the first run', run(0)],
      [now - 5_000_000_000n, 'the second run', run(1)],
    ]);
    openWith('job/twice');
    expect(await screen.findByText('the second run')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: /twice-bcdfg\/main.*restart 0/ }));
    expect(await screen.findByText('the first run')).toBeVisible();
    expect(screen.queryByText('the second run')).toBeNull();
    expect(locationService.getSearch().get('run')).toContain('twice-bcdfg main 0');
  });

  it('says of a pod of which no container started that it has no log, and why', async () => {
    const at = Date.now() - 40 * 60_000;
    const rejected = { phase: 'Failed', reason: 'OutOfcpu', message: 'Pod was rejected: no cpu', containers: [] };
    await pushRecords(loki, [[at, podOf(containerRecord('full', at), rejected)]]);
    openWith('full-bcdfg');
    expect(await screen.findByText('No log: no container of it started')).toBeVisible();
    expect(screen.getByText(/rejected pod full-bcdfg at admission \(OutOfcpu: no cpu\)/)).toBeVisible();
    expect(screen.queryByText(/Nothing found/)).toBeNull();
  });

  it('says of a finished container whose log is on its node that it has finished', async () => {
    const end = Date.now() - 30 * 60_000;
    const record = { ...containerRecord('fresh', end), ended: false, left: null, status: 'pending', final: false };
    await pushRecords(loki, [
      [end, record],
      [end, podOf(containerRecord('fresh', end))],
    ]);
    openWith('fresh-bcdfg');
    expect(await screen.findByText(/The container finished at .* The container had ended; its log was/)).toBeVisible();
    expect(screen.queryByText(/It may write more/)).toBeNull();
  });

  it('says what to do when nothing is found', async () => {
    openWith('nobody-bcdfg');
    expect(await screen.findByText('Nothing found for pod/nobody-bcdfg')).toBeVisible();
    expect(screen.getByText(/ask for job\/NAME/)).toBeVisible();
  });

  it('says what it can read when the text names nothing', async () => {
    openWith('Hello ClusterState');
    expect(await screen.findByText('This names no pod, Job or container')).toBeVisible();
  });

  it('shows why Loki gave no answer', async () => {
    loki.failure = 'the query time range exceeds the limit';
    openWith('hello-rtkpw');
    expect(await screen.findByText('the query time range exceeds the limit')).toBeVisible();
  });

  it('leads an admin to the configuration where no data source is chosen, and nobody else', () => {
    config.bootData.user.orgRole = OrgRole.Admin;
    open(LOOKUP_PATH, {});
    expect(screen.getByRole('link', { name: 'Open the configuration' })).toHaveAttribute('href', CONFIGURATION_PATH);
    expect(screen.getByRole('tab', { name: 'Configuration' })).toBeVisible();
    cleanup();
    config.bootData.user.orgRole = OrgRole.Viewer;
    open(LOOKUP_PATH, {});
    expect(screen.queryByRole('link', { name: 'Open the configuration' })).toBeNull();
    expect(screen.queryByRole('tab', { name: 'Configuration' })).toBeNull();
  });
});

describe('the log', () => {
  const start = BigInt(Date.now() - 30_000) * 1_000_000n;
  beforeAll(async () => {
    const labels = { cluster: 'c1', namespace: 'job-test', container: 'main', workload: 'pair' };
    for (const [i, end] of ['bcdfg', 'ghjkl'].entries()) {
      const metadata = {
        pod: `pair-${end}`,
        job: 'pair',
        restart: '0',
        container_id: `a${i}`.padEnd(64, '0'),
        stream: 'stderr',
      };
      const texts = [`level=error msg="${end} failed"`, `level=info msg="${end} done"`];
      await loki.push(
        labels,
        texts.map((text, n) => [start + BigInt(n * 10 + i), text, metadata])
      );
    }
  });
  const shown = () => [...document.querySelectorAll('pre > div')].map((line) => line.textContent ?? '');

  it('is searched by Loki, and what was looked for is marked', async () => {
    openWith('pair-bcdfg');
    expect(await screen.findByText(/bcdfg done/)).toBeVisible();
    await userEvent.type(screen.getByRole('textbox', { name: 'Search in the log' }), 'FAILED{Enter}');
    expect(await screen.findByText('1 line with “FAILED”')).toBeVisible();
    expect(document.querySelector('mark')).toHaveTextContent('failed');
    expect(loki.asked.some((query) => query.includes('|~ "(?i)FAILED"'))).toBe(true);
    await userEvent.click(screen.getByRole('button', { name: 'Show all lines' }));
    expect(await screen.findByText('2 lines')).toBeVisible();
  });

  it('tells levels and stderr', async () => {
    openWith('pair-bcdfg');
    expect(await screen.findByText(/were written to stderr/)).toBeVisible();
    expect([...document.querySelectorAll('[data-level]')].map((line) => line.getAttribute('data-level'))).toEqual([
      'error',
      'info',
    ]);
  });

  it('of a Job’s pods is shown in one view, each with a switch', async () => {
    openWith('job/pair');
    await userEvent.click(await screen.findByRole('button', { name: /All 2 containers in one log/ }));
    expect(await screen.findByText('4 lines')).toBeVisible();
    expect(shown().map((line) => /pair-\w+/.exec(line)?.[0])).toEqual([
      ...['pair-bcdfg', 'pair-ghjkl'],
      ...['pair-bcdfg', 'pair-ghjkl'],
    ]);
    expect(locationService.getSearch().get('run')).toBe('*');
    await userEvent.click(screen.getByRole('checkbox', { name: /pair-ghjkl/ }));
    expect(await screen.findByText('2 lines')).toBeVisible();
    expect(screen.getByRole('checkbox', { name: /pair-bcdfg/ })).toBeDisabled();
  });

  it('names near ones where nothing is found', async () => {
    openWith('job/hallo');
    expect(await screen.findByRole('link', { name: /job-test: job\/hello/ })).toBeVisible();
  });
});

it('an empty page shows what can be pasted', async () => {
  open(LOOKUP_PATH);
  expect(await screen.findByRole('heading', { name: 'What can be pasted' })).toBeVisible();
});

describe('a long log', () => {
  it('is shown from its end, and loaded back to its beginning', async () => {
    const lines = Array.from({ length: 2500 }, (_, i) => `line-${i}`);
    const metadata = { pod: 'long-bcdfg', job: 'long', restart: '0', container_id: 'b'.repeat(64) };
    const labels = { cluster: 'c1', namespace: 'job-test', container: 'main', workload: 'long' };
    const start = BigInt(Date.now() - 60_000) * 1_000_000n;
    await loki.push(
      labels,
      lines.map((line, i) => [start + BigInt(i) * 10_000n, line, metadata])
    );
    openWith('long-bcdfg');
    expect(await screen.findByText('The last 1,000 lines')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Load earlier lines' }));
    expect(await screen.findByText('The last 2,000 lines')).toBeVisible();
    await userEvent.click(await screen.findByRole('button', { name: 'Load earlier lines' }));
    expect(await screen.findByText('2,500 lines')).toBeVisible();
    const shown = [...document.querySelectorAll('pre > div')].map((line) => line.textContent?.split(' ').at(-1));
    expect(shown).toEqual(lines);
  });
});
