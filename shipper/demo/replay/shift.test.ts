import { TimeShift } from './shift';

const line = '2026-11-23T23:59:57.60849219Z stdout F at 2026-11-23T23:59:57 all was well\n';

function shifted(text: string, seconds: number, startsLine = true): string {
  const window = Buffer.from(text);
  new TimeShift(seconds).apply(window, startsLine);
  return window.toString();
}

describe('a time shift', () => {
  it('moves the timestamp over midnight and leaves fraction, length and text as they are', () => {
    expect(shifted(line, 5)).toBe('2026-11-24T00:00:02.60849219Z stdout F at 2026-11-23T23:59:57 all was well\n');
    expect(shifted(line, -86_400)).toBe(line.replace('2026-11-23', '2026-11-22'));
  });

  it('moves every line of a window, whichever second it is from', () => {
    const lines = ['00:00:01', '00:00:02', '00:00:01'].map((t) => `2026-11-23T${t}.5Z stderr F x\n`).join('');
    expect(shifted(lines, 60)).toBe(lines.replaceAll('00:00:', '00:01:'));
  });

  it('leaves the rest of a line alone when the window begins inside it', () => {
    const rest = line.slice(3);
    expect(shifted(rest + line, 5, false)).toBe(rest + shifted(line, 5));
    expect(shifted('2026-11-23T23:59:57 is said in the middle', 5, false)).toBe(
      '2026-11-23T23:59:57 is said in the middle'
    );
  });

  it('leaves a line without a timestamp and a cut timestamp alone', () => {
    const text = 'panic: no time to tell the time\n\n2026-99-23T23:59:57.1Z\n2026-11-23T23:5';
    expect(shifted(text, 5)).toBe(text);
  });

  it('gives the same bytes wherever a file is cut, given the margin', () => {
    const text = Buffer.from(line + '\n' + line.repeat(3) + 'é\n' + line);
    const shift = new TimeShift(12_345);
    const whole = Buffer.from(text);
    shift.apply(whole, true);
    for (let cut = 0; cut <= text.length; cut++) {
      const parts = [
        [0, cut],
        [cut, text.length],
      ].map(([from = 0, to = 0]) => {
        const start = Math.max(0, from - TimeShift.margin);
        const window = Buffer.from(text.subarray(start, to + TimeShift.margin));
        shift.apply(window, start === 0);
        return window.subarray(from - start, to - start);
      });
      expect(Buffer.concat(parts).equals(whole)).toBe(true);
    }
  });

  it('moves the time in the name of a rotated log, compressed or not, and no other digits', () => {
    const shift = new TimeShift(3_600);
    expect(shift.path('ns_tick-1795475520-x_uid/c/0.log.20261123-232307')).toBe(
      'ns_tick-1795475520-x_uid/c/0.log.20261124-002307'
    );
    expect(shift.path('p/c/0.log.20261123-232307.gz')).toBe('p/c/0.log.20261124-002307.gz');
    expect(shift.path('p/c/0.log')).toBe('p/c/0.log');
  });

  it('moves the UTC times in a text, whatever their fraction', () => {
    const text = '{"a":"2026-11-23T23:59:59Z","b":"2026-11-23T23:00:00.123456Z","c":"2026-11-23","d":1795475520}';
    expect(new TimeShift(61).text(text)).toBe(
      '{"a":"2026-11-24T00:01:00Z","b":"2026-11-23T23:01:01.123456Z","c":"2026-11-23","d":1795475520}'
    );
  });

  it('moves the header of a klog line over the end of the year, and leaves other lines alone', () => {
    const shift = new TimeShift(2);
    expect(shift.klog('E1231 23:59:59.571940   18848 a.go:1] at 23:59:59.571940', 2026)).toBe(
      'E0101 00:00:01.571940   18848 a.go:1] at 23:59:59.571940'
    );
    expect(shift.klog('\tgoroutine 1 1231 23:59:59', 2026)).toBe('\tgoroutine 1 1231 23:59:59');
  });
});
