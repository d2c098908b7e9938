import type { CauseId } from '../../causes';
import type { ContradictionCode, StatementCode } from '../../codes';
import { CLOCKS, type Facts, POD_CLEANUP } from '../facts';
import { at, ms } from '../moment';
import { isUnknownToRuntime } from '../pod-reason';
import { endedAfter, wasEmptiedByOther, unattendedSince } from '../pod-state';
import { isMomentUnknown, type Subject } from '../subject';
import type { Weighed } from './hypothesis';
import { newerRunStayed } from './restart';

/** How long before the eviction showed in the API its containers may have been removed. */
const BEFORE = 30_000;

/** Eviction messages, pkg/kubelet/eviction/helpers.go of Kubernetes 1.20 to 1.36. */
const limits =
  /exceeded its local ephemeral storage limit|ephemeral local storage usage exceeds the total limit|Usage of EmptyDir volume/i;
const pressure = /The node was low on resource: ([\w.-]+?)\. /;
const rejected = /[Tt]he node had condition/;

/** A pod that the kubelet rejected at admission: nothing of it ever ran, so there is no log to lose (C3b). */
export function wasRejected(reason: string | null, message: string | null): boolean {
  return reason === 'Evicted' && rejected.test(message ?? '');
}

/**
 * Why the kubelet set a pod to `Evicted`: `rejected` at admission, `disk` or `other` pressure of its node, or its own limit.
 *
 * @returns undefined for a pod that was not evicted
 */
export function evictionOf({
  reason,
  message,
}: {
  reason: string | null;
  message: string | null;
}): 'rejected' | 'disk' | 'own-limit' | 'other' | undefined {
  if (reason !== 'Evicted') {
    return undefined;
  }
  if (wasRejected(reason, message)) {
    return 'rejected';
  }
  const resource = pressure.exec(message ?? '')?.[1];
  return limits.test(message ?? '')
    ? 'own-limit'
    : resource === 'ephemeral-storage' || resource === 'inodes'
      ? 'disk'
      : 'other';
}

/** C2, C3 and the kubelet's preemption (C14): the kubelet reports in the pod's status why it killed the pod. */
export function byEviction(subject: Subject, facts: Facts): Weighed | undefined {
  const { pod, namespace, podName, cluster, left, leftFrom, node } = subject;
  const event = facts.eventsAbout(cluster, 'Pod', namespace, podName, 'Evicted')[0];
  // Up to Kubernetes 1.21 an eviction overwrites the status; without a pod record the Event has to do.
  const evicted = pod ? pod.reason === 'Evicted' : event !== undefined;
  const preempted = pod?.reason === 'Preempting';
  const message = (pod?.reason ? pod.message : event?.message) ?? '';
  if ((!evicted && !preempted) || rejected.test(message)) {
    return undefined;
  }
  const moment =
    (event && !event.timesDoubtful ? ms(event.last) : undefined) ?? ms(pod?.disruption?.at) ?? ms(pod?.finished);
  const out: ContradictionCode[] = [];
  if (left !== undefined && moment !== undefined) {
    if (left < moment - BEFORE - CLOCKS) {
      out.push({ code: 'out-gone-before' });
    }
    if (facts.wasAgentThere(cluster, node, moment + POD_CLEANUP, (leftFrom ?? left) - CLOCKS)) {
      out.push({ code: 'out-stayed', until: at(left) });
    }
  }
  if (left !== undefined && endedAfter(subject, left)) {
    out.push({ code: 'out-running' });
  }
  if (newerRunStayed(subject, facts)) {
    out.push({ code: 'out-newer-run-stayed' });
  }
  // That an end which the runtime no longer knows was the eviction's is not said.
  const isEarly = isUnknownToRuntime(subject) && left !== undefined && moment !== undefined && left < moment - CLOCKS;
  const { cause, statement, isKnown } = preempted ? preemption(node) : explain(message, node);
  return {
    cause,
    statement,
    isReported: true,
    ...(moment !== undefined && { moment }),
    ceiling:
      (moment !== undefined && unattendedSince(subject, facts, moment) !== undefined) ||
      wasEmptiedByOther(subject, facts)
        ? 'unknown'
        : isKnown && !isMomentUnknown(subject) && !isEarly
          ? 'confirmed'
          : 'likely',
    contradictions: out,
    predictions: [],
    evidence: [
      {
        at: moment === undefined ? null : at(moment),
        source: pod ? 'pod' : 'event',
        what: { code: 'status-reported', reason: pod?.reason ?? 'Evicted', message },
      },
    ],
  };
}

interface Eviction {
  cause: CauseId;
  statement: StatementCode;
  /** The message is one that a version of the kubelet is known to write. */
  isKnown: boolean;
}

const preemption = (node: string | null): Eviction => ({
  cause: 'C14',
  statement: { code: 'preempted-by-kubelet', node },
  isKnown: true,
});

function explain(message: string, node: string | null): Eviction {
  if (limits.test(message)) {
    return { cause: 'C3', statement: { code: 'evicted-own-limit', node }, isKnown: true };
  }
  const resource = pressure.exec(`${message} `)?.[1];
  return {
    cause: 'C2',
    statement: { code: 'evicted', node, resource: resource ?? null },
    isKnown: resource !== undefined,
  };
}
