/** What narrows a target down, as far as the text told it. */
export interface Narrowing {
  namespace?: string;
  podUid?: string;
  container?: string;
  /** The restart count of the container run meant. */
  restart?: number;
  /** The run before the newest, as in `kubectl logs --previous`. */
  previous?: boolean;
}

/** Owners of pods besides Jobs: their pods' names show them. */
export const OWNER_KINDS = ['deployment', 'replicaset', 'statefulset', 'daemonset'] as const;
export type OwnerKind = (typeof OWNER_KINDS)[number];

/** Something whose log can be looked up. */
export type Target = Narrowing &
  (
    | {
        kind: 'container';
        /** 6 to 64 lower-case hex digits, without the runtime's prefix; fewer than 64 are the beginning of an id. */
        id: string;
      }
    | { kind: 'pod' | 'job' | 'cronjob' | OwnerKind; name: string }
  );

/** What somebody asks by a name, an id, or a pasted text. */
export interface Question {
  targets: Target[];
  /** Less exact ways to the same logs, for when the targets lead nowhere: the pod beside a container id. */
  otherwise: Target[];
  /** The text says that the container never started: there may be no log to find. */
  neverStarted: boolean;
  /** A node that the text says is gone. */
  goneNode?: string;
}

/** Digits of a container id that are enough to ask for it; runtimes show 12 or 13. */
export const MIN_ID_DIGITS = 6;
/** So many digits of a container id runtimes print where they shorten it: no two containers share them. */
export const TELLING_ID_DIGITS = 12;
export const ID_DIGITS = 64;

/** A target as its owner would write it. */
export function nameOfTarget(target: Target): string {
  return target.kind === 'container' ? `container ${target.id.slice(0, 12)}` : `${target.kind}/${target.name}`;
}

export type ContainerTarget = Extract<Target, { kind: 'container' }>;
export type NamedTarget = Exclude<Target, { kind: 'container' }>;

/**
 * The pods that a text names beside container ids, and that are not those of the containers found: several errors were
 * pasted at once, of which some name an id and some a pod.
 */
export const podsBeside = ({ targets, otherwise }: Question, found: ReadonlySet<string>): Target[] =>
  targets.some(({ kind }) => kind === 'container')
    ? otherwise.filter(
        (target) =>
          target.kind === 'pod' &&
          !found.has(target.name) &&
          !targets.some((other) => other.kind === 'container' && other.id === target.name)
      )
    : [];
