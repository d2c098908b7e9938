import type { ContainerRecord, Gap } from '../../records';
import type { Confidence } from '../case';
import { wasReclaimingIn } from '../disk-pressure';
import { CLOCK_MARGIN, CLOCKS, type Facts } from '../facts';
import { at, ms } from '../moment';
import { isUnknownToRuntime } from '../pod-reason';
import { endedAfter, podStateAt, wasKilledByKubelet } from '../pod-state';
import { isMomentUnknown, type Subject } from '../subject';
import { mayBeSkewed } from './deletion';
import type { Weighed } from './hypothesis';
import { byShutdown } from './node';
import { byReclaim } from './reclaim';
import { byNewerRun, byRestartInPlace, bySandbox } from './restart';

/** The node's condition follows a reclaim within ten seconds; the rest is for a busy API server. */
const CONDITION_DUE = 40_000;
/** containerLogMaxSize unless configured. */
const DEFAULT_MAX_BYTES = 10 * 2 ** 20;
/** The kubelet looks at sizes every ten seconds, and rotates what has reached the size by then: never a smaller file. */
const ROUNDING = 0.95;
/** No kubelet is set to rotate files as small as this. */
const SMALLEST_ROTATED = 32 * 2 ** 10;

/** C17: a user or another program deleted or truncated the file. */
export function byOther(subject: Subject, facts: Facts): Weighed | undefined {
  return byTruncation(subject, facts) ?? whileRunning(subject, facts) ?? byRemoval(subject, facts);
}

/** The kubelet never makes a file shorter, and rotates only what has reached its size. */
function byTruncation({ containerRecord, left, cluster, node }: Subject, facts: Facts): Weighed | undefined {
  const cut = containerRecord?.gaps.find(({ reason }) => reason === 'truncated');
  const away = containerRecord?.rotatedAway;
  if (cut === undefined && (away == null || left !== undefined)) {
    return undefined;
  }
  if (cut === undefined && away != null) {
    const moment = Date.parse(away.to ?? '');
    const { isPlausible } = rotationSize(away, facts, cluster, node, moment);
    return isPlausible === true
      ? undefined
      : {
          cause: 'C17',
          statement: { code: 'truncated' },
          isReported: false,
          ceiling: isPlausible === false ? 'strong' : 'unknown',
          contradictions: [],
          predictions: [{ wasObserved: isPlausible === false ? true : undefined, need: 'need-settings' }],
          evidence: [
            {
              at: away.to,
              source: 'files on the node',
              what: { code: 'rotated-files', files: away.files, bytes: away.bytes },
            },
          ],
        };
  }
  return {
    cause: 'C17',
    statement: { code: 'truncated' },
    isReported: false,
    ceiling: 'strong',
    contradictions: [],
    predictions: [{ wasObserved: true, need: 'need-agent' }],
    evidence: [
      {
        at: cut?.to ?? cut?.from ?? null,
        source: 'files on the node',
        what: { code: 'file-shorter', detail: cut?.detail ?? null },
      },
    ],
  };
}

/** The kubelet does not delete the file of a container that runs. */
function whileRunning(subject: Subject, facts: Facts): Weighed | undefined {
  const { containerRecord, left, started, finished, run, podContainer, deletion, pod, restart } = subject;
  const beganLater = started !== undefined && left !== undefined && left < started - CLOCKS;
  if (!containerRecord || left === undefined || beganLater) {
    return undefined;
  }
  const wasCut = endedAfter(subject, left);
  if (!wasCut && ((deletion && deletion.from <= left + CLOCKS) || wasKilledByKubelet(subject))) {
    return undefined;
  }
  const endedLater = wasCut || (finished !== undefined && finished > left + CLOCKS);
  const runsStill =
    !containerRecord.ended &&
    run?.finished === null &&
    pod?.phase === 'Running' &&
    podContainer?.state === 'running' &&
    podContainer.restarts === restart &&
    podStateAt(subject, facts, left) !== 'unknown';
  if (!endedLater && !runsStill) {
    return undefined;
  }
  return {
    cause: 'C17',
    statement: { code: 'deleted-while-running' },
    isReported: false,
    // Of a container that is only not known to have ended, the end may have been missed.
    ceiling: endedLater ? 'strong' : 'likely',
    contradictions: [],
    predictions: [{ wasObserved: true, need: 'need-watch' }],
    evidence: [
      endedLater && finished !== undefined
        ? { at: at(finished), source: 'pod', what: { code: 'ended-afterwards' } }
        : { at: null, source: 'pod', what: { code: 'runs-still' } },
    ],
  };
}

/**
 * The log of a terminated container was removed although its pod was there. The kubelet removes a directory only with
 * its pod, and the newest log of a pod only in a reclaim: where that is ruled out, it was somebody else.
 */
