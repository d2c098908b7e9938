import { ID_DIGITS, type Target } from './target';
import { workloadOf } from '../workload';
import { escapeRegex, type LabelMatches } from '../logql';

/** A way to find a target in Loki: what its streams' labels are, and what stands in its entries' metadata. */
export interface Reading {
  labels: LabelMatches;
  metadata: LabelMatches;
}

// What Kubernetes puts behind a name to make it unique: k8s.io/apiserver/pkg/storage/names (5 characters; the base is
// cut at 58) and k8s.io/apimachinery/pkg/util/rand (the alphabet).
const RANDOM_SUFFIX = '[bcdfghjklmnpqrstvwxz2456789]{5}';
const MAX_BASE = 58;
const SCHEDULED_TIME = '([0-9]{8}|[0-9]{10})';

/**
 * Ways to find a target, the most exact first. The agent labels by what a pod's name tells; where a name tells
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
  }
}

function podsByName(job: string): Reading {
  const base = `${job}-`.slice(0, MAX_BASE);
  const index = base.length === MAX_BASE ? '' : '([0-9]{1,5}-)?';
  return {
    labels: { workload: RegExp(`${escapeRegex(base.replace(/-$/, ''))}.*`) },
    metadata: { pod: RegExp(`${escapeRegex(base)}${index}${RANDOM_SUFFIX}`) },
  };
}

/** Names that are given once: a Job's pods have a random suffix, a CronJob's Jobs their time. */
export function isNeverReused(target: Target): boolean {
  return (
    target.kind === 'container' ||
    (target.kind === 'pod' && workloadOf(target.name).job !== null) ||
    (target.kind === 'job' && RegExp(`-${SCHEDULED_TIME}$`).test(target.name))
  );
}
