import { containerRunId } from '../container-run';
import type { LogEntry } from '../log-entry';
import { type ContainerRecord, containerRecordSchema, podRecordSchema } from '../records';
import { formatNs } from '../time';
import { workloadOf } from '../workload';
import { LineJoiner } from './line-joiner';
import { queriesOf, queriesOfRuns, runsOf } from './location';
import { lookupPlan } from './lookup-plan';
import { nearNamesPlan } from './near-names';
import { Origins } from './origins';
import { runPlan } from './plan';
import { parseQuestion } from './question';
import type { Target } from './target';
import { MemoryLoki } from './testing/memory-loki';

const SECOND = 1_000_000_000n;
const DAY = 86_400n * SECOND;
const NOW = 1_795_475_700n * SECOND;
const START = NOW - 3600n * SECOND;
const window = { from: NOW - 7n * DAY, to: NOW, recordsTo: NOW, isDefault: true };

interface Run {
  cluster: string;
  namespace: string;
  pod: string;
  podUid: string;
  container: string;
  restart: number;
  containerId: string | null;
}
const hex = (text: string) =>
  [...text]
    .map((letter) => letter.charCodeAt(0).toString(16))
    .join('')
    .padEnd(64, '0')
    .slice(0, 64);
const run = (pod: string, more: Partial<Run> = {}): Run => ({
  ...{ cluster: 'c1', namespace: 'job-test', pod, podUid: `uid-${pod}`, container: 'main', restart: 0 },
  containerId: hex(`${more.restart ?? 0}${more.container ?? ''}${pod}`),
  ...more,
});

let loki: MemoryLoki;
beforeEach(() => (loki = new MemoryLoki()));

function agentWrote(of: Run, start: bigint, ...texts: string[]): void {
  const { workload, job } = workloadOf(of.pod);
  const { cluster, namespace, container, pod, containerId, podUid, restart } = of;
  const ofRun: Record<string, string> = containerId === null ? { pod_uid: podUid } : { container_id: containerId };
  texts.forEach((line, i) =>
    loki.lines.push({
      ...{ ns: start + BigInt(i) * SECOND, line },
      labels: { cluster, namespace, container, workload, service_name: workload },
      metadata: { pod, ...(job !== null && { job }), ...ofRun, restart: `${restart}`, stream: 'stdout' },
    })
  );
}

/** Another shipper's lines: labels, and metadata. */
function otherWrote(
  start: bigint,
  labels: Record<string, string>,
  metadata: Record<string, string>,
  ...texts: string[]
) {
  texts.forEach((line, i) => loki.lines.push({ ns: start + BigInt(i) * SECOND, line, labels, metadata }));
}

function recorded(of: Run, more: Partial<ContainerRecord> = {}, at = NOW - 60n * SECOND): void {
  const { workload, job } = workloadOf(of.pod);
  const record = containerRecordSchema.parse({
    ...{ v: 2, kind: 'container', id: containerRunId(of), ...of, node: 'n1', workload, job },
    ...{ linesSeen: 2, linesAcked: 2, bytesSeen: 20, bytesAcked: 20 },
    ...{
      firstTime: formatNs(START),
      lastTime: formatNs(START + 5n * SECOND),
      ended: true,
      gaps: [],
      rotatedAway: null,
    },
    ...{ left: null, status: 'complete', final: true },
    ...more,
  });
  loki.lines.push({
    ...{ ns: at, line: JSON.stringify(record) },
    labels: { service_name: 'afterlog', record: 'container', cluster: of.cluster },
    metadata: {
      ...{ id: record.id, namespace: of.namespace, pod: of.pod, container: of.container, workload },
      ...(of.containerId !== null && { container_id: of.containerId }),
      ...(job !== null && { job }),
    },
  });
}

function podReported(of: Run, finished: bigint | null = START + 5n * SECOND): void {
  const { cluster, namespace, pod, podUid, container, restart, containerId } = of;
  const { workload, job } = workloadOf(pod);
  const record = podRecordSchema.parse({
    ...{ v: 2, kind: 'pod', id: podUid, cluster, namespace, pod, node: 'n1', workload, job, phase: 'Succeeded' },
    containers: [
      {
        ...{ name: container, state: finished === null ? 'running' : 'terminated' },
        runs: [
          { restart, containerId, started: formatNs(START), finished: finished === null ? null : formatNs(finished) },
        ],
      },
    ],
    final: finished !== null,
  });
  loki.lines.push({
    ...{ ns: NOW - 30n * SECOND, line: JSON.stringify(record) },
    labels: { service_name: 'afterlog', record: 'pod', cluster },
    metadata: { id: podUid, namespace, pod, workload, ...(job !== null && { job }) },
  });
}

