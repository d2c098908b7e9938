import type { Target } from './target';

/** Quotes as they come: plain, escaped in JSON or klog, or made curly by a chat. */
const q = `\\\\*["'\`“”„]`;
const name = `([a-z0-9][-a-z0-9.]*)`;
const uid = `([0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32})`;

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
    // U6: pods "p" not found [in namespace "ns"]
    text: new RegExp(`pods? ${q}${name}${q} not found(?: in namespace ${q}${name}${q})?`, 'g'),
    target: ([, pod_, namespace]) => pod(pod_, { ...(namespace !== undefined && { namespace }) }),
  },
  {
    // U6b: the server could not find the requested resource ( pods/log p)
    text: new RegExp(`pods/log ${name}`, 'g'),
    target: ([, pod_]) => pod(pod_),
  },
  {
    // U7: Get "https://<ip>:10250/containerLogs/<ns>/<p>/<c>": dial tcp …
    text: new RegExp(`/containerLogs/${name}/${name}/${name}`, 'g'),
    target: ([, namespace, pod_, container]) => pod(pod_, { namespace, container }),
  },
  {
    // The kubelet's log from 1.21 on: pod="ns/p" … containerName="c"
    text: new RegExp(`\\bpod=${q}${name}/${name}${q}(?:[^\\n]*?\\bcontainerName=${q}${name}${q})?`, 'g'),
    target: ([, namespace, pod_, container]) => pod(pod_, { namespace, ...(container !== undefined && { container }) }),
  },
  {
    // The kubelet's log up to 1.20: pod "p_ns(uid)"
    text: new RegExp(`\\b${name}_${name}\\(${uid}\\)`, 'g'),
    target: ([, pod_, namespace, podUid]) => pod(pod_, { namespace, podUid }),
  },
  {
    // events and `kubectl describe`: Pod ns/p
    text: new RegExp(`\\bPod ${name}/${name}\\b`, 'g'),
    target: ([, namespace, pod_]) => pod(pod_, { namespace }),
  },
];

/** The pods that the messages of `kubectl logs` and of the kubelet name, in the order of the text. */
export function podsNamedIn(text: string): Target[] {
  return messages
    .flatMap(({ text: pattern, target }) =>
      [...text.matchAll(pattern)].map((match) => ({ at: match.index, found: target(match) }))
    )
    .sort((a, b) => a.at - b.at)
    .map(({ found }) => found);
}

/** U5b, and pods that the kubelet turned away at admission. */
const neverStartedText =
  /is waiting to start|image can't be pulled|trying and failing to pull image|was rejected: |^Pod The node had condition/m;

export const saysNeverStarted = (text: string): boolean => neverStartedText.test(text);

/** U8: nodes "n" not found. */
export function goneNodeIn(text: string): string | undefined {
  return new RegExp(`nodes? ${q}${name}${q} not found`).exec(text)?.[1];
}
