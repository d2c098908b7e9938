import { join } from 'node:path';
import { appTexts, modelTexts, programTexts } from './texts';

const root = join(__dirname, '../..');
const japanese = /[\u3040-\u30ff\u4e00-\u9fff\uff08]/;
/** Words of Kubernetes are shown as they came. */
const quoted = ['reported', 'status-reported'];
/** The same in both languages: names of products and formats, and what is only put in. */
const isNameOnly = (text: string) => /^[\w.\-/%;—… ]*$/.test(text.replace(/\{\{\w+\}\}|<\/?\d+>/g, ''));

describe.each([
  ['cases and causes', modelTexts()],
  ['the app', appTexts(root)],
])('the texts of %s', (_, texts) => {
  it('are in both languages', () => {
    expect(texts.length).toBeGreaterThan(100);
    expect(texts.filter(({ en, ja }) => en.trim() === '' || ja === null || ja.trim() === '')).toEqual([]);
  });

  it('are translated', () => {
    expect(
      texts.filter(({ id, en, ja }) => !quoted.includes(id) && !japanese.test(ja ?? '') && !isNameOnly(en))
    ).toEqual([]);
  });
});

it('lists the texts of the command line', () => {
  expect(programTexts(root).map(({ en }) => en)).toEqual(
    expect.arrayContaining([
      'Print the logs of a pod, a Job or a container from Loki, and report what happened to them.',
      'print the timestamp of each line',
      'Push requests by HTTP status; "none" for no answer.',
    ])
  );
});
