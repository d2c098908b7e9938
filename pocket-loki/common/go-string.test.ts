import { quote, unquote } from './go-string';

describe('unquote', () => {
  it.each([
    ['"plain"', 'plain'],
    ['"a \\"b\\" \\n \\\\"', 'a "b" \n \\'],
    ['"\\x41\\u00e9\\U0001f600\\101"', 'Aé😀A'],
    ['"\\xc3\\xa9"', 'é'],
    ['`raw \\n "x"`', 'raw \\n "x"'],
    ['""', ''],
  ])('%s', (literal, value) => expect(unquote(literal)).toBe(value));

  it.each(['"', '"a', "'a'", '"a"b"', '"\\q"', '"\\ud800"', '"\\400"', '"a\nb"', '`a`b`', ''])(
    'refuses %p',
    (literal) => expect(unquote(literal)).toBeUndefined()
  );
});

describe('quote', () => {
  it.each([
    ['plain é 😀', '"plain é 😀"'],
    ['a "b" \\ \n\t', '"a \\"b\\" \\\\ \\n\\t"'],
    ['\x00\x7f\u00a0\u200b', '"\\x00\\x7f\\u00a0\\u200b"'],
  ])('%p', (text, literal) => {
    expect(quote(text)).toBe(literal);
    expect(unquote(literal)).toBe(text);
  });
});
