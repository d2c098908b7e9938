import type { ContradictionCode } from '../../codes';
import type { GcRecord } from '../../records';
import type { Confidence, Evidence } from '../case';
import { isFarFromThreshold, isNearThreshold, usedPercent } from '../disk-evidence';
import { type DiskPressure, wasReclaimingIn } from '../disk-pressure';
import { CLOCK_MARGIN, CLOCKS, type Facts, type Removal } from '../facts';
import { at, ms } from '../moment';
import { isUnknownToRuntime } from '../pod-reason';
import { goneBefore, isTerminated, podStateAt } from '../pod-state';
import { isMomentUnknown, type Subject } from '../subject';
import { mayBeSkewed } from './deletion';
import type { Prediction, Weighed } from './hypothesis';

/**
 * A file is removed within this of its removal's line. A later time is only a bound: no agent was observing, and the
 * file system kept no time, because the directory was removed as well or changed again.
 */
const WITH_IT = 10_000;
/** The node's condition follows a reclaim within ten seconds; the rest is for a busy API server. */
const CONDITION_DUE = 40_000;
/** So long after a container's end a pressure may begin that explains a log which nobody observed. */
const DAY = 86_400_000;

/** C1: the kubelet removes all terminated containers, because a disk is nearly full. */
export function byReclaim(subject: Subject, facts: Facts): Weighed | undefined {
  const removal = facts.removal(subject);
  return removal === undefined ? deduced(subject, facts) : reported(subject, facts, removal);
}

/**
 * The kubelet's log names this container inside a reclaim. It prints that line for a container that has just ended as
 * well, also while it reclaims: so the file has to have been removed with it, by the file system's time.
 */
function reported(subject: Subject, facts: Facts, removal: Removal): Weighed {
  const { left, containerRecord, started, finished, cluster, node } = subject;
  const out: ContradictionCode[] = [];
  if (containerRecord !== undefined && left === undefined) {
    out.push({ code: 'out-stayed', until: at(facts.coverage.lastSign(cluster, node) ?? removal.at) });
  }
  if (left !== undefined && left < removal.at - CLOCKS) {
    out.push({ code: 'out-gone-before' });
  }
  // A reclaim removes what has ended; a line from before that, or with an absurd time, is about something else.
  if (removal.at < (finished ?? started ?? -Infinity) - CLOCKS) {
    out.push({ code: 'out-running' });
  }
  if (left !== undefined && facts.wasAgentThere(cluster, node, removal.at + CLOCKS, left - CLOCKS)) {
    out.push({ code: 'out-stayed', until: at(left) });
  }
  const isLate = left !== undefined && left > removal.at + WITH_IT;
  return {
    cause: 'C1',
    statement: {
      code: 'reclaimed',
      node: node ?? removal.gc.node,
      resource: resourceOf(removal.gc),
      afterMs: afterMs(subject, removal.at),
      others: removal.gc.containersTotal - 1,
      isLikely: false,
    },
    isReported: true,
    moment: removal.at,
    ceiling: isLate ? 'strong' : 'confirmed',
    contradictions: out,
    predictions: [],
    evidence: [
      ...reclaimEvidence(removal.gc),
      {
        at: at(removal.at),
        source: 'kubelet log',
        what: { code: 'reclaim-named', containerId: subject.containerId ?? '' },
      },
    ],
  };
}

/**
 * Without the kubelet's word. With default settings the kubelet removes the newest log of a pod that exists and was not
 * evicted in a reclaim only; a user or a program can remove it at any time. So the shape of what is left behind is not
 * enough: the node must have been short of disk.
 */
