import { parseQuestion } from './question';
import type { Question, Target } from './target';

const id = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const uid = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
const p = 'nightly-etl-x7k2p';

/** What people paste from manifests, consoles, CI and chats, and all that the text names. */
const texts: Array<[text: string, named: string]> = [
  [
    `Name:             nightly-etl\nNamespace:        batch\nSelector:         batch.kubernetes.io/controller-uid=${uid}\nParallelism:      1`,
    `job nightly-etl ns=batch`,
  ],
  [
    `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${p}\n  namespace: batch\n  ownerReferences:\n  - apiVersion: batch/v1\n    kind: Job\n    name: nightly-etl`,
    `pod ${p} ns=batch`,
  ],
  [
    `ERROR: Error cleaning up pod: pods "runner-t1kzqyqs-project-4-concurrent-0" not found`,
    `pod runner-t1kzqyqs-project-4-concurrent-0`,
  ],
  [`Failed to create pod: timed out waiting for the condition`, ``],
  [`error deleting job: context deadline exceeded`, ``],
  [`Error syncing pod: failed to start container`, ``],
  [`pod: not found`, ``],
  [`Job: failed`, ``],
  [
    `Name:             nightly-etl\nNamespace:        batch\nSelector:         batch.kubernetes.io/controller-uid=${uid}\nLabels:           app=x\n                  batch.kubernetes.io/controller-uid=${uid}\n                  batch.kubernetes.io/job-name=nightly-etl\n                  a=b\n                  c=d\n                  e=f\nAnnotations:      <none>\nParallelism:      1\nCompletions:      1\nPods Statuses:    0 Active (0 Ready) / 0 Succeeded / 1 Failed`,
    `job nightly-etl ns=batch`,
  ],
  [
    `Name:                          nightly\nNamespace:                     batch\nLabels:                        <none>\nAnnotations:                   <none>\nSchedule:                      0 3 * * *\nConcurrency Policy:            Allow`,
    `cronjob nightly ns=batch`,
  ],
  [
    `Name:             web\nNamespace:        batch\nPriority:         0\nService Account:  default\nNode:             node-3/10.0.0.3`,
    `pod web ns=batch`,
  ],
  [
    `{"kind":"Pod","metadata":{"name":"${p}","namespace":"batch","ownerReferences":[{"apiVersion":"batch/v1","kind":"Job","name":"nightly-etl","uid":"x","controller":true}]}}`,
    `pod ${p} ns=batch`,
  ],
  [
    `{\n  "kind": "Pod",\n  "metadata": {\n    "name": "${p}",\n    "namespace": "batch",\n    "ownerReferences": [\n      {\n        "apiVersion": "batch/v1",\n        "kind": "Job",\n        "name": "nightly-etl"\n      }\n    ]\n  }\n}`,
    `pod ${p} ns=batch`,
  ],
  [`nodes "node-3" not found`, 'gone=node-3'],
  [`flux: Job/batch/nightly-etl status: 'Failed'`, `job nightly-etl ns=batch`],
  [
    `GROUP  KIND  NAMESPACE  NAME         STATUS  HEALTH    HOOK  MESSAGE\nbatch  Job   batch      nightly-etl  Failed  Degraded  Sync  BackoffLimitExceeded`,
    `job nightly-etl ns=batch`,
  ],
  [`Pod/batch/${p}`, `pod ${p} ns=batch`],
  [`${p}/load`, `pod ${p} c=load`],
  [`failed to get container status "${id.slice(0, 13)}": rpc error: code = NotFound`, `container 9f86d081884c7`],
  [
    `Error from server (BadRequest): previous terminated container "load" in pod "${p}" not found`,
    `pod ${p} c=load prev`,
  ],
  [
    `error: Internal error occurred: error attaching to container: container is in CONTAINER_EXITED state: ${p}`,
    `pod ${p}`,
  ],
  [
    `Error from server: Get "https://10.1.2.3:10250/containerLogs/batch/${p}/load?follow=true": dial tcp 10.1.2.3:10250: connect: connection refused`,
    `pod ${p} ns=batch c=load`,
  ],
  [`NAME                READY   STATUS      RESTARTS   AGE\n${p}   0/1     Completed   0          12m`, `pod ${p}`],
  [
    `NAMESPACE   NAME                READY   STATUS      RESTARTS   AGE\nbatch       ${p}   0/1     OOMKilled   0          12m`,
    `pod ${p} ns=batch`,
  ],
  [`batch       ${p}   0/1     Error   3 (2m ago)   12m`, `pod ${p} ns=batch`],
  [`NAME          COMPLETIONS   DURATION   AGE\nnightly-etl   0/1           12m        12m`, `job nightly-etl`],
  [
    `NAME          STATUS   COMPLETIONS   DURATION   AGE\nnightly-etl   Failed   0/1           12m        12m`,
    `job nightly-etl`,
  ],
  [`pod/${p}   0/1     ContainerStatusUnknown   1          3h`, `pod ${p}`],
  [`job.batch/nightly-etl   1/1   12s   5m`, `job nightly-etl`],
  [
    `Name:             ${p}\nNamespace:        batch\nPriority:         0\nNode:             node-3/10.0.0.3`,
    `pod ${p} ns=batch`,
  ],
  [
    `Events:\n  Type     Reason   Age   From     Message\n  ----     ------   ----  ----     -------\n  Warning  BackoffLimitExceeded  5m  job-controller  Job has reached the specified backoff limit\n  Normal  SuccessfulCreate  6m  job-controller  Created pod: ${p}`,
    `pod ${p}`,
  ],
  [`Normal  SuccessfulDelete  6m  job-controller  Deleted pod: ${p}`, `pod ${p}`],
  [`5m12s       Warning   Evicted     pod/${p}    The node was low on resource: ephemeral-storage.`, `pod ${p}`],
  [
    `{"apiVersion":"v1","kind":"Event","involvedObject":{"kind":"Pod","namespace":"batch","name":"${p}","uid":"${uid}"},"reason":"Killing","message":"Stopping container load"}`,
    `pod ${p} ns=batch`,
  ],
  [
    `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"${p}","namespace":"batch","uid":"${uid}"}}`,
    `pod ${p} ns=batch`,
  ],
  [`apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: nightly-etl\n  namespace: batch`, `job nightly-etl ns=batch`],
  [
    `> kubectl logs -n batch ${p} -c load --previous\n> Error from server (BadRequest): previous terminated container "load" in pod "${p}" not found`,
    `pod ${p} ns=batch c=load prev`,
  ],
  [
    'Alertmanager\n[FIRING:1] KubeJobFailed (nightly-etl batch)\nLabels:\n - alertname = KubeJobFailed\n - job_name = nightly-etl\n - namespace = batch',
    `job nightly-etl ns=batch`,
  ],
  [`Pods(batch)[1] > Containers(batch/${p})[1] > Logs(batch/${p}:load)`, `pod ${p} ns=batch c=load`],
  [`Lens: Failed to load logs: pods "${p}" not found`, `pod ${p}`],
  [
    `Request failed: 404 /api-kube/api/v1/namespaces/batch/pods/${p}/log?tailLines=500&container=load`,
    `pod ${p} ns=batch c=load`,
  ],
  [
    `time="2026-11-29T10:00:00Z" level=error msg="container logs not found" namespace=batch podName=${p} containerName=main`,
    `pod ${p} ns=batch c=main`,
  ],
  [
    `time="2026-11-29T10:00:00.000Z" level=info msg="Pod failed: OOMKilled (exit code 137)" displayName=etl namespace=batch pod=${p} workflow=nightly`,
    `pod ${p} ns=batch`,
  ],
  [
    `argo logs nightly -n argo\nrpc error: code = NotFound desc = pods "nightly-1234567890" not found`,
    `pod nightly-1234567890`,
  ],
  [
    `WARNING: Event retrieved from the cluster: The node was low on resource: ephemeral-storage.\nERROR: Job failed (system failure): prepare environment: waiting for pod running: pod "gitlab/runner-t1kzqyqs-project-4-concurrent-0" status is "Failed"`,
    `pod runner-t1kzqyqs-project-4-concurrent-0 ns=gitlab`,
  ],
  [
    `Running on runner-t1kzqyqs-project-4-concurrent-0 via gitlab-runner-5d9c7bd6d9-abcde...`,
    `pod runner-t1kzqyqs-project-4-concurrent-0`,
  ],
  [
    `[2026-11-29, 03:14:07 UTC] {pod_manager.py:447} ERROR - Reading of logs interrupted for container 'base' of pod '${p}'; error: (404)`,
    `pod ${p} c=base`,
  ],
  [
    `[2026-11-29, 03:14:07 UTC] {kubernetes_pod.py:600} INFO - Found matching pod ${p} with labels {'dag_id': 'etl'}`,
    `pod ${p}`,
  ],
  [`Error: pod ${p} failed: terminated (Error): exit status 1`, `pod ${p}`],
  [`tekton: pod "${p}" in namespace "batch" has been evicted`, `pod ${p} ns=batch`],
  [
    `task nightly has failed: "step-build" exited with code 1 (image: "x"); for logs run: kubectl -n batch logs ${p} -c step-build`,
    `pod ${p} ns=batch c=step-build`,
  ],
  [
    `CONTAINER           IMAGE               CREATED             STATE               NAME                ATTEMPT             POD ID              POD\n9f86d081884c7       a1b2c3d4e5f60       4 minutes ago       Exited              load                0                   0d1e2f3a4b5c6       ${p}`,
    `container 9f86d081884c7`,
  ],
  [`crictl logs --tail=10 9f86d081884c7`, `container 9f86d081884c7`],
  [`nerdctl -n k8s.io logs 9f86d081884c`, `container 9f86d081884c`],
  [
    `W1129 10:00:00.000000    1234 eviction_manager.go:614] "Eviction manager: pod is evicted successfully" pod="batch/${p}"`,
    `pod ${p} ns=batch`,
  ],
  [`oc logs job/nightly-etl -n batch`, `job nightly-etl ns=batch`],
  [`microk8s kubectl logs ${p} -n batch`, `pod ${p} ns=batch`],
  [`k logs ${p} --namespace=batch --container=load`, `pod ${p} ns=batch c=load`],
  [`kubectl --context prod -n batch logs --since=1h ${p} load`, `pod ${p} ns=batch c=load`],
  [`kubectl logs -f --tail 100 -lapp=etl -n batch`, ``],
  [`kubectl describe job nightly-etl --namespace batch`, `job nightly-etl ns=batch`],
  [`kubectl get pod ${p} -n batch -o yaml`, `pod ${p} ns=batch`],
  [`kubectl -n batch exec ${p} -c load -- cat /tmp/x`, `pod ${p} ns=batch c=load`],
  [
    `kubectl wait --for=condition=complete job/nightly-etl -n batch\nerror: timed out waiting for the condition on jobs/nightly-etl`,
    `job nightly-etl ns=batch`,
  ],
  [`job.batch "nightly-etl" deleted`, `job nightly-etl`],
  [`pod "${p}" deleted from batch namespace`, `pod ${p} ns=batch`],
  [`pod "${p}" force deleted`, `pod ${p}`],
  [`job.batch/nightly-etl created`, `job nightly-etl`],
  [`cronjob.batch/nightly created`, `cronjob nightly`],
  [
    `Error: UPGRADE FAILED: post-upgrade hooks failed: job failed: BackoffLimitExceeded\nerror: job batch/nightly-etl failed`,
    `job nightly-etl ns=batch`,
  ],
  [
    `jenkins » etl #12: Agent ${p} is provisioned from template etl\nContainer [load] terminated [OOMKilled]`,
    `pod ${p}`,
  ],
  [`Der Pod "${p}" im Namespace "batch" wurde nicht gefunden`, `pod ${p} ns=batch`],
  [`kubectl logs で ${p} のログが見られません (namespace: batch)`, `pod ${p} ns=batch`],
  [
    '```\n$ kubectl logs ' + p + ' -n batch\nError from server (NotFound): pods "' + p + '" not found\n```',
    `pod ${p} ns=batch`,
  ],
  [`the logs of \`${p}\` in \`batch\` are gone, why?`, `pod ${p}`],
  [`{service_name="etl", k8s_pod_name="${p}", k8s_namespace_name="batch"} |= "error"`, `pod ${p} ns=batch`],
  [`sum by (pod) (rate({namespace="batch", pod="${p}"}[5m]))`, `pod ${p} ns=batch`],
  [
    `kube_pod_container_status_terminated_reason{container="load", namespace="batch", pod="${p}", reason="OOMKilled"} 1`,
    `pod ${p} ns=batch c=load`,
  ],
  [
    `kube_job_status_failed{job_name="nightly-etl", namespace="batch", reason="BackoffLimitExceeded"}`,
    `job nightly-etl ns=batch`,
  ],
  [`https://app.datadoghq.com/logs?query=pod_name%3A${p}%20kube_namespace%3Abatch`, `pod ${p} ns=batch`],
  [`resource.labels.pod_name="${p}"\nresource.labels.namespace_name="batch"`, `pod ${p} ns=batch`],
  [`pod_name:${p} kube_namespace:batch status:error`, `pod ${p} ns=batch`],
  [
    `https://grafana/explore?panes=%7B%22a%22:%7B%22queries%22:%5B%7B%22expr%22:%22%7Bpod%3D%5C%22${p}%5C%22%7D%22%7D%5D%7D%7D`,
    `pod ${p}`,
  ],
  [
    `Error from server (Forbidden): pods "${p}" is forbidden: User "jo" cannot get resource "pods/log" in API group "" in the namespace "batch"`,
    `pod ${p} ns=batch`,
  ],
  [
    `Defaulted container "load" out of: load, istio-proxy, init (init)\nError from server (BadRequest): container "load" in pod "${p}" is waiting to start: ContainerCreating`,
    `pod ${p} c=load never`,
  ],
  [
    `error: a container name must be specified for pod ${p}, choose one of: [load proxy] or one of the init containers: [prep]`,
    `pod ${p}`,
  ],
  [`error: error upgrading connection: container load not found in pod ${p}_batch`, `pod ${p} ns=batch c=load`],
  [`failed to create fsnotify watcher: too many open files`, ``],
  [`stern: batch ${p} load 2026-11-29T10:00:00Z hello`, `pod ${p}`],
  [`\u001b[31m${p}\u001b[0m \u001b[32mload\u001b[0m connection reset`, `pod ${p}`],
  [`kubectl logs jobs.batch/nightly-etl`, `job nightly-etl`],
  [`kubectl logs "${p}" -n "batch"`, `pod ${p} ns=batch`],
  [`kubectl logs -p ${p}`, `pod ${p} prev`],
  [`kubectl -nbatch logs ${p} -cload -p`, `pod ${p} ns=batch c=load prev`],
  [
    `- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: a-x7k2p\n    namespace: batch\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: b-x7k2p\n    namespace: batch`,
    `pod a-x7k2p ns=batch + pod b-x7k2p ns=batch`,
  ],
  [`ERROR: error during container init: ${p}: exit 137`, `pod ${p}`],
  [`##[error]Pod ${p} failed: Evicted`, `pod ${p}`],
  [
    `GitHub Actions: Error: Pod arc-runner-7xk2p-workflow failed to come online with error: Error: Pod arc-runner-7xk2p-workflow is unhealthy with phase status Failed`,
    `pod arc-runner-7xk2p-workflow`,
  ],
  [`level=warning msg="Evicted pod" logger=kubelet pod_namespace=batch pod_name=${p}`, `pod ${p} ns=batch`],
  [
    `kubectl logs ${p} --all-containers -n batch > log.txt\nerror: unable to retrieve container logs for containerd://${id}`,
    `container 9f86d081884c7 ns=batch`,
  ],
  [`oc -n batch logs pods/${p} -c load`, `pod ${p} ns=batch c=load`],
  [`kubectl logs --namespace batch --selector=job-name=nightly-etl --tail=-1`, `job nightly-etl ns=batch`],
  [`kubectl logs -l batch.kubernetes.io/job-name=nightly-etl`, `job nightly-etl`],
  [`watch kubectl logs ${p}`, `pod ${p}`],
  [`sudo kubectl --kubeconfig /etc/kubernetes/admin.conf logs ${p} -n batch`, `pod ${p} ns=batch`],
  [`kubectl logs $(kubectl get pods -n batch -o name | head -1)`, ``],
  [`PS C:\\Users\\jo> kubectl logs ${p} -n batch`, `pod ${p} ns=batch`],
  [`❯ kubectl logs ${p} -n batch`, `pod ${p} ns=batch`],
  [`[jo@bastion ~]$ kubectl logs ${p} -n batch -c load`, `pod ${p} ns=batch c=load`],
  [`(⎈|prod:batch)➜ ~ kubectl logs ${p}`, `pod ${p}`],
  [`jo@host:~/x (main)$ kubectl logs -n batch ${p}`, `pod ${p} ns=batch`],
  [`#14 1.234 + kubectl logs job/nightly-etl -n batch`, `job nightly-etl ns=batch`],
  [`+ kubectl -n batch logs job.batch/nightly-etl --follow`, `job nightly-etl ns=batch`],
  [`$ kubectl logs job/"nightly-etl" -n batch`, `job nightly-etl ns=batch`],
  [`Warning: pod ${p} in phase Failed, reason NodeLost on node node-3`, `pod ${p}`],
  [
    `Error from server (NotFound): nodes "node-3" not found\n$ kubectl logs ${p} -n batch`,
    `pod ${p} ns=batch gone=node-3`,
  ],
  [
    `Error from server (InternalError): an error on the server ("unknown") has prevented the request from succeeding (get pods ${p})`,
    `pod ${p}`,
  ],
  [
    `Error from server (ServiceUnavailable): the server is currently unable to handle the request ( pods/log ${p})`,
    `pod ${p}`,
  ],
  [
    `Error from server: Get "https://node-3:10250/containerLogs/batch/${p}/load": tls: internal error`,
    `pod ${p} ns=batch c=load`,
  ],
  [`Error from server (NotFound): the server could not find the requested resource (get pods ${p})`, `pod ${p}`],
  [`net/http: TLS handshake timeout (kubectl logs ${p})`, `pod ${p}`],
  [
    `HelmRelease/flux/app: hook pre-upgrade failed: job nightly-etl in namespace batch failed: DeadlineExceeded`,
    `job nightly-etl ns=batch`,
  ],
  [
    `ArgoCD: one or more synchronization tasks completed unsuccessfully, reason: Job has reached the specified backoff limit. Resource: batch/Job/batch/nightly-etl`,
    `job nightly-etl ns=batch`,
  ],
  [`batch/v1/Job/batch/nightly-etl`, `job nightly-etl ns=batch`],
  [`health: batch Job nightly-etl Degraded`, `job nightly-etl`],
  [`v1 Pod batch ${p}`, `pod ${p}`],
  [
    `:red_circle: *CRITICAL* container_oom_killed | namespace: batch | pod: ${p} | container: load`,
    `pod ${p} ns=batch c=load`,
  ],
  [`pod=${p} container=load ns=batch`, `pod ${p} ns=batch c=load`],
  [`batch/${p}`, `pod ${p} ns=batch`],
  [`kubernetes.var.log.containers.${p}_batch_load-${id}.log`, `container 9f86d081884c7 ns=batch`],
  [`"filename":"/var/log/pods/batch_${p}_${uid}/load/2.log.20261129-031407.gz"`, `pod ${p} ns=batch c=load uid r=2`],
  [`cri-containerd-${id}.scope: Deactivated successfully.`, `container 9f86d081884c7`],
  [`docker://${id}`, `container 9f86d081884c7`],
  [
    `time="2026-11-29T03:14:07Z" level=info msg="StopContainer for \\"${id}\\" with timeout 30 (s)"`,
    `container 9f86d081884c7`,
  ],
  [`shim disconnected id=${id} namespace=k8s.io`, `container 9f86d081884c7`],
  [`Removing container with id ${id}`, `container 9f86d081884c7`],
  [`"Container not found in pod's containers" containerID="${id}"`, `container 9f86d081884c7`],
  [`git sha 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b`, ``],
  [`image docker.io/library/busybox@sha256:${id}`, ``],
  [`traceID=4bf92f3577b34da6a3ce929d0e0e4736 span=00f067aa0ba902b7`, ``],
  [`Pod\t${p}\tbatch\tload`, `pod ${p}`],
  [`dashboard → batch → Pods → ${p} → Logs`, `pod ${p}`],
  [`%7B%22pod%22%3A%22${p}%22%7D`, `pod ${p}`],
  [`No logs for pod(s) ${p}`, `pod ${p}`],
];

function ofTarget(target: Target): string {
  const { namespace, container, previous, podUid, restart } = target;
  return [
    `${target.kind} ${target.kind === 'container' ? target.id.slice(0, 13) : target.name}`,
    ...(namespace === undefined ? [] : [`ns=${namespace}`]),
    ...(container === undefined ? [] : [`c=${container}`]),
    ...(previous === true ? ['prev'] : []),
    ...(podUid === undefined ? [] : ['uid']),
    ...(restart === undefined ? [] : [`r=${restart}`]),
  ].join(' ');
}

const named = ({ targets, neverStarted, goneNode }: Question): string =>
  [
    targets.map(ofTarget).join(' + '),
    ...(neverStarted ? ['never'] : []),
    ...(goneNode === undefined ? [] : [`gone=${goneNode}`]),
  ]
    .filter((part) => part !== '')
    .join(' ');

test.each(texts)('%s', (text, expected) => {
  expect(named(parseQuestion(text))).toBe(expected);
});
