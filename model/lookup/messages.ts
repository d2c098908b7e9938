import { parseName } from './name';
import type { Target } from './target';

/** Quotes as they come: plain, or escaped in JSON or klog. */
const q = `\\\\*["'\`]`;
/** A name of Kubernetes, from its beginning on: a long word is looked at once. */
export const name = `(?<![-a-z0-9.])([a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?)(?![-a-z0-9]|[.][a-z0-9])`;
const uid = `([0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32})`;
/** The rest of a line, as far as what belongs together stands apart. */
const nearby = `[^\\n]{0,400}?`;

interface Message {
  text: RegExp;
  target: (match: string[]) => Target | undefined;
}

/** A namespace without dots: of two names with a slash between them the first is one. */
const space = `(?<![-a-z0-9.])([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)`;
/** Kinds whose logs can be looked up, as messages and addresses write them. */
const kinds = `([Pp]ods?|(?:[Cc]ron)?[Jj]obs?(?:\\.batch)?|CronJobs?|[Dd]eployments?(?:\\.apps)?|[Rr]eplica[Ss]ets?(?:\\.apps)?|[Ss]tateful[Ss]ets?(?:\\.apps)?|[Dd]aemon[Ss]ets?(?:\\.apps)?)`;
/** Words that stand before or behind a slash in sentences. */
const notNames = /^(?:and|or|log|logs|exec|attach|portforward|status|eviction|proxy|binding|finalizers|scale)$/;

/** A name of a kind as it was written. */
const of = (kind = '', name = '', more: Omit<Target, 'kind'> = {}): Target | undefined => {
  const target =
    notNames.test(name) || notNames.test(more.namespace ?? '') ? undefined : parseName(`${kind.toLowerCase()}/${name}`);
  return target && { ...target, ...more };
};
const defined = (more: { [K in 'namespace' | 'container']?: string }): Omit<Target, 'kind'> =>
  Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));

const pod = (name = '', more: Omit<Target, 'kind'> = {}): Target => ({ kind: 'pod', name, ...more });

