import { ID_DIGITS, OWNER_KINDS, type OwnerKind, type Target } from './target';
import { escapeRegex, type LabelMatch, type LabelMatches } from '../logql';
import { isUniqueName, workloadOf } from '../workload';

/** A way to find a target in Loki: what its streams' labels are, and what stands in its entries' metadata. */
export interface Reading {
  labels: LabelMatches;
  metadata: LabelMatches;
}

// What Kubernetes puts behind a name to make it unique: k8s.io/apiserver/pkg/storage/names (5 characters; the base is
// cut at 58) and k8s.io/apimachinery/pkg/util/rand (the alphabet).
const SAFE = '[bcdfghjklmnpqrstvwxz2456789]';
const RANDOM_SUFFIX = `${SAFE}{5}`;
const TEMPLATE_HASH = `${SAFE}{6,10}`;
const MAX_BASE = 58;
const SCHEDULED_TIME = '([0-9]{8}|[0-9]{10})';

/**
 * Ways to find a target, the most exact first. The agent labels by what a pod's name shows; where a name shows
 * something else than what its owner means (the pods of an Indexed Job, names that were cut), the next way helps.
 */
export function readingsOf(target: Target): Reading[] {
  switch (target.kind) {
    case 'container':
      return [
        {
          labels: {},
          metadata: { container_id: target.id.length === ID_DIGITS ? target.id : RegExp(`${target.id}.*`) },
        },
      ];
    case 'pod':
      return [{ labels: { workload: workloadOf(target.name).workload }, metadata: { pod: target.name } }];
    case 'job':
      return [
        { labels: { workload: workloadOf(`${target.name}-bbbbb`).workload }, metadata: { job: target.name } },
        podsByName(target.name),
      ];
    case 'cronjob':
      return [
        {
          labels: { workload: target.name },
          metadata: { job: RegExp(`${escapeRegex(target.name)}-${SCHEDULED_TIME}`) },
        },
      ];
    default:
      return [podsOfOwner(target.kind, target.name)];
  }
}

/** A Deployment's pods bear the hash of its template, those of a StatefulSet a number. */
function podsOfOwner(kind: OwnerKind, name: string): Reading {
  const suffix = {
    deployment: `${TEMPLATE_HASH}-${RANDOM_SUFFIX}`,
    replicaset: RANDOM_SUFFIX,
    statefulset: '[0-9]{1,5}',
    daemonset: RANDOM_SUFFIX,
  }[kind];
  const pod = RegExp(`${escapeRegex(name)}-${suffix}`);
  // A name that is cut or looks like another kind's is the label of its own.
  const workload = kind === 'replicaset' ? workloadOf(`${name}-bbbbb`).workload : name;
  return { labels: { workload }, metadata: { pod } };
}

function podsByName(job: string): Reading {
  const base = `${job}-`.slice(0, MAX_BASE);
  const index = base.length === MAX_BASE ? '' : '([0-9]{1,5}-)?';
  return {
    labels: { workload: RegExp(`${escapeRegex(base.replace(/-$/, ''))}.*`) },
    metadata: { pod: RegExp(`${escapeRegex(base)}${index}${RANDOM_SUFFIX}`) },
  };
}

/** A name that leads to one thing for ever: what has ended under it does not begin again. */
export const isNeverReused = (target: Target): boolean =>
  target.kind === 'container' || (!isOwner(target.kind) && isUniqueName(target.kind, target.name));

const isOwner = (kind: Target['kind']): kind is OwnerKind => (OWNER_KINDS as readonly string[]).includes(kind);

/**
 * The names of a target's pods, as far as names show: other shippers than Afterlog's agent write down no Job.
 * undefined for a container id, which no name shows.
 */
export function podNamesOf(target: Target): LabelMatch | undefined {
  switch (target.kind) {
    case 'container':
      return undefined;
    case 'pod':
      return target.name;
    case 'job':
      return podsByName(target.name).metadata.pod;
    case 'cronjob':
      return RegExp(`${escapeRegex(target.name)}-${SCHEDULED_TIME}-([0-9]{1,5}-)?${RANDOM_SUFFIX}`);
    default:
      return podsOfOwner(target.kind, target.name).metadata.pod;
  }
}
