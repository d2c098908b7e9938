import { Metadata } from './metadata';

describe('structured metadata', () => {
  const stored = (pairs: Array<[string, string]>, level?: string): unknown =>
    JSON.parse(new Metadata(pairs).encode(level).toString() || '[]');

  it.each([
    ['a.b', 'a_b'],
    ['a__b', 'a_b'],
    ['1a', 'key_1a'],
    ['__a', '_a'],
    ['a_', 'a_'],
    ['aé.b', 'a_b'],
    ['__error__', '__error__'],
    ['.foo', '_foo'],
    ['_1', '_1'],
  ])('named %s are stored as %s', (name, valid) => expect(stored([[name, 'v']])).toEqual([[valid, 'v']]));

  it.each([
    ['', 'label name is empty'],
    ['é', 'normalization for label name "é" resulted in invalid name "_"'],
    ['___', 'normalization for label name "___" resulted in invalid name "_"'],
  ])('named %p fail the push', (name, message) => {
    expect(() => new Metadata([[name, 'v']])).toThrow(message);
    expect(() => new Metadata([[name, 'v']])).toThrow(expect.objectContaining({ status: 500 }));
  });

  it('are sorted by name, a changed name before one that was so already', () => {
    expect(
      stored([
        ['b', '1'],
        ['a.b', '2'],
        ['a_b', '3'],
      ])
    ).toEqual([
      ['a_b', '2'],
      ['b', '1'],
    ]);
  });

  it('show a space for bytes that were no UTF-8', () => expect(stored([['a', 'x\ufffdy']])).toEqual([['a', 'x y']]));

  it('get the detected level, and keep one that was sent under its usual name', () => {
    expect(stored([['a', 'b']], 'warn')).toEqual([
      ['a', 'b'],
      ['detected_level', 'warn'],
    ]);
    expect(stored([['detected_level', 'WARNING']], 'info')).toEqual([['detected_level', 'warn']]);
  });

  it('count as they were sent', () => {
    const { size, count } = new Metadata(
      [
        ['é', 'xé'],
        ['a', ''],
      ].map(([n = '', v = '']) => [`${n}n`, v])
    );
    expect({ size, count }).toEqual({ size: 8, count: 2 });
  });
});