function byRemoval(subject: Subject, facts: Facts): Weighed | undefined {
  const { containerRecord, left, finished, podContainer } = subject;
  if (!containerRecord?.left || left === undefined || wasKilledByKubelet(subject)) {
    return undefined;
  }
  if (finished !== undefined && left < finished - CLOCKS) {
    return undefined;
  }
  const pod = podStateAt(subject, facts, left);
  const hasOtherReason = [byNewerRun, byRestartInPlace, bySandbox, byShutdown].some(
    (hypothesis) => hypothesis(subject, facts)?.contradictions.length === 0
  );
  if (pod === 'deleted' || hasOtherReason) {
    return undefined;
  }
  const reclaim = byReclaim(subject, facts);
  const isDirectory = containerRecord.left.directory === 'removed';
  const isReclaimOut = isReclaimRuledOut(subject, facts, reclaim);
  // While the kubelet reclaims, somebody may remove the directories that it leaves.
  const pressure = isDirectory ? facts.pressureAt(subject.cluster, subject.node, left) : undefined;
  const isWithReclaim =
    isDirectory &&
    (pressure === undefined ? !wasReclaimVisible(subject, facts, left) : wasReclaimingIn(pressure, left));
  const isPodThere = pod === 'there' || pod === 'assumed';
  // Events are lossy: that the sandbox was made anew may not have been recorded.
  const mayBePruned = podContainer?.role === 'init' && subject.pod?.phase === 'Running';
  // Others were emptied in the same moment, as by a reclaim, which removes the files before anybody removes directories.
  const mayBeReclaimed = isWithReclaim && facts.wereOthersEmptied(subject, left, { areKept: true });
  const ceiling: Confidence =
    mayBeSkewed(subject) ||
    mayBePruned ||
    !isPodThere ||
    !isReclaimOut ||
    mayBeReclaimed ||
    mayBeAnotherDisk(subject, facts)
      ? 'unknown'
      : pod === 'assumed' || isWithReclaim
        ? 'likely'
        : 'strong';
  return {
    cause: 'C17',
    statement: { code: 'deleted-by-other', directory: isDirectory, isLikely: ceiling !== 'strong' },
    isReported: false,
    ceiling,
    contradictions: facts.removal(subject) !== undefined && !isReclaimOut ? [{ code: 'out-named-by-kubelet' }] : [],
    predictions: [
      { wasObserved: isPodThere ? true : undefined, need: 'need-watch' },
      { wasObserved: isReclaimOut ? true : undefined, need: 'need-kubelet-log' },
    ],
    evidence: [
      {
        at: at(left),
        source: 'pod',
        what: { code: isPodThere ? 'pod-there' : 'pod-not-known' },
      },
      ...(reclaim?.contradictions ?? []).map((what) => ({
        at: at(left),
        source: what.code === 'out-kubelet-log' ? ('kubelet log' as const) : ('node' as const),
        what,
      })),
    ],
  };
}

/** A reclaim would have been seen: in the kubelet's log, or by the node's condition. */
const wasReclaimVisible = ({ cluster, node, clockOffset = 0 }: Subject, { coverage }: Facts, moment: number): boolean =>
  coverage.wasKubeletLogRead(cluster, node, moment) ||
  coverage.wereNodesWatched(cluster, moment - clockOffset, moment - clockOffset + CONDITION_DUE) === true;

/** No reclaim removed it, whenever it was. */
function isReclaimRuledOut(subject: Subject, facts: Facts, reclaim: Weighed | undefined): boolean {
  const { left = 0, leftFrom = left, cluster, node, clockOffset } = subject;
  if (isMomentUnknown(subject)) {
    return facts.removal(subject) === undefined && facts.coverage.wasKubeletLogRead(cluster, node, leftFrom, left);
  }
  if (reclaim === undefined || reclaim.contradictions.length === 0) {
    return false;
  }
  if (reclaim.contradictions.some(({ code }) => code !== 'out-no-pressure')) {
    return true;
  }
  // The watch has the API server's clock, and the log was removed by the node's.
  const margin = clockOffset === undefined ? CLOCK_MARGIN : 0;
  return facts.coverage.wereNodesWatched(cluster, left - margin, left + margin) === true || margin === 0;
}

/** The directories of a node that boots with another disk are gone, too, and nobody saw when they went. */
function mayBeAnotherDisk(subject: Subject, facts: Facts): boolean {
  const { containerRecord, left = 0, leftFrom = left, cluster, node } = subject;
  return (
    isMomentUnknown(subject) &&
    containerRecord?.left?.directory === 'removed' &&
    !facts.coverage.wasKubeletLogRead(cluster, node, leftFrom, left) &&
    facts.othersThatStayed(cluster, containerRecord.node, left) === 0
  );
}

