import { parseQuestion } from './question';

const id = '4703b9db1c2ed1e747c55ee0f13bea0da9da2afa86f35ad0c86d8af9c0a937f6';
const uid = '2fbf73cd-cd57-4533-8b9c-bbf04a35023b';
const p = 'hello-rtkpw';
const P = (more: object = {}, name = p) => ({ kind: 'pod', name, ...more });
const J = (name = 'report', more: object = {}) => ({ kind: 'job', name, ...more });
const C = (more: object = {}, of = id) => ({ kind: 'container', id: of, ...more });
const NS = { namespace: 'prod' };
const NC = { namespace: 'prod', container: 'main' };

/** What people paste: from tools beside kubectl, consoles, CI, log shippers, runtimes, alerts, chats, in two languages. */
const texts: Array<[text: string, targets: object[]]> = [
  [`${p} main 2026-11-29T10:00:00Z Starting up`, [P()]],
  [`+ ${p} › main\n- ${p} › main`, [P({ container: 'main' })]],
  [`+ prod ${p} › main`, [P({ container: 'main', namespace: 'prod' })]],
  [`[pod/${p}/main] starting`, [P({ container: 'main' })]],
  [`┌─────── Logs(prod/${p}:main)[tail] ───────┐`, [P(NC)]],
  [`Logs(prod/${p})[1m]`, [P(NS)]],
  [`Describe(prod/${p})`, [P(NS)]],
  [
    `https://argocd.example.com/applications/argocd/app?view=tree&resource=&node=%2FPod%2Fprod%2F${p}%2F0&tab=logs`,
    [P(NS)],
  ],
  [`https://headlamp.example.com/c/main/pods/prod/${p}`, [P(NS)]],
  [`https://k8s.example.com/#/log/prod/${p}/pod?namespace=prod&container=main`, [P(NC)]],
  [`https://dash/#/pod/prod/${p}?namespace=prod`, [P(NS)]],
  [`https://console-openshift-console.apps.example.com/k8s/ns/prod/pods/${p}/logs`, [P(NS)]],
  [`https://rancher.example.com/dashboard/c/local/explorer/pod/prod/${p}#logs`, [P(NS)]],
  [`https://console.cloud.google.com/kubernetes/pod/europe-west1/cluster-1/prod/${p}/details?project=x`, [P(NS)]],
  [
    `https://grafana/explore?left=%7B%22queries%22:%5B%7B%22expr%22:%22%7Bnamespace%3D%5C%22prod%5C%22,%20pod%3D%5C%22${p}%5C%22%7D%22%7D%5D%7D`,
    [P(NS)],
  ],
  [`2026-11-29T10:00:00.1234567Z ##[error]Error from server (NotFound): pods "${p}" not found`, [P()]],
  [
    `ERROR: Job failed (system failure): pods "runner-abc123-project-12-concurrent-0-xyz12" not found`,
    [P({}, 'runner-abc123-project-12-concurrent-0-xyz12')],
  ],
  [
    `ERROR: Job failed: pod "prod/runner-x1-project-12-concurrent-0-xyz12" is disrupted: reason "EvictionByEvictionAPI", message "Eviction API: evicting"`,
    [P(NS, 'runner-x1-project-12-concurrent-0-xyz12')],
  ],
  [`Waiting for pod prod/${p} to be running, status is Pending`, [P(NS)]],
  [`Created Pod: prod/${p}`, [P(NS)]],
  [`prod/${p} Container jnlp was terminated (Exit Code: 1, Reason: Error)`, [P(NS)]],
  [
    `airflow.exceptions.AirflowException: Pod ${p} returned a failure.\nremote_pod: {'api_version': 'v1', 'metadata': {'name': '${p}', 'namespace': 'prod'}}`,
    [P(NS)],
  ],
  [`\t pod name: ${p}\n\t namespace: prod\n\t labels: spark-role -> driver`, [P(NS)]],
  [
    `NAMESPACE  LAST SEEN   TYPE   REASON   OBJECT   MESSAGE\nprod   8m   Warning   Evicted   pod/${p}   The node was low`,
    [P(NS)],
  ],
  [
    `Event occurred" object="prod/tick" fieldPath="" kind="CronJob" apiVersion="batch/v1" type="Normal" reason="SawCompletedJob" message="Saw completed job: tick-1795475700, status: Complete"`,
    [J('tick-1795475700')],
  ],
  [`involvedObject:\n  apiVersion: v1\n  kind: Pod\n  name: ${p}\n  namespace: prod\n  uid: ${uid}`, [P(NS)]],
  [`GET https://10.0.0.1:6443/apis/batch/v1/namespaces/prod/jobs/report 404 Not Found`, [J('report', NS)]],
  [`/apis/batch/v1/namespaces/prod/cronjobs/tick`, [{ kind: 'cronjob', name: 'tick', namespace: 'prod' }]],
  [`https://h/api/v1/namespaces/prod/pods/${p}/log?timestamps=true&container=main&follow=true`, [P(NC)]],
  [`https://h/k8s/clusters/c-m-1/api/v1/namespaces/prod/pods/${p}/log`, [P(NS)]],
  [
    `4703b9db1c2ed   3fa112fd3642   5 minutes ago   Exited   main   0   aa11bb22cc33d   ${p}   prod`,
    [C({}, '4703b9db1c2ed')],
  ],
  [
    `4703b9db1c2ed   docker.io/library/busybox@sha256:${id}   5 minutes ago   Exited   main   2   aa11bb22cc33d   ${p}`,
    [C({}, '4703b9db1c2ed')],
  ],
  [
    `NAME     SCHEDULE      TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE\nbackup   */5 * * * *   <none>     False     0        2m              5d\ntick     @daily        False     1        2m              5d`,
    [
      { kind: 'cronjob', name: 'backup' },
      { kind: 'cronjob', name: 'tick' },
    ],
  ],
  [
    `Non-terminated Pods:          (2 in total)\n  Namespace   Name      CPU Requests  CPU Limits\n  ---------   ----      ------------  ----------\n  prod        ${p}      100m (2%)     0 (0%)      0 (0%)    0 (0%)    9d\n  dev         mysql-0   0 (0%)        0 (0%)      70Mi (0%) 0 (0%)    9d`,
    [P(NS), P({ namespace: 'dev' }, 'mysql-0')],
  ],
  [`crictl logs 4703b9db1c2e`, [C({}, '4703b9db1c2e')]],
  [
    `# crictl logs --tail 5 4703b9db1c2e\nFATA[0000] rpc error: code = NotFound desc = an error occurred when try to find container "4703b9db1c2e": not found`,
    [C({}, '4703b9db1c2e')],
  ],
  [
    `E1129 10:00:00.000000 1 remote_runtime.go:432] "ContainerStatus from runtime service failed" err="rpc error: code = NotFound desc = could not find container \\"4703b9db1c2e\\": container with ID starting with 4703b9db1c2e not found: ID does not exist" containerID="4703b9db1c2e"`,
    [C({}, '4703b9db1c2e')],
  ],
  [`docker logs 4703b9db1c2e`, [C({}, '4703b9db1c2e')]],
  [
    `4703b9db1c2e   busybox   "sh"   5 minutes ago   Exited (0)   k8s_main_${p}_prod_${uid}_0`,
    [P({ ...NC, restart: 0 })],
  ],
  [
    `"io.kubernetes.container.name": "main",\n "io.kubernetes.pod.name": "${p}",\n "io.kubernetes.pod.namespace": "prod",`,
    [P(NC)],
  ],
  [`{"log":"x","kubernetes":{"pod_name":"${p}","namespace_name":"prod","container_name":"main"}}`, [P(NC)]],
  [`{"body":"x","resource":{"k8s.pod.name":"${p}","k8s.namespace.name":"prod","k8s.container.name":"main"}}`, [P(NC)]],
  [`{"level":"error","pod":"prod/${p}","msg":"x"}`, [P(NS)]],
  [`{"level":"error","Pod":{"namespace":"prod","name":"${p}"},"msg":"x"}`, [P(NS)]],
  [
    `2026-11-29T10:00:00Z ERROR Reconciler error {"controller":"pod","Pod":{"name":"${p}","namespace":"prod"},"namespace":"prod","name":"${p}"}`,
    [P(NS)],
  ],
  [`"Deleting pod" pod="prod/${p}"`, [P(NS)]],
  [
    `I1129 10:00:00.1 1 job_controller.go:564] "Finished syncing job" logger="job-controller" key="prod/report"`,
    [J('report', NS)],
  ],
  [`"enqueueing job" key="prod/report" delay="1s"`, [J('report', NS)]],
  [`"Cleaning up Job" job="prod/report"`, [J('report', NS)]],
  [`${p}のログが見られません`, [P()]],
  [`Pod「${p}」が見つかりません`, [P()]],
  [`ポッド ${p} のログを見たい`, [P()]],
  [`namespace prod の pod ${p} のコンテナ main のログが消えました`, [P(NS)]],
  [`ジョブ report のログはどこですか`, [J()]],
  [`Job「report」のログ`, [J()]],
  [`Pod web-0 のログ`, [P({}, 'web-0')]],
  [`Podのweb-0が落ちた`, [P({}, 'web-0')]],
  [
    `kubectl logs ${p} -n prod を実行すると「unable to retrieve container logs for containerd://${id}」と出ます`,
    [C(NS)],
  ],
  [`[FIRING:1] KubePodCrashLooping (main kube-state-metrics prod ${p})`, [P()]],
  [`Pod prod/${p} (main) is in waiting state (reason: "CrashLoopBackOff").`, [P(NS)]],
  [
    `Job prod/report failed to complete. Removing failed job after investigation should clear this alert.`,
    [J('report', NS)],
  ],
  [`Job prod/report is taking more than 12h to complete`, [J('report', NS)]],
  [
    `oom-kill:constraint=CONSTRAINT_MEMCG,task_memcg=/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod2fbf73cd_cd57_4533_8b9c_bbf04a35023b.slice/cri-containerd-${id}.scope,task=java`,
    [C()],
  ],
  [
    `Error: UPGRADE FAILED: post-upgrade hooks failed: 1 error occurred:\n\t* job report failed: BackoffLimitExceeded`,
    [J()],
  ],
  [
    `unable to get pod logs for web-test-connection: pods "web-test-connection" not found`,
    [P({}, 'web-test-connection')],
  ],
  [`error: timed out waiting for the condition on jobs/report`, [J()]],
  [`error: timed out waiting for the condition on pods/web-0`, [P({}, 'web-0')]],
  [`microk8s kubectl logs web-0 -n prod`, [P(NS, 'web-0')]],
  [`sudo k3s kubectl -n prod logs web-0`, [P(NS, 'web-0')]],
  [`minikube kubectl -- logs web-0 -n prod`, [P(NS, 'web-0')]],
  [`kubecolor logs web-0 -n prod`, [P(NS, 'web-0')]],
  [`stern web-0 -n prod`, [P(NS, 'web-0')]],
  [`kubectl cp prod/web-0:/tmp/x .`, [P(NS, 'web-0')]],
  [`kubectl delete job report -n prod`, [J('report', NS)]],
  [`kubectl logs deploy/web -n prod`, [{ kind: 'deployment', name: 'web', namespace: 'prod' }]],
  [`kubectl logs -n prod statefulset/db -c main`, [{ kind: 'statefulset', name: 'db', ...NC }]],
  [`<p>pods &quot;web-0&quot; not found</p>`, [P({}, 'web-0')]],
  [`The pod **web-0** has no logs`, [P({}, 'web-0')]],
  [`Pod ‘web-0’ is gone`, [P({}, 'web-0')]],
  [`pods «web-0» not found`, [P({}, 'web-0')]],
  [`Pod：web-0`, [P({}, 'web-0')]],
  [`Pod: web-0\r\nNamespace: prod\r\n`, [P(NS, 'web-0')]],
  [`kubernetes.pod.name: web-0\nkubernetes.namespace: prod\nkubernetes.container.name: main`, [P(NC, 'web-0')]],
  [`pod_name:web-0 kube_namespace:prod kube_container_name:main`, [P(NC, 'web-0')]],
  [`kube_pod_status_reason{namespace="prod",pod="web-0",reason="Evicted"} 1`, [P(NS, 'web-0')]],
  [`container_last_seen{container="main",id="/kubepods/x",namespace="prod",pod="web-0"}`, [P(NC, 'web-0')]],
  [`kubernetes_job.report: Still creating...\nError: job: prod/report is not in complete state`, [J('report', NS)]],
  [`RunPodSandbox for &PodSandboxMetadata{Name:web-0,Uid:${uid},Namespace:prod,Attempt:0,}`, [P(NS, 'web-0')]],
  [`Created container ${id}: prod/web-0/main" id=x name=/runtime.v1.RuntimeService/CreateContainer`, [C()]],
  [
    `"objectRef":{"resource":"pods","namespace":"prod","name":"web-0","apiVersion":"v1","subresource":"log"}`,
    [P(NS, 'web-0')],
  ],
  [`"objectRef":{"resource":"jobs","namespace":"prod","name":"report","apiGroup":"batch"}`, [J('report', NS)]],
  [`Error from server (NotFound): jobs.batch "report" not found`, [J()]],
  [`Error from server (NotFound): cronjobs.batch "tick" not found`, [{ kind: 'cronjob', name: 'tick' }]],
  [`job.batch "report" deleted`, [J()]],
  [`job.batch "report" deleted from prod namespace`, [J('report', NS)]],
  [`pod "web-0" deleted`, [P({}, 'web-0')]],
  [`pod "web-0" deleted from prod namespace`, [P(NS, 'web-0')]],
  [`pod "web-0" force deleted`, [P({}, 'web-0')]],
  [`evicting pod prod/web-0`, [P(NS, 'web-0')]],
  [`pod/web-0 evicted`, [P({}, 'web-0')]],
  [
    `error when evicting pods/"web-0" -n "prod" (will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget.`,
    [P(NS, 'web-0')],
  ],
  [`Error from server (NotFound): deployments.apps "web" not found`, [{ kind: 'deployment', name: 'web' }]],
  [`Saw completed job: tick-1795475700, status: Complete`, [J('tick-1795475700')]],
  [`Deleted job tick-1795475700`, [J('tick-1795475700')]],
  [`Created pod: ${p}`, [P()]],
  [`error: unable to upgrade connection: container not found ("main")`, []],
  [`error: unable to upgrade connection: container main not found in pod web-0_prod`, [P(NC, 'web-0')]],
  [`Defaulted container "main" out of: main, sidecar, init (init)`, []],
  [
    `error: expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command\nSee 'kubectl logs -h' for help and examples`,
    [],
  ],
  [`Found 3 pods, using pod/web-0`, [P({}, 'web-0')]],
  [`failed to get logs from pod web-0 in namespace prod`, [P(NS, 'web-0')]],
  [`Can you look why pod web-0 in prod died?`, [P({}, 'web-0')]],
  [`container main of pod web-0 in namespace prod was OOMKilled`, [P({}, 'web-0')]],
  [
    `task build has failed: "step-main" exited with code 1 (image: "x"); for logs run: kubectl -n prod logs build-run-pod -c step-main`,
    [P({ namespace: 'prod', container: 'step-main' }, 'build-run-pod')],
  ],
  [`Argo: ${p}: time="2026-11-29T10:00:00Z" level=info msg="x"`, [P()]],
  [`Unable to retrieve container logs for containerd://${id}`, [C()]],
  [`unable to retrieve container logs for containerd://${id.toUpperCase()}`, [C()]],
  [`UNABLE TO RETRIEVE CONTAINER LOGS FOR CONTAINERD://${id.toUpperCase()}`, [C()]],
  [
    `dial tcp 10.0.0.7:10250: i/o timeout: Get "https://10.0.0.7:10250/containerLogs/prod/web-0/main?previous=true"`,
    [P({ ...NC, previous: true }, 'web-0')],
  ],
  [
    `Error from server (BadRequest): previous terminated container "main" in pod "web-0" not found\n`,
    [P({ container: 'main', previous: true }, 'web-0')],
  ],
  [`https://loki/loki/api/v1/query_range?query=%7Bpod%3D%22web-0%22%2Cnamespace%3D%22prod%22%7D`, [P(NS, 'web-0')]],
  [`Waiting for Pod web-0 in namespace prod`, [P(NS, 'web-0')]],
  [`The Job "report" is invalid: spec.template: Invalid value`, [J()]],
  [`Job has reached the specified backoff limit`, []],
  [`Job was active longer than specified deadline`, []],
  [`pod "web-0" in namespace "prod" is terminating`, [P(NS, 'web-0')]],
  [
    `apiVersion: batch/v1\nkind: Job\nmetadata:\n  annotations:\n    a: b\n  creationTimestamp: "2026"\n  generation: 1\n  labels:\n    app: x\n    b: c\n    d: e\n    f: g\n    h: i\n  name: report\n  namespace: prod`,
    [J('report', NS)],
  ],
  [`the pod is gone and its log with it`, []],
  [`utf-8 decoding failed in iso-8859-1`, []],
  [`a sha-256 of the file`, []],
  [`https://example.com/docs/logging`, []],
  [`namespace is terminating`, []],
  [`Logs are empty since 2026-11-29`, []],
  [`the log of my job is empty`, []],
];

test.each(texts)('%s', (text, expected) => {
  const { targets } = parseQuestion(text);
  expect(targets).toEqual(expected.map((one) => expect.objectContaining(one)));
});