const lookUp = (text: string, more = {}) => runPlan(lookupPlan(parseQuestion(text), { window, ...more }), loki.ask);

/** The lines that a look-up leads to, as a reader gets them. */
async function linesOf(text: string, more = {}): Promise<string[]> {
  const { locations } = await lookUp(text, more);
  const entries: LogEntry[] = [];
  for (const query of queriesOf(locations)) {
    entries.push(...((await loki.ask(query))?.entries ?? []));
  }
  entries.sort((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0));
  const joiner = new LineJoiner(new Origins(runsOf(locations)));
  return [...joiner.push(entries), ...joiner.end()].map(({ text: line }) => line);
}

const names = async (text: string, more = {}) =>
  runsOf((await lookUp(text, more)).locations).map(({ who }) => `${who.pod}/${who.container}/${who.restart}`);

describe('what the agent has written', () => {
  const hello = run('hello-rtkpw');

  it.each([
    ['the id', hello.containerId ?? ''],
    ['the beginning of the id', (hello.containerId ?? '').slice(0, 20)],
    ['an error of kubectl', `unable to retrieve container logs for containerd://${hello.containerId}`],
    ['the pod', 'hello-rtkpw'],
    ['the Job', 'job/hello'],
  ])('is found by %s, once', async (_, text) => {
    agentWrote(hello, START, 'one', 'two');
    recorded(hello);
    podReported(hello);
    expect(await names(text)).toEqual(['hello-rtkpw/main/0']);
    expect(await linesOf(text)).toEqual(['one', 'two']);
    expect((await lookUp(text)).locations[0]?.runs[0]?.record?.status).toBe('complete');
  });

  it('is found while there is no record: by its lines, with those from before the node showed the id', async () => {
    agentWrote({ ...hello, containerId: null }, START, 'early');
    agentWrote(hello, START + SECOND, 'late');
    expect(await linesOf(hello.containerId ?? '')).toEqual(['early', 'late']);
    expect(await names('job/hello')).toEqual(['hello-rtkpw/main/0']);
    expect(await linesOf('job/hello')).toEqual(['early', 'late']);
  });

  it('is found with the runs that only the API server told of', async () => {
    agentWrote(hello, START, 'one');
    recorded(hello);
    podReported(run('hello-bbbbb'));
    expect((await names('job/hello')).sort()).toEqual(['hello-bbbbb/main/0', 'hello-rtkpw/main/0']);
    const { locations } = await lookUp('hello-bbbbb');
    expect(locations).toMatchObject([{ isSeen: false, runs: [{ record: undefined }] }]);
  });

  it('counts the later record of a run, and knows clusters apart', async () => {
    recorded(hello, { status: 'pending', final: false }, NOW - 90n * SECOND);
    recorded(hello, { status: 'complete' }, NOW - 60n * SECOND);
    recorded({ ...hello, cluster: 'c2', containerId: hex('other') });
    const { locations } = await lookUp('pod/hello-rtkpw', { cluster: 'c1' });
    expect(runsOf(locations).map(({ record }) => record?.status)).toEqual(['complete']);
    expect((await lookUp('pod/hello-rtkpw')).locations[0]?.places).toHaveLength(2);
  });

  it('is found in all namespaces and clusters that use a name', async () => {
    agentWrote(run('backup-0', { namespace: 'a' }), START, '1');
    agentWrote(run('backup-0', { namespace: 'b', containerId: hex('b') }), START, '2');
    agentWrote(run('backup-0', { namespace: 'b', cluster: 'c2', containerId: hex('c') }), START, '3');
    const { locations } = await lookUp('backup-0');
    expect(locations[0]?.places).toHaveLength(3);
    expect(await linesOf('backup-0', { namespace: 'a' })).toEqual(['1']);
  });

  it('gives the run before the newest, which may have no record', async () => {
    agentWrote(run('web-0'), START, 'zero');
    agentWrote(run('web-0', { restart: 1 }), START + 10n * SECOND, 'one');
    recorded(run('web-0'));
    expect(await linesOf('web-0', { previous: true })).toEqual(['zero']);
    podReported(run('web-0', { restart: 2 }), null);
    expect(await linesOf('web-0', { previous: true })).toEqual(['one']);
    expect(await names('hello-rtkpw', { previous: true })).toEqual([]);
  });

  it('gives the runs of the newest lines where there are too many to count', async () => {
    loki.maxSeries = 3;
    for (const end of ['bbbbb', 'ccccc', 'ddddd', 'fffff']) {
      agentWrote(run(`many-${end}`), START, end);
    }
    const { locations, isPart } = await lookUp('job/many');
    expect([runsOf(locations).length, isPart]).toEqual([4, true]);
    expect(await linesOf('job/many')).toHaveLength(4);
  });

  it('of an Indexed Job is found by the names of its pods', async () => {
    agentWrote(run('indexed-0-bbbbb'), START, 'zero');
    agentWrote(run('indexed-1-ccccc'), START + SECOND, 'one');
    expect(await linesOf('job/indexed')).toEqual(['zero', 'one']);
  });

  it.each([
    ['deploy/web', 'web-7d4b9c8f6d-x2x2x', 'web-x2x2x'],
    ['sts/db', 'db-0', 'db-x2x2x'],
    ['daemonset/proxy', 'proxy-x2x2x', 'proxy-0'],
  ])('of %s is found by the names of its pods', async (text, pod, other) => {
    agentWrote(run(pod), START, 'own');
    agentWrote(run(other), START, 'of another');
    expect(await linesOf(text)).toEqual(['own']);
  });

  it('is asked for by narrow queries, fifty ids at most', async () => {
    for (let i = 0; i < 60; i++) {
      recorded(run('many-bbbbb', { podUid: `u${i}`, containerId: hex(`n${i}`) }));
    }
    const text = Array.from({ length: 60 }, (_, i) => `containerd://${hex(`n${i}`)}`).join(' ');
    const { locations } = await lookUp(text);
    const ids = queriesOf(locations).map(({ query }) => new Set(query.match(/[0-9a-f]{64}/g)).size);
    expect(ids).toEqual([50, 10]);
    expect(queriesOfRuns(runsOf(locations))).toHaveLength(2);
  });

  it('reads no further back than it must for an id', async () => {
    recorded(hello);
    const { locations } = await lookUp(hello.containerId ?? '');
    expect(locations[0]?.queries).toEqual([
      {
        query:
          `{cluster="c1", namespace="job-test", container="main", workload="hello"} | ` +
          `container_id="${hello.containerId}" or (pod_uid="uid-hello-rtkpw" and restart="0")`,
        ...{ from: START - SECOND, to: START + 6n * SECOND },
      },
    ]);
  });

  it('from before the window is shown from its beginning, unless somebody said from when', async () => {
    recorded(hello, { firstTime: formatNs(NOW - 9n * DAY) });
    const from = async (more: object) => (await lookUp(hello.containerId ?? '', more)).locations[0]?.queries[0]?.from;
    expect(await from({})).toBe(NOW - 9n * DAY - SECOND);
    expect(await from({ window: { ...window, isDefault: false } })).toBe(window.from);
  });
});

