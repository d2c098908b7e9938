import { defaultLimits } from '../common/limits';
import { Params } from './params';

const now = Date.UTC(2026, 10, 24);
const nowNs = BigInt(now) * 1_000_000n;
const params = (query: string) => new Params(new URLSearchParams(query), now);

describe('parameters', () => {
  it.each([
    ['1795481078', 1795481078000000000n],
    ['1795481078123456789', 1795481078123456789n],
    ['1795481078.5', 1795481078500000000n],
    ['1795481078.1239', 1795481078124000000n],
    ['2026-11-24T00:00:00Z', nowNs],
    ['2026-11-24T01:00:00.000000001+01:00', nowNs + 1n],
    ['-5', -5000000000n],
  ])('the time %s', (text, ns) => expect(params(`time=${encodeURIComponent(text)}`).time('time')).toBe(ns));

  it('no time, and what is none', () => {
    expect(params('').time('time')).toBeUndefined();
    expect(() => params('start=abc').range()).toThrow(
      'could not parse \'start\' parameter: strconv.ParseInt: parsing "abc": invalid syntax'
    );
  });

  it('the range: the last hour, or what is said', () => {
    const hour = 3_600_000_000_000n;
    expect(params('').range()).toEqual({ from: nowNs - hour, until: nowNs });
    expect(params('since=2h').range()).toEqual({ from: nowNs - 2n * hour, until: nowNs });
    expect(params('start=1&end=2').range()).toEqual({ from: 1_000_000_000n, until: 2_000_000_000n });
    expect(params('end=1795471200').range()).toEqual({ from: 1795467600000000000n, until: 1795471200000000000n });
    expect(() => params('start=2&end=1').range()).toThrow('end timestamp must not be before or equal to start time');
    expect(() => params('since=x').range()).toThrow('not a valid duration string: "x"');
  });

  it('the step: a 250th of the range, at least a second', () => {
    const span = (seconds: number) => ({ from: 0n, until: BigInt(seconds) * 1_000_000_000n });
    expect(params('').step(span(3600))).toBe(14_000_000_000n);
    expect(params('').step(span(10))).toBe(1_000_000_000n);
    expect(params('step=1m').step(span(3600))).toBe(60_000_000_000n);
    expect(params('step=0.5').step(span(3600))).toBe(500_000_000n);
    expect(() => params('step=0').step(span(1))).toThrow('zero or negative query resolution step widths');
    expect(() => params('step=x').step(span(1))).toThrow('cannot parse "x" to a valid duration');
    expect(() => params('step=0.1').step(span(3600))).toThrow('exceeded maximum resolution of 11,000 points');
  });

  it('limit and direction', () => {
    expect(params('').limit(defaultLimits)).toBe(100);
    expect(() => params('limit=0').limit(defaultLimits)).toThrow('limit must be a positive value');
    expect(() => params('limit=x').limit(defaultLimits)).toThrow('strconv.Atoi: parsing "x": invalid syntax');
    expect(() => params('limit=5001').limit(defaultLimits)).toThrow('(5001 > 5000)');
    expect([params('').forward(), params('direction=FORWARD').forward()]).toEqual([false, true]);
    expect(() => params('direction=up').forward()).toThrow("invalid direction 'up'");
  });
});
