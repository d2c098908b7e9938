import { RequestError } from '../common/request-error';
import { compileIp } from './matching/ip';
import { EntryLabels, BaseLabels } from './rows/entry-labels';
import { jsonParser } from './parsers/json';
import { parseQuery } from './syntax/parse';
import { Template } from './template/template';

describe('what a query may not do', () => {
  const run = (template: string, line = '') =>
    new Template(template).run({ labels: new Map([['x', 'x'.repeat(1000)]]), line, time: 0n });

  it.each([
    ['doubles a text', `{{ $x := .x }}${'{{ $x = print $x $x }}'.repeat(40)}{{ $x }}`],
    ['replaces nothing by much', '{{ $x := repeat 1000 .x }}{{ replace "" $x $x }}'],
    ['replaces each letter', '{{ $x := repeat 1000 .x }}{{ Replace $x "x" $x 1000 }}'],
    ['replaces each match', '{{ $x := repeat 1000 .x }}{{ regexReplaceAll "x" $x $x }}'],
    ['repeats without end', '{{ repeat 1000000000 .x }}'],
    ['indents each line', '{{ indent 1000000 (repeat 1000 "\\n") }}'],
    ['aligns far', '{{ alignRight 100000000 .x }}'],
    ['pads in many places', `{{ printf "${'%900000s'.repeat(3)}" .x .x .x }}`],
    ['writes much in a loop', '{{ range fromJson __line__ }}{{ $.x }}{{ end }}'],
  ])('a template that %s fails on the entry', (_, template) => {
    expect(() => run(template, JSON.stringify(Array.from({ length: 2000 }, () => 1)))).toThrow(
      /the result would be longer than 1048576 characters/
    );
  });

  it('a width that Go refuses ends the format, as there', () => {
    expect(run('{{ printf "a %5d %300000000d %d" 1 2 3 }}')).toBe('a     1 %!(NOVERB)%!(EXTRA int=2, int=3)');
    expect(run('{{ printf "%.300000000f" 1.5 }}')).toBe('%!(NOVERB)%!(EXTRA float64=1.5)');
    expect(run('{{ printf "%c%c" 9999999 -1 }}')).toBe('\ufffd\ufffd');
  });

  it('integers go round as in Go, instead of growing', () => {
    const squares = '{{ $n := 3 }}{{ range fromJson __line__ }}{{ $n = mul $n $n }}{{ end }}{{ $n }}';
    const text = run(squares, JSON.stringify(Array.from({ length: 500 }, () => 1)));
    expect(BigInt.asIntN(64, BigInt(text))).toBe(BigInt(text));
    expect(run('{{ add 9223372036854775807 1 }}')).toBe('-9223372036854775808');
  });

  it.each([
    ['parentheses', `${'('.repeat(30_000)}vector(1)${')'.repeat(30_000)}`],
    ['operators', `vector(1)${' + vector(1)'.repeat(9_000)}`],
    ['stages', `{a="b"}${' |= "x"'.repeat(15_000)}`],
    ['aggregations', `${'sum('.repeat(20_000)}vector(1)${')'.repeat(20_000)}`],
    ['label filters', `{a="b"} | ${'('.repeat(30_000)}x="y"${')'.repeat(30_000)}`],
    ['unbalanced brackets', '('.repeat(100_000)],
    ['text', `{a="${'b'.repeat(140_000)}"}`],
  ])('a query of too many %s is refused', (_, query) => {
    expect(() => parseQuery(query)).toThrow(RequestError);
  });

  it('a template of too many blocks or parentheses is refused', () => {
    expect(() => run(`${'{{ if .x }}'.repeat(5000)}${'{{ end }}'.repeat(5000)}`)).toThrow('nested deeper than 100');
    expect(() => run(`{{ ${'('.repeat(5000)}.x${')'.repeat(5000)} }}`)).toThrow('nested deeper than 100');
  });

  it('JSON that is nested deeper than anybody reads is an error of the entry', () => {
    const labels = new EntryLabels(new BaseLabels(new Map(), new Map()));
    const line = `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`;
    jsonParser()({ time: 0n, line, labels });
    expect([labels.get('__error__'), labels.get('__error_details__')]).toEqual([
      'JSONParserErr',
      'nested deeper than 100 levels',
    ]);
  });

  it('digits are looked through once for addresses', () => {
    const test = compileIp('10.0.0.0/8');
    expect(test(`${'1'.repeat(250_000)} 10.1.2.3`)).toBe(true);
    expect(test('1'.repeat(250_000))).toBe(false);
    expect(test('from 192.168.0.1:80 to ::ffff:10.0.0.1, x10.0.0.7y')).toBe(true);
  });
});
