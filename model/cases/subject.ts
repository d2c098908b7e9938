import { containerRunId } from '../container-run';
import type { ContainerRecord, ContainerRun, JobRecord, PodContainer, PodRecord } from '../records';
import { ms } from './moment';
import { onNodesClock, type PodDeletion } from './pod-deletion';

/** One container run with all that the records say about it: what a step of the procedure looks at. */
export interface Subject {
  /** Of its record, else `containerRunId()`. */
  id: string;
  cluster: string;
  node: string | null;
  namespace: string;
  podName: string;
  podUid: string;
  container: string;
  restart: number;
  containerId: string | null;
  workload: string;
  jobName: string | null;
  cronJobName: string | null;
  containerRecord: ContainerRecord | undefined;
  pod: PodRecord | undefined;
  podContainer: PodContainer | undefined;
  run: ContainerRun | undefined;
  job: JobRecord | undefined;
  deletion: PodDeletion | undefined;
  /** When it started and ended. Milliseconds since 1970, as all times here. */
  started: number | undefined;
  finished: number | undefined;
  /** When the last of its files left the node; undefined where they are there, or nobody looked. */
  left: number | undefined;
  /** The earliest moment at which they may have left: before `left` where nobody saw when they did, or has reported it. */
  leftFrom: number | undefined;
  /** How far the clock of its node is ahead of the API server's; undefined where nothing tells. */
  clockOffset: number | undefined;
}

/** Nobody saw when its log was removed, only that it was by then; or nobody saw the log at all. */
export const isMomentUnknown = ({ containerRecord, left, leftFrom }: Subject): boolean =>
  containerRecord === undefined || (leftFrom !== undefined && leftFrom < (left ?? Infinity));

/** The container and the run of a pod's record that a container run is. */
export function runOf(
  pod: PodRecord | undefined,
  container: string,
  restart: number
): { podContainer: PodContainer | undefined; run: ContainerRun | undefined } {
  const podContainer = pod?.containers.find(({ name }) => name === container);
  return { podContainer, run: podContainer?.runs.find((run) => run.restart === restart) };
}

export function subjectOfContainerRecord(
  containerRecord: ContainerRecord,
  pod: PodRecord | undefined,
  job: JobRecord | undefined,
  {
    deletion,
    leftFrom,
    clockOffset,
  }: { deletion: PodDeletion | undefined; leftFrom: number | undefined; clockOffset: number | undefined }
): Subject {
  const { podContainer, run } = runOf(pod, containerRecord.container, containerRecord.restart);
  return {
    id: containerRecord.id,
    cluster: containerRecord.cluster,
    node: containerRecord.node,
    namespace: containerRecord.namespace,
    podName: containerRecord.pod,
    podUid: containerRecord.podUid,
    container: containerRecord.container,
    restart: containerRecord.restart,
    containerId: containerRecord.containerId ?? run?.containerId ?? null,
    workload: containerRecord.workload,
    jobName: pod ? pod.job : containerRecord.job,
    cronJobName: pod?.cronJob ?? job?.cronJob?.name ?? null,
    containerRecord,
    pod,
    podContainer,
    run,
    job,
    deletion: deletion && onNodesClock(deletion, clockOffset),
    clockOffset,
    leftFrom,
    started: ms(run?.started) ?? ms(containerRecord.firstTime),
    finished: ms(run?.finished) ?? (containerRecord.ended ? ms(containerRecord.lastTime) : undefined),
    left: ms(containerRecord.left?.at),
  };
}

/** A run that the API showed and no agent ever opened. */
export function subjectOfRun(
  pod: PodRecord,
  podContainer: PodContainer,
  run: ContainerRun,
  job: JobRecord | undefined,
  { deletion, clockOffset }: { deletion: PodDeletion | undefined; clockOffset: number | undefined }
): Subject {
  return {
    id: containerRunId({
      namespace: pod.namespace,
      pod: pod.pod,
      podUid: pod.id,
      container: podContainer.name,
      restart: run.restart,
    }),
    cluster: pod.cluster,
    node: pod.node,
    namespace: pod.namespace,
    podName: pod.pod,
    podUid: pod.id,
    container: podContainer.name,
    restart: run.restart,
    containerId: run.containerId,
    workload: pod.workload,
    jobName: pod.job,
    cronJobName: pod.cronJob,
    containerRecord: undefined,
    pod,
    podContainer,
    run,
    job,
    deletion: deletion && onNodesClock(deletion, clockOffset),
    clockOffset,
    leftFrom: undefined,
    started: ms(run.started),
    finished: ms(run.finished),
    left: undefined,
  };
}
