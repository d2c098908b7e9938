import { replaceVariables, setVariables } from './variables';

const regex = (value: string | string[]) => `(${[value].flat().join('|')})`;

beforeAll(() =>
  setVariables([
    { name: 'node', value: 'a', all: undefined },
    { name: 'job', value: ['x y', 'z'], all: undefined },
    { name: 'every', value: ['x'], all: '.*' },
  ])
);

it.each([
  ['$node/${node}', undefined, 'a/a'],
  ['$job', undefined, '{x y,z}'],
  ['$job', regex, '(x y|z)'],
  ['${job:uriencode}', regex, '{x%20y,z}'],
  ['$every', regex, '.*'],
  ['$job', 'regex', '(x y|z)'],
  ['$__range and $other', undefined, '$__range and $other'],
])('%s is filled', (text, format, filled) => {
  expect(replaceVariables(text, {}, format)).toBe(filled);
});

it('a data link has the fields of its row', () => {
  const frame = { fields: [{ name: 'job', values: ['a', 'b/c'] }] };
  const scopedVars = { __dataContext: { value: { frame, rowIndex: 1 } } };
  expect(replaceVariables('/job/${__data.fields.job}', scopedVars, 'uriencode')).toBe('/job/b%2Fc');
});
