import { logQuery } from './logql';

describe('a log query', () => {
  it('has labels in its selector and metadata behind it', () => {
    expect(
      logQuery({ namespace: 'n', workload: undefined, job: ['a', 'b.c'] }, { pod: 'p', container_id: /ab.*/ })
    ).toBe('{namespace="n", job=~"a|b\\\\.c"} | pod="p" | container_id=~"ab.*"');
  });

  it('anchors what filters metadata, for Loki takes more otherwise', () => {
    expect(logQuery({ a: 'b' }, { node: ['node-1', 'node-2'] })).toBe('{a="b"} | node=~"^(?:node-1|node-2)$"');
  });

  it('quotes what people wrote', () => {
    expect(logQuery({ a: 'x"y\\z\n' })).toBe('{a="x\\"y\\\\z\\n"}');
  });

  it('takes a list of one as a text', () => {
    expect(logQuery({ a: ['b.c'] })).toBe('{a="b.c"}');
  });
});
