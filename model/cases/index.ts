import { containerRunId } from '../container-run';
import type { ContainerRecord, PodRecord } from '../records';
import { answerOf, caseOf, removedAt } from './answer';
import type { Answer, Case, CaseInput } from './case';
import { type Decision, decide } from './decide';
import { Facts, POD_CLEANUP } from './facts';
import { wasRejected } from './hypotheses/eviction';
import { isShortened } from './hypotheses/file';
import { nodeRemoved } from './hypotheses/node';
import { wasRestartedInPlace } from './hypotheses/restart';
import { ms } from './moment';
import { deletionOf } from './pod-deletion';
import { isUnknownToRuntime } from './pod-reason';
import { statusOfSeen, statusOfUnseen } from './status';
import { type Subject, subjectOfContainerRecord, subjectOfRun } from './subject';
import { whyUnseen } from './unseen';

export type { Answer, Case, CaseInput, Evidence, EvidenceSource, Confidence, Rival, Setting } from './case';
export { Coverage, type Interval } from './coverage';
export { type DiskPressure, diskPressures } from './disk-pressure';
export { evictionOf } from './hypotheses/eviction';
export { inferReclaims } from './inferred-reclaims';

/**
 * The lost-log cases in a set of records: every container run whose log `kubectl logs` can no longer show in full, with
 * what removed it and where the log is now. Also those that the API showed and of which no agent has a record. Pure;
 * newest first.
 *
 * Never throws on records that passed their schemas: what does not fit together lowers a confidence or makes it `unknown`.
 */
export function casesOf(input: CaseInput, about: About = {}): Case[] {
  return answersOf(input, about).filter(({ place }) => place === 'removed');
}

/** Whose logs are asked about, where the records are of others too: what was beside them is evidence. */
export interface About {
  cluster?: string;
  namespace?: string;
}

/** What is known of the log of every container run that the records tell of, cases or not. Pure; newest first. */
export function answersOf(input: CaseInput, about: About = {}): Answer[] {
  const steps = answersInSteps(input, about);
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) {
      return step.value;
    }
  }
}

/** The same as `casesOf`, in steps between which a page may draw: each is a small part of the work. */
export function* casesInSteps(input: CaseInput, about: About = {}): Generator<undefined, Case[], undefined> {
  return (yield* answersInSteps(input, about)).filter(({ place }) => place === 'removed');
}

function* answersInSteps(input: CaseInput, about: About = {}): Generator<undefined, Answer[], undefined> {
  const facts = new Facts(input);
  yield;
  const answers: Answer[] = [];
  for (const some of [seenAnswers(facts, about), unseenAnswers(facts, about)]) {
    for (const answer of some) {
      answers.push(answer);
      yield;
    }
  }
  return answers.sort((a, b) => compare(b.at ?? b.finished ?? '', a.at ?? a.finished ?? '') || compare(a.id, b.id));
}

/** By code units, which is right for times and ids, and thirty times as fast as by language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const isAbout = ({ cluster, namespace }: About, record: ContainerRecord | PodRecord): boolean =>
  (cluster === undefined || record.cluster === cluster) && (namespace === undefined || record.namespace === namespace);

function* seenAnswers(facts: Facts, about: About): Generator<Answer> {
  for (const record of facts.containerRecords) {
    if (!isAbout(about, record)) {
      continue;
    }
    const pod = facts.pod(record.cluster, record.podUid);
    const job = pod
      ? facts.job(pod)
      : record.job === null
        ? undefined
        : facts.jobNamed(record.cluster, record.namespace, record.job);
    const subject = subjectOfContainerRecord(record, pod, job, {
      deletion: facts.deletion(record),
      leftFrom: facts.removedSince(record),
      clockOffset: facts.clockOffset(record.cluster, record.node),
    });
    const settled = statusOfSeen(subject, record, facts);
    if (isUnreadable(subject, facts)) {
      yield caseOf(subject, decide(subject, facts), settled, undefined, facts);
      continue;
    }
    const decision = wasRemovedSince(subject, facts);
    yield decision === undefined
      ? answerOf(subject, 'node', settled, undefined, facts)
      : caseOf(subject, decision, settled, undefined, facts);
  }
}

/** `kubectl logs` cannot show this log in full any more. */
function isUnreadable(subject: Subject, facts: Facts): boolean {
  const { containerRecord, left, deletion } = subject;
  return (
    left !== undefined ||
    (containerRecord !== undefined && isShortened(containerRecord)) ||
    deletion?.gone !== undefined ||
    isUnknownToRuntime(subject) ||
    wasRestartedInPlace(subject) ||
    nodeRemoved(subject, facts) !== undefined
  );
}

/** The record says that the file is there, and is older than the kubelet's word that it killed the pod. */
function wasRemovedSince(subject: Subject, facts: Facts): Decision | undefined {
  const { pod, cluster, node } = subject;
  const finished = ms(pod?.finished);
  if ((pod?.reason !== 'Evicted' && pod?.reason !== 'Preempting') || wasRejected(pod.reason, pod.message)) {
    return undefined;
  }
  const seen = facts.coverage.lastSign(cluster, node);
  const isStale = finished !== undefined && seen !== undefined && seen < finished + POD_CLEANUP;
  return isStale ? decide(subject, facts) : undefined;
}

function* unseenAnswers(facts: Facts, about: About): Generator<Answer> {
  for (const pod of facts.pods) {
    if (!isAbout(about, pod)) {
      continue;
    }
    // The log directory of a static pod bears another uid than its mirror in the API: its record would not be found.
    if (wasRejected(pod.reason, pod.message) || pod.node === null || pod.owner?.kind === 'Node') {
      continue;
    }
    yield* unseenAnswersOf(pod, facts);
  }
}

function* unseenAnswersOf(pod: PodRecord, facts: Facts): Generator<Answer> {
  const job = facts.job(pod);
  const about = { deletion: deletionOf(pod, job), clockOffset: facts.clockOffset(pod.cluster, pod.node) };
  for (const podContainer of pod.containers) {
    for (const run of podContainer.runs) {
      const id = containerRunId({ ...pod, podUid: pod.id, container: podContainer.name, restart: run.restart });
      if (facts.isReported(pod.cluster, id)) {
        continue;
      }
      const subject = subjectOfRun(pod, podContainer, run, job, about);
      if ((subject.started ?? subject.finished) !== undefined) {
        yield unseenAnswer(subject, facts);
      }
    }
  }
}

function unseenAnswer(subject: Subject, facts: Facts): Answer {
  const decision = decide(subject, facts);
  const isGone = subject.deletion?.gone !== undefined || nodeRemoved(subject, facts) !== undefined;
  const isRemoved = isGone || decision.cause !== 'unknown';
  const unseen = whyUnseen(subject, isRemoved ? removedAt(subject, decision, facts) : undefined, facts);
  const settled = statusOfUnseen(subject, unseen, isRemoved, facts);
  if (isRemoved) {
    return caseOf(subject, decision, settled, unseen, facts);
  }
  const isWatchedOver = unseen.kind === 'pending' || subject.finished === undefined;
  return answerOf(subject, isWatchedOver ? 'node' : 'unknown', settled, unseen, facts);
}
