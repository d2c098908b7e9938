import type { Target } from './target';

const dnsName = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;

const kinds = {
  pod: /^(?:pods?|po)$/,
  job: /^jobs?(?:\.batch)?$/,
  cronjob: /^(?:cj|cronjobs?(?:\.batch)?)$/,
};

/** Kinds that `kubectl logs` knows and Afterlog has no records of. */
const otherKinds =
  /^(?:deploy|deployments?(?:\.apps)?|sts|statefulsets?(?:\.apps)?|ds|daemonsets?(?:\.apps)?|rs|replicasets?(?:\.apps)?|svc|services?|nodes?|no|rc)$/;

/** `NAME` (a pod), `pod/NAME`, `job/NAME`, `cronjob/NAME`, and the `NAMESPACE/POD` of the kubelet's log. */
export function parseName(text: string): Target | undefined {
  const [kind, name, ...more] = text.includes('/') ? text.split('/') : ['pod', text];
  if (kind === undefined || name === undefined || more.length > 0 || !dnsName.test(name)) {
    return undefined;
  }
  for (const known of ['pod', 'job', 'cronjob'] as const) {
    if (kinds[known].test(kind)) {
      return { kind: known, name };
    }
  }
  return dnsName.test(kind) && !otherKinds.test(kind) ? { kind: 'pod', name, namespace: kind } : undefined;
}
