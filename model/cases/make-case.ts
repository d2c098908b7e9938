import type { Cause } from '../causes';
import type { LogStatus } from '../records';
import type { Case, Evidence, Finding } from './case';
import { diskEvidence } from './disk-evidence';
import { CLOCKS, type Facts, POD_CLEANUP } from './facts';
import { lokiSentence } from './loki-sentence';
import { at, ms, span } from './moment';
import { DELETION_CAUSES } from './pod-deletion';
import { settingsOf } from './settings';
import { deletionEvidence } from './steps/by-deletion';
import { nodeRemoved } from './steps/by-node';
import { pressureEvidence } from './steps/by-signature';
import type { Subject } from './subject';

/** Puts a finding and what else is known of its subject together into a case. */
export function makeCase(subject: Subject, finding: Finding, status: LogStatus, facts: Facts): Case {
  const { containerRecord, left, finished } = subject;
  const also = new Set(finding.also ?? []);
  const evidence = [...finding.evidence, ...fileEvidence(subject)];
  addDeletion(subject, finding, evidence, also);
  addPressure(subject, finding, facts, evidence, also);
  const went = left ?? removedAt(subject, finding, facts) ?? finished;
  if ((finding.cause === 'C1' || finding.cause === 'C2') && went !== undefined) {
    evidence.push(...diskEvidence(subject, went, facts));
  }
  if (containerRecord?.rotatedAway && finding.cause !== 'C15') {
    also.add('C15');
  }
  const moment =
    left ??
    removedAt(subject, finding, facts) ??
    subject.deletion?.gone ??
    nodeRemoved(subject, facts)?.moment ??
    ms(containerRecord?.rotatedAway?.to);
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
    status,
    seen: containerRecord !== undefined,
    cause: finding.cause,
    also: [...also],
    confidence: finding.confidence,
    finished: iso(finished),
    at: iso(moment),
    sentence: containerRecord
      ? `${finding.says} ${lokiSentence(status, containerRecord)}`
      : `${finding.says}${status === 'lost' ? ' It is lost.' : ''}`,
    happened: finding.says,
    evidence: ordered(evidence),
    settings: settingsOf(finding.cause, subject, facts),
    gaps: containerRecord?.gaps ?? [],
    rotatedAway: containerRecord?.rotatedAway ?? null,
  };
}

/** When the kubelet said that it removed the container: of one that no agent opened, nothing else tells when its log went. */
function removedAt({ cluster, containerId }: Subject, { cause }: Finding, facts: Facts): number | undefined {
  return cause === 'C1' ? facts.removal(cluster, containerId)?.at : undefined;
}

/** What a deletion of the pod adds, where it is not the cause itself. */
function addDeletion(subject: Subject, finding: Finding, evidence: Evidence[], also: Set<Cause>): void {
  const { deletion, left } = subject;
  if (!deletion || finding.cause === 'unknown' || finding.cause === DELETION_CAUSES[deletion.by]) {
    return;
  }
  evidence.push(...deletionEvidence(deletion, subject));
  // Already being deleted when something else took it: it would have gone within the minute.
  if (left !== undefined && deletion.from <= left + CLOCKS && left - deletion.from <= POD_CLEANUP) {
    also.add(DELETION_CAUSES[deletion.by]);
  }
}

/** What disk pressure adds to a reclaim or a deletion: it is no cause of the others. */
function addPressure(subject: Subject, finding: Finding, facts: Facts, evidence: Evidence[], also: Set<Cause>): void {
  const { cluster, node, left, deletion } = subject;
  const pressure = left === undefined ? undefined : facts.pressureAt(cluster, node, left);
  if (!pressure || left === undefined) {
    return;
  }
  if (finding.cause === 'C1') {
    evidence.push(...pressureEvidence(pressure).filter(({ source }) => source === 'node condition'));
  } else if (deletion && finding.cause === DELETION_CAUSES[deletion.by] && facts.wasReclaiming(cluster, node, left)) {
    // Deleted already, and on the node until the reclaim came by or the minute was over: nobody can tell which.
    evidence.push(...pressureEvidence(pressure));
    also.add('C1');
  }
}

function fileEvidence({ left, containerRecord }: Subject): Evidence[] {
  if (left === undefined || !containerRecord?.left) {
    return [];
  }
  const directories = {
    empty: 'its directory stayed, empty',
    removed: 'its directory went too',
    unknown: 'what became of its directory was not seen',
  };
  const { bytesUnacked: unacked, noticed } = containerRecord.left;
  const loki =
    unacked === 0 ? 'Loki had all of it' : `Loki did not have ${unacked.toLocaleString('en-US')} bytes of it yet`;
  const seen = ms(noticed);
  const late = seen === undefined ? '' : ` (the agent noticed ${span(seen - left)} later)`;
  return [
    {
      at: at(left),
      source: 'files on the node',
      text: `the log file was gone, ${directories[containerRecord.left.directory]}${late}; ${loki}`,
    },
  ];
}

/** Oldest first, what has no time last, nothing twice. */
function ordered(evidence: Evidence[]): Evidence[] {
  const seen = new Set<string>();
  return evidence
    .map((one) => ({ ...one, at: iso(ms(one.at)) }))
    .filter(({ at: moment, text }) => {
      const key = `${moment ?? ''} ${text}`;
      return seen.has(key) ? false : seen.add(key) !== undefined;
    })
    .sort((a, b) => (ms(a.at) ?? Infinity) - (ms(b.at) ?? Infinity) || 0);
}

function iso(moment: number | undefined): string | null {
  return moment === undefined ? null : at(moment);
}
