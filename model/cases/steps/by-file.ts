import type { Finding } from '../case';
import { CLOCKS } from '../facts';
import { at } from '../moment';
import type { Subject } from '../subject';

/** C17: the file went, or was cut, while its container ran. The kubelet does neither. */
export function byOthers(subject: Subject): Finding | undefined {
  const { containerRecord, left, started, finished, run, podContainer, deletion, pod, restart } = subject;
  const cut = containerRecord?.gaps.find(({ reason }) => reason === 'truncated');
  if (cut) {
    return {
      cause: 'C17',
      confidence: 'strong',
      says: 'Something other than the kubelet cut the log file shorter while the agent was reading it.',
      evidence: [
        {
          at: cut.to ?? cut.from,
          source: 'files on the node',
          text: `the file became shorter than it had been${cut.detail ? `: ${cut.detail}` : ''}`,
        },
      ],
    };
  }
  const beganLater = started !== undefined && left !== undefined && left < started - CLOCKS;
  if (!containerRecord || left === undefined || beganLater || (deletion && deletion.from <= left + CLOCKS)) {
    return undefined;
  }
  const endedLater = finished !== undefined && finished > left + CLOCKS;
  const runsStill =
    !containerRecord.ended &&
    run?.finished === null &&
    pod?.phase === 'Running' &&
    podContainer?.state === 'running' &&
    podContainer.restarts === restart;
  if (!endedLater && !runsStill) {
    return undefined;
  }
  return {
    cause: 'C17',
    // Of a container that is only not known to have ended, the end may have been missed.
    confidence: endedLater ? 'strong' : 'likely',
    says: 'The log file was deleted while the container was running. The kubelet does not do that: something else on the node did.',
    evidence: [
      endedLater
        ? { at: at(finished), source: 'pod', text: 'the container ended only then' }
        : { at: null, source: 'pod', text: 'the container still runs, as far as the API was watched' },
    ],
  };
}

/** C16: the runtime lost the container before the kubelet saw it end; the file is there. */
export function byRuntime({ run, left, containerRecord, node }: Subject): Finding | undefined {
  if (run?.reason !== 'ContainerStatusUnknown' || !containerRecord || left !== undefined) {
    return undefined;
  }
  return {
    cause: 'C16',
    confidence: 'likely',
    says: `The container runtime on ${node ?? 'the node'} lost this container, so \`kubectl logs\` cannot find it any more; the file itself is still there.`,
    evidence: [{ at: run.finished, source: 'pod', text: `ContainerStatusUnknown: ${run.message ?? ''}` }],
  };
}

/** C15: earlier files went by rotation while the container was there; what is left is not the whole log. */
export function byRotation({ containerRecord, left }: Subject): Finding | undefined {
  const away = containerRecord?.rotatedAway;
  if (!away || left !== undefined) {
    return undefined;
  }
  return {
    cause: 'C15',
    confidence: 'confirmed',
    says: `The container wrote more than the kubelet keeps, and log rotation deleted its first ${away.lines.toLocaleString('en-US')} lines from the node. \`kubectl logs\` does not say so.`,
    evidence: [
      {
        at: away.to,
        source: 'files on the node',
        text: `${away.files} rotated file${away.files === 1 ? '' : 's'} (${Math.round(away.bytes / 1e6)} MB) deleted while the container was there`,
      },
    ],
  };
}

/** Nothing explains it. What was seen is all that is said. */
export function byNothing({ containerRecord, left, pod, deletion }: Subject): Finding {
  const when = left === undefined ? '' : ` at ${at(left).slice(11, 19)}`;
  const directory = containerRecord?.left?.directory;
  if (directory === 'removed' && deletion === undefined) {
    const says =
      pod === undefined
        ? `The whole directory of its pod went from the node${when}, as it does when a pod is deleted; nothing from the API says who or what did that.`
        : `The whole directory of its pod went from the node${when}, although the pod is not known to have been deleted or evicted.`;
    return { cause: 'unknown', confidence: 'unknown', says, evidence: [] };
  }
  const says = `Its log went from the node${when}, and the records do not tell why: no reclaim, eviction, restart or deletion of its pod was seen to fit.`;
  return { cause: 'unknown', confidence: 'unknown', says, evidence: [] };
}
