import { parseQuantity } from './quantity';

test.each([
  ['100Mi', 104857600],
  ['10Mi', 10485760],
  ['1.5G', 1.5e9],
  ['0', 0],
  ['1e6', 1e6],
  ['500m', 0.5],
  ['2Ti', 2 ** 41],
  ['.5Ki', 512],
  ['', undefined],
  ['10%', undefined],
  ['10 Mi', undefined],
  ['Mi', undefined],
  ['1mi', undefined],
  ['ten', undefined],
])('the quantity %p is %p', (text, expected) => {
  expect(parseQuantity(text)).toBe(expected);
});
