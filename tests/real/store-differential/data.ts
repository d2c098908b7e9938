/** What both stores are given: streams of the kinds that the queries ask for. Times are ns after the base. */
export interface Stream {
  stream: Record<string, string>;
  values: Array<[string, string] | [string, string, Record<string, string>]>;
}

const second = 1_000_000_000n;

/** `run` tells this run's streams from others in the same store; `base` is about ten minutes ago, on a full minute. */
export function dataset(run: string, base: bigint): Stream[] {
  const at = (s: number, ns = 0) => `${base + BigInt(Math.round(s * 1000)) * 1_000_000n + BigInt(ns)}`;
  return [
    {
      stream: { run, kind: 'mixed', app: 'x', lvl: 'e' },
      values: [
        [
          at(0),
          '{"a":1,"b":{"c":"x y","d":[1,{"e":2}]},"app":"in","pod":"q","t":true,"n":null,"f":1.50,"a-b":"z","e":"","u":"\\u00e9\\n","big":12345678901234567890}',
          { pod: 'p1', tr: '7' },
        ],
        [at(0, 1), 'a=1 b="x y" app=in pod=q flag =nokey d=5m bad="unclosed', { pod: 'p1' }],
        [at(0, 2), 'plain text line'],
        [at(0, 3), '[1,2]'],
        [at(0, 4), '{"a":1'],
        [at(0, 5), '{"a":{"b":{"1c":2}},"1x":"y","":"empty","sp ace":"s"}'],
        [at(0, 6), 'level=warn msg="esc \\"q\\" \\n" x= y="" 1z=2 ünï=code'],
        [at(0, 7), '\x1b[31mred\x1b[0m 10.0.0.7 - [10/Oct] "GET /x?y=1 HTTP/1.1" 200 ::1 fe80::1'],
        [at(0, 8), ''],
        [at(0, 9), 'Straße İstanbul ﬁ 😀 done'],
        [at(0, 10), '{"_entry":"packed line","x":"1","y":2}'],
      ],
    },
    {
      stream: { run, kind: 'access', app: 'web', host: 'h1' },
      values: Array.from({ length: 240 }, (_, i): Stream['values'][number] => [
        at(i * 2 + 0.5),
        `method=${['GET', 'POST', 'PUT'][i % 3]} path=/p/${i % 7} status=${[200, 200, 404, 500][i % 4]} took=${(i * 37) % 900}ms size=${(i % 11) * 100}B n=${(i * 7) % 50}`,
        { pod: `web-${i % 2}`, trace: `${i % 5}` },
      ]),
    },
    {
      stream: { run, kind: 'access', app: 'web', host: 'h2' },
      values: Array.from({ length: 120 }, (_, i): Stream['values'][number] => [
        at(i * 4 + 1.25),
        `method=${['GET', 'HEAD'][i % 2]} path=/q/${i % 3} status=${[200, 503][i % 2]} took=${1 + ((i * 13) % 50) / 10}s size=${i % 5}KB n=${i % 10}.5`,
        { pod: 'web-9' },
      ]),
    },
    {
      stream: { run, kind: 'json', app: 'api' },
      values: Array.from({ length: 100 }, (_, i): Stream['values'][number] => [
        at(i * 3),
        JSON.stringify({
          level: ['info', 'error'][i % 2],
          msg: `request ${i} done`,
          user: { id: i % 4, name: `u${i % 4}` },
          ms: (i * 31) % 700,
          ok: i % 3 === 0,
        }),
      ]),
    },
    {
      stream: { run, kind: 'counter', app: 'c' },
      values: Array.from({ length: 60 }, (_, i): Stream['values'][number] => [at(i * 10), `total=${(i % 20) * 5 + 1}`]),
    },
    {
      stream: { run, kind: 'broken', app: 'b' },
      values: Array.from({ length: 30 }, (_, i): Stream['values'][number] => [
        at(i * 5),
        i % 3 === 0 ? `v=${i}` : `v=x${i}`,
      ]),
    },
    {
      stream: { run, kind: 'levels', app: 'l' },
      values: levelLines.map((line, i): Stream['values'][number] => [at(i), line]),
    },
    {
      stream: { run, kind: 'ties', app: 't1' },
      values: Array.from({ length: 20 }, (_, i): Stream['values'][number] => [at(Math.floor(i / 5)), `tie ${i}`]),
    },
  ];
}

export const datasetSpan = 600n * second;

const levelLines = [
  'no level here',
  'INFO: started',
  'an error: x',
  'misc:error is none',
  '[WARN] careful',
  'level=DEBUG x=1',
  'lvl="wrn" y',
  '{"level":"fatal"}',
  '{"a":{"severity":"ERROR"}}',
  '{"a":{"b":{"level":"ERROR"}}}',
  '{"msg":"trace this"}',
  'critical! now',
  'Level=Information',
  'warning(disk) info',
  'errors everywhere',
  'key=info other',
  'msg="fatal thing"',
  '{"level":"strange","msg":"info"}',
  'severity=warn level=error',
  'infos info',
  'information',
  'E1124 klog error line',
];