describe('what other shippers have written', () => {
  const p = 'hello-rtkpw';
  /** Labels and metadata as these shippers give them. */
  const shippers: ReadonlyArray<readonly [string, Record<string, string>, Record<string, string>]> = [
    ['Alloy', { namespace: 'job-test', pod: p, container: 'main', job: 'job-test/main' }, {}],
    [
      'k8s-monitoring',
      { cluster: 'c1', namespace: 'job-test', container: 'main', job: 'integrations/k8s' },
      { pod: p },
    ],
    ['Promtail', { namespace: 'job-test', pod: p, container: 'main', job: 'job-test/hello', node_name: 'n1' }, {}],
    [
      'fluent-bit',
      { kubernetes_namespace_name: 'job-test', kubernetes_pod_name: p, kubernetes_container_name: 'main' },
      {},
    ],
    ['Vector', { pod_namespace: 'job-test', pod_name: p, container_name: 'main' }, {}],
    ['OpenTelemetry', { k8s_namespace_name: 'job-test', k8s_container_name: 'main' }, { k8s_pod_name: p }],
    [
      'OpenTelemetry, pods as labels',
      { k8s_namespace_name: 'job-test', k8s_container_name: 'main', k8s_pod_name: p },
      {},
    ],
    [
      'Vector, expanded behind a prefix',
      { kubernetes_pod_namespace: 'job-test', kubernetes_pod_name: p, kubernetes_container_name: 'main' },
      {},
    ],
    [
      'labels of Prometheus’ relabelling',
      { kubernetes_namespace: 'job-test', kubernetes_pod_name: p, kubernetes_container_name: 'main' },
      {},
    ],
    [
      'the same, without names',
      { kubernetes_namespace: 'job-test', kubernetes_pod: p, kubernetes_container: 'main' },
      {},
    ],
    ['Grafana’s plugin for fluent-bit', { namespace: 'job-test', instance: p, container: 'main', node: 'n1' }, {}],
    ['Promtail, the first charts', { namespace: 'job-test', instance: p, container_name: 'main', job: 'x' }, {}],
    ['pods that are instances, too', { namespace: 'job-test', pod: p, instance: p, container: 'main' }, {}],
    ['fluentd', { namespace_name: 'job-test', pod_name: p, container_name: 'main' }, {}],
  ];

  describe.each(shippers)('%s', (_, labels, metadata) => {
    beforeEach(() => otherWrote(START + SECOND, labels, metadata, 'one', 'two'));

    it.each(['hello-rtkpw', 'job-test/hello-rtkpw', 'job/hello'])('is found by %s without any record', async (text) => {
      expect(await linesOf(text)).toEqual(['one', 'two']);
      const { locations, misses } = await lookUp(text);
      expect(misses).toEqual([]);
      expect(runsOf(locations)).toHaveLength(1);
      expect(runsOf(locations)[0]).toMatchObject({
        who: { namespace: 'job-test', pod: p, container: 'main' },
        sources: [{ isForeign: true }],
      });
    });

    it('is the log of the run that the API server told of, listed once', async () => {
      podReported(run(p));
      expect(await names('job/hello')).toEqual(['hello-rtkpw/main/0']);
      expect(await linesOf('job/hello')).toEqual(['one', 'two']);
      expect(await linesOf(`containerd://${run(p).containerId}`)).toEqual(['one', 'two']);
    });

    it('is the log of a run that the agent lost', async () => {
      const gaps = [{ reason: 'gone-unread', bytes: null, lines: null, from: null, to: null }] as const;
      recorded(run(p), { status: 'lost', linesAcked: 0, firstTime: null, lastTime: null, gaps: [...gaps] });
      podReported(run(p));
      for (const text of [`containerd://${run(p).containerId}`, 'job/hello', p]) {
        expect(await names(text)).toEqual(['hello-rtkpw/main/0']);
        expect(await linesOf(text)).toEqual(['one', 'two']);
      }
    });

    it('completes what the agent has in part, and nothing comes twice', async () => {
      agentWrote(run(p), START + 2n * SECOND, 'two', 'three');
      const gap = {
        reason: 'gone-unread' as const,
        bytes: 3,
        lines: 1,
        from: formatNs(START),
        to: formatNs(START + 2n * SECOND),
      };
      recorded(run(p), { status: 'partial', gaps: [gap] });
      expect(await linesOf('job/hello')).toEqual(['one', 'two', 'three']);
    });

    it('adds nothing to what the agent has', async () => {
      agentWrote(run(p), START, 'one', 'two');
      recorded(run(p));
      expect(await linesOf('job/hello')).toEqual(['one', 'two']);
      expect(await names('job/hello')).toEqual(['hello-rtkpw/main/0']);
    });
  });

  it('is told apart by the time where a container ran twice', async () => {
    const labels = { namespace: 'job-test', pod: 'web-0', container: 'main' };
    otherWrote(START, labels, {}, 'first run');
    otherWrote(START + 100n * SECOND, labels, {}, 'second run');
    const lost = { status: 'lost' as const, linesAcked: 0 };
    recorded(run('web-0'), { ...lost, lastTime: formatNs(START + 10n * SECOND) });
    const later = { firstTime: formatNs(START + 90n * SECOND), lastTime: formatNs(START + 110n * SECOND) };
    recorded(run('web-0', { restart: 1 }), { ...lost, ...later });
    const { locations } = await lookUp('web-0');
    const runs = runsOf(locations);
    expect(runs.map(({ who }) => who.restart)).toEqual([1, 0]);
    const texts = await Promise.all(
      runs.map(async ({ sources }) => (await loki.ask(sources.find(({ isForeign }) => isForeign)!))?.entries)
    );
    expect(texts.map((entries) => entries?.map(({ line }) => line))).toEqual([['second run'], ['first run']]);
  });

  it('in another cluster under the same name is not taken for it', async () => {
    recorded(run('backup-0'), { status: 'lost', linesAcked: 0 });
    otherWrote(
      START + SECOND,
      { cluster: 'c2', namespace: 'job-test', pod: 'backup-0', container: 'main' },
      {},
      'other'
    );
    const { locations } = await lookUp('backup-0', { cluster: 'c1' });
    expect(runsOf(locations).map(({ sources }) => sources.some(({ isForeign }) => isForeign))).toEqual([false]);
  });

  it('is found under names that a configuration gives', async () => {
    otherWrote(START, { ns: 'job-test', c: 'main', p: 'hello-rtkpw' }, {}, 'mine');
    const layout = {
      preset: 'other' as const,
      cluster: '',
      namespace: 'ns',
      container: 'c',
      pod: 'p',
      podIs: 'label' as const,
    };
    expect(await linesOf('job/hello', { layout })).toEqual(['mine']);
    expect(await linesOf('job/hello')).toEqual([]);
  });
});

