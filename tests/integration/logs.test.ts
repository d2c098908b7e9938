import {
  EVENT_METADATA,
  eventRecordSchema,
  GC_METADATA,
  gcRecordSchema,
  HEARTBEAT_METADATA,
  heartbeatRecordSchema,
  JOB_METADATA,
  jobRecordSchema,
  POD_METADATA,
  podRecordSchema,
} from '../../model/records';
import { formatNs } from '../../model/time';
import { id, run, pushLines, pushOther, pushRecord, record } from './logs-data';
import { afterlog, type Ran } from '../testkit/afterlog';
import { ago, startTestStore, type TestStore, type Value } from '../testkit/store';
import { itemsOf } from '../testkit/json-list';

const second = 1_000_000_000n;

/** The lines of a run, `n` a second from `start` on. */
const lines = (start: bigint, ...texts: string[]): Value[] =>
  texts.map((text, i) => [start + BigInt(i) * second, text]);
const times = (values: Value[]) => values.map(([ns]) => ns);

describe('afterlog logs', () => {
  let store: TestStore;
  const start = ago(3600);
  const containerId = 'd1e747c55ee0f13bea0da9da2afa86f35ad0c86d8af9c0a937f6183ee5c6cb83';
  const hello = run('hello-rtkpw', { container: 'hello', containerId });
  const other = run('hello-b4xz7', { container: 'hello', node: 'n2' });

  const logs = (...args: string[]): Promise<Ran> => afterlog(['logs', ...args, '--loki.url', store.url]);
  const fromInput = (input: string, ...args: string[]) =>
    afterlog(['logs', '-', ...args, '--loki.url', store.url], { input });

  beforeAll(async () => {
    store = await startTestStore();
    const first = lines(start, 'Hello from rtkpw', 'second line', 'last line');
    const second = lines(start + 500_000_000n, 'Hello from b4xz7', 'bye');
    await pushLines(store, hello, first);
    await pushLines(store, other, second);
    await pushRecord(store, start + 60n * 1_000_000_000n, record(hello, times(first)));
    await pushRecord(store, start + 60n * 1_000_000_000n, record(other, times(second)));
  });
  afterAll(() => store.close());

  describe('a container whose log kubectl cannot show any more', () => {
    const message = `unable to retrieve container logs for containerd://${containerId}`;

    it('is printed for the pasted message, and what happened to it is told', async () => {
      const { code, stdout, stderr } = await logs(message);
      expect(stdout).toBe('Hello from rtkpw\nsecond line\nlast line\n');
      expect(code).toBe(0);
      expect(stderr).toContain(
        'hello-rtkpw/hello (namespace job-test, restart 0, container d1e747c55ee0, node n1, cluster c1): All of its log is in Loki: 3 lines between'
      );
      expect(stderr).toMatch(/The log was removed from the node at .* UTC; its directory stayed, empty/);
      expect(stderr).toContain(
        '\nStatus complete, cause unknown. Evidence and advice: afterlog explain job-test/hello-rtkpw\n'
      );
      expect(stderr).toContain(
        `LogQL (Loki at ${store.url}): {cluster="c1", namespace="job-test", container="hello", workload="hello"} | container_id="${containerId}" or (pod_uid="${hello.podUid}" and restart="0")\n`
      );
    });

    it.each([
      ['the id', containerId],
      ['the beginning of the id', 'd1e747c5'],
      ['the id with its runtime', `docker://${containerId}`],
      ['the pod', 'hello-rtkpw'],
      ['the pod with its kind', 'pod/hello-rtkpw'],
    ])('is printed for %s', async (_, what) => {
      expect(await logs(what)).toMatchObject({ code: 0, stdout: 'Hello from rtkpw\nsecond line\nlast line\n' });
    });

    it('is printed for the message on the standard input, and without quotes on the command line', async () => {
      expect((await fromInput(`$ kubectl logs hello-rtkpw\n${message}$ `)).stdout).toContain('last line\n');
      expect((await logs(...message.split(' '))).stdout).toContain('last line\n');
    });

    it('is printed with the pods that other errors of the same paste name', async () => {
      const paste = [
        '$ kubectl logs -n job-test hello-rtkpw',
        message,
        '$ kubectl logs -n job-test hello-b4xz7',
        'Error from server (NotFound): pods "hello-b4xz7" not found',
        'Error from server (NotFound): pods "gone-x7k2p" not found',
      ];
      const { code, stdout, stderr } = await fromInput(paste.join('\n'));
      expect(stdout).toContain('[pod/hello-rtkpw/hello] second line\n[pod/hello-b4xz7/hello] bye\n');
      expect(stderr).toContain('nothing found for pod/gone-x7k2p');
      expect(code).toBe(1);
      const explained = await afterlog(['explain', paste.slice(0, 4).join('\n'), '--loki.url', store.url]);
      expect(explained.stdout).toContain('job-test/hello-rtkpw, container hello');
      expect(explained.stdout).toContain('hello-b4xz7');
    });

    it('is printed with times, in part, and without a word', async () => {
      expect(await logs(containerId, '--timestamps', '--tail', '1', '-q')).toEqual({
        code: 0,
        stdout: `${new Date(Number(start / 1_000_000n) + 2000).toISOString().replace('.000Z', '.000000000Z')} last line\n`,
        stderr: '',
      });
    });

    it('is printed as JSON, with its account on the standard error output', async () => {
      const { stdout, stderr } = await logs(containerId, '-o', 'jsonl');
      const printed = stdout
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line));
      expect(printed).toHaveLength(3);
      expect(printed[0]).toMatchObject({
        line: 'Hello from rtkpw',
        labels: {
          namespace: 'job-test',
          pod: 'hello-rtkpw',
          container_id: containerId,
          restart: '0',
          stream: 'stdout',
        },
      });
      expect(JSON.parse(stderr)).toMatchObject({
        run: { pod: 'hello-rtkpw', restart: 0 },
        status: 'complete',
        cause: 'unknown',
        confidence: 'unknown',
        linesShown: 3,
        linesGone: 0,
        record: { id: record(hello, []).id },
        loki: store.url,
      });
    });
  });

  describe('what users of kubectl expect', () => {
    it('is understood', async () => {
      expect((await logs('hello-rtkpw', 'hello', '-q', '--tail', '1')).stdout).toBe('last line\n');
      expect((await logs('hello-rtkpw', 'other', '-q')).code).toBe(1);
      expect((await logs('job', 'hello', '-q', '--tail', '1')).stdout).toContain('last line\n');
      expect((await logs('hello-rtkpw', '--all-containers', '--prefix', '-q', '--tail', '1')).stdout).toBe(
        '[pod/hello-rtkpw/hello] last line\n'
      );
      expect((await logs('hello-rtkpw', '--limit-bytes', '8', '-q')).stdout).toBe('Hello fr');
      const second = new Date(Number(start / 1_000_000n) + 1000).toISOString();
      expect((await logs('hello-rtkpw', '--since-time', second, '-q')).stdout).toBe('second line\nlast line\n');
      expect((await logs('hello-rtkpw', '--max-log-requests', '1', '-q', '--tail', '1')).stdout).toBe('last line\n');
    });

    it('has times in the zone that is asked for', async () => {
      const { stdout, stderr } = await logs('hello-rtkpw', '--timestamps', '--timezone', 'Asia/Tokyo', '--tail', '1');
      expect(stdout).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000000\+09:00 last line\n$/);
      expect(BigInt(Date.parse(stdout.slice(0, 23) + stdout.slice(29, 35))) * 1_000_000n).toBe(start + 2n * second);
      expect(stderr).toMatch(/between \S+ \S+ Asia\/Tokyo and/);
    });
  });

  describe('a job', () => {
    it('is all its pods’ lines in the order of time, told apart', async () => {
      const { code, stdout, stderr } = await logs('job/hello', '-n', 'job-test');
      expect(stdout.split('\n')).toEqual([
        '[pod/hello-rtkpw/hello] Hello from rtkpw',
        '[pod/hello-b4xz7/hello] Hello from b4xz7',
        '[pod/hello-rtkpw/hello] second line',
        '[pod/hello-b4xz7/hello] bye',
        '[pod/hello-rtkpw/hello] last line',
        '',
      ]);
      expect(code).toBe(0);
      expect(stderr.split('\n\n')).toHaveLength(2);
    });

    it('with two ids pasted is the same, asked for at once', async () => {
      const paste = `for containerd://${containerId}unable to retrieve container logs for containerd://${other.containerId}`;
      expect((await logs(paste)).stdout).toBe((await logs('job/hello')).stdout);
    });

    it('of many pods is summed up', async () => {
      const pods = ['bbbbb', 'ccccc', 'ddddd', 'fffff', 'ggggg'].map((suffix) => run(`many-${suffix}`));
      for (const [i, pod] of pods.entries()) {
        const values = lines(start, `line of ${pod.pod}`);
        const lost = i === 4;
        if (!lost) {
          await pushLines(store, pod, values);
        }
        const gaps = [{ reason: 'gone-unread' as const, bytes: 77, lines: null, from: null, to: null }];
        const more = lost ? { linesAcked: 0, status: 'lost' as const, gaps } : {};
        await pushRecord(store, start + second, record(pod, times(values), more));
      }
      const { code, stdout, stderr } = await logs('job/many');
      expect(stdout.split('\n')).toHaveLength(5);
      expect(stderr).toContain('5 container runs: 4 complete in Loki; 1 lost.\n');
      expect(stderr).toContain('\nCause: 5 × unknown.\n');
      expect(stderr).toContain('{cluster="c1", namespace="job-test", workload="many"} | job="many"\n');
      expect(stderr).toMatch(
        /many-ggggg\/main .*: Its log is lost.* Missing: 77 bytes, because the file was deleted before it was read\./
      );
      expect(stderr).not.toContain('many-bbbbb');
      expect(code).toBe(0);
    });

    it('of a CronJob is found by it, and Jobs of other names are not', async () => {
      const runs = ['tick-29591260-bbbbb', 'tick-29591261-ccccc', 'tick-other-ddddd'].map((name) => run(name));
      for (const [i, run] of runs.entries()) {
        await pushLines(store, run, lines(start + BigInt(i) * 60n * second, `tick ${i}`));
      }
      const { stdout } = await logs('cronjob/tick');
      expect(stdout).toBe('[pod/tick-29591260-bbbbb/main] tick 0\n[pod/tick-29591261-ccccc/main] tick 1\n');
      expect((await logs('job/tick-29591261')).stdout).toBe('tick 1\n');
    });

    it('that is Indexed is found by its pods’ names', async () => {
      for (const [i, name] of ['indexed-0-bbbbb', 'indexed-1-ccccc'].entries()) {
        await pushLines(store, run(name), lines(start, `index ${i}`));
      }
      expect((await logs('job/indexed')).stdout).toBe(
        '[pod/indexed-0-bbbbb/main] index 0\n[pod/indexed-1-ccccc/main] index 1\n'
      );
    });
  });

  describe('a container that ran more than once', () => {
    const crashy = (restart: number) => run('crashy-4w7t7', { restart });
    beforeAll(async () => {
      for (const restart of [0, 1, 2]) {
        const values = lines(start + BigInt(restart) * 60n * second, `run ${restart}`, `end ${restart}`);
        await pushLines(store, crashy(restart), values);
        if (restart < 2) {
          await pushRecord(store, start + second, record(crashy(restart), times(values)));
        }
      }
    });

    it('is printed run after run', async () => {
      const { stdout, stderr } = await logs('crashy-4w7t7');
      expect(stdout.split('\n').slice(0, 3)).toEqual([
        '[pod/crashy-4w7t7/main/0] run 0',
        '[pod/crashy-4w7t7/main/0] end 0',
        '[pod/crashy-4w7t7/main/1] run 1',
      ]);
      expect(stdout.split('\n')).toHaveLength(7);
      expect(stderr).toMatch(/restart 2.*: 2 lines shown, between .* No agent has reported on this container yet/);
    });

    it('is printed for one run', async () => {
      expect((await logs('crashy-4w7t7', '--restart', '0')).stdout).toBe('run 0\nend 0\n');
      expect((await logs('crashy-4w7t7', '--tail', '1', '-q')).stdout).toBe('[pod/crashy-4w7t7/main/2] end 2\n');
    });

    it('is printed for the run before its newest, which has no record yet', async () => {
      const { stdout, stderr } = await logs('crashy-4w7t7', '--previous');
      expect(stdout).toBe('run 1\nend 1\n');
      expect(stderr).toContain('restart 1');
      expect(stderr).not.toContain('restart 2');
      const message = 'previous terminated container "main" in pod "crashy-4w7t7" not found';
      expect((await logs(message, '--tail', '1', '-q')).stdout).toBe('end 1\n');
    });

    it('has no previous run where it ran once', async () => {
      const { code, stdout, stderr } = await logs('hello-rtkpw', '--previous');
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain('pod/hello-rtkpw ran only once, as far as Loki has it: there is no previous run');
    });

    it('is not found for a run that never was', async () => {
      expect(await logs('crashy-4w7t7', '--restart', '7')).toMatchObject({ code: 1, stdout: '' });
    });
  });

  describe('a long line', () => {
    it('that Loki’s limit cut is put together, from either end', async () => {
      const pod = run('longline-bbbbb');
      const cut = { continues: 'true' };
      await pushLines(store, pod, [
        [start, 'before'],
        [start + 1n, 'aaa', cut],
        [start + 2n, 'bbb', cut],
        [start + 3n, 'ccc'],
        [start + 4n, 'after'],
      ]);
      expect((await logs('longline-bbbbb')).stdout).toBe('before\naaabbbccc\nafter\n');
      expect((await logs('longline-bbbbb', '--tail', '2')).stdout).toBe('aaabbbccc\nafter\n');
    });
  });

  describe('lines that came late', () => {
    it('stand at their time, and only once if they came twice', async () => {
      const pod = run('late-bbbbb');
      const values = lines(start, 'one', 'two', 'three');
      await pushLines(store, pod, [values[0] as Value, values[2] as Value]);
      await pushLines(store, pod, [values[0] as Value, values[1] as Value], true);
      expect((await logs('late-bbbbb')).stdout).toBe('one\ntwo\nthree\n');
    });
  });

  describe('a log of which the records tell what took it', () => {
    const pod = run('reclaimed-bbbbb');
    const values = lines(start, 'one', 'two');
    const gone = formatNs(start + 60n * second);
    const podRecord = podRecordSchema.parse({
      ...{ v: 2, kind: 'pod', id: pod.podUid, cluster: 'c1', namespace: 'job-test', pod: pod.pod, node: 'n1' },
      ...{ workload: 'reclaimed', job: 'reclaimed', phase: 'Succeeded', created: formatNs(start), final: true },
      finished: formatNs(start + 20n * second),
    });
    const gc = gcRecordSchema.parse({
      ...{ v: 2, kind: 'gc', id: 'n1/gc/1', cluster: 'c1', node: 'n1', trigger: 'eviction', start: gone, end: gone },
      ...{
        resource: 'ephemeral-storage',
        containers: [{ containerId: pod.containerId, at: gone }],
        containersTotal: 8,
      },
      ...{ containersFailed: 0, images: [], imageBytes: 0, evicted: [], outcome: 'relieved', source: 'kubelet-log' },
      ...{ part: 1, parts: 1 },
    });
    beforeAll(async () => {
      await pushLines(store, pod, values);
      const left = { at: gone, directory: 'empty' as const, bytesUnacked: 0 };
      await pushRecord(store, start + 60n * second, record(pod, times(values), { left }));
      await pushOther(store, start + 20n * second, podRecord, POD_METADATA);
      await pushOther(store, start + 60n * second, gc, GC_METADATA);
    });

    it('is told with that, the cause and the confidence', async () => {
      const { code, stdout, stderr } = await logs('reclaimed-bbbbb');
      expect([code, stdout]).toEqual([0, 'one\ntwo\n']);
      expect(stderr).toMatch(
        /: The kubelet removed this container 59 s after it finished, together with 7 others, to free disk on n1\. All of its log is in Loki: 2 lines .* The log was removed from the node at .* UTC\.\nStatus complete, cause C1 disk reclaim \(confirmed\)\. Evidence and advice: afterlog explain job-test\/reclaimed-bbbbb\n/
      );
    });

    it('has it in the JSON too', async () => {
      const { stderr } = await logs('reclaimed-bbbbb', '-o', 'jsonl');
      expect(JSON.parse(stderr)).toMatchObject({
        ...{ status: 'complete', cause: 'C1', confidence: 'confirmed' },
        case: { evidence: expect.arrayContaining([expect.objectContaining({ source: 'kubelet log' })]) },
      });
    });

    it('is not told of where nobody wants to know', async () => {
      expect((await logs('reclaimed-bbbbb', '-q')).stderr).toBe('');
    });
  });

  describe('a log that rotates while it is written', () => {
    it('is pending, although what rotation took is in Loki', async () => {
      const pod = run('rotating-bbbbb');
      const values = lines(start, 'one', 'two');
      await pushLines(store, pod, values);
      const rotatedAway = { files: 1, lines: 1, bytes: 100, from: null, to: formatNs(start + second) };
      const more = { bytesSeen: 500, ended: false, left: null, final: false, status: 'pending' as const, rotatedAway };
      await pushRecord(store, start + second, record(pod, times(values), more));
      const { stderr } = await logs('rotating-bbbbb');
      expect(stderr).toContain('Status pending, cause C15 log rotation (likely).');
      expect(stderr.match(/rotation had deleted|rotation deleted/g)).toHaveLength(1);
    });
  });

  describe('a container that no agent ever opened', () => {
    it('is told of all the same, and is a failure', async () => {
      const ended = formatNs(start + 20n * second);
      const unseen = podRecordSchema.parse({
        ...{ v: 2, kind: 'pod', id: 'unseen', cluster: 'c1', namespace: 'job-test', pod: 'unseen-bbbbb', node: 'n9' },
        ...{ workload: 'unseen', job: 'unseen', phase: 'Succeeded', created: formatNs(start), finished: ended },
        containers: [
          { name: 'main', state: 'terminated', runs: [{ restart: 0, started: formatNs(start), finished: ended }] },
        ],
        deletion: { requested: ended, gone: ended, by: 'drain' },
        final: true,
      });
      await pushOther(store, start + 20n * second, unseen, POD_METADATA);
      const { code, stdout, stderr } = await logs('unseen-bbbbb');
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain(
        'The pod was evicted through the API, as a drain of n9 does, and its log was deleted with it.'
      );
      expect(stderr).toContain('No agent has reported from n9. Its log is lost.');
      expect(stderr).toContain('Status lost, cause C14 drain or preemption (likely).');
      expect(stderr).not.toContain('nothing found');
      expect(stderr).not.toContain('LogQL (Loki');
    });
  });

  describe('a log on its node, of a container that has finished', () => {
    const pod = run('fresh-x7k2p', { node: 'n7' });
    const values = lines(start, 'one', 'two');
    const finished = formatNs(start + 5n * second);
    const explain = (...args: string[]) => afterlog(['explain', ...args, '--loki.url', store.url]);
    const beat = (seconds: bigint) =>
      pushOther(
        store,
        start + seconds * second,
        heartbeatRecordSchema.parse({
          ...{ v: 2, kind: 'heartbeat', id: 'n7/heartbeat/1', cluster: 'c1', node: 'n7', version: '1', containers: 1 },
          ...{ from: formatNs(start - 60n * second), to: formatNs(start + seconds * second), previousUntil: null },
          ...{ logsProblem: null, lokiProblem: null, kubeletLog: null, unackedBytes: 0, oldestUnacked: null },
          final: false,
        }),
        HEARTBEAT_METADATA
      );

    beforeAll(async () => {
      await pushLines(store, pod, values);
      // The agent does not know of its end: the file and the link to it stay.
      const running = { ended: false, left: null, status: 'pending' as const, final: false };
      await pushRecord(store, start + 3n * second, record(pod, times(values), running));
      const podRecord = podRecordSchema.parse({
        ...{ v: 2, kind: 'pod', id: pod.podUid, cluster: 'c1', namespace: 'job-test', pod: pod.pod, node: 'n7' },
        ...{ workload: 'fresh', job: 'fresh', phase: 'Succeeded', created: formatNs(start), finished, final: true },
        containers: [{ name: 'main', state: 'terminated', runs: [{ restart: 0, started: formatNs(start), finished }] }],
      });
      await pushOther(store, start + 5n * second, podRecord, POD_METADATA);
      await beat(4n);
    });

    it('is said to have finished, and to be on its node', async () => {
      const { code, stdout, stderr } = await logs('job/fresh');
      expect([code, stdout]).toEqual([0, 'one\ntwo\n']);
      expect(stderr).toMatch(
        /The container finished at .* UTC\. All that its agent had read by .* is in Loki: 2 lines/
      );
      expect(stderr).toContain(
        'The agent has not confirmed yet that this is all. The container had ended; its log was'
      );
      expect(stderr).not.toContain('It may write more');
      const explained = await explain('job/fresh');
      expect(explained).toMatchObject({ code: 0, stderr: '' });
      expect(explained.stdout).toContain('The container has finished and its log is still on n7');
      expect(explained.stdout).toMatch(/Status +pending, as of /);
      expect(explained.stdout).not.toMatch(/Cause|What to change/);
    });

    it('is complete once its agent has reported after the end', async () => {
      await beat(30n);
      expect((await logs('fresh-x7k2p')).stderr).toContain('All of its log is in Loki: 2 lines');
      expect((await explain('fresh-x7k2p')).stdout).toMatch(/Status +complete\n/);
      expect(itemsOf((await explain('fresh-x7k2p', '-o', 'json')).stdout)).toMatchObject([
        { place: 'node', status: 'complete', cause: 'unknown', finished: expect.any(String) },
      ]);
    });
  });

  describe('what never started', () => {
    const explain = (...args: string[]) => afterlog(['explain', ...args, '--loki.url', store.url]);
    const base = { v: 2, cluster: 'c1', namespace: 'job-test' };
    const never = (name: string, more: object) =>
      pushOther(
        store,
        start,
        podRecordSchema.parse({
          ...{ ...base, kind: 'pod', id: name, pod: `${name}-x7k2p`, node: 'n1', workload: name, job: name },
          ...{ phase: 'Pending', created: formatNs(start), final: false, ...more },
        }),
        POD_METADATA
      );

    beforeAll(async () => {
      const rejected = { phase: 'Failed', final: true };
      const message = "Pod was rejected: Node didn't have enough resource: cpu, requested: 2000, used: 3900. ";
      await never('full', { ...rejected, reason: 'OutOfcpu', message });
      const condition = 'The node had condition: [DiskPressure]. ';
      await never('pressed', { ...rejected, reason: 'Evicted', message: condition });
      await never('late', { ...rejected, reason: 'DeadlineExceeded', message: 'Pod was active longer than specified' });
      const waits = { name: 'main', state: 'waiting', waiting: 'ImagePullBackOff' };
      await never('pull', { containers: [waits] });
      await never('homeless', { node: null });
      const ofJob = {
        kind: 'job',
        id: 'quota',
        job: 'quota',
        result: 'running',
        created: formatNs(start),
        final: false,
      };
      await pushOther(store, start, jobRecordSchema.parse({ ...base, ...ofJob }), JOB_METADATA);
      const event = eventRecordSchema.parse({
        ...{ v: 2, kind: 'event', id: 'e1', cluster: 'c1', reason: 'FailedCreate', type: 'Warning', count: 3 },
        ...{ message: 'Error creating: exceeded quota: compute', first: formatNs(start), last: formatNs(start) },
        ...{ object: { kind: 'Job', namespace: 'job-test', name: 'quota', uid: 'quota' }, final: true },
      });
      await pushOther(store, start, event, EVENT_METADATA);
    });

    it.each([
      [
        'pod/full-x7k2p',
        "The kubelet on n1 rejected pod full-x7k2p at admission (OutOfcpu: Node didn't have enough resource: cpu, requested: 2000, used: 3900). None of its containers started, so it has no log.",
      ],
      [
        'job/pressed',
        'The kubelet on n1 rejected pod pressed-x7k2p at admission (Evicted: The node had condition: [DiskPressure]). None of its containers started, so it has no log.',
      ],
      [
        'late-x7k2p',
        'Pod late-x7k2p failed before any of its containers started (DeadlineExceeded: Pod was active longer than specified), so it has no log.',
      ],
      ['pull-x7k2p', 'Container main of pod pull-x7k2p has not started yet (ImagePullBackOff), so it has no log.'],
      ['job/homeless', 'Pod homeless-x7k2p has not been scheduled to a node yet, so it has no log.'],
      ['job/quota', 'Job quota has no recorded pod yet (Error creating: exceeded quota: compute), so it has no log.'],
    ])('is told: %s', async (what, sentence) => {
      expect(await explain(what)).toEqual({ code: 0, stdout: `${sentence}\n`, stderr: '' });
      expect(await logs(what)).toEqual({ code: 1, stdout: '', stderr: `afterlog: ${sentence}\n` });
    });
  });

  describe('a log that another shipper has written', () => {
    const alloy = (pod: string) => ({ namespace: 'job-test', pod, container: 'main', job: 'job-test/main' });
    const gap = { reason: 'gone-unread' as const, bytes: 77, lines: null, from: null, to: null };
    const ended = formatNs(start + 20n * second);

    it('is found where the agent lost it, and nothing says that it is lost', async () => {
      const pod = run('beside-x7k2p');
      await store.push(alloy(pod.pod), lines(start, 'one', 'two'));
      await pushRecord(
        store,
        start,
        record(pod, times(lines(start, 'one', 'two')), { linesAcked: 0, status: 'lost', gaps: [gap] })
      );
      for (const what of [pod.pod, `job/beside`, `containerd://${pod.containerId}`]) {
        const { code, stdout, stderr } = await logs(what);
        expect([what, code, stdout]).toEqual([what, 0, 'one\ntwo\n']);
        expect(stderr).toContain('They are from another log shipper; whether these are all lines is not known.');
        expect(stderr).not.toContain('Its log is lost');
        expect(stderr).not.toContain('Status lost');
      }
      const explained = await afterlog(['explain', pod.pod, '--loki.url', store.url]);
      expect(explained.stdout).toContain('Loki has lines of its log from another log shipper');
      expect(explained.stdout).not.toContain('lost');
      const cases = await afterlog(['cases', '--job', 'beside', '--fail-on', 'lost', '--loki.url', store.url]);
      expect(cases.stdout).toMatch(/beside-x7k2p .* unknown/);
      expect(cases.code).not.toBe(2);
    });

    it('is found where no agent ever opened it, and listed once', async () => {
      const unseen = podRecordSchema.parse({
        ...{ v: 2, kind: 'pod', id: 'aside', cluster: 'c1', namespace: 'job-test', pod: 'aside-q9z4w', node: 'n9' },
        ...{ workload: 'aside', job: 'aside', phase: 'Succeeded', created: formatNs(start), finished: ended },
        containers: [
          { name: 'main', state: 'terminated', runs: [{ restart: 0, started: formatNs(start), finished: ended }] },
        ],
        deletion: { requested: ended, gone: ended, by: 'drain' },
        final: true,
      });
      await pushOther(store, start + 20n * second, unseen, POD_METADATA);
      await store.push(alloy('aside-q9z4w'), lines(start + second, 'one', 'two'));
      const { code, stdout, stderr } = await logs('job/aside');
      expect([code, stdout]).toEqual([0, 'one\ntwo\n']);
      expect(stderr.match(/aside-q9z4w\/main/g)).toHaveLength(1);
      expect(stderr).not.toContain('lost');
    });

    it('is found without any record', async () => {
      await store.push(alloy('alone-m5v8t'), lines(start, 'one'));
      const { code, stdout } = await logs('job/alone');
      expect([code, stdout]).toEqual([0, 'one\n']);
    });
  });

  describe('a log that is not complete', () => {
    it('says what is missing', async () => {
      const pod = run('part-bbbbb');
      const values = lines(start, 'one', 'two');
      await pushLines(store, pod, values);
      const gap = { reason: 'gone-unread' as const, bytes: 12_345, lines: 100, from: null, to: null };
      const rotatedAway = { files: 1, lines: 1, bytes: 100, from: null, to: null };
      await pushRecord(
        store,
        start,
        record(pod, times(values), { status: 'partial', linesSeen: 102, gaps: [gap], rotatedAway })
      );
      const { code, stderr } = await logs('part-bbbbb');
      expect(stderr).toContain(
        'Its log is in Loki in part: 2 of 102 lines. Missing: 100 lines, 12 kB, because the file was deleted before it was read.'
      );
      expect(stderr).toContain('Log rotation deleted 1 line (100 bytes) from the node');
      expect(code).toBe(0);
    });

    it('is found to be so where Loki gives less than it had acknowledged', async () => {
      const pod = run('short-bbbbb');
      await pushLines(store, pod, lines(start, 'one', 'two'));
      await pushRecord(store, start, record(pod, times(lines(start, 'one', 'two', 'three'))));
      const { stderr } = await logs('short-bbbbb');
      expect(stderr).toContain('Loki returned only 2 lines: 1 line that it had acknowledged is no longer stored');
      expect((await logs('short-bbbbb', '--since', '2h')).stderr).not.toContain('Loki returned');
    });

    it('is a failure where nothing of it is there', async () => {
      const pod = run('lost-bbbbb');
      const gap = { reason: 'gone-unread' as const, bytes: 5, lines: null, from: null, to: null };
      await pushRecord(store, start, record(pod, [], { status: 'lost', bytesSeen: 0, gaps: [gap] }));
      expect(await logs('lost-bbbbb')).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining('Its log is lost'),
      });
    });

    it('is none where the container wrote nothing', async () => {
      const pod = run('quiet-bbbbb');
      await pushRecord(store, start, record(pod, []));
      expect(await logs('quiet-bbbbb')).toMatchObject({
        code: 0,
        stdout: '',
        stderr: expect.stringContaining('The container wrote nothing.'),
      });
    });
  });

  describe('records', () => {
    it('that come later replace earlier ones', async () => {
      const pod = run('later-bbbbb');
      const values = lines(start, 'one');
      await pushLines(store, pod, values);
      await pushRecord(
        store,
        start + second,
        record(pod, times(values), { status: 'pending', final: false, ended: false, left: null })
      );
      await pushRecord(store, start + 2n * second, record(pod, times(values)));
      expect((await logs('later-bbbbb')).stderr).toContain('All of its log is in Loki');
      expect((await logs(pod.containerId ?? '')).stderr).toContain('All of its log is in Loki');
    });

    it('without a container id lead to the lines by the pod’s UID', async () => {
      const pod = run('noid-bbbbb', { containerId: null });
      const values = lines(start, 'one');
      await pushLines(store, pod, values);
      await pushRecord(store, start, record(pod, times(values)));
      const path = `/var/log/pods/job-test_noid-bbbbb_${pod.podUid}/main/0.log`;
      const { stdout, stderr } = await logs(
        `failed to try resolving symlinks in path "${path}": lstat ${path}: no such file or directory`
      );
      expect(stdout).toBe('one\n');
      expect(stderr).toContain(`| (pod_uid="${pod.podUid}" and restart="0")\n`);
    });

    it('include the lines that went out before the node showed the id', async () => {
      const pod = run('early-bbbbb', { containerId: id('ea4171') });
      const [early, late] = [lines(start, 'one', 'two'), lines(start + 2n * second, 'three')];
      await pushLines(store, { ...pod, containerId: null }, early);
      await pushLines(store, pod, late);
      await pushLines(store, { ...pod, containerId: null, restart: 1 }, lines(start + 3n * second, 'of another run'));
      const running = await logs(pod.containerId ?? '');
      expect(running.stdout).toBe('one\ntwo\nthree\n');
      await pushRecord(store, start + 60n * second, record(pod, times([...early, ...late])));
      expect((await logs(pod.containerId ?? '')).stdout).toBe('one\ntwo\nthree\n');
    });

    it('are not needed while a container runs: its id is found among the lines', async () => {
      const pod = run('running-bbbbb', { containerId: id('abcabcabc') });
      await pushLines(store, pod, lines(ago(10), 'still here'));
      expect((await logs('abcabcabc')).stdout).toBe('still here\n');
      expect((await logs(`containerd://${id('abcabcabc')}`)).stdout).toBe('still here\n');
    });
  });

  describe('a name in two namespaces', () => {
    it('is asked back', async () => {
      await pushLines(store, run('backup-0', { namespace: 'team-a' }), lines(start, 'a'));
      await pushLines(store, run('backup-0', { namespace: 'team-b', containerId: id('bb') }), lines(start, 'b'));
      expect(await logs('backup-0')).toMatchObject({
        code: 1,
        stdout: '',
        stderr: 'afterlog: pod/backup-0 is in 2 namespaces: say which with --namespace\n  team-a, team-b\n',
      });
      expect((await logs('backup-0', '-n', 'team-a')).stdout).toBe('a\n');
      expect(
        (await logs('backup-0', '-A', '-q')).stdout
          .split('\n')
          .map((line) => line.slice(-1))
          .sort()
      ).toEqual(['', 'a', 'b']);
      expect((await logs('team-b/backup-0')).stdout).toBe('b\n');
    });

    it('is asked back for the beginning of an id that several have', async () => {
      for (const end of ['1', '2']) {
        const pod = run(`twin-bbbb${end === '1' ? 'b' : 'c'}`, { containerId: id(`eeee00${end}`) });
        await pushRecord(store, start, record(pod, [start]));
      }
      const { code, stderr } = await logs('eeee00');
      expect(code).toBe(1);
      expect(stderr).toContain('2 container ids begin with eeee00: give more of it');
      expect(stderr).toContain(id('eeee001'));
    });
  });

  describe('nothing found', () => {
    it('says what was searched and how to search wider', async () => {
      const { code, stdout, stderr } = await logs('gone-bbbbb', '-n', 'job-test');
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain(`afterlog: nothing found for pod/gone-bbbbb\nSearched in Loki at ${store.url}:\n`);
      expect(stderr).toContain(
        '  {service_name="afterlog", record="container"} | pod="gone-bbbbb" | namespace="job-test"\n    from 20'
      );
      expect(stderr).toContain('  {namespace="job-test", workload="gone"} | pod="gone-bbbbb"\n');
      expect(stderr).toContain('--since 30d');
      expect(stderr).toContain('leave out --namespace');
      expect(stderr).toContain('job/gone-bbbbb');
    });

    it('names what is like it', async () => {
      expect((await logs('job/hello', '-n', 'jobtest')).stderr).toMatch(
        /Namespace jobtest has no records; job-test has (?:.*, )?job\/hello/
      );
      expect((await logs('hello-rtkpx')).stderr).toMatch(/Did you mean hello-rtkpw/);
      expect((await logs('job/hello', '--cluster', 'c2')).stderr).toContain(
        'Cluster c2 has no records; did you mean c1?'
      );
    });

    it('prints those that are found', async () => {
      const { code, stdout, stderr } = await logs(`for containerd://${containerId}for containerd://${id('9999')}`);
      expect(code).toBe(1);
      expect(stdout).toContain('last line\n');
      expect(stderr).toContain('nothing found for container 999900000000');
    });

    it('goes over to the pod that the paste names beside the id', async () => {
      const paste = `$ kubectl logs hello-rtkpw -n job-test\nunable to retrieve container logs for containerd://${id('9999')}`;
      expect(await logs(paste)).toMatchObject({ code: 0, stdout: expect.stringContaining('last line\n') });
    });

    it('says that a container which never started has no log', async () => {
      const { stderr } = await logs('container "main" in pod "wait-bbbbb" is waiting to start: ContainerCreating');
      expect(stderr).toContain('the container never started');
    });

    it('looks only where the time flags say', async () => {
      expect((await logs('hello-rtkpw', '--since', '5m')).code).toBe(1);
      const from = new Date(Number(start / 1_000_000n) + 1000).toISOString();
      const to = new Date(Number(start / 1_000_000n) + 2000).toISOString();
      expect((await logs('hello-rtkpw', '--from', from, '--to', to)).stdout).toBe('second line\n');
    });
  });

  describe('following', () => {
    it('prints what is there and what comes, until it is interrupted', async () => {
      const pod = run('follow-bbbbb');
      await pushLines(store, pod, lines(ago(20), 'one', 'two', 'three'));
      const pushes: Array<Promise<void>> = [];
      const args = ['logs', '-f', 'follow-bbbbb', '--tail', '2', '--loki.url', store.url];
      const { code, stdout, stderr } = await afterlog(args, {
        onOutput: (text, stop) => {
          if (text === 'two\nthree\n') {
            pushes.push(pushLines(store, pod, lines(ago(10), 'four')));
          } else if (text.endsWith('four\n')) {
            stop();
          }
        },
      });
      await Promise.all(pushes);
      expect(stdout).toBe('two\nthree\nfour\n');
      expect(stderr).not.toContain('at ');
      expect(code).toBe(0);
    });

    it('ends at once where nothing more can come', async () => {
      expect(await logs('-f', containerId)).toMatchObject({
        code: 0,
        stdout: 'Hello from rtkpw\nsecond line\nlast line\n',
      });
    });
  });

  it('stops without a word when nobody reads any more', async () => {
    const pod = run('long-bbbbb');
    for (let page = 0; page < 20; page++) {
      const from = start + BigInt(page) * second;
      await pushLines(
        store,
        pod,
        Array.from({ length: 1000 }, (_, i) => [from + BigInt(i), `line ${page}/${i} ${'x'.repeat(80)}`])
      );
    }
    const ran = await afterlog(['logs', 'long-bbbbb', '-q', '--loki.url', store.url], { head: true });
    expect(ran.stderr).toBe('');
    expect(ran.code).toBe(0);
    const all = await logs('long-bbbbb', '-q');
    expect(all.stdout.trim().split('\n')).toHaveLength(20_000);
    expect((await logs('long-bbbbb', '-q', '--tail', '7000')).stdout).toBe(
      all.stdout.split('\n').slice(-7001).join('\n')
    );
  });
});

