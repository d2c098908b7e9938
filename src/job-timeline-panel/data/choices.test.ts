import { createDataFrame, createTheme, FieldType, MappingType } from '@grafana/data';
import { annotationsOf } from './annotations';
import { colorsOfMappings } from './colors';
import { filledPatterns, filterOf } from './filter';
import { livesOfFrames } from './container-frames';
import { sourceOf } from './source';
import { parseOptions } from '../parse-options';

const theme = createTheme();
const none = { cluster: '', namespace: '', node: '', job: '', statuses: [] };
const lives = livesOfFrames([
  createDataFrame({
    fields: [
      { name: 'start', type: FieldType.time, values: [1, 2, 3] },
      { name: 'job', type: FieldType.string, values: ['a', 'ab', null] },
      { name: 'pod', type: FieldType.string, values: ['a-1', 'ab-1', 'web-1'] },
      { name: 'status', type: FieldType.string, values: ['complete', 'lost', 'lost'] },
    ],
  }),
]).map(({ life }) => life);
const passing = (patterns: Partial<Parameters<typeof filterOf>[0]>) =>
  lives.filter((life) => filterOf({ ...none, ...patterns }).passes?.(life) ?? true).map(({ pod }) => pod);

describe('the filters', () => {
  it.each([
    [{}, ['a-1', 'ab-1', 'web-1']],
    [{ job: '.*' }, ['a-1', 'ab-1', 'web-1']],
    [{ job: 'a' }, ['a-1']],
    [{ job: 'a.*' }, ['a-1', 'ab-1']],
    [{ statuses: ['lost'] as const }, ['ab-1', 'web-1']],
    [{ node: 'node-a' }, []],
  ])('%j lets pass %j', (patterns, pods) => {
    expect(passing(patterns)).toEqual(pods);
  });

  it('leave out nothing, and say so, where they cannot be read', () => {
    expect(passing({ job: '(' })).toHaveLength(3);
    expect(filterOf({ ...none, job: '(' }).faulty).toEqual(['(']);
  });

  it('take several values of a variable each for itself, and one as a pattern', () => {
    const options = { ...parseOptions({}), job: '$job', node: '$node' };
    const values: Record<string, string | string[]> = { $job: ['a.b', 'c'], $node: 'n.*' };
    const replace = (text: string, _: unknown, format?: string | Function) =>
      text in values && typeof format === 'function' ? String(format(values[text])) : text;
    expect(filledPatterns(options, replace)).toMatchObject({ job: '(a\\.b|c)', node: 'n.*', cluster: '' });
  });
});

describe('the source', () => {
  const asked = (expr: string, type = 'loki') => {
    const targets = [{ refId: 'A', expr, datasource: { type, uid: 'u' } }];
    return { targets, scopedVars: {} };
  };
  const logs = createDataFrame({ fields: [{ name: 'Line', type: FieldType.string, values: [] }] });
  const other = createDataFrame({ fields: [{ name: 'Value', type: FieldType.number, values: [1] }] });
  const plain = createDataFrame({
    fields: [
      { name: 'start', type: FieldType.time, values: [] },
      { name: 'pod', type: FieldType.string, values: [] },
    ],
  });
  const kindOf = (data: Parameters<typeof sourceOf>[0], readAll = true) => sourceOf(data, { readAll }, (text) => text);

  it('is a Loki’s streams where a log query names them', () => {
    const selector = '{service_name="afterlog", cluster=~"a}|b"}';
    const found = kindOf({ series: [logs], request: asked(`${selector} | node="n"`) });
    expect(found).toEqual({ kind: 'records', uid: 'u', selector });
  });

  it.each([
    ['lines', { series: [logs], request: asked('{a="b"}') }, false],
    ['lines', { series: [logs], request: asked('{a="b"}', 'other') }, true],
    ['other', { series: [other], request: asked('sum(rate({a="b"}[1m]))') }, true],
    ['containers', { series: [plain], request: asked('{a="b"}') }, true],
    ['nothing', { series: [] }, true],
  ])('else it is %s', (kind, data, readAll) => {
    expect(kindOf(data, readAll).kind).toBe(kind);
  });
});

describe('the options', () => {
  it('are as they should be, whatever a dashboard says', () => {
    expect(
      parseOptions({ view: 'pie', groupBy: 'job', sort: 'nonsense', legend: 'yes', statuses: ['lost', 'x'] })
    ).toMatchObject({
      ...{ view: 'timeline', groupBy: 'job', sort: 'start', legend: true, statuses: [], readAll: true },
    });
    expect(parseOptions(undefined)).toMatchObject({ groupBy: 'node' });
  });

  it('have colours by value mappings', () => {
    const options = { lost: { color: 'purple', index: 0 }, complete: { color: '#123456' }, other: { color: 'red' } };
    expect(colorsOfMappings([{ type: MappingType.ValueToText, options }], theme)).toEqual({
      lost: theme.visualization.getColorByName('purple'),
      complete: '#123456',
    });
  });
});

it('annotations are moments and stretches, without the HTML in their texts', () => {
  const frame = createDataFrame({
    fields: [
      { name: 'time', type: FieldType.time, values: [5, 10] },
      { name: 'timeEnd', type: FieldType.time, values: [null, 20] },
      { name: 'text', type: FieldType.string, values: ['<b>deploy</b> 1', 'down'] },
      { name: 'color', type: FieldType.string, values: [undefined, 'red'] },
    ],
  });
  expect(annotationsOf([frame], theme)).toEqual([
    { from: 5, to: 5, text: 'deploy 1', color: theme.visualization.getColorByName('blue') },
    { from: 10, to: 20, text: 'down', color: theme.visualization.getColorByName('red') },
  ]);
});