describe('what is not there', () => {
  it('is a miss, with what was searched', async () => {
    const { locations, misses } = await lookUp('gone-bbbbb');
    expect(locations).toEqual([]);
    expect(misses).toMatchObject([{ target: { kind: 'pod', name: 'gone-bbbbb' } }]);
    expect(misses[0]?.searched.map(({ query }) => query)).toEqual([
      '{service_name="afterlog", record="container"} | pod="gone-bbbbb"',
      '{workload="gone"} | pod="gone-bbbbb"',
    ]);
  });

  it('sends the search to the pod beside an id', async () => {
    agentWrote(run('hello-rtkpw'), START, 'one');
    const text = `$ kubectl logs hello-rtkpw -n job-test\nunable to retrieve container logs for containerd://${hex('x')}`;
    expect(await linesOf(text)).toEqual(['one']);
  });

  it('costs a few rounds', async () => {
    const plan = lookupPlan(parseQuestion('job/nothing'), { window });
    let rounds = 0;
    for (let step = plan.next([]); !step.done; rounds++) {
      step = plan.next(await Promise.all(step.value.map(loki.ask)));
    }
    expect(rounds).toBeLessThanOrEqual(6);
  });
});

test.each([
  ['tick', 'cronjob/tick'],
  ['tick-29591260', 'job/tick-29591260'],
])('%s, which no pod is called, is %s, and nothing was missed', async (text, expected) => {
  recorded(run('tick-29591260-bbbbb'));
  const { locations, misses } = await lookUp(text);
  const found = locations.map(({ target }) => (target.kind === 'container' ? '' : `${target.kind}/${target.name}`));
  expect(found).toEqual([expected]);
  expect(misses).toEqual([]);
});

