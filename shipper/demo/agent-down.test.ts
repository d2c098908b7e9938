import { parseAgentDown, recordedStretches } from './agent-down';
import { DEFAULT_AGENT_DOWN, DEFAULT_RECORDING } from './replay/recordings';

const recording = { begin: Date.parse('2026-11-23T23:11:43Z'), end: Date.parse('2026-11-23T23:24:38Z') };

describe('when the agent is down', () => {
  it('is told by recorded times, several in order, or is never', () => {
    const stretches = recordedStretches(parseAgentDown('23:18:30/23:19:40, 23:20:00/23:21:00'), recording);
    expect(stretches.map(({ from, to }) => [from, to].map((ms) => new Date(ms).toISOString().slice(11, 19)))).toEqual([
      ['23:18:30', '23:19:40'],
      ['23:20:00', '23:21:00'],
    ]);
    expect(parseAgentDown('none')).toEqual([]);
    expect(recordedStretches(parseAgentDown(DEFAULT_AGENT_DOWN.get(DEFAULT_RECORDING) ?? ''), recording)).toHaveLength(
      1
    );
  });

  it.each(['', 'soon', '23:18/23:19', '23:19:40/23:18:30', '23:18:30/23:18:30', '24:00:00/24:00:01'])(
    'refuses %j',
    (text) => {
      expect(() => parseAgentDown(text)).toThrow(/invalid period ".*FROM\/TO/);
    }
  );

  it('refuses stretches that overlap, and such as are not in the recording', () => {
    expect(() => parseAgentDown('23:18:30/23:19:40,23:19:00/23:20:00')).toThrow('overlap');
    expect(() => recordedStretches(parseAgentDown('22:18:30/23:19:40'), recording)).toThrow(
      'from 23:11:43 to 23:24:38'
    );
  });
});
