import type { ContainerRun, PodRecord } from '../records';

const shutdown = /imminent node shutdown|Node is shutting/i;

/** The kubelet ended the pod because its node was shut down. */
export const wasShutDown = ({ reason, message }: Pick<PodRecord, 'reason' | 'message'>): boolean =>
  reason === 'Shutdown' || (reason === 'Terminated' && shutdown.test(message ?? ''));

/** The kubelet reported that the runtime no longer knows the container. */
export const isUnknownToRuntime = ({ run }: { run: Pick<ContainerRun, 'removed' | 'reason'> | undefined }): boolean =>
  run?.removed === 'ContainerStatusUnknown' || run?.reason === 'ContainerStatusUnknown';
