import type { Cause } from '../causes';
import { excludedBy } from '../log-status';
import type { Answer, Evidence } from './case';
import type { Decision } from './decide';
import { diskEvidence } from './disk-evidence';
import { CLOCKS, type Facts, POD_CLEANUP } from './facts';
import { deletionEvidence } from './hypotheses/deletion';
import { nodeRemoved } from './hypotheses/node';
import { pressureEvidence } from './hypotheses/reclaim';
import { at, ms } from './moment';
import { DELETION_CAUSES } from './pod-deletion';
import { settingsOf } from './settings';
import { asOfMs, type Settled } from './status';
import type { Subject } from './subject';
import type { Unseen } from './unseen';

/** Of a log that is on its node, or of which nobody knows: nothing removed it. */
export function answerOf(
  subject: Subject,
  place: 'node' | 'unknown',
  settled: Settled,
  unseen: Unseen | undefined,
  facts: Facts
): Answer {
  const { node, finished } = subject;
  return {
    ...base(subject, settled, unseen, facts),
    place,
    cause: 'unknown',
    also: [],
    confidence: 'unknown',
    rivals: [],
    at: null,
    statement:
      place === 'node'
        ? { code: 'on-node', node, ended: finished !== undefined || subject.containerRecord?.ended === true }
        : { code: 'not-known-removed', node },
    evidence: ordered([...(unseen?.evidence ?? []), ...ackedEvidence(settled)]),
    settings: [],
  };
}

/** Puts a decision and what else is known of its run together into a case. */
export function caseOf(
  subject: Subject,
  decision: Decision,
  settled: Settled,
  unseen: Unseen | undefined,
  facts: Facts
): Answer {
  const { containerRecord, left, finished, cluster, node, started } = subject;
  const also = new Set<Cause>();
  const evidence = [
    ...decision.evidence,
    ...fileEvidence(subject),
    ...(unseen?.evidence ?? []),
    ...ackedEvidence(settled),
  ];
  addDeletion(subject, decision, evidence, also);
  addPressure(subject, decision, facts, evidence, also);
  const moment = removedAt(subject, decision, facts);
  const around = moment ?? finished;
  if ((decision.cause === 'C1' || decision.cause === 'C2') && around !== undefined) {
    evidence.push(...diskEvidence(subject, around, facts));
  }
  if (containerRecord?.rotatedAway && decision.cause !== 'C15' && left !== undefined) {
    also.add('C15');
  }
  const full = facts.measurements.fullDisk(cluster, node, started ?? Infinity, finished ?? facts.now);
  if (full !== undefined) {
    evidence.push({ at: full.time, source: 'disk', what: { code: 'disk-full', filesystem: 'nodefs' } });
    also.add('C18');
  }
  return {
    ...base(subject, settled, unseen, facts),
    place: 'removed',
    cause: decision.cause,
    also: [...also],
    confidence: decision.confidence,
    rivals: decision.rivals.filter(({ cause }) => cause !== decision.cause),
    at: iso(moment),
    statement: decision.statement,
    evidence: ordered(evidence),
    settings: settingsOf(decision.cause, subject, facts),
  };
}

function base(subject: Subject, settled: Settled, unseen: Unseen | undefined, facts: Facts) {
  const { containerRecord } = subject;
  return {
    id: subject.id,
    cluster: subject.cluster,
    node: subject.node,
    namespace: subject.namespace,
    pod: subject.podName,
    podUid: subject.podUid,
    container: subject.container,
    restart: subject.restart,
    containerId: subject.containerId,
    workload: subject.workload,
    job: subject.jobName,
    cronJob: subject.cronJobName,
    status: settled.status,
    loki: settled.loki,
    seen: containerRecord !== undefined,
    unseen: unseen?.why ?? null,
    finished: iso(subject.finished),
    asOf: at(asOfMs(subject, facts)),
    gaps: settled.acknowledgedBy === undefined ? (containerRecord?.gaps ?? []) : [],
    rotatedAway: containerRecord?.rotatedAway ?? null,
  };
}

