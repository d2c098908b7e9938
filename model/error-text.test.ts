import { errorText } from './error-text';

test.each([
  [new Error('disk full'), 'disk full'],
  [new TypeError(), 'TypeError'],
  ['refused', 'refused'],
  [undefined, 'undefined'],
])('the text of %p is %p', (thrown, text) => {
  expect(errorText(thrown)).toBe(text);
});
