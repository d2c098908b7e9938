import type { Browser } from 'playwright-core';
import { launch } from './browser';
import { targetNames } from './setup/environment';
import { expectSound } from './sound';
import { themes, Visit } from './visit';

const LOOKUP = '/a/afterlog-timelines-app/lookup';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

describe.each(targetNames())('the look-up on %s', (target) => {
  it.each(themes)('answers what was asked, in the %s theme', async (theme) => {
    const visit = await Visit.open(browser, target, LOOKUP, theme);
    const { page } = visit;
    await page.getByRole('textbox', { name: 'Pod, Job, container id' }).fill('job/hello');
    await page.keyboard.press('Enter');
    const found = page.getByRole('list', { name: 'Containers found' });
    await found
      .getByText(/hello-\w{5}\/hello/)
      .first()
      .waitFor();
    await page
      .getByRole('region', { name: /^Log of hello-/ })
      .getByText('Hello, Kubernetes!')
      .waitFor();
    await expectSound(visit, `lookup-${theme}`);
    await visit.close();
  });

  it('answers a pasted error of kubectl logs with the log and the reason', async () => {
    const visit = await Visit.open(browser, target, `${LOOKUP}?q=job/hello`);
    const { page } = visit;
    const pod = await page
      .getByRole('list', { name: 'Containers found' })
      .getByText(/hello-\w{5}\/hello/)
      .first()
      .innerText();
    const name = pod.split('/')[0] ?? '';
    await page
      .getByRole('textbox', { name: 'Pod, Job, container id' })
      .fill(`Error from server (NotFound): pods "${name}" not found in namespace "job-test"`);
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: `Log of ${name}` }).waitFor();
    await page.getByText(/The kubelet removed this container .* together with 33 others/).waitFor();
    // The address is the answer's: whoever it is sent to sees the same.
    await page.reload();
    await page.getByText(/together with 33 others/).waitFor();
    expect(visit.troubles).toEqual([]);
    await visit.close();
  });

  it('says what to do when nothing is found', async () => {
    const visit = await Visit.open(browser, target, `${LOOKUP}?q=nobody-bcdfg`);
    await visit.page.getByText('Nothing found for pod/nobody-bcdfg').waitFor();
    await expectSound(visit, 'lookup-nothing');
    await visit.close();
  });
});
