import type { CodeName, Codes } from '../codes';
import { CATALOGUES, type TimeFormat } from '.';
import { SAMPLES } from './testing/samples';

const times: TimeFormat = { time: () => '⟨time⟩', clock: () => '⟨clock⟩' };
const japanese = /[\u3040-\u30ff\u4e00-\u9fff]/;
/** Words of Kubernetes are shown as they came. */
const quoted: ReadonlySet<string> = new Set(['reported', 'status-reported']);

const isCode = (name: string): name is CodeName => name in SAMPLES;
const names = Object.keys(SAMPLES).filter(isCode);

/** All sentences of a code. */
function sentences<K extends CodeName>(language: keyof typeof CATALOGUES, name: K): string[] {
  const write: (parameters: Codes[K], times: TimeFormat) => string = CATALOGUES[language].codes[name];
  return SAMPLES[name].map((parameters) => write(parameters, times));
}

describe.each(['en', 'ja'] as const)('every sentence in %s', (language) => {
  test.each(names)('%s', (name) => {
    const said = sentences(language, name);
    expect(said.length).toBeGreaterThan(0);
    for (const sentence of said) {
      expect(sentence.trim()).not.toBe('');
      expect(sentence).not.toMatch(/undefined|null|NaN|\[object|\dT\d|  /);
      if (!quoted.has(name)) {
        expect(japanese.test(sentence)).toBe(language === 'ja');
      }
    }
  });

  test('causes, statuses and the rest are said, too', () => {
    const { causes, statuses, confidences, sources, origins, unknownCause } = CATALOGUES[language];
    const texts = [
      ...Object.values(causes).flatMap(({ name, what, advice }) => [name, what, ...advice]),
      ...Object.values(statuses),
      ...Object.values(confidences).flatMap(({ name, meaning }) => [name, meaning]),
      ...Object.values(sources),
      ...Object.values(origins),
      ...[unknownCause.name, ...unknownCause.advice],
    ];
    expect(texts.filter((text) => text.trim() === '')).toEqual([]);
  });
});

test('names, amounts and times stand in both languages', () => {
  for (const name of names) {
    sentences('en', name).forEach((english, index) => {
      const other = sentences('ja', name)[index] ?? '';
      for (const value of english.match(/⟨\w+⟩|node-a|nightly|tick-1|shop|720,000|90 MB|BackoffLimitExceeded|C17/g) ??
        []) {
        expect([name, other]).toEqual([name, expect.stringContaining(value)]);
      }
    });
  }
});

test('in Japanese removed and lost are two words', () => {
  const { codes, statuses } = CATALOGUES.ja;
  expect(statuses.lost).toBe('喪失');
  expect(codes['loki-lost'](SAMPLES['loki-lost'][0] ?? {}, times)).toContain('失われました');
  expect(sentences('ja', 'file-gone').join()).not.toMatch(/失/);
  expect(sentences('ja', 'unexplained').join()).toContain('削除');
});