/** C16: the runtime lost the container before the kubelet saw it end; the file is there. */
export function byRuntime(subject: Subject): Weighed | undefined {
  const { run, left, containerRecord, node } = subject;
  if (!run || !isUnknownToRuntime(subject) || !containerRecord || left !== undefined) {
    return undefined;
  }
  return {
    cause: 'C16',
    statement: { code: 'runtime-lost', node },
    isReported: false,
    ceiling: 'likely',
    contradictions: [],
    predictions: [{ wasObserved: true, need: 'need-watch' }],
    evidence: [
      {
        at: run.finished,
        source: 'pod',
        what: { code: 'status-reported', reason: 'ContainerStatusUnknown', message: run.message ?? '' },
      },
    ],
  };
}

/** C15: earlier files were deleted by rotation while the container was there; what is left is not the whole log. */
export function byRotation({ containerRecord, left, cluster, node }: Subject, facts: Facts): Weighed | undefined {
  const away = containerRecord?.rotatedAway;
  if (left !== undefined || containerRecord === undefined) {
    return undefined;
  }
  if (!away) {
    return byMissedRotation(containerRecord, facts);
  }
  const size = rotationSize(away, facts, cluster, node, Date.parse(away.to ?? ''));
  return {
    cause: 'C15',
    statement: { code: 'rotated', lines: away.lines },
    isReported: false,
    // Smaller than a rotation by default, while the kubelet's own size could not be read: a truncation looks the same.
    ceiling: size.isPlausible === undefined && size.isAssumed ? 'unknown' : 'strong',
    contradictions:
      size.isPlausible === false
        ? [{ code: 'out-file-size', bytes: Math.round(away.bytes / away.files), maxBytes: size.maxBytes }]
        : [],
    predictions: [
      { wasObserved: true, need: 'need-agent' },
      { wasObserved: size.isPlausible, need: 'need-settings' },
    ],
    evidence: [
      {
        at: away.to,
        source: 'files on the node',
        what: { code: 'rotated-files', files: away.files, bytes: away.bytes },
      },
    ],
  };
}

/** No agent saw it: files were there before an agent was away, and others in their place after. */
function byMissedRotation({ gaps, cluster, node }: ContainerRecord, facts: Facts): Weighed | undefined {
  const gap = gaps.find(isMissedRotation);
  const [from, to] = [ms(gap?.from), ms(gap?.to)];
  const isAway = !facts.coverage
    .ofAgent(cluster, node)
    .some((span) => from !== undefined && to !== undefined && span.from <= from && span.to >= to);
  if (gap === undefined || !isAway) {
    return undefined;
  }
  return {
    cause: 'C15',
    statement: { code: 'rotated', lines: null },
    isReported: false,
    // A user or a program may have deleted them as well, and nobody saw it.
    ceiling: 'likely',
    ...(to !== undefined && { moment: to }),
    contradictions: [],
    predictions: [{ wasObserved: true, need: 'need-agent' }],
    evidence: [],
  };
}

/** An agent that came back found other files than the one it had read: those that it missed were deleted. */
const isMissedRotation = ({ reason, lines, bytes }: Gap): boolean =>
  reason === 'gone-unread' && lines === null && bytes === null;

/** Files of a log that is there were deleted, or the log became shorter. */
export const isShortened = ({ left, rotatedAway, gaps }: ContainerRecord): boolean =>
  rotatedAway !== null || gaps.some((gap) => gap.reason === 'truncated' || (left === null && isMissedRotation(gap)));

interface Rotated {
  files: number;
  bytes: number;
}

/** Whether files were as large as the kubelet lets them become; undefined where its settings are not known and decide. */
function rotationSize(
  { files, bytes }: Rotated,
  facts: Facts,
  cluster: string,
  node: string | null,
  moment: number
): { isPlausible: boolean | undefined; maxBytes: number; isAssumed: boolean } {
  const known = facts.measurements.thresholdsAt(cluster, node, Number.isNaN(moment) ? facts.now : moment);
  const maxBytes = known?.source === 'configz' ? known.containerLogMaxBytes : DEFAULT_MAX_BYTES;
  const isAssumed = known?.source === 'assumed';
  const size = bytes / Math.max(1, files);
  if (size >= maxBytes * ROUNDING) {
    return { isPlausible: true, maxBytes, isAssumed };
  }
  const isTooSmall = known !== undefined && (known.source === 'configz' || size < SMALLEST_ROTATED);
  return { isPlausible: isTooSmall ? false : undefined, maxBytes, isAssumed };
}
