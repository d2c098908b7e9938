import { OWNER_KINDS, type Target } from './target';

const dnsName = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;

const kinds = {
  pod: /^(?:pods?|po)$/,
  job: /^jobs?(?:\.batch)?$/,
  cronjob: /^(?:cj|cronjobs?(?:\.batch)?)$/,
  deployment: /^(?:deploy|deployments?(?:\.apps)?)$/,
  replicaset: /^(?:rs|replicasets?(?:\.apps)?)$/,
  statefulset: /^(?:sts|statefulsets?(?:\.apps)?)$/,
  daemonset: /^(?:ds|daemonsets?(?:\.apps)?)$/,
};

const KINDS = ['pod', 'job', 'cronjob', ...OWNER_KINDS] as const;

/** Kinds that `kubectl logs` knows and Afterlog has no records of. */
const otherKinds =
  /^(?:svc|services?|nodes?|no|rc|replicationcontrollers?|cm|configmaps?|secrets?|ns|namespaces?|pvc|ing|ingress(?:es)?)$/;

/** `NAME` (a pod), `KIND/NAME` as kubectl writes it, and the `NAMESPACE/POD` of the kubelet's log. */
export function parseName(text: string): Target | undefined {
  const [kind, name, ...more] = text.includes('/') ? text.split('/') : ['pod', text];
  if (kind === undefined || name === undefined || more.length > 0 || !dnsName.test(name)) {
    return undefined;
  }
  for (const known of KINDS) {
    if (kinds[known].test(kind)) {
      return { kind: known, name };
    }
  }
  return dnsName.test(kind) && !otherKinds.test(kind) ? { kind: 'pod', name, namespace: kind } : undefined;
}
