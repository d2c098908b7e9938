import { labelsOf } from '../../common/labels';
import { storedEntries } from '../../storage/block';
import { encodeMetadata, encodeValue } from '../../storage/entry';
import { StreamIndex } from '../../storage/stream-index';
import { parseQuery } from '../syntax/parse';
import { Pipeline } from './pipeline';

const stream = new StreamIndex().add(labelsOf([['app', 'x']]));
const time = 1_795_481_078_123_456_789n;

function pipelineOf(stages: string): Pipeline {
  const expr = parseQuery(`{app="x"} ${stages}`);
  return new Pipeline(expr.kind === 'log' ? expr.stages : []);
}

/** The line and the labels beyond the stream's own, or undefined where the entry is dropped. */
function run(stages: string, line: string, metadata: Record<string, string> = {}) {
  const value = encodeValue(encodeMetadata(labelsOf(Object.entries(metadata))), Buffer.from(line));
  const [entry] = storedEntries([{ time, value }]);
  const row = entry && pipelineOf(stages).process(stream, entry);
  const labels = row?.labels.result();
  return (
    row &&
    labels && {
      line: row.line,
      stream: Object.fromEntries(labels.stream),
      metadata: Object.fromEntries(labels.metadata),
      parsed: Object.fromEntries(labels.parsed),
    }
  );
}
const passes = (stages: string, line: string, metadata?: Record<string, string>) =>
  run(stages, line, metadata) !== undefined;
const parsed = (stages: string, line: string, metadata?: Record<string, string>) => run(stages, line, metadata)?.parsed;
const lineOf = (template: string, line = 'l', metadata?: Record<string, string>) =>
  run(`| line_format \`${template}\``, line, metadata)?.line;

describe('line filters', () => {
  it.each([
    ['|= "b"', 'abc', true],
    ['|= "B"', 'abc', false],
    ['|= ""', '', true],
    ['!= "b"', 'abc', false],
    ['|= "x" or "c"', 'abc', true],
    ['!= "x" or "c"', 'abc', false],
    ['|~ "^a.c$"', 'abc', true],
    ['!~ "^a.c$"', 'abc', false],
    ['|= "é"', 'é', true],
    ['|> "a<_>c"', 'abc', true],
    ['|> "a<_>bc"', 'abc', false],
    ['!> "<_> x"', 'a x', false],
    ['|= ip("10.0.0.0/8")', 'from 10.1.2.3:80', true],
    ['|= ip("10.0.0.1-10.0.0.9")', 'from 10.0.0.10', false],
    ['!= ip("::1")', 'from ::1 to', false],
    ['| line_format "y" |= "y"', 'x', true],
  ])('%s on %p', (stages, line, expected) => expect(passes(stages, line)).toBe(expected));
});

