import { parseKlog } from './klog';

const id = 'd02a58249226c5c47814467a7617aed1ed739584bde923d418480077fa232703';

describe('parseKlog', () => {
  test('reads an unstructured line of 1.20', () => {
    expect(parseKlog('W1123 23:15:38.571891   18848 eviction_manager.go:344] eviction manager: attempting')).toEqual({
      wall: { month: 11, day: 23, hour: 23, minute: 15, second: 38, micros: 571891 },
      time: null,
      writtenMs: undefined,
      dateMs: undefined,
      message: 'eviction manager: attempting',
      values: undefined,
    });
  });

  test('reads the message and the pairs of a structured line', () => {
    const line = `I0214 09:25:19.199718     812 scope.go:110] "RemoveContainer" containerID="${id}" size=42 pods=["a/b","c d/e]"] ref={Name:x} err="rpc: \\"no\\"\\n"`;
    const klog = parseKlog(line);
    expect(klog?.message).toBe('RemoveContainer');
    expect(Object.fromEntries(klog?.values ?? [])).toEqual({
      ...{ containerID: id, size: '42', pods: '["a/b","c d/e]"]', ref: '{Name:x}', err: 'rpc: "no"\n' },
    });
  });

  test('takes a line that begins with quoted text but goes on without pairs as it is', () => {
    expect(parseKlog('I0214 09:25:19.199718     812 a.go:1] "half quoted')).toMatchObject({
      message: '"half quoted',
      values: undefined,
    });
  });

  test('reads JSON lines, whose time is in milliseconds with a fraction', () => {
    const line =
      '{"ts":1676363919199.718,"caller":"eviction/eviction_manager.go:338","msg":"Eviction manager: attempting to reclaim","v":0,"resourceName":"ephemeral-storage"}';
    expect(parseKlog(line)).toEqual({
      wall: null,
      time: 1676363919199718000n,
      writtenMs: undefined,
      dateMs: undefined,
      message: 'Eviction manager: attempting to reclaim',
      values: new Map([
        ['caller', 'eviction/eviction_manager.go:338'],
        ['v', '0'],
        ['resourceName', 'ephemeral-storage'],
      ]),
    });
  });

  test.each([
    ['nothing', ''],
    ['a continuation line', '\tFor verbose messaging see aws.Config'],
    ['a header cut short', 'I1123 23:15'],
    ['a month that is none', 'I1323 23:15:38.571891   18848 a.go:1] x'],
    ['an hour that is none', 'I1123 29:15:38.571891   18848 a.go:1] x'],
    ['broken JSON', '{"ts":1676363919199.718,"msg":"Evic'],
    ['JSON without a time', '{"msg":"x"}'],
    ['JSON with an absurd time', '{"ts":1e30,"msg":"x"}'],
    ['JSON that is no object', '{}'],
  ])('knows that %s is no line of the kubelet', (_, line) => {
    expect(parseKlog(line)).toBeUndefined();
  });

  test('survives any line', () => {
    let seed = 7;
    const random = (n: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
    const pieces = [
      'I1123 23:15:38.571891   18848 a.go:1] ',
      '"',
      '\\',
      '[',
      '{',
      '}',
      'k=',
      '=',
      ' ',
      'é',
      '\u0000',
      '{"ts":1',
    ];
    for (let i = 0; i < 5000; i++) {
      const line = Array.from({ length: random(12) }, () => pieces[random(pieces.length)]).join('');
      expect(() => parseKlog(line)).not.toThrow();
    }
  });
});