function deduced(subject: Subject, facts: Facts): Weighed | undefined {
  const { containerRecord, left, cluster, node } = subject;
  if (isMomentUnknown(subject)) {
    return unobserved(subject, facts);
  }
  if (left === undefined || containerRecord?.left == null) {
    return undefined;
  }
  const { directory } = containerRecord.left;
  const pressure = facts.pressureAt(cluster, node, left);
  const company = facts.inferredRemoval(subject);
  const pod = podStateAt(subject, facts, left);
  const isThere = pod === 'there' || pod === 'assumed';
  const predictions: Prediction[] = [
    { wasObserved: pressure === undefined ? undefined : true, need: 'need-watch' },
    { wasObserved: directory === 'empty' ? true : undefined, need: 'need-agent' },
    { wasObserved: isThere ? true : undefined, need: 'need-watch' },
  ];
  const isNear =
    isNearThreshold(subject, left, facts) && directory === 'empty' && (company !== undefined || pressure !== undefined);
  // A reclaim takes all at once. What was removed before or after others, or long after the pressure began, may be an `rm`.
  const isOne = facts.wereRemovedTogether(cluster, node, left);
  const isReclaiming = pressure !== undefined && wasReclaimingIn(pressure, left) && isOne;
  const didOthersStay = node !== null && facts.othersThatSeemedOverStayed(cluster, node, left) > 0;
  const ceiling: Confidence =
    pod === 'deleted' || !isOne || isUnknownToRuntime(subject) || mayBeSkewed(subject)
      ? 'unknown'
      : isReclaiming
        ? 'strong'
        : isNear && !didOthersStay && (pressure !== undefined || !wereEventsSilent(subject, facts, left))
          ? 'likely'
          : 'unknown';
  const isSure = ceiling === 'strong' && predictions.every(({ wasObserved }) => wasObserved === true);
  return {
    cause: 'C1',
    statement: {
      code: 'reclaimed',
      node,
      resource: 'disk',
      afterMs: afterMs(subject, left),
      others: company === undefined ? 0 : company.gc.containersTotal - 1,
      isLikely: !isSure,
    },
    isReported: false,
    contradictions: contradictionsOf(subject, facts, left, pressure),
    predictions:
      pressure === undefined
        ? [...predictions, { wasObserved: undefined, need: 'need-kubelet-log' }, ...needDisk(isNear)]
        : isReclaiming
          ? predictions
          : [...predictions, { wasObserved: undefined, need: 'need-kubelet-log' }],
    ceiling,
    evidence: [
      ...(pressure ? pressureEvidence(pressure) : []),
      ...(company ? companyEvidence(company) : []),
      {
        at: at(left),
        source: 'pod',
        what: { code: isThere ? 'pod-there' : pod === 'deleted' ? 'pod-deleted-by-then' : 'pod-not-known' },
      },
    ],
  };
}

/**
 * The Events of the node were watched, and none says that it was short of disk, as the kubelet does at every reclaim.
 * Events are lossy: that rules out nothing.
 */
function wereEventsSilent({ cluster, clockOffset }: Subject, facts: Facts, left: number): boolean {
  const margin = clockOffset === undefined ? CLOCK_MARGIN : CONDITION_DUE;
  const watched = left - (clockOffset ?? 0);
  return facts.coverage.wereNodeEventsWatched(cluster, watched - margin, watched + margin) === true;
}

const needDisk = (isNear: boolean): Prediction[] => (isNear ? [] : [{ wasObserved: undefined, need: 'need-disk' }]);

function contradictionsOf(
  subject: Subject,
  facts: Facts,
  left: number,
  pressure: DiskPressure | undefined
): ContradictionCode[] {
  const { cluster, node, containerRecord, containerId, clockOffset = 0, started } = subject;
  const watched = left - clockOffset;
  const out: ContradictionCode[] = [];
  if (containerRecord?.left?.directory === 'removed') {
    out.push({ code: 'out-directory-removed' });
  }
  // A reclaim removes what had ended when it began.
  const began = ms(facts.inferredRemoval(subject)?.gc.start) ?? left;
  if (!isTerminated(subject, Math.min(began, left))) {
    out.push({ code: 'out-running' });
  }
  const company = facts.inferredRemoval(subject);
  if (company !== undefined && facts.wereRunningRemovedWith(company)) {
    out.push({ code: 'out-running-removed' });
  }
  if (containerId !== null && facts.coverage.wasKubeletLogRead(cluster, node, left)) {
    out.push({ code: 'out-kubelet-log' });
  }
  const stayed = node === null ? 0 : facts.othersThatStayed(cluster, node, left, started);
  if (stayed > 0) {
    out.push({ code: 'out-others-stayed', containers: stayed });
  }
  if (pressure !== undefined) {
    return out;
  }
  if (facts.coverage.wereNodesWatched(cluster, watched - CLOCKS, watched + CONDITION_DUE) === true) {
    out.push({ code: 'out-no-pressure' });
  }
  if (isFarFromThreshold(subject, left, facts)) {
    out.push({ code: 'out-disk-free', usedPercent: usedPercent(subject, left, facts) ?? 0 });
  }
  return out;
}

