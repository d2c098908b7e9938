import type { ContainerRun } from '../../../model/container-run';

/** A pod's log directory: `<namespace>_<pod>_<uid>` (Kubernetes names hold no underscore). */
export interface PodDirectory {
  namespace: string;
  pod: string;
  podUid: string;
}

export function parsePodDirectory(name: string): PodDirectory | undefined {
  const first = name.indexOf('_');
  const last = name.lastIndexOf('_');
  if (first <= 0 || last === first || last === name.length - 1) {
    return undefined;
  }
  return { namespace: name.slice(0, first), pod: name.slice(first + 1, last), podUid: name.slice(last + 1) };
}

/** A log file in a container's directory: `0.log`, `0.log.20261123-232307`, `0.log.20261123-232307.gz`. */
export interface LogFileName {
  restart: number;
  /** The rotation's time as the kubelet wrote it (its local time); empty for the current file. */
  rotated: string;
  compressed: boolean;
}

const fileName = /^(\d{1,9})\.log(?:\.(\d{8}-\d{6}))?(\.gz)?$/;

/** Names that are no log files of the kubelet (`.tmp` of a compression under way among them) give undefined. */
export function parseLogFileName(name: string): LogFileName | undefined {
  const match = fileName.exec(name);
  return match ? { restart: Number(match[1]), rotated: match[2] ?? '', compressed: match[3] !== undefined } : undefined;
}

/** Oldest first: rotated files by their time, the current one last. */
export function byAge(a: LogFileName, b: LogFileName): number {
  const key = (name: LogFileName) => (name.rotated === '' ? '~' : name.rotated);
  return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
}

/**
 * A symlink under `/var/log/containers`: `<pod>_<namespace>_<container>-<container id>.log`; the kubelet cuts the name at
 * 255 characters, and with it the id's tail.
 * @returns the container id's 64 hex digits, undefined where the name was cut or is another's
 */
export function containerIdOfLink(name: string): string | undefined {
  return /-([0-9a-f]{64})\.log$/.exec(name)?.[1];
}

/** The place that a link points to, from the last three parts of its target. */
export function runOfTarget(target: string): ContainerRun | undefined {
  const [podDirectory = '', container = '', file = ''] = target.split('/').slice(-3);
  const pod = parsePodDirectory(podDirectory);
  const name = parseLogFileName(file);
  return pod && name && container !== '' ? { ...pod, container, restart: name.restart } : undefined;
}
