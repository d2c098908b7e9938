import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import plugin from '../../src/plugin.json';
import { type Catalogue, catalogueOf, messagesInSources, messagesOf } from './messages';

// `WRITE_LOCALES=1 npx jest tests/plugin/locales` writes the English catalogue from the sources.
const fileOf = (language: string) => join(__dirname, '../../src/locales', language, `${plugin.id}.json`);
const read = (language: string): Catalogue => JSON.parse(readFileSync(fileOf(language), 'utf8'));
const messages = messagesInSources();

if (process.env.WRITE_LOCALES) {
  writeFileSync(fileOf('en-US'), `${JSON.stringify(catalogueOf(messages), null, 2)}\n`);
}
const [english, japanese] = ['en-US', 'ja-JP'].map((language) => messagesOf(read(language)));

/** What is put into a text at run time. */
const valuesIn = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

describe('the catalogues', () => {
  it('are those that plugin.json names', () => {
    expect(plugin.languages).toEqual(['en-US', 'ja-JP']);
  });

  it('in English is what the sources say', () => {
    expect(Object.fromEntries(english ?? [])).toEqual(Object.fromEntries(messages));
  });

  // Japanese has one form for one and for many.
  const expected = [...messages].filter(([id]) => !id.endsWith('_one'));

  it('in Japanese has every text, and none that nobody shows', () => {
    expect([...(japanese ?? new Map()).keys()].sort()).toEqual(expected.map(([id]) => id).sort());
  });

  it('in Japanese has the same values put in', () => {
    for (const [id, text] of expected) {
      expect([id, valuesIn(japanese?.get(id) ?? '')]).toEqual([id, valuesIn(text)]);
    }
  });
});