// The answers are those of Loki 3.7.6.
describe('parsers', () => {
  it('json flattens, keeps numbers as written, leaves arrays out, and does not touch labels that are there', () => {
    const line =
      '{"a":1,"b":{"c":"x y","d":[1]},"app":"in","pod":"q","t":true,"n":null,"f":1.50,"a-b":"z","e":"","u":"\\u00e9\\n","big":12345678901234567890,"1x":"y"}';
    expect(run('| json', line, { pod: 'p' })).toEqual({
      line,
      stream: { app: 'x' },
      metadata: { pod: 'p' },
      parsed: {
        a: '1',
        a_b: 'z',
        app_extracted: 'in',
        b_c: 'x y',
        big: '12345678901234567890',
        e: '',
        f: '1.50',
        pod_extracted: 'q',
        t: 'true',
        u: 'é\n',
        _1x: 'y',
      },
    });
  });

  it('json keeps what it found before the text broke off', () => {
    expect(parsed('| json', '{"a":1')).toMatchObject({ a: '1', __error__: 'JSONParserErr' });
    expect(parsed('| json', 'text')).toEqual({
      __error__: 'JSONParserErr',
      __error_details__: "Value looks like object, but can't find closing '}' symbol",
    });
  });

  it('json with paths takes those only', () => {
    const line = '{"b":{"c":"x","d":[1,{"e":2}]},"app":"in","a-b":"z"}';
    expect(parsed('| json x="b.c", y="b.d[1].e", z="b.d", w="nope", app="app", q="[\\"a-b\\"]"', line)).toEqual({
      app_extracted: 'in',
      q: 'z',
      w: '',
      x: 'x',
      y: '2',
      z: '[1,{"e":2}]',
    });
  });

  it('logfmt passes over what is no pair', () => {
    const line = 'a=1 b="x \\"y\\"" app=in flag =nokey d=5m x=y=z 1z=2 ünï=code bad="unclosed';
    expect(parsed('| logfmt', line)).toEqual({
      a: '1',
      b: 'x "y"',
      app_extracted: 'in',
      d: '5m',
      _1z: '2',
      _n_: 'code',
    });
    expect(parsed('| logfmt --keep-empty', 'flag x=')).toEqual({ flag: '', x: '' });
    expect(parsed('| logfmt q="b", w="nope", app', line)).toEqual({ q: 'x "y"', w: '', app_extracted: 'in' });
  });

  it('logfmt --strict ends at what is no pair', () => {
    expect(parsed('| logfmt --strict', 'a=1 =x b=2')).toEqual({
      a: '1',
      __error__: 'LogfmtParserErr',
      __error_details__: "logfmt syntax error at pos 5 : unexpected '='",
    });
  });

  it('pattern captures what stands between literals', () => {
    expect(parsed('| pattern "<ip> - <_> [<time>]"', '1.2.3.4 - me [now] x')).toEqual({ ip: '1.2.3.4', time: 'now' });
    expect(parsed('| pattern "<a> <b>"', 'one')).toEqual({ a: 'one' });
    expect(parsed('| pattern "x<a>"', 'yz')).toEqual({});
  });

  it('regexp takes the named groups of the first match', () => {
    expect(parsed('| regexp "(?P<k>\\\\w)=(?P<v>\\\\d)?"', 'a=1 b=2')).toEqual({ k: 'a', v: '1' });
    expect(parsed('| regexp "(?P<k>\\\\d)"', 'abc')).toEqual({});
  });

  it('unpack puts the packed line back', () => {
    expect(run('| unpack', '{"_entry":"the line","x":"1","y":2}')).toMatchObject({
      line: 'the line',
      parsed: { x: '1' },
    });
    expect(run('| unpack', '{"x":"1"}')).toMatchObject({ line: '{"x":"1"}', parsed: {} });
  });

  it('that come later do not change what earlier ones found', () => {
    expect(parsed('| logfmt | pattern "<a> <c>"', 'a=1 b=2')).toEqual({ a: '1', b: '2', c: 'b=2' });
  });
});

describe('label filters', () => {
  const line = 'n=5 d=250ms s=2KB text=x i=10.0.0.7';
  it.each([
    ['n=5', true],
    ['n>5', false],
    ['n<=5.0', true],
    ['n!=4', true],
    ['d<1s', true],
    ['d>=1m', false],
    ['s>1KB', true],
    ['s==2000B', true],
    ['text="x"', true],
    ['text!~"x|y"', false],
    ['nope=""', true],
    ['nope>1', false],
    ['i=ip("10.0.0.0/24")', true],
    ['n=1 or text="x"', true],
    ['n=5 and text="y"', false],
    ['n=5, text="x"', true],
  ])('%s', (filter, expected) => expect(passes(`| logfmt | ${filter}`, line)).toBe(expected));

  it('mark an entry whose label is no number', () => {
    expect(parsed('| logfmt | text > 1 | keep text', line)).toEqual({
      text: 'x',
      __error__: 'LabelFilterErr',
      __error_details__: 'strconv.ParseFloat: parsing "x": invalid syntax',
    });
    expect(passes('| logfmt | text > 1 | __error__=""', line)).toBe(false);
  });

  it('see structured metadata', () => expect(passes('| pod="p"', 'x', { pod: 'p' })).toBe(true));
});

