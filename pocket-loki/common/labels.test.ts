import { labelsOf, labelsText, parseLabelPairs } from './labels';

describe('label sets', () => {
  it('have one text, whatever the order of their labels', () => {
    expect(
      labelsText(
        labelsOf([
          ['b', 'x "y"'],
          ['a', '1'],
        ])
      )
    ).toBe('{a="1", b="x \\"y\\""}');
  });

  it.each([
    ['{a="b"}', [['a', 'b']]],
    [
      ' { b = "x, }" , a=`\\` } ',
      [
        ['b', 'x, }'],
        ['a', '\\'],
      ],
    ],
    [
      '{a="1", a="2"}',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    ['{a="1",}', [['a', '1']]],
    ['{}', []],
  ])('are read from %s', (text, pairs) => expect(parseLabelPairs(text)).toEqual(pairs));

  it.each(['a="b"', '{a="b"', '{a=b}', '{a-b="c"}', '{a="b" c="d"}', '{="b"}', ''])('are not read from %p', (text) =>
    expect(() => parseLabelPairs(text)).toThrow('parse error')
  );
});
