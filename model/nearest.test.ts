import { nearest } from './nearest';

const words = ['logs.dir', 'state.dir', 'batch.wait', 'batch.size'];

test.each([
  ['logs.dri', 'logs.dir'],
  ['log.dir', 'logs.dir'],
  ['stat.dir', 'state.dir'],
  ['batch.siez', 'batch.size'],
  ['batchsize', 'batch.size'],
  ['logs.dir', 'logs.dir'],
  ['metrics', undefined],
  ['', undefined],
])('%p means %p', (word, meant) => {
  expect(nearest(word, words)).toBe(meant);
});

test('without words there is none', () => {
  expect(nearest('logs', [])).toBeUndefined();
});
