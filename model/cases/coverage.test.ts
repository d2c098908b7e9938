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
