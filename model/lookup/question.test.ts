import { parseQuestion } from './question';
import type { Target } from './target';

const id = '4703b9db1c2ed1e747c55ee0f13bea0da9da2afa86f35ad0c86d8af9c0a937f6';
const other = 'fafeb92390bc46fa20591f4bf7b4f01dab2101926e0e743380a4342281df7143';
const uid = '2fbf73cd-cd57-4533-8b9c-bbf04a35023b';
const container = (id: string, more: Partial<Target> = {}) => ({ kind: 'container', id, ...more });
const pod = (name: string, more: Partial<Target> = {}) => ({ kind: 'pod', name, ...more });
const targets = (text: string) => parseQuestion(text).targets;

describe('a name or an id', () => {
  it.each<[string, object]>([
    ['hello-rtkpw', pod('hello-rtkpw')],
    ['  "hello-rtkpw"\n', pod('hello-rtkpw')],
    ['web-0.example', pod('web-0.example')],
    ['pod/hello-rtkpw', pod('hello-rtkpw')],
    ['po/hello-rtkpw', pod('hello-rtkpw')],
    ['job-test/hello-rtkpw', pod('hello-rtkpw', { namespace: 'job-test' })],
    ['job/hello', { kind: 'job', name: 'hello' }],
    ['jobs.batch/hello', { kind: 'job', name: 'hello' }],
    ['cronjob/tick', { kind: 'cronjob', name: 'tick' }],
    ['cj/tick', { kind: 'cronjob', name: 'tick' }],
    ['deploy/web', { kind: 'deployment', name: 'web' }],
    ['deployment.apps/web', { kind: 'deployment', name: 'web' }],
    ['sts/db', { kind: 'statefulset', name: 'db' }],
    ['daemonsets/proxy', { kind: 'daemonset', name: 'proxy' }],
    ['rs/web-7d4b9c8f6d', { kind: 'replicaset', name: 'web-7d4b9c8f6d' }],
    [id, container(id)],
    [`containerd://${id}`, container(id)],
    [`docker://${id}`, container(id)],
    [`cri-o://${id}`, container(id)],
    ['containerd://4703b9', container('4703b9')],
    ['4703b9db1c2e', container('4703b9db1c2e')],
    ['4703b', pod('4703b')],
  ])('%s', (text, target) => {
    expect(targets(text)).toEqual([target]);
  });

  it('a name of hex digits may be a pod, too', () => {
    expect(parseQuestion('deadbeef')).toMatchObject({ targets: [container('deadbeef')], otherwise: [pod('deadbeef')] });
  });

  it.each(['', 'job/', 'a/b/c', 'containerd://4703', 'Hello ClusterState', '-n', 'svc/web'])(
    '"%s" names nothing',
    (text) => {
      expect(targets(text)).toEqual([]);
    }
  );
});

