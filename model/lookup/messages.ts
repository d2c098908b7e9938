import type { Target } from './target';

/** Quotes as they come: plain, escaped in JSON or klog, or made curly by a chat. */
const q = `\\\\*["'\`“”„]`;
/** A name of Kubernetes, from its beginning on: a long word is looked at once. */
export const name = `(?<![-a-z0-9.])([a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?)(?![-a-z0-9]|[.][a-z0-9])`;
const uid = `([0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32})`;
/** The rest of a line, as far as what belongs together stands apart. */
const nearby = `[^\\n]{0,400}?`;

interface Message {
  text: RegExp;
  target: (match: string[]) => Target;
}

const pod = (name = '', more: Omit<Target, 'kind'> = {}): Target => ({ kind: 'pod', name, ...more });

/** Texts that name a pod. U-numbers: the forms of `kubectl logs`' failure that people see. */
const messages: Message[] = [
  {
    // U2: failed to try resolving symlinks in path "…", failed to open log file "…"
    text: new RegExp(`${name}_${name}_${uid}/${name}/(\\d+)\\.log`, 'g'),
    target: ([, namespace, pod_, podUid, container, restart]) =>
      pod(pod_, { namespace, podUid, container, restart: Number(restart) }),
  },
  {
    // U5: previous terminated container "c" in pod "p" not found
    text: new RegExp(`previous terminated container ${q}${name}${q} in pod ${q}${name}${q}`, 'g'),
    target: ([, container, pod_]) => pod(pod_, { container, previous: true }),
  },
  {
    // U3, U4, U5b: container "c" in pod "p" is not available | is terminated | is waiting to start: …
    text: new RegExp(`(?<!previous terminated )container ${q}${name}${q} in pod ${q}${name}${q}`, 'g'),
    target: ([, container, pod_]) => pod(pod_, { container }),
  },
  {
    // kubectl up to 1.2x: a container name must be specified for pod p, choose one of: [a b]
    text: new RegExp(`a container name must be specified for pod ${q}?${name}`, 'g'),
    target: ([, pod_]) => pod(pod_),
  },
  {
    // container c is not valid for pod p
    text: new RegExp(`container ${q}?${name}${q}? is not valid for pod ${q}?${name}`, 'g'),
    target: ([, container, pod_]) => pod(pod_, { container }),
  },
  {
    // pods "p" is forbidden: User "u" cannot get resource "pods/log" in API group "" in the namespace "ns"
    text: new RegExp(`pods? ${q}${name}${q} is forbidden(?:${nearby}in the namespace ${q}${name}${q})?`, 'g'),
    target: ([, pod_, namespace]) => pod(pod_, { ...(namespace !== undefined && { namespace }) }),
  },
  {
    // The API server's addresses: /api/v1/namespaces/ns/pods/p/log?container=c
    text: new RegExp(`/namespaces/${name}/pods/${name}(?:/log)?(?:\\?(?:[^\\s"']{0,200}?&)?container=${name})?`, 'g'),
    target: ([, namespace, pod_, container]) => pod(pod_, { namespace, ...(container !== undefined && { container }) }),
  },
  {
    // /var/log/containers/p_ns_c-<id>.log
    text: new RegExp(`${name}_${name}_([a-z0-9][-a-z0-9]{0,62})-[0-9a-f]{64}\\.log`, 'g'),
    target: ([, pod_, namespace, container]) => pod(pod_, { namespace, container }),
  },
  {
    // U6: pods "p" not found [in namespace "ns"]
    text: new RegExp(`pods? ${q}${name}${q} not found(?: in namespace ${q}${name}${q})?`, 'g'),
    target: ([, pod_, namespace]) => pod(pod_, { ...(namespace !== undefined && { namespace }) }),
  },
  {
    // U6b: the server could not find the requested resource ( pods/log p)
    text: new RegExp(`\\bpods/log ${name}`, 'g'),
    target: ([, pod_]) => pod(pod_),
  },
  {
    // U7: Get "https://<ip>:10250/containerLogs/<ns>/<p>/<c>": dial tcp …
    text: new RegExp(`/containerLogs/${name}/${name}/${name}`, 'g'),
    target: ([, namespace, pod_, container]) => pod(pod_, { namespace, container }),
  },
  {
    // The kubelet's log from 1.21 on: pod="ns/p" … containerName="c"
    text: new RegExp(`\\bpod=${q}${name}/${name}${q}(?:${nearby}\\bcontainerName=${q}${name}${q})?`, 'g'),
    target: ([, namespace, pod_, container]) => pod(pod_, { namespace, ...(container !== undefined && { container }) }),
  },
  {
    // The kubelet's log up to 1.20: pod "p_ns(uid)"
    text: new RegExp(`\\b${name}_${name}\\(${uid}\\)`, 'g'),
    target: ([, pod_, namespace, podUid]) => pod(pod_, { namespace, podUid }),
  },
  {
    // events and `kubectl describe`: Pod ns/p
    text: new RegExp(`\\b[Pp]od ${name}/${name}`, 'g'),
    target: ([, namespace, pod_]) => pod(pod_, { namespace }),
  },
];

/** A target with its place in the text. */
export interface Mention {
  at: number;
  target: Target;
}

/** The pods that the messages of `kubectl logs` and of the kubelet name. */
export const podsNamedIn = (text: string): Mention[] =>
  messages.flatMap(({ text: pattern, target }) =>
    [...text.matchAll(pattern)].map((match) => ({ at: match.index, target: target(match) }))
  );

/** U5b, and pods that the kubelet turned away at admission. */
const neverStartedText =
  /is waiting to start|image can't be pulled|trying and failing to pull image|was rejected: |^Pod The node had condition/m;

export const saysNeverStarted = (text: string): boolean => neverStartedText.test(text);

/** U8: nodes "n" not found. */
export function goneNodeIn(text: string): string | undefined {
  return new RegExp(`nodes? ${q}${name}${q} not found`).exec(text)?.[1];
}
