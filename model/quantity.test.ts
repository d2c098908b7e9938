import { parseDuration, parseQuantity } from './quantity';

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

test.each([
  ['5m0s', 300],
  ['1m0s', 60],
  ['1h30m', 5400],
  ['0s', 0],
  ['0', 0],
  ['250ms', 0.25],
  ['1.5s', 1.5],
  ['', undefined],
  ['5', undefined],
  ['5 m', undefined],
  ['m5', undefined],
])('the duration %p is %p seconds', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});
