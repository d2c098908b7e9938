/**
 * What a pod's name shows about its owner. The agent names streams before any API answered, and the API may be the
 * thing that is down; so the name has to do. The `pod` record of the API is the truth, this is a label.
 */
export interface Workload {
  /** CronJob, Job, Deployment, … : the family whose logs share a stream. */
  workload: string;
  /** The Job, where the name has the form of a Job's pod. */
  job: string | null;
}

// Kubernetes draws random suffixes and pod-template hashes from this alphabet only (no vowels, no 0, 1, 3):
// k8s.io/apimachinery/pkg/util/rand.
const SAFE = 'bcdfghjklmnpqrstvwxz2456789';
const randomSuffix = new RegExp(`^(.+)-[${SAFE}]{5}$`);
const templateHash = new RegExp(`^(.+)-[${SAFE}]{6,10}$`);
// A CronJob's Job ends in its scheduled time: minutes since 1970 from Kubernetes 1.21 on (8 digits), seconds before (10).
const scheduledTime = /^(.+)-(?:\d{8}|\d{10})$/;
const ordinal = /^(.+)-\d{1,5}$/;

/**
 * The workload that a pod name points to; a name of no known form is its own workload.
 *
 * `hello-0-abcde` is a pod of the Indexed Job `hello` or of a Job named `hello-0`; the name does not show which. Its
 * workload is `hello` either way, so that a thousand indexes, or Jobs numbered by hand, share a stream; `job` stays what
 * stands before the random suffix. Only below a CronJob's scheduled time a number can be nothing but an index.
 */
export function workloadOf(podName: string): Workload {
  const owner = randomSuffix.exec(podName)?.[1];
  if (owner === undefined) {
    return { workload: ordinal.exec(podName)?.[1] ?? podName, job: null };
  }
  const family = ordinal.exec(owner)?.[1] ?? owner;
  const cronJob = scheduledTime.exec(family)?.[1];
  if (cronJob !== undefined) {
    return { workload: cronJob, job: family };
  }
  const deployment = templateHash.exec(owner)?.[1];
  if (deployment !== undefined && /\d/.test(owner.slice(deployment.length + 1))) {
    return { workload: deployment, job: null };
  }
  return { workload: family, job: owner };
}

/** Names that are given once: a Job's pods have a random suffix, a CronJob's Jobs their time. */
export function isUniqueName(kind: 'pod' | 'job' | 'cronjob', name: string): boolean {
  return (kind === 'pod' && workloadOf(name).job !== null) || (kind === 'job' && scheduledTime.test(name));
}
