import { fc } from '../../tests/testkit/fuzz';
import { terminalText } from './terminal-text';

describe('terminalText', () => {
  test.each([
    ['\u001b]0;owned\u0007', '\\u001b]0;owned\\u0007'],
    ['a\u009b31mb', 'a\\u009b31mb'],
    ['one\r\u001b[2Ktwo', 'one\\u000d\\u001b[2Ktwo'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['Ende – 終わり\tx\n', 'Ende – 終わり\tx\n'],
  ])('%j becomes %j', (text, shown) => {
    expect(terminalText(text)).toBe(shown);
  });

  test('leaves nothing that a terminal obeys, and keeps what JSON means', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = terminalText(JSON.stringify(text));
        const codes = [...shown].map((character) => character.codePointAt(0) ?? 0);
        expect(codes.filter((code) => code < 0x20 || (code >= 0x7f && code < 0xa0))).toEqual([]);
        expect(JSON.parse(shown)).toBe(text);
      })
    );
  });
});