describe('the texts of kubectl logs', () => {
  const path = `/var/log/pods/job-test_hello-rtkpw_${uid}/hello/2.log`;
  const inPath = pod('hello-rtkpw', { namespace: 'job-test', podUid: uid, container: 'hello', restart: 2 });

  it.each<[string, string, object]>([
    ['U1', `unable to retrieve container logs for containerd://${id}`, container(id)],
    ['U1 docker', `unable to retrieve container logs for docker://${id}`, container(id)],
    ['U1 cri-o', `unable to retrieve container logs for cri-o://${id}`, container(id)],
    ['U2', `failed to try resolving symlinks in path "${path}": lstat ${path}: no such file or directory`, inPath],
    ['U2 race', `failed to open log file "${path}": open ${path}: no such file or directory`, inPath],
    ['U3', 'Error from server (BadRequest): container "c" in pod "p" is not available', pod('p', { container: 'c' })],
    ['U4', 'Error from server (BadRequest): container "c" in pod "p" is terminated', pod('p', { container: 'c' })],
    [
      'U5',
      'Error from server (BadRequest): previous terminated container "c" in pod "p" not found',
      pod('p', { container: 'c', previous: true }),
    ],
    [
      'U5b',
      'Error from server (BadRequest): container "c" in pod "p" is waiting to start: ContainerCreating',
      pod('p', { container: 'c' }),
    ],
    ['U6', 'Error from server (NotFound): pods "hello-rtkpw" not found', pod('hello-rtkpw')],
    [
      'U6 new',
      'error: error from server (NotFound): pods "p" not found in namespace "job-test"',
      pod('p', { namespace: 'job-test' }),
    ],
    [
      'U6b',
      'Error from server (NotFound): the server could not find the requested resource ( pods/log hello-rtkpw)',
      pod('hello-rtkpw'),
    ],
    [
      'U7',
      'Error from server: Get "https://10.0.0.7:10250/containerLogs/job-test/p/c": dial tcp 10.0.0.7:10250: connect: connection refused',
      pod('p', { namespace: 'job-test', container: 'c' }),
    ],
    [
      'U7 with parameters',
      'Error from server: Get "https://10.0.0.7:10250/containerLogs/job-test/p/c?follow=true": dial tcp 10.0.0.7:10250: i/o timeout',
      pod('p', { namespace: 'job-test', container: 'c' }),
    ],
    ['dockershim', `Error response from daemon: No such container: ${id}`, container(id)],
    ['dockershim, short', 'Error response from daemon: No such container: 4703b9db1c2e', container('4703b9db1c2e')],
    ['dockershim, quoted', `no such container: "${id}"`, container(id)],
  ])('%s', (_, text, target) => {
    expect(targets(text)).toEqual([target]);
    expect(targets(`$ \n> ${text}\n`)).toEqual([target]);
    expect(targets(`'${text}'`)).toEqual([target]);
  });

  it('U8 names only the node, U9 nothing: the command beside them tells', () => {
    const text = 'Error from server (NotFound): nodes "n1" not found';
    expect(parseQuestion(text)).toMatchObject({ targets: [], goneNode: 'n1' });
    expect(parseQuestion(`$ kubectl logs hello-rtkpw -n job-test\n${text}`)).toMatchObject({
      targets: [pod('hello-rtkpw', { namespace: 'job-test' })],
      goneNode: 'n1',
    });
    expect(targets('me@host:~$ kubectl logs hello-rtkpw -n job-test\nme@host:~$ ')).toEqual([
      pod('hello-rtkpw', { namespace: 'job-test' }),
    ]);
  });

  it('says that a container never started', () => {
    expect(parseQuestion('container "c" in pod "p" is waiting to start: image can\'t be pulled').neverStarted).toBe(
      true
    );
    expect(parseQuestion('container "c" in pod "p" is terminated').neverStarted).toBe(false);
  });
});

describe('several messages', () => {
  it('run together without a newline', () => {
    const message = 'unable to retrieve container logs for containerd://';
    expect(targets(message + id + message + other)).toEqual([container(id), container(other)]);
    // The next message may begin with letters that are hex digits.
    expect(targets(`${message}${id}failed to open`)).toEqual([container(id)]);
  });

  it('name the same container once', () => {
    const line =
      `E1123 23:16:29.421776 18848 remote_runtime.go:332] ContainerStatus "${id}" from runtime service failed: ` +
      `rpc error: code = NotFound desc = an error occurred when try to find container "${id}": not found`;
    expect(targets(line)).toEqual([container(id)]);
  });

  it('in the lines of the kubelet and of containerd', () => {
    const kubelet =
      `E0801 1 remote_runtime.go:334] "ContainerStatus from runtime service failed" err="rpc error: code = NotFound ` +
      `desc = an error occurred when try to find container \\"${id}\\": not found" containerID="${id}"`;
    const containerd = `time="2026-11-23T23:16:29Z" level=error msg="ContainerStatus for \\"${other}\\" failed"`;
    expect(targets(`${kubelet}\n${containerd}`)).toEqual([container(id), container(other)]);
    expect(targets(`I0801 scope.go:95] [topologymanager] RemoveContainer - Container ID: ${id}`)).toEqual([
      container(id),
    ]);
    expect(
      targets('E0801 pod_workers.go:1] "Error syncing pod" err="x" pod="job-test/p" podUID=1 containerName="c"')
    ).toEqual([pod('p', { namespace: 'job-test', container: 'c' })]);
    expect(targets(`SyncLoop (REMOVE, "api"): "hello-rtkpw_job-test(${uid})" of the kubelet`)).toEqual([
      pod('hello-rtkpw', { namespace: 'job-test', podUid: uid }),
    ]);
  });

  it('leave sandboxes and image digests out', () => {
    const text =
      `StopPodSandbox for "${other}" returns, podSandboxID="${other}", image repo/app@sha256:${other}\n` +
      `CreateContainer within sandbox "${other}" for &ContainerMetadata{Name:main,Attempt:0,} returns container id "${id}"`;
    expect(targets(text)).toEqual([container(id)]);
  });

  it('of one pod are one target, of two pods two', () => {
    const text = [
      '$ kubectl -n job-test logs -p hello-rtkpw -c main',
      'Error from server (BadRequest): previous terminated container "main" in pod "hello-rtkpw" not found',
      '$ kubectl --namespace=prod logs report-x --tail 10',
      'Error from server (NotFound): pods "report-x" not found',
    ].join('\n');
    expect(targets(text)).toEqual([
      pod('hello-rtkpw', { namespace: 'job-test', container: 'main', previous: true }),
      pod('report-x', { namespace: 'prod' }),
    ]);
  });
});

