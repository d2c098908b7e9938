import type { CauseId } from '../../causes';
import type { Finding } from '../case';
import { CLOCKS, type Facts } from '../facts';
import { at, ms } from '../moment';
import type { Subject } from '../subject';

/** How long before the eviction showed in the API its containers may have been removed. */
const BEFORE = 30_000;

/** Eviction messages, eviction/helpers.go of every version read (reference §6). */
const limits =
  /exceeded its local ephemeral storage limit|ephemeral local storage usage exceeds the total limit|Usage of EmptyDir volume/i;
const pressure = /The node was low on resource: ([\w.-]+?)\. /;
const rejected = /[Tt]he node had condition/;

/** A pod that the kubelet turned away: nothing of it ever ran, so there is no log to lose (C3b). */
export function wasRejected(reason: string | null, message: string | null): boolean {
  return reason === 'Evicted' && rejected.test(message ?? '');
}

/** C2, C3 and the kubelet's preemption (C14): the pod's status says why the kubelet killed it, and its logs went at once. */
export function byEviction(subject: Subject, facts: Facts): Finding | undefined {
  const { pod, namespace, podName, cluster, left, node } = subject;
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
  if (left !== undefined && moment !== undefined && left < moment - BEFORE - CLOCKS) {
    return undefined; // it was gone before the pod was evicted
  }
  const { cause, says, sure } = preempted ? preemption(node) : explain(message, node);
  return {
    cause,
    confidence: sure ? 'confirmed' : 'likely',
    says,
    evidence: [
      {
        at: moment === undefined ? null : at(moment),
        source: pod ? 'pod' : 'event',
        text: `${pod?.reason ?? 'Evicted'}: ${message.trim() || '(no message)'}`,
      },
    ],
  };
}

function preemption(node: string | null): { cause: CauseId; says: string; sure: boolean } {
  return {
    cause: 'C14',
    says: `The kubelet on ${node ?? 'its node'} removed the pod to make room for a critical one, and its logs with it.`,
    sure: true,
  };
}

function explain(message: string, node: string | null): { cause: CauseId; says: string; sure: boolean } {
  const where = node ?? 'its node';
  if (limits.test(message)) {
    return {
      cause: 'C3',
      says: `The kubelet evicted this pod from ${where} because it used more ephemeral storage than its own limit allows, and deleted its logs.`,
      sure: true,
    };
  }
  const resource = pressure.exec(`${message} `)?.[1];
  return {
    cause: 'C2',
    says: `The kubelet evicted this pod because ${where} was low on ${resource ?? 'some resource'}, and deleted its logs.`,
    sure: resource !== undefined,
  };
}
