import {
  type ContainerRun,
  type Deletion,
  POD_METADATA,
  type PodContainer,
  type PodRecord,
  RECORD_VERSION,
} from '../../../model/records';
import { workloadOf } from '../../../model/workload';
import type { OutgoingRecord } from '../../loki/record-writer';
import { timeTextOrNull } from '../core/fields';
import { type ContainerState, podEnded, podFinished, type PodState, type RunState } from '../state/pod';
import { metadataOf, recordLine } from '../core/tracker';

/** @param cronJob name of the CronJob that its Job belongs to, where the Job is known */
export function podRecord(
  cluster: string,
  pod: PodState,
  cronJob: string | null,
  deletion: Deletion | null
): PodRecord {
  const job = pod.owner?.kind === 'Job' ? pod.owner : null;
  const ended = podEnded(pod);
  return {
    v: RECORD_VERSION,
    kind: 'pod',
    id: pod.uid,
    cluster,
    namespace: pod.namespace,
    pod: pod.name,
    node: pod.node,
    workload: workloadOf(pod.name).workload,
    job: job?.name ?? null,
    jobUid: job?.uid ?? null,
    cronJob,
    owner: job === null ? pod.owner : null,
    phase: pod.phase,
    reason: pod.reason,
    message: pod.message,
    created: timeTextOrNull(pod.created),
    scheduled: timeTextOrNull(pod.scheduled),
    started: timeTextOrNull(pod.started),
    finished: ended ? timeTextOrNull(podFinished(pod)) : null,
    disruption: pod.disruption && { ...pod.disruption, at: timeTextOrNull(pod.disruption.at) },
    restartsAllContainers: pod.restartsAllContainers,
    allContainersRestarts: pod.allContainersRestarts.map(({ from, to }) => ({
      from: timeTextOrNull(from),
      to: timeTextOrNull(to),
    })),
    containers: pod.containers.map(podContainer),
    deletion,
    final: ended || Boolean(deletion?.gone),
  };
}

function podContainer({ runs, ...container }: ContainerState): PodContainer {
  return { ...container, runs: runs.map(containerRun) };
}

function containerRun(run: RunState): ContainerRun {
  return { ...run, started: timeTextOrNull(run.started), finished: timeTextOrNull(run.finished) };
}

/** @param entryMs time of the entry, milliseconds since 1970 */
export function outgoingPod(record: PodRecord, entryMs: number): OutgoingRecord {
  return {
    kind: 'pod',
    cluster: record.cluster,
    evicted: record.phase === 'Failed' && record.reason === 'Evicted',
    timestamp: BigInt(entryMs) * 1_000_000n,
    line: recordLine(record),
    metadata: metadataOf(record, POD_METADATA),
  };
}
