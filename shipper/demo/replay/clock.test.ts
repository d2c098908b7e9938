import { ReplayClock } from './clock';

const second = 1_000_000_000n;
const begin = 1_795_475_503_328;
const end = begin + 100_000;

describe('the replay clock', () => {
  let real: bigint;
  const clockAt = (speed: number) => new ReplayClock(begin, end, speed, () => real);

  beforeEach(() => {
    real = 1_800_000_000n * second + 123n;
  });

  it('lets the recording end with the run, to the second', () => {
    const clock = clockAt(10);
    const endOfRun = 1_800_000_010_000;
    const shiftedEnd = end + clock.shiftSeconds * 1000;
    expect(shiftedEnd).toBeLessThanOrEqual(endOfRun);
    expect(shiftedEnd).toBeGreaterThan(endOfRun - 1000);
  });

  it('runs at the speed of the replay and tells how long a moment is off', () => {
    const clock = clockAt(10);
    expect(clock.until(begin + 50_000)).toBeCloseTo(5_000, 3);
    const before = clock.now();
    real += 2n * second;
    expect(clock.now() - before).toBe(20n * second);
    expect(clock.until(begin + 50_000)).toBeCloseTo(3_000, 3);
  });

  it('waits for a replay that is late, and does not hurry afterwards', () => {
    const clock = clockAt(10);
    clock.until(begin + 1_000);
    real += 3n * second;
    const next = BigInt(begin + 1_000) * 1_000_000n + BigInt(clock.shiftSeconds) * second;
    expect(clock.now()).toBe(next);
    expect(clock.recorded()).toBe(begin + 1_000);
    expect(clock.until(begin + 1_000)).toBe(0);
    expect(clock.delayedMs).toBeCloseTo(2_880, 3);
    expect(clock.until(begin + 2_000)).toBeCloseTo(80, 3);
    real += second;
    expect(clock.recorded()).toBe(begin + 2_000);
  });

  it('tells what it said at an earlier time of the machine, be it while it stood still', () => {
    const clock = clockAt(10);
    const machine = () => Number(real) / 1e6;
    const moments: Array<{ ms: number; said: bigint }> = [];
    const note = () => {
      real += second / 1_000n;
      moments.push({ ms: machine(), said: clock.now() });
      real += second / 1_000n;
    };
    clock.until(begin + 1_000);
    real += second / 20n;
    note();
    real += second;
    note(); // the change takes 950 ms
    clock.until(begin + 30_000);
    note();
    real += second;
    note();
    moments.forEach(({ ms, said }) => expect(Number(clock.when(ms) - said) / 1e6).toBeCloseTo(0, 1));
    clock.finish();
    moments.forEach(({ ms, said }) => expect(Number(clock.when(ms) - said) / 1e6).toBeCloseTo(0, 1));
    real += second;
    expect(Number(clock.when(machine()) - clock.now()) / 1e6).toBeCloseTo(0, 1);
  });

  it('is the real time once the replay is over, and never went backwards', () => {
    const clock = clockAt(10);
    clock.until(end);
    real += 10n * second;
    const last = clock.now();
    clock.finish();
    expect(clock.now()).toBe(real);
    expect(clock.now()).toBeGreaterThanOrEqual(last);
  });
});