/** When a log was removed, or could no longer be reached; undefined where nothing tells. */
export function removedAt(subject: Subject, { cause }: Decision, facts: Facts): number | undefined {
  const { left, deletion, containerRecord } = subject;
  return (
    left ??
    // Of a log that no agent opened, only the kubelet tells when it removed it.
    (cause === 'C1' ? facts.removal(subject)?.at : undefined) ??
    deletion?.gone ??
    nodeRemoved(subject, facts)?.moment ??
    ms(containerRecord?.rotatedAway?.to) ??
    (cause === 'C15' ? ms(containerRecord?.gaps.find(({ reason }) => reason === 'gone-unread')?.to) : undefined)
  );
}

/** What a deletion of the pod adds, where it is not the cause itself. */
function addDeletion(subject: Subject, decision: Decision, evidence: Evidence[], also: Set<Cause>): void {
  const { deletion, left } = subject;
  if (!deletion || decision.cause === 'unknown' || decision.cause === DELETION_CAUSES[deletion.by]) {
    return;
  }
  if (deletion.by === 'unknown' && decision.cause === 'C14') {
    return; // the same deletion, on a node that was closed for new pods
  }
  evidence.push(...deletionEvidence(deletion, subject));
  // Already being deleted when something else removed it: it would have been within the minute.
  if (left !== undefined && deletion.from <= left + CLOCKS && left - deletion.from <= POD_CLEANUP) {
    also.add(DELETION_CAUSES[deletion.by]);
  }
}

/** What disk pressure adds to a reclaim or a deletion: it is no cause of the others. */
function addPressure(subject: Subject, decision: Decision, facts: Facts, evidence: Evidence[], also: Set<Cause>): void {
  const { cluster, node, left, deletion } = subject;
  const pressure = left === undefined ? undefined : facts.pressureAt(cluster, node, left);
  if (!pressure || left === undefined) {
    return;
  }
  if (decision.cause === 'C1') {
    evidence.push(...pressureEvidence(pressure).filter(({ source }) => source === 'node condition'));
  } else if (deletion && decision.cause === DELETION_CAUSES[deletion.by] && facts.wasReclaiming(cluster, node, left)) {
    // Deleted already, and on the node until the reclaim came or the minute was over: nobody can tell which.
    evidence.push(...pressureEvidence(pressure));
    also.add('C1');
  }
}

function fileEvidence({ left, containerRecord }: Subject): Evidence[] {
  if (left === undefined || !containerRecord?.left) {
    return [];
  }
  const { bytesUnacked, noticed, directory } = containerRecord.left;
  const seen = ms(noticed);
  return [
    {
      at: at(left),
      source: 'files on the node',
      what: {
        code: 'file-gone',
        directory,
        noticedMs: seen === undefined ? null : seen - left,
        unackedBytes: excludedBy(containerRecord.gaps) === null ? bytesUnacked : null,
      },
    },
  ];
}

function ackedEvidence({ acknowledgedBy }: Settled): Evidence[] {
  return acknowledgedBy === undefined
    ? []
    : [{ at: acknowledgedBy.to, source: 'agent', what: { code: 'acked-before', until: acknowledgedBy.to } }];
}

/** Oldest first, what has no time last, nothing twice. */
function ordered(evidence: Evidence[]): Evidence[] {
  const seen = new Set<string>();
  return evidence
    .map((one) => ({ ...one, at: iso(ms(one.at)) }))
    .filter(({ at: moment, what }) => {
      const key = `${moment ?? ''} ${JSON.stringify(what)}`;
      return seen.has(key) ? false : seen.add(key) !== undefined;
    })
    .sort((a, b) => (ms(a.at) ?? Infinity) - (ms(b.at) ?? Infinity) || 0);
}

function iso(moment: number | undefined): string | null {
  return moment === undefined ? null : at(moment);
}
