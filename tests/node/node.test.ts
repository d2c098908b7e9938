import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import * as z from 'zod';
import type { Confidence } from '../../model/cases';
import type { CaseJson } from '../../shipper/lookup/case-text';
import type { Cause } from '../../model/causes';
import { diskRecordSchema, gcRecordSchema, thresholdsRecordSchema } from '../../model/records';
import { environment } from './environment';
import { type Expected, expectedCases } from './expected-cases';
import { House } from './house';
import { Kubectl, POLL_MS } from './kubectl';
import { Comparison, printedBy } from './printed';
import { type Run, report, runKey, type Truth } from './story';
import { until } from '../testkit/until';
import { itemsOf } from '../testkit/json-list';

const NAMESPACE = 'job-test';
/** Times in the kubelet's log, and when the agent saw a file go. */
const LATE_MS = 2_000;
/** What a process can be killed with: a run that ended so has printed a beginning only. */
const SIGNALLED = 128;

/** How sure a cause has to be, where that is not `confirmed` or `strong`. */
const confidences: Partial<Record<Cause, Confidence[]>> = {
  C1: ['confirmed'],
  C15: ['strong', 'likely'],
  // Who deleted a pod only the audit log knows: that nobody else did is all there is to say.
  C6: ['strong', 'likely'],
};

jest.setTimeout(13 * 60_000);

/** Kubernetes 1.33 checks `nodes/configz` (KubeletFineGrainedAuthz), older kubelets `nodes/proxy`. */
const FINE_RIGHTS_MINOR = 33;

