import { UserError } from '../common/user-error';
import type { AgentDown } from './demo-agent';

/** From one time of day to a later one, in milliseconds since midnight UTC. */
export interface ClockStretch {
  from: number;
  to: number;
}

const EXAMPLE = '23:18:30/23:19:40';

const DAY = 86_400_000;
const stretch = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)\/([01]\d|2[0-3]):([0-5]\d):([0-5]\d)$/;

/**
 * `23:18:30/23:19:40`, several with commas between, in order; or `none`.
 * @throws UserError
 */
export function parseAgentDown(text: string): ClockStretch[] {
  if (text === 'none') {
    return [];
  }
  const stretches = text.split(',').map((part) => {
    const [, h1, m1, s1, h2, m2, s2] = stretch.exec(part.trim()) ?? [];
    const one = { from: timeOfDay(h1, m1, s1), to: timeOfDay(h2, m2, s2) };
    if (!(one.from < one.to)) {
      throw new UserError(
        `invalid period "${part.trim()}": expected recorded times FROM/TO, FROM before TO (example: ${EXAMPLE}), or none`
      );
    }
    return one;
  });
  if (stretches.some(({ from }, index) => from < (stretches[index - 1]?.to ?? 0))) {
    throw new UserError(`invalid periods "${text}": they overlap or are not in order`);
  }
  return stretches;
}

const timeOfDay = (h?: string, m?: string, s?: string) => (Number(h) * 3600 + Number(m) * 60 + Number(s)) * 1000;

/**
 * The stretches on the day of the recording.
 * @throws UserError for one outside of it
 */
export function recordedStretches(
  stretches: readonly ClockStretch[],
  { begin, end }: { begin: number; end: number }
): AgentDown[] {
  const midnight = begin - (begin % DAY);
  return stretches.map(({ from, to }) => {
    const one = { from: midnight + from, to: midnight + to };
    if (one.from < begin || one.to > end) {
      const [first, last] = [begin, end].map((ms) => new Date(ms).toISOString().slice(11, 19));
      throw new UserError(`--agent-down: the recording lasts from ${first} to ${last}; choose periods inside it`);
    }
    return one;
  });
}
