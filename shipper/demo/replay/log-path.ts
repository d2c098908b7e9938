import type { ContainerRun } from '../../../model/container-run';

/** `<namespace>_<pod>_<uid>/<container>/<restart>.log`, what follows is a rotated log's time. */
const logPath = /^([^_/]+)_([^_/]+)_([^_/]+)\/([^/]+)\/(\d+)\.log/;

/**
 * The container run of a log path of the recording, relative to `/var/log/pods`.
 * @throws Error for any other path
 */
export function runOf(path: string): ContainerRun {
  const match = logPath.exec(path);
  if (!match) {
    throw new Error(`recording: ${path} is not the path of a container's log`);
  }
  const [, namespace = '', pod = '', podUid = '', container = '', restart = ''] = match;
  return { namespace, pod, podUid, container, restart: Number(restart) };
}
