import { timeWindow } from './time-window';

describe('the time window', () => {
  const now = 1_800_000_000_000_000_000n;
  const hour = 3_600_000_000_000n;

  it('is the last seven days, and a little ahead of our clock', () => {
    expect(timeWindow({}, now)).toEqual({
      from: now - 168n * hour,
      to: now + hour / 6n,
      recordsTo: now + hour / 6n,
      isDefault: true,
    });
  });

  it.each([
    ['90s', 90n * 1_000_000_000n],
    ['2h30m', (hour * 5n) / 2n],
    ['14d', 336n * hour],
    ['2w', 336n * hour],
    ['250ms', 250_000_000n],
  ])('goes back by %s', (since, ns) => {
    expect(timeWindow({ since }, now)).toMatchObject({ from: now - ns, isDefault: false });
    expect(timeWindow({ from: since }, now)).toMatchObject({ from: now - ns, isDefault: false });
  });

  it('goes from one time to another, but looks for records until now', () => {
    const window = timeWindow({ from: '2026-11-23T23:15:00.000000001Z', to: '2026-11-24T01:15:00+01:00' }, now);
    expect(window.to - window.from).toBe(hour - 1n);
    expect(window.recordsTo).toBe(now + hour / 6n);
  });

  it.each([
    [{ since: 'yesterday' }, /--since: invalid time "yesterday"/],
    [{ from: '2026-11-23' }, /--from: invalid time "2026-11-23"/],
    [{ to: '1x' }, /--to: invalid time "1x"/],
    [{ since: '1h', from: '1h' }, /exclude each other/],
    [{ from: '1h', to: '1h' }, /time range is empty/],
  ])('is refused: %j', (flags, message) => {
    expect(() => timeWindow(flags, now)).toThrow(message);
  });
});