describe('formats', () => {
  it('set, rename, drop and keep labels, wherever they come from', () => {
    expect(run('| label_format app="y", zz=pod, n="{{.app}}"', 'l', { pod: 'p' })).toMatchObject({
      stream: {},
      metadata: {},
      parsed: { app: 'y', zz: 'p', n: 'y' },
    });
    expect(run('| logfmt | drop a, pod, app="nope"', 'a=1 b=2', { pod: 'p' })).toMatchObject({
      stream: { app: 'x' },
      metadata: {},
      parsed: { b: '2' },
    });
    expect(run('| logfmt | keep b, a=~"2.*"', 'a=1 b=2', { pod: 'p' })).toMatchObject({
      stream: {},
      metadata: {},
      parsed: { b: '2' },
    });
    expect(run('| decolorize', '\x1b[31mred\x1b[0m!')?.line).toBe('red!');
  });

  it('metadata named like a label of the stream get a suffix', () => {
    expect(run('', 'l', { app: 'm' })).toMatchObject({ stream: { app: 'x' }, metadata: { app_extracted: 'm' } });
  });

  it('mark an entry on which a template fails, and leave its line', () => {
    expect(run('| line_format "{{ div 1 0 }}"', 'l')).toMatchObject({
      line: 'l',
      parsed: { __error__: 'TemplateFormatErr' },
    });
  });
});

describe('templates', () => {
  it.each([
    ['{{.app}} {{.pod}} {{.nope}} {{__line__}}', 'x p  l'],
    ['{{ if eq .app "x" }}yes{{ else }}no{{ end }}', 'yes'],
    ['{{ if .nope }}a{{ else if .pod }}b{{ else }}c{{ end }}', 'b'],
    ['{{ with .pod }}<{{.}}>{{ end }}{{ with .nope }}a{{ else }}none{{ end }}', '<p>none'],
    ['{{ range $i, $e := fromJson "[1,\\"b\\",null]" }}{{$i}}={{$e}};{{ end }}', '0=1;1=b;2=<no value>;'],
    ['{{ range fromJson "{\\"b\\":1,\\"a\\":2}" }}{{.}}{{ else }}-{{ end }}', '21'],
    ['{{ (fromJson "{\\"b\\":{\\"c\\":\\"d\\"}}").b.c }}', 'd'],
    ['{{ $x := .app }}{{ $x = upper $x }}{{ $x }}', 'X'],
    ['{{- " a " -}} b {{- /* c */ -}} c', ' a bc'],
    ['{{ .app | printf "%5s|%-5s|" .pod }}', '    p|x    |'],
    ['{{ printf "%q %05d %.2f %x %v %d%%" "a" 42 1.256 255 true "s" }}', '"a" 00042 1.26 ff true %!d(string=s)%'],
    [
      '{{ add 1 2 3 }} {{ sub 5 2 }} {{ div 7 2 }} {{ mod 7 3 }} {{ divf 7 2 }} {{ mulf 1000 1000.0 }} {{ mul 1000 1000 }}',
      '6 3 3 1 3.5 1e+06 1000000',
    ],
    [
      '{{ round 1.257 2 }} {{ ceil 1.2 }} {{ floor 1.8 }} {{ int "12" }} {{ float64 "1.5" }} {{ max 1 3 2 }} {{ minf 1.5 2 }}',
      '1.26 2 1 12 1.5 3 1.5',
    ],
    [
      '{{ trunc 2 "abc" }} {{ trunc -2 "abc" }} {{ substr 1 3 "abcdef" }} {{ trimAll "-" "--a--" }} {{ replace "a" "b" "aaa" }} {{ Replace "aaa" "a" "b" 2 }}',
      'ab bc bc a bbb bba',
    ],
    [
      '{{ alignLeft 4 "ab" }}|{{ alignRight 4 "ab" }}|{{ alignRight 2 "abcd" }}|{{ repeat 3 "x" }}|{{ indent 2 "a" }}',
      'ab  |  ab|cd|xxx|  a',
    ],
    ['{{ upper "straße" }} {{ lower "ÀB" }} {{ title "a b-c d_e" }}', 'STRAßE àb A B-C D_e'],
    [
      '{{ contains "b" "abc" }} {{ hasPrefix "a" "abc" }} {{ hasSuffix "b" "abc" }} {{ default "d" .nope }} {{ .app | default "d" }}',
      'true true false d x',
    ],
    [
      '{{ regexReplaceAll "(a)(?P<n>b)" "abab" "${n}$1$$" }} {{ regexReplaceAllLiteral "a" "aa" "$1" }} {{ count "a" "banana" }}',
      'ba$ba$ $1$1 3',
    ],
    [
      '{{ b64enc "hi" }} {{ b64dec "aGk=" }} {{ urlencode "a b&c" }} {{ urldecode "a+b%26c" }}',
      'aGk= hi a+b%26c a b&c',
    ],
    ['{{ bytes "2KB" }} {{ duration "1m30s" }} {{ duration_seconds "250ms" }}', '2000 90 0.25'],
    [
      '{{ and .app .pod }} {{ or .nope .app }} {{ not .nope }} {{ ne .app "x" }} {{ lt 1 2 }} {{ ge "b" "a" }} {{ len .app }}',
      'p x true false true true 1',
    ],
    [
      '{{ __timestamp__ | unixEpoch }} {{ __timestamp__ | unixEpochMillis }} {{ __timestamp__ | unixEpochNanos }}',
      '1795481078 1795481078123 1795481078123456789',
    ],
    [
      '{{ __timestamp__ | date "2006-01-02T15:04:05.000Z07:00 Mon Jan _2 3PM" }}',
      '2026-11-24T00:44:38.123Z Tue Nov 24 12AM',
    ],
    ['{{ unixToTime "1795481078" | date "02.01.06 15:04" }}', '24.11.26 00:44'],
    ['{{ index (fromJson "[4,5]") 1 }} {{ print "a" 1 }} {{ "}}" }}', '5 a1 }}'],
  ])('%s', (template, expected) => expect(lineOf(template, 'l', { pod: 'p' })).toBe(expected));
});

