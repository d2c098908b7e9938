import type { PodRecord } from '../../records';
import type { Evidence, Finding } from '../case';
import type { DiskPressure } from '../disk-pressure';
import { CLOCKS, type Facts, type Removal } from '../facts';
import { at, clock, ms, span } from '../moment';
import type { Subject } from '../subject';
import { after, together } from './by-reclaim';

/**
 * C1 without the kubelet's log: deduced from what the files and the API say.
 *
 * Strong (reference, fact 9): the pod is still there and was not evicted, this was its newest run, file gone and
 * directory empty, and the node was under disk pressure at that moment. With default settings nothing else of the
 * kubelet removes such a log. With a part of that missing it is likely; with neither pressure nor company, no guess.
 */
export function bySignature(subject: Subject, facts: Facts): Finding | undefined {
  const { containerRecord, left, pod, cluster, node } = subject;
  if (!containerRecord?.left || left === undefined || containerRecord.left.directory === 'removed') {
    return undefined;
  }
  const pressure = facts.pressureAt(cluster, node, left);
  const company = facts.inferredRemoval(subject);
  const empty = containerRecord.left.directory === 'empty';
  if ((!pressure && !(empty && company)) || !isTerminated(pod, left)) {
    return undefined;
  }
  const podThere = pod !== undefined && subject.deletion === undefined;
  const podThereThen = podThere || (pod !== undefined && (subject.deletion?.from ?? 0) > left + CLOCKS);
  const strong = empty && pressure !== undefined && podThereThen;
  const others = company ? together(company.gc) : '';
  return {
    cause: 'C1',
    confidence: strong ? 'strong' : 'likely',
    says: strong
      ? `The kubelet removed this container${after(subject, left)}${others}, while ${node ?? 'its node'} was short of disk.`
      : `Most likely the kubelet removed this container${after(subject, left)}${others}, because ${node ?? 'its node'} was short of disk.`,
    evidence: [
      ...(pressure ? pressureEvidence(pressure) : []),
      ...(company ? companyEvidence(company) : []),
      podEvidence(podThereThen, pod !== undefined, left),
    ],
  };
}

/** A reclaim takes the containers of terminated pods only (reference §2.1). What is not known speaks for it. */
function isTerminated(pod: PodRecord | undefined, moment: number): boolean {
  const finished = ms(pod?.finished);
  if (finished !== undefined) {
    return finished <= moment + CLOCKS;
  }
  return pod === undefined || pod.phase === 'Succeeded' || pod.phase === 'Failed' || pod.phase === 'Unknown';
}

export function pressureEvidence({ node, from, to, conditionFrom, firstReclaim }: DiskPressure): Evidence[] {
  const evidence: Evidence[] = [];
  if (firstReclaim !== undefined) {
    evidence.push({
      at: at(firstReclaim),
      source: 'event',
      text: `the kubelet of ${node} began to reclaim disk space`,
    });
  }
  if (conditionFrom !== undefined) {
    const until = to === undefined ? 'and still is' : `until ${clock(to)}`;
    const late =
      firstReclaim !== undefined && conditionFrom > firstReclaim
        ? `, ${span(conditionFrom - firstReclaim)} after the reclaim`
        : '';
    evidence.push({
      at: at(conditionFrom),
      source: 'node condition',
      text: `${node} was reported under DiskPressure ${until}${late}`,
    });
  }
  return evidence.length > 0 ? evidence : [{ at: at(from), source: 'event', text: `${node} was short of disk` }];
}

function companyEvidence({ gc }: Removal): Evidence[] {
  const text = `the logs of ${gc.containersTotal} containers of several pods left the node within ${span((ms(gc.end) ?? 0) - (ms(gc.start) ?? 0))}, and their directories stayed`;
  return [{ at: gc.start, source: 'other container records', text }];
}

function podEvidence(thereThen: boolean, known: boolean, moment: number): Evidence {
  const text = thereThen
    ? 'the pod was still there, had ended, and was not evicted'
    : known
      ? 'the pod had been deleted by then'
      : 'nothing is known from the API about the pod';
  return { at: at(moment), source: 'pod', text };
}
