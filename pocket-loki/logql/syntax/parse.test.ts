import { parseQuery } from './parse';

const matchers = [{ name: 'a', op: '=', value: 'b' }];

describe('a log query', () => {
  const stages = (query: string): unknown => {
    const expr = parseQuery(query);
    return expr.kind === 'log' ? expr.stages : expr;
  };

  it('selects streams', () => {
    expect(parseQuery('{a="b", c!=`d`,e=~"f.*", g!~"\\\\d"}')).toEqual({
      kind: 'log',
      matchers: [
        ...matchers,
        { name: 'c', op: '!=', value: 'd' },
        { name: 'e', op: '=~', value: 'f.*' },
        { name: 'g', op: '!~', value: '\\d' },
      ],
      stages: [],
    });
  });

  it('may stand in parentheses and have comments', () => {
    expect(parseQuery('# first\n(({a="b"} |= "x")) # last')).toMatchObject({
      kind: 'log',
      matchers,
      stages: [{ op: '|=' }],
    });
  });

  it('filters lines', () => {
    expect(stages('{a="b"} |= "x" or `y` !~ "z" |> "<_>" != ip("10.0.0.1")')).toEqual([
      {
        kind: 'line-filter',
        op: '|=',
        alternatives: [
          { value: 'x', ip: false },
          { value: 'y', ip: false },
        ],
        text: '|= "x" or `y`',
      },
      { kind: 'line-filter', op: '!~', alternatives: [{ value: 'z', ip: false }], text: '!~ "z"' },
      { kind: 'line-filter', op: '|>', alternatives: [{ value: '<_>', ip: false }], text: '|> "<_>"' },
      { kind: 'line-filter', op: '!=', alternatives: [{ value: '10.0.0.1', ip: true }], text: '!= ip("10.0.0.1")' },
    ]);
  });

  it('filters labels: `and` binds tighter than `or`, a comma is an `and`', () => {
    expect(stages('{a="b"} | x="1" or n>=5 and d<1m, s!=2KB or i=ip("::1")')).toMatchObject([
      {
        filter: {
          kind: 'or',
          left: {
            kind: 'or',
            left: { kind: 'match', matcher: { name: 'x', op: '=', value: '1' } },
            right: {
              kind: 'and',
              left: {
                kind: 'and',
                left: { kind: 'number', name: 'n', op: '>=', value: 5 },
                right: { kind: 'duration', value: 60 },
              },
              right: { kind: 'bytes', op: '!=', value: 2000 },
            },
          },
          right: { kind: 'ip', name: 'i', op: '=', pattern: '::1' },
        },
      },
    ]);
  });

  it('filters labels that stand side by side', () => {
    expect(stages('{a="b"} | x="1" y="2"')).toMatchObject([
      { filter: { kind: 'and', left: { matcher: { name: 'x' } }, right: { matcher: { name: 'y' } } } },
    ]);
  });

  it('parses, formats, drops and keeps', () => {
    const query =
      '{a="b"} | json | json x="y.z", w | logfmt --strict | logfmt --keep-empty p, q="r" | pattern "<a>" | regexp "(?P<b>.)"' +
      ' | unpack | decolorize | line_format "{{.a}}" | label_format c=d, e="{{.f}}" | drop g, h="i" | keep j';
    expect(stages(query)).toMatchObject([
      { kind: 'json', extractions: [] },
      {
        kind: 'json',
        extractions: [
          { label: 'x', path: 'y.z' },
          { label: 'w', path: 'w' },
        ],
      },
      { kind: 'logfmt', extractions: [], strict: true, keepEmpty: false },
      {
        kind: 'logfmt',
        extractions: [
          { label: 'p', path: 'p' },
          { label: 'q', path: 'r' },
        ],
        strict: false,
        keepEmpty: true,
      },
      { kind: 'pattern', pattern: '<a>' },
      { kind: 'regexp', pattern: '(?P<b>.)' },
      { kind: 'unpack' },
      { kind: 'decolorize' },
      { kind: 'line-format', template: '{{.a}}' },
      {
        kind: 'label-format',
        formats: [
          { label: 'c', from: 'd' },
          { label: 'e', template: '{{.f}}' },
        ],
      },
      { kind: 'drop', labels: [{ name: 'g' }, { matcher: { name: 'h', op: '=', value: 'i' } }] },
      { kind: 'keep', labels: [{ name: 'j' }] },
    ]);
  });
});

