import { Coverage } from './coverage';
import { heartbeat, kubeletLog, t } from './testing/records';

const ms = (clock: string) => Date.parse(t(clock));
const coverageOf = (first: [string, string], second: [string, string]) =>
  new Coverage(
    [
      heartbeat('10:00:00', '10:30:00', { kubeletLog: kubeletLog(...first), final: true }),
      heartbeat('10:31:00', '11:00:00', { kubeletLog: kubeletLog(...second) }),
    ],
    [],
    new Map()
  );

describe("the kubelet's log over a restart of the agent", () => {
  test('was read without a break where the next process went on with the next line', () => {
    const coverage = coverageOf(['10:00:00', '10:29:57'], ['10:30:02', '10:59:00']);
    expect(coverage.wasKubeletLogRead('c1', 'node-a', ms('10:20:00'), ms('10:40:00'))).toBe(true);
  });

  test('was not read where lines are missing in between', () => {
    const coverage = coverageOf(['10:00:00', '10:29:57'], ['10:31:00', '10:59:00']);
    expect(coverage.wasKubeletLogRead('c1', 'node-a', ms('10:20:00'), ms('10:40:00'))).toBe(false);
  });
});

describe('what an agent wrote after its last heartbeat', () => {
  const observing = (signs: string[], more: object = {}) =>
    new Coverage(
      [heartbeat('10:00:00', '10:30:00', more)],
      [],
      new Map([['c1/node-a', signs.map(ms)]])
    ).wasAgentObserving('c1', 'node-a', ms('10:32:00'), ms('10:32:10'));

  test('shows that it was observing until then', () => {
    expect(observing(['10:32:30', '10:33:30'])).toBe(true);
    expect(observing([])).toBe(false);
  });

  test('does not as long as the heartbeat of a process that has just begun may be missing', () => {
    expect(observing(['10:32:30'])).toBe(false);
    expect(observing(['10:32:30', '10:32:50'])).toBe(false);
  });

  test('does not after a clean stop', () => {
    expect(observing(['10:32:30', '10:33:30'], { final: true })).toBe(false);
  });
});
