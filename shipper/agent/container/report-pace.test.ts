import { ReportPace } from './report-pace';

const MINUTE = 60_000;
/** Times at which a record is due of a container that was last written to at 0, asked about every second; each is written. */
function dueTimes(pace: ReportPace, untilMs: number, unacked: (nowMs: number) => number): number[] {
  const times: number[] = [];
  for (let nowMs = 0; nowMs <= untilMs; nowMs += 1_000) {
    if (pace.isDue(nowMs, unacked(nowMs), 0)) {
      times.push(nowMs / 1_000);
      pace.reported(nowMs, unacked(nowMs));
    }
  }
  return times;
}

test('a container that is silent has a record once it has been so for 5 s, then each time twice as long after the last', () => {
  expect(dueTimes(new ReportPace(), 5 * MINUTE, () => 0)).toEqual([6, 17, 38, 79, 160]);
});

test('at the latest after ten minutes', () => {
  const times = dueTimes(new ReportPace(), 60 * MINUTE, () => 0);
  expect(times.slice(-3).map((time, i, all) => (i > 0 ? time - (all[i - 1] ?? 0) : 0))).toEqual([0, 601, 601]);
});

test('one that writes has none', () => {
  const pace = new ReportPace();
  expect(pace.isDue(100_000, 0, 96_000)).toBe(false);
  expect(pace.isDue(100_000, 0, 95_000)).toBe(false);
  expect(pace.isDue(100_000, 0, 94_999)).toBe(true);
});

test('lines that have waited for more than 5 s are reported once, and that Loki has them as soon as it does', () => {
  expect(dueTimes(new ReportPace(), MINUTE, (nowMs) => (nowMs < 31_000 ? 100 : 0))).toEqual([6, 31, 52]);
});

test('the wait begins anew where there was a moment without lines that wait', () => {
  const pace = new ReportPace();
  expect(pace.isDue(0, 100, 0)).toBe(false);
  expect(pace.isDue(4_000, 0, 4_000)).toBe(false);
  expect(pace.isDue(5_000, 100, 5_000)).toBe(false);
  expect(pace.isDue(10_000, 100, 10_000)).toBe(false);
  expect(pace.isDue(10_001, 100, 10_000)).toBe(true);
});