describe('an id that a line break cut', () => {
  it.each([
    `unable to retrieve container logs for containerd://${id.slice(0, 30)}\n${id.slice(30)}`,
    `unable to retrieve container logs for containerd://${id.slice(0, 30)}\r\n    ${id.slice(30)}`,
    `> unable to retrieve container logs for containerd://${id.slice(0, 9)}\n> ${id.slice(9, 40)}\n> ${id.slice(40)}`,
    `unable to retrieve container logs for contain\nerd://${id}`,
    `unable to retrieve container logs for containerd://${id.slice(0, 50)}\\\n${id.slice(50)}`,
    `container ${id.slice(0, 20)}\n${id.slice(20)} is gone`,
  ])('is put together: %j', (text) => {
    expect(targets(text)).toEqual([container(id)]);
  });

  it('is not put together with what is no part of it', () => {
    expect(targets(`for containerd://4703b9db1c2e\nfailed`)).toEqual([container('4703b9db1c2e')]);
  });
});

describe('the surroundings of an id', () => {
  it('give its namespace and a second way to it', () => {
    const text = `user@host $ kubectl logs -n job-test hello-rtkpw main\nunable to retrieve container logs for containerd://${id}user@host $`;
    expect(parseQuestion(text)).toEqual({
      targets: [container(id, { namespace: 'job-test' })],
      otherwise: [pod('hello-rtkpw', { namespace: 'job-test', container: 'main' })],
      neverStarted: false,
    });
  });

  it.each(['hello', 'tick-1795476180', 'hello-2'])(
    '%s alone may be a Job or a CronJob where there is no such pod',
    (name) => {
      expect(parseQuestion(name)).toEqual({
        targets: [pod(name)],
        otherwise: [
          { kind: 'job', name },
          { kind: 'cronjob', name },
        ],
        neverStarted: false,
      });
    }
  );

  it.each(['hello-rtkpw', 'pod/hello', 'job/hello', 'prod/web'])('%s is nothing else', (name) => {
    expect(parseQuestion(name).otherwise).toEqual([]);
  });

  it('do not matter in colour', () => {
    expect(targets(`\u001b[31munable to retrieve container logs for containerd://${id}\u001b[0m`)).toEqual([
      container(id),
    ]);
  });

  it.each<[string, Target[]]>([
    ['kubectl logs job/hello -njob-test', [{ kind: 'job', name: 'hello', namespace: 'job-test' }]],
    [
      '% k logs -fpn job-test hello-rtkpw | tail -3',
      [{ kind: 'pod', name: 'hello-rtkpw', namespace: 'job-test', previous: true }],
    ],
    ['/usr/local/bin/kubectl --context prod logs "hello-rtkpw" > log', [{ kind: 'pod', name: 'hello-rtkpw' }]],
    ['C:\\> kubectl logs hello-rtkpw', [{ kind: 'pod', name: 'hello-rtkpw' }]],
    ['for p in a b; do kubectl logs $p; done', []],
    ['kubectl logs -l app=web', []],
    ['kubectl get pods hello-rtkpw', [{ kind: 'pod', name: 'hello-rtkpw' }]],
  ])('%s', (text, expected) => {
    expect(targets(text)).toEqual(expected);
  });
});

