import { excludedBy, logStatusOf } from '../log-status';
import type { LokiCode } from '../codes';
import type { ContainerRecord, Gap, HeartbeatRecord, LogStatus } from '../records';
import { type Facts, POD_CLEANUP } from './facts';
import { nodeRemoved } from './hypotheses/node';
import { at, ms } from './moment';
import type { Subject } from './subject';
import type { Unseen } from './unseen';

/** A container that writes much begins within this. */
const SLOW_START = 5000;

export interface Settled {
  status: LogStatus;
  loki: LokiCode;
  /** The heartbeat that shows that nothing is missing, where the record alone does not. */
  acknowledgedBy?: HeartbeatRecord;
}

/** The status of a log of which an agent has a record: from that record, the pod's end and the heartbeats together. */
export function statusOfSeen(subject: Subject, record: ContainerRecord, facts: Facts): Settled {
  const beat = acknowledgedBy(subject, record, facts);
  const isAcked = beat !== undefined && record.bytesAcked >= record.bytesSeen;
  if (isAcked && record.gaps.every((gap) => isOfEnd(gap, subject))) {
    const isWhole = !mayLackBeginning(subject, record, facts);
    const status = !isWhole ? 'unknown' : record.left !== null && record.left.bytesUnacked > 0 ? 'rescued' : 'complete';
    const hasChanged = record.status !== status;
    return {
      status,
      loki: sentence(status, { ...record, gaps: [], ended: true }),
      ...(hasChanged && { acknowledgedBy: beat }),
    };
  }
  // Nothing more comes of a container that has finished, whatever is missing of it.
  const hasSettled = isAcked && record.status === 'pending';
  const found = hasSettled ? logStatusOf({ ...record, ended: true }) : settled(subject, record, facts);
  const isAll = found === 'complete' || found === 'rescued';
  const status = isAll && mayLackBeginning(subject, record, facts) ? 'unknown' : found;
  const asOf = at(asOfMs(subject, facts));
  const last = facts.coverage.lastBeat(record.cluster, record.node);
  if (status === 'pending') {
    const bytes = last?.unackedBytes ?? 0;
    const isBehind = record.bytesAcked < record.bytesSeen || subject.left !== undefined;
    return {
      status,
      loki:
        bytes > 0
          ? { code: 'loki-pending-backlog', asOf, bytes }
          : record.gaps.length > 0
            ? sentence(logStatusOf({ ...record, ended: true }), record)
            : { code: isBehind ? 'loki-pending' : 'loki-caught-up', asOf },
    };
  }
  return { status, loki: sentence(status, record) };
}

/** The status of a log that no agent has a record of. @param isRemoved it is no longer on its node */
export function statusOfUnseen(subject: Subject, unseen: Unseen, isRemoved: boolean, facts: Facts): Settled {
  const asOf = at(asOfMs(subject, facts));
  const gone = subject.deletion?.gone;
  // The files of a deleted pod stay on their node for a minute: an agent that comes in time reads them.
  const mayBeThere = gone !== undefined && facts.now - gone < POD_CLEANUP;
  if (unseen.kind === 'pending') {
    return { status: 'pending', loki: { code: 'loki-pending', asOf } };
  }
  return isRemoved && !mayBeThere && unseen.kind === 'nobody'
    ? { status: 'lost', loki: { code: 'loki-lost-unseen' } }
    : { status: 'unknown', loki: { code: 'loki-unseen' } };
}

/** Until when what is said of a run was observed. */
export function asOfMs({ cluster, node }: Pick<Subject, 'cluster' | 'node'>, facts: Facts): number {
  return Math.min(facts.coverage.lastSign(cluster, node) ?? facts.now, facts.now);
}

/** The agent had read the log to its end and Loki had acknowledged all of it: a heartbeat after the container's end says so. */
function acknowledgedBy(
  { run, cluster, node, left, leftFrom }: Subject,
  { gaps }: ContainerRecord,
  facts: Facts
): HeartbeatRecord | undefined {
  const finished = ms(run?.finished);
  const thereUntil = left === undefined ? Infinity : (leftFrom ?? left);
  // Kubernetes has whole seconds, and the agent reads what it sees grow at least once a second.
  return finished === undefined
    ? undefined
    : facts.coverage.acknowledgedAfter(cluster, node, { finished, thereUntil, hasGaps: gaps.length > 0 }, 2000);
}

/**
 * The agent came when the container had written as much as the kubelet keeps of it: log rotation may have deleted its
 * first files before, of which nobody has a record.
 */