/** Nobody saw when the log was removed: a pressure by then would have removed it, if it and its pod were still there. */
function unobserved(subject: Subject, facts: Facts): Weighed | undefined {
  const { finished, cluster, node, started, left, leftFrom } = subject;
  const end = finished ?? left;
  if (end === undefined || (started === undefined && left === undefined)) {
    return undefined;
  }
  const since = Math.max(end, leftFrom ?? end);
  const pressure = facts.pressureWithin(cluster, node, since, left ?? since + DAY);
  if (pressure === undefined) {
    return undefined;
  }
  const known = Math.min(pressure.firstReclaim ?? Infinity, pressure.conditionFrom ?? Infinity);
  const moment = Number.isFinite(known) ? known : pressure.from;
  if (!isTerminated(subject, Math.max(moment, since))) {
    return undefined;
  }
  return {
    cause: 'C1',
    statement: {
      code: 'reclaimed',
      node,
      resource: 'disk',
      afterMs: afterMs(subject, moment),
      others: 0,
      isLikely: true,
    },
    isReported: false,
    moment,
    // Nobody had an eye on the file: it may have been removed before.
    ceiling: 'unknown',
    contradictions: [
      ...(facts.coverage.wasKubeletLogRead(cluster, node, since, Math.max(left ?? moment, moment))
        ? [{ code: 'out-kubelet-log' as const }]
        : []),
      ...goneBefore(subject, facts, moment),
    ],
    predictions: [{ wasObserved: true, need: 'need-watch' }],
    evidence: pressureEvidence(pressure),
  };
}

/** What the kubelet's log tells of a whole reclaim. */
function reclaimEvidence(gc: GcRecord): Evidence[] {
  const { resource, containersTotal, images, imageBytes, outcome, start, end } = gc;
  return [
    { at: start, source: 'kubelet log', what: { code: 'reclaim-began', resource } },
    {
      at: end,
      source: 'kubelet log',
      what: { code: 'reclaim-removed', containers: containersTotal, images: images.length, imageBytes, outcome },
    },
  ];
}

/** How long after its end it was removed; null where its end is not known or lies after. */
function afterMs({ finished }: Subject, moment: number): number | null {
  return finished === undefined || finished > moment + CLOCKS ? null : Math.max(0, moment - finished);
}

const resourceOf = ({ resource }: GcRecord) => (resource === 'inodes' ? 'inodes' : 'disk');

export function pressureEvidence({ node, from, to, conditionFrom, firstReclaim }: DiskPressure): Evidence[] {
  const evidence: Evidence[] = [];
  if (firstReclaim !== undefined) {
    evidence.push({ at: at(firstReclaim), source: 'event', what: { code: 'pressure-began', node } });
  }
  if (conditionFrom !== undefined) {
    const isAfter = firstReclaim !== undefined && conditionFrom > firstReclaim;
    evidence.push({
      at: at(conditionFrom),
      source: 'node condition',
      what: {
        code: 'pressure-condition',
        node,
        to: to === undefined ? null : at(to),
        afterReclaimMs: isAfter ? conditionFrom - firstReclaim : null,
      },
    });
  }
  return evidence.length > 0 ? evidence : [{ at: at(from), source: 'event', what: { code: 'pressure', node } }];
}

function companyEvidence({ gc }: Removal): Evidence[] {
  const duration = (ms(gc.end) ?? 0) - (ms(gc.start) ?? 0);
  return [
    {
      at: gc.start,
      source: 'other container records',
      what: { code: 'emptied-together', containers: gc.containersTotal, ms: duration },
    },
  ];
}
