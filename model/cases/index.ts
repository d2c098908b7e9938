import { containerRunId } from '../container-run';
import type { ContainerRecord, PodRecord, LogStatus } from '../records';
import { logStatusOf } from '../log-status';
import type { Case, CaseInput, Finding } from './case';
import { Facts } from './facts';
import { makeCase } from './make-case';
import { CONTAINER_RECORD_DUE, whyNeverSeen, whyNoContainerRecord } from './never-seen';
import { deletionOf } from './pod-deletion';
import { byDeletion } from './steps/by-deletion';
import { byEviction, wasRejected } from './steps/by-eviction';
import { byNothing, byOthers, byRotation, byRuntime } from './steps/by-file';
import { byNode, byShutdown, nodeRemoved } from './steps/by-node';
import { byReclaim } from './steps/by-reclaim';
import { byRestart } from './steps/by-restart';
import { bySignature } from './steps/by-signature';
import { type Subject, subjectOfContainerRecord, subjectOfRun } from './subject';

export type { Case, CaseInput, Evidence, EvidenceSource, Confidence, Setting } from './case';
export { type DiskPressure, diskPressures } from './disk-pressure';
export { inferReclaims } from './inferred-reclaims';

type Step = (subject: Subject, facts: Facts) => Finding | undefined;

/**
 * The procedure of the kubernetes-log-loss reference §3, in the order of how sure a signal is: what the kubelet or a
 * controller said itself, what follows from times, what only the files tell. The first that fits is the cause.
 */
const procedure: readonly Step[] = [
  byReclaim, // C1, proved
  byEviction, // C2, C3, C14
  byRestart, // C4, C5, C19
  byDeletion, // C6–C14
  byNode, // C13
  byOthers, // C17
  bySignature, // C1, strong or likely
  byShutdown, // C20
  byRuntime, // C16
  byRotation, // C15
];

/**
 * The lost-log cases in a set of records: every container run whose log `kubectl logs` can no longer show in full,
 * with what took it and where the log is now. Also those that the API showed and no agent ever opened. Pure; newest first.
 *
 * Never throws on records that passed their schemas: what does not fit together lowers a confidence or makes it `unknown`.
 */
export function casesOf(input: CaseInput): Case[] {
  const facts = new Facts(input);
  const cases = [...seenCases(facts), ...neverSeenCases(facts)];
  return cases.sort((a, b) => compare(b.at ?? b.finished ?? '', a.at ?? a.finished ?? '') || compare(a.id, b.id));
}

/** By code units, which is right for times and ids, and thirty times as fast as by language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function* seenCases(facts: Facts): Generator<Case> {
  for (const containerRecord of facts.containerRecords) {
    const pod = facts.podOf(containerRecord);
    const job = pod
      ? facts.job(pod)
      : containerRecord.job === null
        ? undefined
        : facts.jobNamed(containerRecord.cluster, containerRecord.namespace, containerRecord.job);
    const subject = subjectOfContainerRecord(containerRecord, pod, job, facts.deletion(containerRecord));
    if (isUnreadable(subject, facts)) {
      const finding = explain(subject, facts) ?? byNothing(subject);
      yield makeCase(subject, finding, settledStatus(subject, facts), facts);
    }
  }
}

/** `kubectl logs` cannot show this log in full any more. */
function isUnreadable(subject: Subject, facts: Facts): boolean {
  const { containerRecord, left, deletion, run } = subject;
  return (
    left !== undefined ||
    containerRecord?.rotatedAway != null ||
    containerRecord?.gaps.some(({ reason }) => reason === 'truncated') === true ||
    deletion?.gone !== undefined ||
    run?.reason === 'ContainerStatusUnknown' ||
    nodeRemoved(subject, facts) !== undefined
  );
}

function* neverSeenCases(facts: Facts): Generator<Case> {
  for (const pod of facts.pods) {
    // The log directory of a static pod bears another uid than its mirror in the API: its container record would not be found.
    if (wasRejected(pod.reason, pod.message) || pod.node === null || pod.owner?.kind === 'Node') {
      continue;
    }
    yield* neverSeenOf(pod, facts);
  }
}

function* neverSeenOf(pod: PodRecord, facts: Facts): Generator<Case> {
  const job = facts.job(pod);
  const deletion = deletionOf(pod, job);
  for (const podContainer of pod.containers) {
    for (const run of podContainer.runs) {
      const id = containerRunId({ ...pod, podUid: pod.id, container: podContainer.name, restart: run.restart });
      if (facts.containerRecord({ cluster: pod.cluster, id }) !== undefined) {
        continue;
      }
      const subject = subjectOfRun(pod, podContainer, run, job, deletion);
      const over = subject.finished ?? deletion?.gone ?? nodeRemoved(subject, facts)?.moment;
      if (
        over === undefined ||
        (subject.started ?? subject.finished) === undefined ||
        facts.now - over < CONTAINER_RECORD_DUE
      ) {
        continue;
      }
      const gone = explain(subject, facts);
      const why = whyNeverSeen(subject, facts) ?? (gone && whyNoContainerRecord(subject, facts));
      if (!why) {
        continue;
      }
      const finding: Finding = gone ?? {
        cause: 'unknown',
        confidence: 'unknown',
        says: `The log of this container is not known to have left ${pod.node}: \`kubectl logs\` may still show it.`,
        evidence: [],
      };
      const status = gone && gone.cause !== 'unknown' ? 'lost' : 'unknown';
      const says = `${finding.says} No agent ever opened it: ${why.says}.`;
      yield makeCase(subject, { ...finding, says, evidence: [...finding.evidence, ...why.evidence] }, status, facts);
    }
  }
}

function explain(subject: Subject, facts: Facts): Finding | undefined {
  for (const step of procedure) {
    const finding = step(subject, facts);
    if (finding) {
      return finding;
    }
  }
  return undefined;
}

/**
 * The status, once nothing more can come: with its node gone, or its agent, a container record that says `pending` stays so for
 * ever otherwise.
 */
function settledStatus(subject: Subject, facts: Facts): LogStatus {
  const { containerRecord, deletion } = subject;
  if (containerRecord?.status !== 'pending') {
    return containerRecord?.status ?? 'unknown';
  }
  if (nodeRemoved(subject, facts) === undefined) {
    return deletion?.gone === undefined ? statusOnRotated(containerRecord) : containerRecord.status;
  }
  if (containerRecord.bytesAcked < containerRecord.bytesSeen) {
    return containerRecord.linesAcked === 0 ? 'lost' : 'partial';
  }
  return 'unknown'; // what it wrote after the last look at it nobody knows
}

/** On what rotation took, which is all that the case is about: the rest is on the node, and may grow. */
function statusOnRotated(containerRecord: ContainerRecord): LogStatus {
  const { rotatedAway, bytesAcked, left } = containerRecord;
  if (rotatedAway === null || left !== null) {
    return containerRecord.status;
  }
  // Files are read and acknowledged from the oldest on, so that what went is the beginning of what was acknowledged.
  const { bytes } = rotatedAway;
  return logStatusOf({ ...containerRecord, ended: true, bytesSeen: bytes, bytesAcked: Math.min(bytes, bytesAcked) });
}