describe('a stage that is wrong is refused by name', () => {
  it.each([
    ['|~ "("', 'stage \'|~ "("\' : error parsing regexp: missing closing ): `(`'],
    ['|= ip("zz")', 'ip: invalid pattern: "zz"'],
    ['|~ ip("::1")', 'ip: invalid operation'],
    ['|> "<_><_>"', "found consecutive capture '<_><_>': invalid expression"],
    ['|> "<a>"', 'named captures are not allowed'],
    ['| x=ip("zz")', 'ip: invalid pattern: "zz"'],
    ['| pattern "x"', 'invalid pattern parser: at least one capture is required'],
    ['| pattern "<a>-<a>"', 'duplicate capture name (a)'],
    ['| regexp "(x)"', 'invalid regexp parser: at least one named capture must be supplied'],
    ['| json a="b["', 'cannot parse expression [b[]'],
    ['| json a="b c"', 'cannot parse expression [b c]'],
    ['| logfmt a="b c"', 'cannot parse expression [b c]'],
    ['| label_format a=b,a=c', "multiple label name 'a' not allowed"],
    ['| label_format __error__="x"', '__error__ cannot be formatted'],
    ['| line_format "{{.x"', 'invalid line template: template: line:1: unclosed action'],
    ['| line_format "{{ nofunction 1 }}"', 'function "nofunction" not defined'],
    ['| line_format "{{ if .x }}"', 'unexpected EOF'],
    ['| line_format "{{ end }}"', 'unexpected {{end}}'],
    ['| line_format "{{ .x .y }}"', 'a value that is no function cannot have arguments'],
    ['| line_format "{{ toDate \\"x\\" \\"y\\" }}"', 'function "toDate" not defined'],
  ])('%s', (stages, message) => {
    expect(() => pipelineOf(stages)).toThrow(message);
    expect(() => pipelineOf(stages)).toThrow(expect.objectContaining({ status: 400 }));
  });
});
