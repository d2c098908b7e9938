import type { GcRecord } from '../../records';
import type { Evidence, Finding } from '../case';
import { CLOCKS, type Facts } from '../facts';
import { at, span } from '../moment';
import type { Subject } from '../subject';

/**
 * A file goes within this of its removal's line. A later time is only a bound: the agent was not there, and the file
 * system kept no time, because the directory went as well or changed again.
 */
const WITH_IT = 10_000;

/**
 * C1, confirmed: the kubelet's log names this container inside a reclaim (reference §3.1).
 *
 * The kubelet prints that line for a container that has just ended as well, also while it reclaims: so the file has to
 * have gone with it, by the file system's time, whenever the agent noticed. Where only that is known, and it was later
 * because no agent was running, the proof is weaker by that much; where one was running in between, the file had stayed.
 */
export function byReclaim(subject: Subject, facts: Facts): Finding | undefined {
  const removal = facts.removal(subject.cluster, subject.containerId);
  if (!removal) {
    return undefined;
  }
  const { left, containerRecord, started, finished } = subject;
  const isThereStill = containerRecord !== undefined && left === undefined;
  const wentBefore = left !== undefined && left < removal.at - CLOCKS;
  // A reclaim takes what has ended; a line from before that, or with an absurd time, is about something else.
  const ranThen = removal.at < (finished ?? started ?? -Infinity) - CLOCKS;
  const stayed =
    left !== undefined && facts.agentWasAwake(subject.cluster, subject.node, removal.at + CLOCKS, left - CLOCKS);
  if (isThereStill || wentBefore || ranThen || stayed) {
    return undefined;
  }
  const late = left !== undefined && left > removal.at + WITH_IT;
  return {
    cause: 'C1',
    confidence: late ? 'strong' : 'confirmed',
    says: `The kubelet removed this container${after(subject, removal.at)}${together(removal.gc)}, to free ${disk(removal.gc.resource)} on ${subject.node ?? removal.gc.node}.`,
    evidence: [
      ...reclaimEvidence(removal.gc),
      {
        at: at(removal.at),
        source: 'kubelet log',
        text: `inside this reclaim the kubelet removed container ${subject.containerId?.slice(0, 12) ?? ''}`,
      },
    ],
  };
}

/** What the kubelet's log tells of a whole reclaim. */
function reclaimEvidence(gc: GcRecord): Evidence[] {
  const { resource, containersTotal, images, imageBytes, outcome, start, end } = gc;
  const took = `${count(containersTotal, 'container')} and ${count(images.length, 'image')} (${Math.round(imageBytes / 1e6)} MB)`;
  const ends = {
    relieved: 'that sufficed',
    evicting: 'that did not suffice, pods were evicted',
    unknown: 'how it ended is not in the log',
  };
  return [
    { at: start, source: 'kubelet log', text: `the kubelet began to reclaim ${resource ?? 'disk space'}` },
    { at: end, source: 'kubelet log', text: `the reclaim removed ${took}; ${ends[outcome]}` },
  ];
}

/** ` 34 s after it finished`; nothing where its end is not known or lies after. */
export function after({ finished }: Subject, moment: number): string {
  return finished === undefined || finished > moment + CLOCKS
    ? ''
    : ` ${span(Math.max(0, moment - finished))} after it finished`;
}

/** `, together with 33 others`. */
export function together({ containersTotal }: GcRecord): string {
  return containersTotal > 1 ? `, together with ${count(containersTotal - 1, 'other')}` : '';
}

export function disk(resource: string | null): string {
  return resource === 'inodes' ? 'inodes (too many files)' : 'disk';
}

export function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