describe('a metric query', () => {
  it('aggregates a range', () => {
    const query = 'quantile_over_time(0.9, {a="b"} | json | unwrap duration(x) | y="z" [5m] offset 1h) by (c, d)';
    expect(parseQuery(query)).toMatchObject({
      kind: 'range',
      op: 'quantile_over_time',
      parameter: 0.9,
      log: { matchers, stages: [{ kind: 'json' }] },
      unwrap: { label: 'x', conversion: 'duration', filters: [{ kind: 'match' }] },
      range: 300_000_000_000n,
      offset: 3_600_000_000_000n,
      grouping: { without: false, labels: ['c', 'd'] },
    });
  });

  it('moves the range forward too', () => {
    expect(parseQuery('rate({a="b"}[1m] offset -5m)')).toMatchObject({ offset: -300_000_000_000n });
  });

  it('takes the range before the pipeline too', () => {
    expect(parseQuery('rate({a="b"}[1m] |= "x")')).toMatchObject({
      log: { stages: [{ op: '|=' }] },
      range: 60_000_000_000n,
    });
  });

  it('aggregates vectors, with the grouping on either side', () => {
    const expected = { op: 'topk', parameter: 3, grouping: { without: true, labels: ['c'] }, expr: { kind: 'range' } };
    expect(parseQuery('topk without (c) (3, rate({a="b"}[1m]))')).toMatchObject(expected);
    expect(parseQuery('topk(3, rate({a="b"}[1m])) without (c)')).toMatchObject(expected);
  });

  it('calculates by precedence, powers from the right', () => {
    const shape = (query: string): unknown => {
      const show = (expr: ReturnType<typeof parseQuery>): string =>
        expr.kind === 'binary'
          ? `(${show(expr.left)} ${expr.op} ${show(expr.right)})`
          : expr.kind === 'literal'
            ? String(expr.value)
            : expr.kind;
      return show(parseQuery(query));
    };
    expect(shape('1 + 2 * 3 ^ 2 ^ 2 - -4 / 8 % 3')).toBe('((1 + (2 * (3 ^ (2 ^ 2)))) - ((-4 / 8) % 3))');
    expect(shape('(1 + 2) * 3')).toBe('((1 + 2) * 3)');
    expect(shape('vector(1) or vector(2) and vector(3) > 4')).toBe('(vector or (vector and (vector > 4)))');
    expect(shape('1 - 2 - 3')).toBe('((1 - 2) - 3)');
  });

  it('matches vectors', () => {
    expect(parseQuery('rate({a="b"}[1m]) > bool on (c) group_left (d, e) vector(1)')).toMatchObject({
      op: '>',
      bool: true,
      matching: { on: true, labels: ['c'], many: 'left', include: ['d', 'e'] },
    });
    expect(parseQuery('rate({a="b"}[1m]) / ignoring (c) group_right vector(1)')).toMatchObject({
      bool: false,
      matching: { on: false, labels: ['c'], many: 'right', include: [] },
    });
  });

  it('replaces labels', () => {
    expect(parseQuery('label_replace(vector(1), "a", "$1", "b", "(.*)")')).toMatchObject({
      kind: 'label-replace',
      destination: 'a',
      replacement: '$1',
      source: 'b',
      regex: '(.*)',
    });
  });
});

describe('what is no query', () => {
  it.each([
    ['', 'parse error : syntax error: unexpected $end'],
    ['foo', 'parse error at line 1, col 1: syntax error: unexpected foo'],
    ['{a="b"', 'parse error at line 1, col 7: syntax error: unexpected $end'],
    ['{a="b"}\n| json | foo', 'parse error at line 2, col 13: syntax error: unexpected $end'],
    ['{}', 'queries require at least one regexp or equality matcher'],
    ['{a="\\q"}', 'parse error at line 1, col 4: invalid string "\\q"'],
    ['variants(count_over_time({a="b"}[1m])) of ({a="b"}[1m])', 'unexpected variants'],
    ['rate({a="b"}[5m] 1m)', 'unexpected 1m'],
    ['rate({a="b"}[5m] offset)', 'unexpected )'],
    ['{a="b"} | x="1" y', 'unexpected'],
    ['approx_topk(2, rate({a="b"}[1m]))', 'unexpected approx_topk'],
  ])('is refused with its place: %s', (query, message) => {
    expect(() => parseQuery(query)).toThrow(message);
    expect(() => parseQuery(query)).toThrow(expect.objectContaining({ status: 400 }));
  });
});
