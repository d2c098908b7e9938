import type { PodEvent } from './recording';

/**
 * The container ids (64 hex digits) by log path, `<namespace>_<pod>_<uid>/<container>/<restart>.log`.
 *
 * The recorded links lack containers that lived for less than the 5 s between two looks; the pods' status names all.
 * `restartCount` belongs to `containerID` of the same status. `lastState` is no help: while a container waits for its
 * restart it holds the current run, afterwards the one before.
 */
export function containerIds(events: readonly PodEvent[]): Map<string, string> {
  const ids = new Map<string, string>();
  for (const { object } of events) {
    const { namespace, name, uid } = object.metadata;
    const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = object.status;
    for (const status of [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses]) {
      if (status.containerID !== undefined && status.containerID !== '') {
        const path = `${namespace}_${name}_${uid}/${status.name}/${status.restartCount}.log`;
        ids.set(path, status.containerID.replace(/^.*:\/\//, ''));
      }
    }
  }
  return ids;
}
