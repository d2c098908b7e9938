import { compileAnchored, compileRegex } from './regex';
import { translate } from './regex-translate';

describe('a regular expression', () => {
  it.each([
    ['a.c', 'xabcx', true],
    ['a.c', 'a\nc', false],
    ['(?s)a.c', 'a\nc', true],
    ['a.c', 'a\rc', true],
    ['(?i)ERROR', 'an Error', true],
    ['\\sx', '\u00a0x', false],
    ['\\sx', '\tx', true],
    ['[\\s,]x', ',x', true],
    ['^\\S+$', 'a b', false],
    ['\\bcat\\b', 'a cat.', true],
    ['[]a]', ']', true],
    ['[^]a]', ']', false],
    ['[a[b]', '[', true],
    ['[[:digit:]]+', 'x7', true],
    ['\\pL+', 'é', true],
    ['\\Aab\\z', 'ab', true],
    ['\\Qa.b\\E', 'axb', false],
    ['(?i:a)b', 'Ab', true],
    ['(?m)^b', 'a\nb', true],
    ['a{2,3}', 'aa', true],
    ['a{,3}', 'a{,3}', true],
    ['a}', 'a}', true],
    ['\\"\\/\\-\\_\\@', '"/-_@', true],
    ['^.$', '😀', true],
    ['(a+)+$', 'aaab', false],
    ['x*', '', true],
  ])('%s on %p', (pattern, text, expected) => expect(compileRegex(pattern).test(text)).toBe(expected));

  it('gives groups by number and by name', () => {
    const regex = compileRegex('(?P<key>\\w+)=(?P<value>\\w*)(!)?');
    expect(regex.names).toEqual([
      { name: 'key', group: 1 },
      { name: 'value', group: 2 },
    ]);
    expect([...regex.matches('a=1 b=')].map(({ index, groups }) => [index, ...groups])).toEqual([
      [0, 'a=1', 'a', '1', undefined],
      [4, 'b=', 'b', '', undefined],
    ]);
  });

  it('gives the same groups where JavaScript has no equal', () => {
    const [match] = compileRegex('(?P<key>[[:alpha:]]+)=(\\d*)(!)?').matches('xa=12');
    expect(match).toEqual({ index: 0, groups: ['xa=12', 'xa', '12', undefined] });
  });

  it('that is anchored matches the whole text, newlines included', () => {
    expect(compileAnchored('a|b').test('ab')).toBe(false);
    expect(compileAnchored('a.*|b').test('a\nb')).toBe(true);
    expect(compileAnchored('[[:alpha:]]|b').test('ab')).toBe(false);
  });

  it.each([
    ['(', 'error parsing regexp: missing closing ): `(`'],
    ['a**', 'error parsing regexp: invalid nested repetition operator: `**`'],
    ['(?=a)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
    ['(a)\\1', 'error parsing regexp: invalid escape sequence: `\\1`'],
    ['[z-a]', 'error parsing regexp: invalid character class range: `z-a`'],
  ])('%s is none of RE2', (pattern, message) => {
    expect(() => compileRegex(pattern)).toThrow(message);
    expect(() => compileAnchored(pattern)).toThrow(message);
  });

  it('that could backtrack for ever is left to RE2', () => {
    expect(translate('(a+)+$', false)).toBeUndefined();
    expect(translate('(a|a)*b', false)).toBeUndefined();
    expect(translate('(ab?){2,3}', false)).toBeUndefined();
    expect(translate('(a|b)?c{3}', false)).toEqual({ source: '(a|b)?c{3}', flags: 'u', unbounded: 0, paths: 12 });
    expect(compileRegex('(x+x+)+y').test('x'.repeat(5000))).toBe(false);
  });

  // Each of these takes a backtracking matcher minutes and more.
  it.each([
    ['(a|a)*b', 'a'.repeat(250_000)],
    ['(?P<x>.*)=(?P<y>.*)', 'x'.repeat(250_000)],
    ['.*.*.*=', 'x'.repeat(250_000)],
    ['\\s+$', `${' '.repeat(250_000)}x`],
    [`${'a?'.repeat(30)}${'a'.repeat(30)}$`, `${'a'.repeat(250_000)}b`],
    [`(a|b|ab)${'(a|b|ab)'.repeat(20)}$`, `${'ab'.repeat(100_000)}c`],
    ['x{500}y', 'x'.repeat(250_000)],
    ['([[:alpha:]]+)*;', 'x'.repeat(250_000)],
  ])('%s is linear', (pattern, text) => {
    expect(compileRegex(pattern).test(text)).toBe(false);
    expect([...compileRegex(pattern).matches(text)]).toEqual([]);
    expect(compileAnchored(pattern).test(text)).toBe(false);
  });
});