describe('names near to what is not there', () => {
  const near = (target: Target, more = {}) => runPlan(nearNamesPlan(target, { window, ...more }), loki.ask);
  beforeEach(() => {
    recorded(run('hello-rtkpw'));
    recorded(run('tick-29591260-bbbbb', { namespace: 'cron' }));
  });

  it('are those of the namespace that is meant', async () => {
    const { namespace, names } = await near({ kind: 'job', name: 'hello' }, { namespace: 'jobtest' });
    expect(namespace).toEqual({ asked: 'jobtest', near: ['job-test'] });
    expect(names).toEqual([{ kind: 'job', name: 'hello', namespace: 'job-test' }]);
  });

  it.each<[Target, string]>([
    [{ kind: 'job', name: 'helo' }, 'job/hello'],
    [{ kind: 'pod', name: 'hello-rtkpx' }, 'pod/hello-rtkpw'],
    [{ kind: 'pod', name: 'hello' }, 'pod/hello-rtkpw'],
    [{ kind: 'job', name: 'tick' }, 'cronjob/tick'],
    [{ kind: 'cronjob', name: 'tik' }, 'cronjob/tick'],
  ])('%j: %s', async (target, expected) => {
    const { names, namespace } = await near(target);
    expect(namespace).toBeUndefined();
    expect(names.map(({ kind, name }) => `${kind}/${name}`)).toContain(expected);
  });

  it('are none for what is like nothing, and the cluster is told', async () => {
    expect((await near({ kind: 'job', name: 'zzz' })).names).toEqual([]);
    expect((await near({ kind: 'job', name: 'hello' }, { cluster: 'c9' })).cluster).toEqual({
      asked: 'c9',
      near: ['c1'],
    });
    loki.lines.length = 0;
    expect(await near({ kind: 'job', name: 'hello' })).toMatchObject({ hasRecords: false, names: [] });
  });

  it('are those of the newest records where there are too many namespaces to count', async () => {
    loki.maxSeries = 1;
    expect((await near({ kind: 'job', name: 'hello' }, { namespace: 'jobtest' })).namespace?.near).toEqual([
      'job-test',
    ]);
  });
});
