/** Pushes that a store has to judge. `text`: the answer's text has to be the same too. */
export interface Push {
  name: string;
  headers?: Record<string, string>;
  body: string | Buffer;
  text: boolean;
}

const json = { 'Content-Type': 'application/json' };

export function pushes(run: string, nowNs: bigint): Push[] {
  const hour = 3_600_000_000_000n;
  const at = (offset: bigint) => `${nowNs + offset}`;
  const streams = (...list: object[]) => JSON.stringify({ streams: list });
  const one = (labels: object, ...values: unknown[][]) =>
    streams({ stream: { run: `${run}-push`, ...labels }, values });
  const names = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`l${i}`, 'v']));
  return [
    { name: 'one entry', body: one({}, [at(0n), 'x']), text: true },
    { name: 'no streams', body: streams(), text: true },
    { name: 'no streams key', body: '{}', text: true },
    { name: 'a stream without entries', body: one({}), text: true },
    { name: 'not JSON', body: 'x', text: false },
    { name: 'a number for a time', body: one({}, [1, 'x']), text: false },
    { name: 'metadata that are no strings', body: one({}, [at(0n), 'x', { a: 1 }]), text: false },
    { name: 'an invalid label name', body: streams({ stream: { 'a-b': 'x' }, values: [[at(0n), 'x']] }), text: false },
    { name: 'no labels', body: streams({ stream: {}, values: [[at(0n), 'x']] }), text: true },
    { name: 'labels without a value', body: streams({ stream: { a: '' }, values: [[at(0n), 'x']] }), text: true },
    {
      name: 'too old, and one that is not',
      body: one({ k: 'old' }, ['1', 'x'], ['1', 'y'], [at(0n), 'ok']),
      text: false,
    },
    { name: 'too new', body: one({ k: 'new' }, [at(hour), 'x']), text: true },
    { name: 'too long a line', body: one({ k: 'long' }, [at(0n), 'x'.repeat(262145)]), text: true },
    { name: 'a line of just the limit', body: one({ k: 'long' }, [at(0n), 'x'.repeat(262144)]), text: true },
    { name: 'too many labels', body: one(names(15), [at(0n), 'x']), text: true },
    { name: 'as many labels as may be', body: one(names(14), [at(0n), 'x']), text: true },
    { name: 'too long a label name', body: one({ ['n'.repeat(1025)]: 'v' }, [at(0n), 'x']), text: true },
    { name: 'too long a label value', body: one({ v: 'v'.repeat(2049) }, [at(0n), 'x']), text: true },
    { name: 'too large metadata', body: one({}, [at(1n), 'x', { a: 'v'.repeat(65536) }]), text: true },
    { name: 'too many metadata', body: one({}, [at(2n), 'x', names(129)]), text: true },
    { name: 'a metadata name that cannot be', body: one({}, [at(3n), 'x', { é: 'v' }]), text: true },
    { name: 'an empty metadata name', body: one({}, [at(3n), 'x', { '': 'v' }]), text: true },
    {
      name: 'too far behind in one push',
      body: one({ k: 'behind' }, [at(0n), 'x'], [at(-hour), 'y'], [at(-hour - 1n), 'late'], [at(-2n * hour), 'later']),
      text: true,
    },
    { name: 'too far behind the push before', body: one({ k: 'behind' }, [at(-hour - 1n), 'late']), text: true },
    { name: 'no content type', headers: { 'Content-Type': '' }, body: one({}, [at(0n), 'x']), text: true },
    {
      name: 'an unknown encoding',
      headers: { ...json, 'Content-Encoding': 'zstd' },
      body: one({}, [at(0n), 'x']),
      text: true,
    },
    { name: 'not snappy', headers: { 'Content-Type': 'application/x-protobuf' }, body: 'aaa', text: false },
    {
      name: 'JSON that says snappy',
      headers: { ...json, 'Content-Encoding': 'snappy' },
      body: one({}, [at(0n), 'x']),
      text: true,
    },
  ];
}

export const defaultHeaders = json;
