import type { Coverage, Interval } from '../../../model/cases';
import { ms } from '../../../model/cases/moment';

/** What nobody observed: the node, its disks, the API server's view of it, the reclaims that only its kubelet reports. */
export const UNOBSERVED_KINDS = ['agent', 'disk', 'watch', 'kubelet-log'] as const;
export type UnobservedKind = (typeof UNOBSERVED_KINDS)[number];

/** A stretch of time of which nothing is known. Milliseconds since 1970. */
export interface Unobserved extends Interval {
  what: UnobservedKind;
}

/** Samples further apart than this have a gap between them, not a line: an agent writes one at least every ten minutes. */
export const SILENCE = 15 * 60_000;
/** Heartbeats and samples are written again within this: what came last still holds. */
const AGENT_TAIL = 15 * 60_000;
/** The watch writes its record once a minute. */
const WATCH_TAIL = 3 * 60_000;
/** Two processes follow each other within this, and a kubelet may log nothing for so long. */
const SHORT = 2 * 60_000;

/**
 * What nobody observed of a node, oldest first.
 *
 * @param samples when its disks were measured, ascending
 * @param within what was read, and no longer than the node existed
 */
export function unobservedOf(
  coverage: Coverage,
  cluster: string,
  node: string,
  samples: Float64Array,
  within: Interval
): Unobserved[] {
  const agentTail = coverage.lastBeat(cluster, node)?.final === true ? SHORT : AGENT_TAIL;
  const agents = gapsOf(agentSpans(coverage, cluster, node), within, 0, agentTail);
  const measured = Array.from(samples, (time) => ({ from: time, to: time }));
  const isWithoutAgent = ({ from, to }: Interval) => agents.some((gap) => gap.from < to && gap.to > from);
  const gaps: Record<UnobservedKind, Interval[]> = {
    agent: agents,
    disk: gapsOf(measured, within, SILENCE, SILENCE).filter((gap) => !isWithoutAgent(gap)),
    watch: gapsOf(coverage.ofNodeWatch(cluster), within, 0, WATCH_TAIL),
    'kubelet-log': gapsOf(coverage.ofKubeletLog(cluster, node), within, SHORT, AGENT_TAIL),
  };
  return UNOBSERVED_KINDS.flatMap((what) => gaps[what].map((gap) => ({ what, ...gap }))).sort(
    (a, b) => a.from - b.from
  );
}

/** When the agents were there: a process that was killed is known to have watched for longer by the one after it. */
function agentSpans(coverage: Coverage, cluster: string, node: string): Interval[] {
  const beats = coverage.beatsOf(cluster, node);
  return coverage.ofAgent(cluster, node).map((span) => {
    const next = beats.find(({ from }) => (ms(from) ?? 0) > span.to);
    return { from: span.from, to: Math.max(span.to, ms(next?.previousUntil) ?? 0) };
  });
}

/**
 * What lies between stretches.
 *
 * @param slack gaps no longer than this are none
 * @param tail nor is what follows the last stretch, up to this length
 */
function gapsOf(seen: readonly Interval[], { from, to }: Interval, slack: number, tail: number): Interval[] {
  const gaps: Interval[] = [];
  let end = from;
  for (const stretch of seen) {
    if (stretch.from - end > slack && end < to) {
      gaps.push({ from: end, to: Math.min(stretch.from, to) });
    }
    end = Math.max(end, stretch.to);
  }
  if (to - end > (seen.length === 0 ? 0 : tail)) {
    gaps.push({ from: end, to });
  }
  return gaps;
}