/** What stands behind the word "container" and is no name. */
const sentenceWord =
  /^(?:is|was|has|had|not|and|or|to|in|on|of|the|a|an|for|from|with|that|which|logs?|name|status|id)$/;

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
    // Addresses of the API server and of consoles: /api/v1/namespaces/ns/pods/p/log?container=c, /k8s/ns/ns/jobs/j
    text: new RegExp(
      `/(?:namespaces|ns)/${space}/${kinds}/${name}(?:/log)?(?:\\?(?:[^\\s"']{0,200}?&)?container=${name})?`,
      'g'
    ),
    target: ([, namespace, kind, name_, container]) => of(kind, name_, { namespace, ...defined({ container }) }),
  },
  {
    // Addresses of dashboards: #/pod/ns/p, /c/main/pods/ns/p, explorer/batch.job/ns/j, node=/Pod/ns/p/0, #/log/ns/p/pod
    text: new RegExp(
      `(?<=[/=.])(?<!/(?:namespaces|ns)/[-a-z0-9]{1,63}/)(?<!/kube(?:rnetes|let)/)${kinds}/${space}/${name}(?=[/?#&\\s"']|$)(?:[^\\s"']{0,200}?[?&]container=${name})?`,
      'g'
    ),
    target: ([, kind, namespace, name_, container]) => of(kind, name_, { namespace, ...defined({ container }) }),
  },
  {
    text: new RegExp(`/log/${space}/${name}/${kinds}(?:[^\\s"']{0,200}?[?&]container=${name})?`, 'g'),
    target: ([, namespace, name_, kind, container]) => of(kind, name_, { namespace, ...defined({ container }) }),
  },
  {
    // Argo CD, Flux: Job/ns/j; a row of GROUP KIND NAMESPACE NAME STATUS
    text: new RegExp(
      `(?:(?<![-\\w./])(?:Pod|Job|CronJob)/${space}/${name}|^[ \\t]*(?:[a-z][a-z0-9.]*)?[ \\t]+(?:Pod|Job|CronJob)[ \\t]{2,}${space}[ \\t]{2,}${name}(?=[ \\t]{2,}|$))`,
      'gm'
    ),
    target: ([whole = '', namespace, name_, inRow, nameInRow]) =>
      of(/Pod|CronJob|Job/.exec(whole)?.[0], name_ ?? nameInRow, defined({ namespace: namespace ?? inRow })),
  },
  {
    // Google Cloud console: /kubernetes/pod/<location>/<cluster>/ns/p
    text: new RegExp(`/kubernetes/${kinds}/[^/\\s]{1,100}/[^/\\s]{1,100}/${space}/${name}`, 'g'),
    target: ([, kind, namespace, name_]) => of(kind, name_, { namespace }),
  },
  {
    // kubectl and client libraries: jobs.batch "j" not found | pod "p" deleted from ns namespace | pods/"p" -n "ns" | pod "ns/p"
    text: new RegExp(
      `(?<![-\\w.])${kinds}[ \\t/]*${q}(?:${space}/)?${name}${q}` +
        `(?:(?: [a-z]{2,12}){0,3}? in (?:the )?namespace ${q}?${space}|(?: [a-z]{2,12}){0,2}? from ${space} namespace| -n ${q}?${space})?`,
      'g'
    ),
    target: ([, kind, before, name_, behind, turned, flag]) =>
      of(kind, name_, defined({ namespace: before ?? behind ?? turned ?? flag })),
  },
  {
    // Job ns/j failed to complete | Pod: ns/p
    text: new RegExp(`(?<![-\\w.])${kinds}:?[ \\t]+${space}/${name}(?![/])`, 'g'),
    target: ([, kind, namespace, name_]) => of(kind, name_, { namespace }),
  },
  {
    // The Job controller: "Finished syncing job" key="ns/j"
    text: new RegExp(`\\bjob\\b[^\\n]{0,100}?\\bkey=${q}${space}/${name}`, 'g'),
    target: ([, namespace, name_]) => of('job', name_, { namespace }),
  },
  {
    // kubectl logs --prefix: [pod/p/c]
    text: new RegExp(`\\[pod/${name}/${name}\\]`, 'g'),
    target: ([, pod_, container]) => pod(pod_, { container }),
  },
  {
    // stern: + [ns] p › c
    text: new RegExp(`^[+-][ \\t]+(?:${space}[ \\t]+)?${name}[ \\t]+›[ \\t]+${name}`, 'gm'),
    target: ([, namespace, pod_, container]) => pod(pod_, { container, ...defined({ namespace }) }),
  },
  {
    // k9s: Logs(ns/p:c)
    text: new RegExp(
      `\\b(?:Logs|Previous|Describe|YAML|Containers?|Shell|Attach|Pods?)\\(${space}/${name}(?::${name})?\\)`,
      'g'
    ),
    target: ([, namespace, pod_, container]) => pod(pod_, { namespace, ...defined({ container }) }),
  },
  {
    // A row of `kubectl get events [-A]`
    text: new RegExp(
      `^[ \\t]*(?:${space}[ \\t]+)?\\d+[smhdy]\\w*(?:[ \\t]+\\([^)\\n]{1,60}\\))?[ \\t]+(?:Normal|Warning)[ \\t]+\\w+[ \\t]+${kinds}/${name}`,
      'gm'
    ),
    target: ([, namespace, kind, name_]) => of(kind, name_, defined({ namespace })),
  },
  {
    // Docker's names: k8s_<c>_<p>_<ns>_<uid>_<attempt>
    text: new RegExp(`\\bk8s_([a-z0-9][-a-z0-9]{0,62})_([a-z0-9][-a-z0-9.]{0,252})_${space}_${uid}_(\\d+)`, 'g'),
    target: ([, container, pod_, namespace, podUid, restart]) =>
      pod(pod_, { namespace, podUid, container, restart: Number(restart) }),
  },
  {
    // containerd: &PodSandboxMetadata{Name:p,Uid:…,Namespace:ns,Attempt:0,}
    text: new RegExp(`PodSandboxMetadata\\{Name:${name},Uid:${uid},Namespace:${name},`, 'g'),
    target: ([, pod_, podUid, namespace]) => pod(pod_, { namespace, podUid }),
  },
  {
    // container c not found in pod p_ns | container c of pod p
    text: new RegExp(
      `container ${q}?${name}${q}? (?:\\w{2,10} ){0,3}?(?:of|in|from) (?:the )?pod ${q}?${name}(?:_${space})?`,
      'g'
    ),
    target: ([, container, pod_, namespace]) =>
      sentenceWord.test(container ?? '') ? undefined : pod(pod_, { container, ...defined({ namespace }) }),
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
    text: new RegExp(`/containerLogs/${name}/${name}/${name}(\\?[^\\s"']{0,200}?\\bprevious=true)?`, 'g'),
    target: ([, namespace, pod_, container, previous]) =>
      pod(pod_, { namespace, container, ...(previous !== undefined && { previous: true }) }),
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
    [...text.matchAll(pattern)].flatMap((match) => {
      const named = target(match);
      return named === undefined ? [] : [{ at: match.index, target: named }];
    })
  );

/** U5b, and pods that the kubelet turned away at admission. */
const neverStartedText =
  /is waiting to start|image can't be pulled|trying and failing to pull image|was rejected: |^Pod The node had condition/m;

export const saysNeverStarted = (text: string): boolean => neverStartedText.test(text);

/** U8: nodes "n" not found. */
export function goneNodeIn(text: string): string | undefined {
  return new RegExp(`nodes? ${q}${name}${q} not found`).exec(text)?.[1];
}