describe('Jobs on a real node whose disk fills up', () => {
  const node = environment();
  const kubectl = new Kubectl(node);
  let house: House;
  let truth: Truth;
  let expected: Map<string, Expected>;
  let cases: Map<string, CaseJson>;

  const nameOf = ({ pod, container, restart }: Run) => `${pod.name}/${container}/${restart}`;
  const reclaimed = () => [...expected.values()].filter(({ causes }) => causes.includes('C1'));
  /** What is wrong with each of them; nothing, if all is well. */
  const wrong = <T>(all: Iterable<T>, check: (one: T) => string | undefined) =>
    [...all].map(check).filter((problem) => problem !== undefined);

  beforeAll(async () => {
    house = await House.start(node, kubectl);
    truth = await report(node, kubectl, house);
    expected = expectedCases(truth);
    // What ended the watch tells within a minute; until then nobody can say why a log went, or whether more comes.
    const unsettled = () =>
      [...cases.values()].filter(({ cause, status }) => cause === 'unknown' || status === 'pending');
    await until(
      'each case to have a cause, and its whole log in Loki',
      async () => {
        const { stdout } = await house.ask(['cases', '-n', NAMESPACE, '-o', 'json']);
        cases = new Map((itemsOf(stdout) as CaseJson[]).map((one) => [one.id, one]));
        return unsettled().length === 0;
      },
      2 * 60_000,
      POLL_MS
    ).catch((error: unknown) => {
      // What nobody can explain is what somebody has to look at.
      process.stdout.write(`${JSON.stringify(unsettled(), undefined, 1)}\n`);
      throw error;
    });
    process.stdout.write((await house.ask(['cases', '-n', NAMESPACE])).stdout);
  });

  afterAll(async () => {
    await house?.stop();
  });

  test('the kubelet reclaimed the disk and took the containers of all finished pods', () => {
    expect(truth.reclaims.length).toBeGreaterThan(0);
    const jobs = reclaimed().map(({ run }) => run.pod.job);
    expect(jobs.filter((job) => job === 'hello')).toHaveLength(20);
    expect(jobs).toEqual(expect.arrayContaining(['report', 'migrate', 'longline', 'disk-pressure-test']));
  });

  test('kubectl logs answered with the error of the article, although the pods were still listed', () => {
    expect(truth.failures.filter(({ run }) => run.pod.job === 'hello')).toHaveLength(20);
    expect(
      wrong(truth.failures, ({ run, text }) =>
        text === `unable to retrieve container logs for containerd://${run.containerId}`
          ? undefined
          : `${nameOf(run)}: ${text.slice(0, 200)}`
      )
    ).toEqual([]);
  });

  test('afterlog logs prints every line of every container once, in order', async () => {
    const problems: string[] = [];
    let lines = 0;
    for (const run of truth.runs) {
      const printed = printedBy(run.pod.name, run.container);
      const streams = { stdout: new Comparison(printed.stdout), stderr: new Comparison(printed.stderr) };
      const { code, stderr } = await house.ask(['logs', run.containerId, '-n', NAMESPACE, '-o', 'jsonl'], (text) => {
        const { line, labels } = JSON.parse(text) as { line: string; labels: { stream: 'stdout' | 'stderr' } };
        streams[labels.stream].take(line);
        lines++;
      });
      const whole = run.exitCode !== null && run.exitCode < SIGNALLED;
      for (const problem of [
        code === 0 ? undefined : `exit code ${code}: ${stderr}`,
        streams.stdout.result(whole),
        streams.stderr.result(whole),
      ]) {
        if (problem !== undefined) {
          problems.push(`${nameOf(run)}: ${problem}`);
        }
      }
    }
    expect(problems).toEqual([]);
    process.stdout.write(`${truth.runs.length} containers, ${lines} lines, each there once\n`);
  });

  test('there is a case for each log that kubectl cannot show in full, and for no other', () => {
    const named = (keys: Iterable<string>) =>
      [...keys].map((key) => {
        const run = truth.runs.find((one) => runKey(one) === key);
        return run === undefined ? key : nameOf(run);
      });
    expect(named(cases.keys()).sort()).toEqual(named(expected.keys()).sort());
  });

  test('every log without a case can be read with kubectl', async () => {
    const others = truth.runs.filter((run) => !expected.has(runKey(run)));
    expect(others.length).toBeGreaterThan(0);
    for (const run of others) {
      const text = await kubectl.run('logs', '-n', NAMESPACE, run.pod.name, '-c', run.container);
      expect(text).not.toContain('unable to retrieve');
      expect(text).not.toBe('');
    }
  });

  test('each case has the right cause, time and status', () => {
    expect(
      wrong(expected.values(), ({ run, causes, between }) => {
        const found = cases.get(runKey(run));
        const at = Date.parse(found?.at ?? '');
        const inTime = between === undefined || (at >= between[0] - LATE_MS && at <= between[1] + LATE_MS);
        const isRight =
          found?.seen === true &&
          (found.status === 'complete' || found.status === 'rescued') &&
          causes.includes(found.cause) &&
          (confidences[found.cause] ?? ['confirmed', 'strong']).includes(found.confidence);
        return isRight && inTime ? undefined : `${nameOf(run)}, ${causes.join(' or ')}: ${JSON.stringify(found)}`;
      })
    ).toEqual([]);
    const causes = new Set([...cases.values()].map(({ cause }) => cause));
    expect([...causes].sort()).toEqual(['C1', 'C11', 'C15', 'C4', 'C6', 'C7', 'C8', 'C9'].sort());
  });

  test('afterlog explain takes the error that kubectl printed, and names the reclaim', async () => {
    const failure = truth.failures.find(({ run }) => run.pod.job === 'hello');
    const [reclaim] = truth.reclaims;
    const { code, stdout } = await house.ask(['explain', failure?.text ?? '']);
    expect(code).toBe(0);
    expect(stdout).toContain(failure?.run.pod.name);
    expect(stdout).toMatch(/Status +(?:complete|rescued)/);
    expect(stdout).toContain('to free disk on node-a');
    expect(stdout).toContain(
      `inside this reclaim the kubelet removed container ${failure?.run.containerId.slice(0, 12)}`
    );
    expect(stdout).toContain(`removed ${reclaim?.named.size} containers`);
  });

  test('afterlog explain has an answer for one of each cause', async () => {
    const one = new Map([...cases.values()].map((found) => [found.cause, found]));
    for (const { cause, namespace, pod, container, restart, sentence } of one.values()) {
      const which = ['-n', namespace, '-c', container, '--restart', String(restart)];
      const { code, stdout } = await house.ask(['explain', pod, ...which]);
      expect([code, stdout]).toEqual([0, expect.stringContaining(`Cause      ${cause} `)]);
      expect(stdout).toContain(sentence);
    }
  });

  test('the case of the rotated log has as many lines as the node lacks', async () => {
    const rotated = [...expected.values()].find(({ causes }) => causes.includes('C15'));
    const [oldest = ''] = truth.files.get(rotated === undefined ? '' : runKey(rotated.run)) ?? [];
    const found = cases.get(rotated === undefined ? '' : runKey(rotated.run));
    expect(found?.rotatedAway?.lines).toBe(Number(/seq=(\d+) /.exec(await firstLine(oldest))?.[1]));
  });

  test('the gc records name the containers that the kubelet named, the disk records its one disk', async () => {
    const gcs = (await house.records('gc', gcRecordSchema)).filter(({ trigger }) => trigger === 'eviction');
    expect(gcs.map(({ containers }) => containers.map(({ containerId }) => containerId).sort())).toEqual(
      truth.reclaims.map(({ named }) => [...named].sort())
    );
    const disks = await house.records('disk', diskRecordSchema);
    expect(new Set(disks.map(({ layout }) => layout))).toEqual(new Set(['single']));
    expect(disks.some(({ images }) => images !== null && images > 0)).toBe(true);
  });

  test('thresholds are read from a kubelet that knows the right nodes/configz, and else assumed with the reason', async () => {
    const [thresholds] = await house.records('thresholds', thresholdsRecordSchema);
    const minor = Number(/^v1\.(\d+)/.exec(thresholds?.kubeletVersion ?? '')?.[1]);
    expect(minor).toBeGreaterThan(0);
    if (minor >= FINE_RIGHTS_MINOR) {
      expect(thresholds).toMatchObject({ source: 'configz' });
    } else {
      expect(thresholds).toMatchObject({ source: 'assumed' });
      expect(thresholds?.reason).toMatch(/configz answered 403; needed: get on nodes\/configz/);
    }
  });

  test('a Job of 20 pods costs less than four records of 700 bytes a pod, and a record for each case', async () => {
    const lines = (await house.lines('{service_name="afterlog"}')).filter((line) => line.includes('hello'));
    const kindOf = (line: string) => (JSON.parse(line) as { kind: string }).kind;
    const kinds = [...new Set(lines.map(kindOf))].sort();
    const costs = kinds.map((kind) => {
      const own = lines.filter((line) => kindOf(line) === kind);
      return { kind, lines: own.length, bytes: own.reduce((sum, line) => sum + Buffer.byteLength(line), 0) };
    });
    const text = costs.map((cost) => `${cost.lines} ${cost.kind} with ${cost.bytes} bytes`).join(', ');
    process.stdout.write(`Job hello with 20 pods: ${text}\n`);
    // How often the watch's leader amends a case depends on what it read first.
    const reported = costs.filter(({ kind }) => kind !== 'case');
    const sum = (what: 'lines' | 'bytes') => reported.reduce((all, cost) => all + cost[what], 0);
    expect(sum('lines')).toBeLessThan(4 * 20);
    expect(sum('bytes')).toBeLessThan(4 * 20 * 700);
  });

  test('nothing went wrong on the way', async () => {
    // That the disk fills up the agent says as well; and a busy machine may keep a request waiting too long.
    const harmless = /a disk nears the point|sent again/;
    expect((await house.rejections()).filter((line) => !harmless.test(line))).toEqual([]);
  });

  test('with the right to read them, the thresholds are those in force', async () => {
    await kubectl.run('create', 'clusterrole', 'test-configz', '--verb=get', '--resource=nodes/proxy');
    const agent = '--serviceaccount=afterlog:afterlog-agent';
    await kubectl.run('create', 'clusterrolebinding', 'test-configz', '--clusterrole=test-configz', agent);
    // The kubelet remembers for half a minute what it refused.
    await new Promise((resolve) => setTimeout(resolve, 31_000));
    await house.restartAgent();
    const newest = async () => (await house.records('thresholds', thresholdsRecordSchema)).at(-1);
    await until('thresholds from /configz', async () => (await newest())?.source === 'configz', 60_000, POLL_MS);
    const raw: unknown = JSON.parse(await kubectl.run('get', '--raw', `/api/v1/nodes/${node.NODE_NAME}/proxy/configz`));
    const { kubeletconfig } = z
      .object({ kubeletconfig: z.looseObject({ evictionHard: z.record(z.string(), z.string()) }) })
      .parse(raw);
    expect(await newest()).toMatchObject({
      evictionHard: kubeletconfig.evictionHard,
      imageGcHighPercent: kubeletconfig.imageGCHighThresholdPercent,
      imageGcLowPercent: kubeletconfig.imageGCLowThresholdPercent,
      containerLogMaxFiles: kubeletconfig.containerLogMaxFiles,
    });
  });
});

async function firstLine(file: string): Promise<string> {
  const input = createReadStream(file);
  const lines = createInterface({ input: file.endsWith('.gz') ? input.pipe(createGunzip()) : input });
  for await (const line of lines) {
    input.destroy();
    return line;
  }
  return '';
}