describe('any text that names something', () => {
  const p = 'hello-rtkpw';
  it.each<[string, object[]]>([
    [
      `error: a container name must be specified for pod ${p}, choose one of: [init main] or one of the init containers: [x]`,
      [pod(p)],
    ],
    [
      `Error from server (BadRequest): a container name must be specified for pod ${p}, choose one of: [s0 s1]`,
      [pod(p)],
    ],
    [`error: container s0 is not valid for pod ${p}`, [pod(p, { container: 's0' })]],
    [`Error from server (BadRequest): container s0 is not valid for pod ${p}`, [pod(p, { container: 's0' })]],
    [`[root@m ~]#kubectl logs ${p} -n prod`, [pod(p, { namespace: 'prod' })]],
    [`PS C:\\> kubectl.exe logs ${p}\n`, [pod(p)]],
    [`$kubectl logs ${p} -c main --previous`, [pod(p, { container: 'main', previous: true })]],
    [`kubectl logs pod ${p}`, [pod(p)]],
    [`kubectl logs pod/${p} -c main -n prod`, [pod(p, { container: 'main', namespace: 'prod' })]],
    ['kubectl logs job report', [{ kind: 'job', name: 'report' }]],
    ['kubectl logs -f -l job-name=report -n prod', [{ kind: 'job', name: 'report', namespace: 'prod' }]],
    [
      'kubectl get pods --selector=batch.kubernetes.io/job-name=report -n prod',
      [{ kind: 'job', name: 'report', namespace: 'prod' }],
    ],
    [`kubectl describe pod ${p} -n prod`, [pod(p, { namespace: 'prod' })]],
    [`kubectl exec -it ${p} -c main -- sh`, [pod(p, { container: 'main' })]],
    [`8m          Warning   Evicted     pod/${p}     The node was low on resource: ephemeral-storage.`, [pod(p)]],
    [
      '2m   Normal   SuccessfulDelete   job/report   Deleted pod: report-x',
      [{ kind: 'job', name: 'report' }, pod('report-x')],
    ],
    ['job.batch/report created', [{ kind: 'job', name: 'report' }]],
    [
      `https://10.0.0.1:6443/api/v1/namespaces/prod/pods/${p}/log?container=main&tailLines=5`,
      [pod(p, { namespace: 'prod', container: 'main' })],
    ],
    [`GET /api/v1/namespaces/prod/pods/${p}/log 404`, [pod(p, { namespace: 'prod' })]],
    [
      `Error from server (Forbidden): pods "${p}" is forbidden: User "u" cannot get resource "pods/log" in API group "" in the namespace "prod"`,
      [pod(p, { namespace: 'prod' })],
    ],
    [`NAME          READY   STATUS      RESTARTS   AGE\n${p}   0/1     Completed   0          5m`, [pod(p)]],
    [
      `NAMESPACE   NAME          READY   STATUS    RESTARTS      AGE\nprod        ${p}   0/1     Error     2 (3m ago)    5m`,
      [pod(p, { namespace: 'prod' })],
    ],
    [
      'NAME     STATUS     COMPLETIONS   DURATION   AGE\nreport   Complete   1/1           34s        5m',
      [{ kind: 'job', name: 'report' }],
    ],
    [`{"ts":1,"msg":"x","pod":{"name":"${p}","namespace":"prod"}}`, [pod(p, { namespace: 'prod' })]],
    [`"pods":[{"name":"${p}","namespace":"prod"}]`, [pod(p, { namespace: 'prod' })]],
    [`{"kind":"Pod","metadata":{"name":"${p}","namespace":"prod"}}`, [pod(p, { namespace: 'prod' })]],
    [
      `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${p}\n  namespace: prod\nspec: {}`,
      [pod(p, { namespace: 'prod' })],
    ],
    [`Name:             ${p}\nNamespace:        prod\nPriority:  0`, [pod(p, { namespace: 'prod' })]],
    [`{namespace="prod", pod="${p}", container="main"}`, [pod(p, { namespace: 'prod', container: 'main' })]],
    [
      `level=error pod=${p} namespace=prod container=main msg="boom"`,
      [pod(p, { namespace: 'prod', container: 'main' })],
    ],
    [`kubernetes.pod_name: ${p}\nkubernetes.namespace_name: prod`, [pod(p)]],
    [`/var/log/containers/${p}_prod_main-${id}.log`, [container(id, { namespace: 'prod' })]],
    [`Can anybody say why the logs of ${p} are empty?`, [pod(p)]],
    [`${p} and hello-bbbbb have no logs`, [pod(p), pod('hello-bbbbb')]],
    ['the log of pod web-0 is empty', [pod('web-0')]],
    ['the pod is gone and its log with it', []],
  ])('%s', (text, expected) => {
    expect(targets(text).map((target) => ({ ...target }))).toEqual(expected.map((one) => expect.objectContaining(one)));
  });
});

describe('long texts', () => {
  it.each([
    ['a'],
    ['a.'],
    ['a-'],
    ['a_'],
    ['pod/a-bcdfg '],
    ['pod="ns/p" '],
    ['"'],
    ['containerd://'],
    ['{"pod":'],
    ['\n'],
  ])('of %j are read once, to a bound', (part) => {
    expect(parseQuestion(part.repeat(200_000)).targets.length).toBeLessThanOrEqual(500);
  });
});
