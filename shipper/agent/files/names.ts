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

/**
 * What a runtime's own rotation makes of a file that a link leads to: Docker renames `ID-json.log` to `ID-json.log.1`, that
 * to `.2`, and so on, and may compress them. The number of a file changes with each rotation, so that it names no content.
 * @param current the name that the link leads to
 */
export function parseNumbered(current: string, name: string): Omit<LogFileName, 'restart'> | undefined {
  const [, number, gz] = /^\.(\d{1,9})(\.gz)?$/.exec(name.startsWith(current) ? name.slice(current.length) : '') ?? [];
  return number === undefined ? undefined : { rotated: numbered(number), compressed: gz !== undefined };
}

/** Sorts before a lower number, as the older file. */
const numbered = (number: string) => `#${String(999_999_999 - Number(number)).padStart(9, '0')}`;

/** The rotation in a file's name, whichever of the two kinds it is; empty for a current file. */
export function rotationOf(name: string): string {
  const [, number] = /\.log\.(\d{1,9})(?:\.gz)?$/.exec(name) ?? [];
  return parseLogFileName(name)?.rotated ?? (number === undefined ? '' : numbered(number));
}

/** Whether two names are of the same rotation, and so of the same content. */
export function isSameRotation(a: string, b: string): boolean {
  return a !== '' && a === b && !a.startsWith('#');
}

/** Oldest first: rotated files by their time, the current one last. */
export function byAge(a: LogFileName, b: LogFileName): number {
  const key = (name: LogFileName) => (name.rotated === '' ? '~' : name.rotated);
  return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
}

/** What the name of a symlink under `/var/log/containers` says. */
export interface ContainerLink {
  pod: string;
  namespace: string;
  container: string;
  /** 64 hex digits. */
  containerId: string;
}

/**
 * A symlink under `/var/log/containers`: `<pod>_<namespace>_<container>-<container id>.log`; the kubelet cuts the name at
 * 255 characters, and with it the id's tail.
 * @returns undefined where the name was cut or is another's
 */
export function parseContainerLink(name: string): ContainerLink | undefined {
  const [, pod = '', namespace = '', container = '', containerId] =
    /^([^_]+)_([^_]+)_(.+)-([0-9a-f]{64})\.log$/.exec(name) ?? [];
  return containerId === undefined ? undefined : { pod, namespace, container, containerId };
}

/** The place that a link points to, from the last three parts of its target. */
export function runOfTarget(target: string): ContainerRun | undefined {
  const [podDirectory = '', container = '', file = ''] = target.split('/').slice(-3);
  const pod = parsePodDirectory(podDirectory);
  const name = parseLogFileName(file);
  return pod && name && container !== '' ? { ...pod, container, restart: name.restart } : undefined;
}