function mayLackBeginning({ cluster, node, run }: Subject, record: ContainerRecord, facts: Facts): boolean {
  const [started, first] = [ms(run?.started), ms(record.firstTime)];
  const settings = facts.measurements.thresholdsAt(cluster, node, first ?? facts.now);
  if (started === undefined || first === undefined || first - started < SLOW_START || settings === undefined) {
    return false;
  }
  const { containerLogMaxBytes, containerLogMaxFiles } = settings;
  const kept = containerLogMaxBytes * (containerLogMaxFiles - 1);
  return record.bytesSeen >= kept && !facts.coverage.wasAgentObserving(cluster, node, started, started + SLOW_START);
}

/**
 * It says that something may have been written after the last look at the log. What an agent missed that found the log
 * still there is no such thing: rotation had deleted it before.
 */
function isOfEnd({ lines, bytes, reason, to }: Gap, { run, left }: Subject): boolean {
  const [noticed, finished] = [ms(to), ms(run?.finished)];
  const isUnknown = lines === null && bytes === null && (reason === 'gone-unread' || reason === 'unacknowledged');
  const isOfRotation = reason === 'gone-unread' && (left === undefined || (noticed !== undefined && noticed < left));
  return isUnknown && !isOfRotation && (noticed === undefined || finished === undefined || noticed >= finished - 2000);
}

/**
 * The record's status, once nothing more can come: with its node removed a record that says `pending` stays so for ever
 * otherwise.
 */
function settled(subject: Subject, record: ContainerRecord, facts: Facts): LogStatus {
  if (record.status !== 'pending') {
    return record.status;
  }
  if (nodeRemoved(subject, facts) !== undefined) {
    if (record.bytesAcked < record.bytesSeen) {
      return record.linesAcked === 0 ? 'lost' : 'partial';
    }
    return 'unknown'; // what it wrote after the last look at it nobody knows
  }
  return subject.deletion?.gone === undefined ? statusOfRotated(subject, record, facts) : record.status;
}

/** Of what rotation deleted, which is all that the case is about: the rest is on the node, and may grow. */
function statusOfRotated({ cluster, node }: Subject, record: ContainerRecord, facts: Facts): LogStatus {
  const { rotatedAway, bytesAcked, left, final } = record;
  if (rotatedAway === null || left !== null) {
    return record.status;
  }
  // The record is as old as its last change: with a backlog, more was deleted and is not in Loki yet.
  const beat = facts.coverage.lastBeat(cluster, node);
  const behind = ms(beat?.oldestUnacked);
  // Lines are acknowledged from the oldest on: a log whose newer lines Loki has is not the one that is behind.
  const isPast = bytesAcked >= record.bytesSeen && (ms(record.lastTime) ?? 0) > (behind ?? 0);
  if (!final && !isPast && behind !== undefined && behind <= (ms(rotatedAway.to) ?? 0) + POD_CLEANUP) {
    return 'pending';
  }
  // Files are read and acknowledged from the oldest on, so that what was deleted is the beginning of what was acknowledged.
  const { bytes } = rotatedAway;
  return logStatusOf({ ...record, ended: true, bytesSeen: bytes, bytesAcked: Math.min(bytes, bytesAcked) });
}

/** Where the log is now. */
function sentence(status: LogStatus, record: ContainerRecord): LokiCode {
  switch (status) {
    case 'complete':
      if (record.left === null && !record.ended) {
        return { code: 'loki-rotated-complete' };
      }
      return { code: record.bytesSeen === 0 ? 'loki-empty' : 'loki-complete' };
    case 'rescued':
      return { code: 'loki-rescued' };
    case 'partial':
      return record.gaps.length === 0
        ? { code: 'loki-partial-end', bytes: Math.max(0, record.bytesSeen - record.bytesAcked) }
        : { code: 'loki-partial', ...missingOf(record.gaps) };
    case 'lost':
      return record.linesAcked > 0 ? { code: 'loki-lost-part', ...missingOf(record.gaps) } : { code: 'loki-lost' };
    default: {
      const rule = excludedBy(record.gaps);
      return rule === null ? { code: 'loki-unknown' } : { code: 'loki-excluded', rule };
    }
  }
}

function missingOf(gaps: readonly Gap[]) {
  const unknown = gaps.some(({ lines, bytes }) => lines === null && bytes === null);
  const inLines = gaps.every(({ lines }) => lines !== null);
  const total = (what: 'lines' | 'bytes') => gaps.reduce((sum, gap) => sum + (gap[what] ?? 0), 0);
  const from = gaps.flatMap((gap) => ms(gap.from) ?? []);
  const to = gaps.flatMap((gap) => ms(gap.to) ?? []);
  const isKnown = from.length > 0 && to.length > 0;
  return {
    lines: !unknown && inLines ? total('lines') : null,
    bytes: !unknown && !inLines ? total('bytes') : null,
    from: isKnown ? at(Math.min(...from)) : null,
    to: isKnown ? at(Math.max(...to)) : null,
  };
}
