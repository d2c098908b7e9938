import { ID_DIGITS, type Target } from '../../model/lookup';
import { workloadOf } from '../../model/workload';
import { escapeRegex, type Matches } from './logql';

/** Where a target's lines are: labels of their streams, and structured metadata that its records have as well. */
export interface Reading {
  labels: Matches;
  metadata: Matches;
}

// What Kubernetes puts behind a name to make it unique: k8s.io/apiserver/pkg/storage/names (the base is cut at 58
// characters) and, for a CronJob's Jobs, the scheduled time in minutes (in seconds before 1.21).
const randomSuffix = '[bcdfghjklmnpqrstvwxz2456789]{5}';
const longestBase = 58;
const scheduledTime = '([0-9]{8}|[0-9]{10})';

/** Ways to a target, the most exact first: an Indexed Job's pods are found by their names only. */
export function readingsOf(target: Target): Reading[] {
  const { namespace, container } = target;
  const narrowed = (labels: Matches, metadata: Matches): Reading => ({
    labels: { ...labels, namespace: namespace ?? /.+/, container },
    metadata,
  });
  switch (target.kind) {
    case 'container':
      return [narrowed({}, { container_id: target.id.length === ID_DIGITS ? target.id : RegExp(`${target.id}.*`) })];
    case 'pod':
      return [narrowed({ workload: workloadOf(target.name).workload }, { pod: target.name })];
    case 'cronjob':
      return [narrowed({ workload: target.name }, { job: RegExp(`${escapeRegex(target.name)}-${scheduledTime}`) })];
    case 'job': {
      const base = `${target.name}-`.slice(0, longestBase);
      const index = base.length === longestBase ? '' : '([0-9]{1,5}-)?';
      return [
        narrowed({ workload: workloadOf(`${target.name}-bbbbb`).workload }, { job: target.name }),
        narrowed(
          { workload: RegExp(`${escapeRegex(base.replace(/-$/, ''))}.*`) },
          { pod: RegExp(`${escapeRegex(base)}${index}${randomSuffix}`) }
        ),
      ];
    }
  }
}