describe('afterlog logs, wrongly asked', () => {
  it.each<[string[], RegExp]>([
    [['svc/web'], /no pod, Job, CronJob or container in "svc\/web"/],
    [['nodes "n1" not found'], /node n1 is gone, but not which pod/],
    [['x', '--since', 'yesterday'], /--since: invalid time "yesterday"/],
    [['x', '--since', '1h', '--from', '1h'], /exclude each other/],
    [['x', '--from', '1h', '--to', '2h'], /time range is empty/],
    [['x', '--restart', '1', '--previous'], /exclude each other/],
    [['x', '-f', '--to', '1h'], /cannot be combined with/],
    [['x', '-A', '-n', 'y'], /exclude each other/],
    [['x', '--all-containers', '-c', 'y'], /exclude each other/],
    [['x', '--since-time', 'yesterday'], /--since-time: invalid time "yesterday"/],
    [['x', '--timezone', 'Mars'], /unknown time zone "Mars"/],
    [['x', '--restart', 'one'], /--restart: invalid number "one"/],
    [['x', '--loki.url', 'nonsense'], /not a URL of a Loki/],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await afterlog(['logs', ...args]);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([1, '']);
  });

  it('says that nobody answers', async () => {
    const { code, stderr } = await afterlog(['logs', 'x', '--loki.url', 'http://127.0.0.1:1']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^afterlog: cannot reach Loki at http:\/\/127.0.0.1:1: .*ECONNREFUSED.*\nIs it running/);
  });

  it('says that no agent wrote to this Loki', async () => {
    const empty = await startTestStore();
    const { stderr } = await afterlog(['logs', 'x'], { env: { LOKI_ADDR: empty.url } });
    await empty.close();
    expect(stderr).toContain('No agent of Afterlog has written a record to this Loki');
  });
});
