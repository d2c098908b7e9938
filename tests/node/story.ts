import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Environment } from './environment';
import type { House } from './house';
import { POLL_MS, type Kubectl } from './kubectl';
import { type Reclaim, reclaimsIn } from './kubelet-log';
import { startedIn } from './containerd-log';
import { PodWatch, type SeenPod } from './pod-watch';
import { DELETED_PRINTS } from './printed';
import { until } from '../testkit/until';

const NAMESPACE = 'job-test';
const MINUTE = 60_000;

const conditionsSchema = z.object({
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })) }),
});
const jobSchema = z.object({
  status: z.object({
    succeeded: z.number().optional(),
    conditions: z.array(z.object({ type: z.string(), status: z.string() })).optional(),
  }),
});
const namesSchema = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });

/** One run of one container. */
export interface Run {
  pod: SeenPod;
  container: string;
  restart: number;
  containerId: string;
  /** null while it runs, and where the API never showed its end. */
  exitCode: number | null;
}

/** What `kubectl logs` printed for a run whose log the kubelet had reclaimed, and its exit code was 0. */
export interface Failure {
  run: Run;
  text: string;
}

/** What really happened, from kubectl, the logs of kubelet and containerd, and the node's disk; nothing of it from Afterlog. */
export interface Truth {
  /** Every run of every container of the namespace. */
  runs: Run[];
  reclaims: Reclaim[];
  /** `kubectl logs` right after the first reclaim, for runs that it took and whose pods were still there. */
  failures: Failure[];
  /** Runs whose log stands on the node at the end, by `<pod uid>/<container>/<restart>`: its files. */
  files: Map<string, string[]>;
}

/** The recorded Jobs once more: they run, the disk fills up, the kubelet reclaims, and time goes on. */
export async function report(environment: Environment, kubectl: Kubectl, house: House): Promise<Truth> {
  await kubectl.run('create', 'namespace', NAMESPACE);
  const watch = new PodWatch(kubectl, NAMESPACE);
  try {
    return await reportWatched(environment, kubectl, house, watch);
  } finally {
    watch.kill();
  }
}

async function reportWatched(
  environment: Environment,
  kubectl: Kubectl,
  house: House,
  watch: PodWatch
): Promise<Truth> {
  const jobs = new Jobs(kubectl);
  step('Jobs of every kind run');
  await kubectl.applyJobs('1-jobs.yaml');
  await jobs.ended('hello');
  await jobs.ended('report');

  step('three Jobs bring images, one fills the disk');
  await kubectl.importImages();
  await kubectl.applyJobs('2-fill-disk.yaml');
  const reclaims = () => reclaimsIn(environment.KUBELET_LOG, environment.CONTAINERD_LOG);
  // Not only begun: on a busy machine the kubelet takes seconds to remove what ended.
  const isOver = () => reclaims().some(({ removed }) => removed.size > 0);
  await until('a reclaim that took containers to be over', isOver, 5 * MINUTE, POLL_MS);
  await until('DiskPressure', async () => (await diskPressure(kubectl, environment)) === 'True', MINUTE, POLL_MS);

  step('kubectl logs has nothing to show');
  const failures = await kubectlLogs(kubectl, taken(runsOf(environment, watch), reclaims()));

  step('the agent is killed, and starts again');
  await house.restartAgent();

  step('the pressure ends');
  await until(
    'no DiskPressure',
    async () => (await diskPressure(kubectl, environment)) === 'False',
    5 * MINUTE,
    POLL_MS
  );
  await kubectl.importImages();
  await jobs.remove('disk-pressure-test');

  step('one Job is rotated, one deleted, and a pod too');
  await kubectl.applyJobs('3-rotate.yaml');
  await jobs.run('deleted-by-hand', `echo ${DELETED_PRINTS}`);
  await jobs.ended('deleted-by-hand');
  await jobs.remove('deleted-by-hand');
  const web = [...watch.pods.values()].find(({ name, deleted }) => name.startsWith('web-') && !deleted);
  await kubectl.run('delete', 'pod', '-n', NAMESPACE, '--wait=false', web?.name ?? '');
  await jobs.ended('rotate');

  step('the CronJob has forgotten a Job, and the kubelet cleans up');
  const forgotten = () => {
    const runs = runsOf(environment, watch);
    const reclaimed = taken(runs, reclaims());
    return runs.some((run) => run.pod.deleted && run.pod.job?.startsWith('tick-') && !reclaimed.includes(run));
  };
  await until('a Job of the CronJob to be deleted with its log', forgotten, 3 * MINUTE, POLL_MS);
  await kubectl.run('patch', 'cronjob', 'tick', '-n', NAMESPACE, '-p', '{"spec":{"suspend":true}}');
  await until('its last Job to remain alone', () => isAlone(watch, 'tick-'), 2 * MINUTE, POLL_MS);
  await until(
    'the logs of deleted pods to go',
    async () => (await leftovers(environment, watch)).length === 0,
    3 * MINUTE,
    POLL_MS
  );
  await until('the accounts of all that went', () => isAccountedFor(environment, watch, house), MINUTE, POLL_MS);

  await watch.stop();
  const runs = runsOf(environment, watch);
  return { runs, reclaims: reclaims(), failures, files: await filesOf(environment, runs) };
}

function step(what: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`);
}

class Jobs {
  constructor(private readonly kubectl: Kubectl) {}

  async run(name: string, script: string): Promise<void> {
    const container = { name, image: 'busybox', imagePullPolicy: 'IfNotPresent', command: ['sh', '-c', script] };
    await this.kubectl.create({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, namespace: NAMESPACE },
      spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } },
    });
  }

  async ended(name: string): Promise<void> {
    const isOver = async () => {
      const { status } = await this.kubectl.json(jobSchema, 'get', 'job', name, '-n', NAMESPACE);
      return status.conditions?.some(({ type, status }) => type === 'Complete' && status === 'True') === true;
    };
    await until(`Job ${name} to complete`, isOver, 4 * MINUTE, POLL_MS);
  }

  async remove(name: string): Promise<void> {
    await this.kubectl.run('delete', 'job', name, '-n', NAMESPACE);
  }
}

async function diskPressure(kubectl: Kubectl, { NODE_NAME }: Environment): Promise<string | undefined> {
  const { status } = await kubectl.json(conditionsSchema, 'get', 'node', NODE_NAME);
  return status.conditions.find(({ type }) => type === 'DiskPressure')?.status;
}

/** Every run of the watched pods that there was so far: what containerd started, with what the API showed of it. */
function runsOf({ CONTAINERD_LOG }: Environment, { pods, exitCodes }: PodWatch): Run[] {
  return startedIn(CONTAINERD_LOG).flatMap(({ podUid, container, restart, containerId }) => {
    const pod = pods.get(podUid);
    return pod === undefined
      ? []
      : [{ pod, container, restart, containerId, exitCode: exitCodes.get(containerId) ?? null }];
  });
}

/** The runs that the reclaims took. */
function taken(runs: readonly Run[], reclaims: readonly Reclaim[]): Run[] {
  return runs.filter(({ containerId }) => reclaims.some(({ removed }) => removed.has(containerId)));
}

/** Asks kubectl as a user would, for each of the pods that are still listed. */
async function kubectlLogs(kubectl: Kubectl, runs: readonly Run[]): Promise<Failure[]> {
  const { items } = await kubectl.json(namesSchema, 'get', 'pods', '-n', NAMESPACE);
  const listed = new Set(items.map(({ metadata }) => metadata.name));
  const failures: Failure[] = [];
  for (const run of runs.filter(({ pod }) => listed.has(pod.name))) {
    failures.push({ run, text: await kubectl.run('logs', '-n', NAMESPACE, run.pod.name, '-c', run.container) });
  }
  return failures;
}

const directoryOf = ({ pod: { namespace, name, uid }, container }: Run) =>
  join(`${namespace}_${name}_${uid}`, container);

/** The files of each run that are on the node, the newest last. */
async function filesOf({ PODS_DIR }: Environment, runs: readonly Run[]): Promise<Map<string, string[]>> {
  const files = new Map<string, string[]>();
  for (const run of runs) {
    const directory = join(PODS_DIR, directoryOf(run));
    const names = await readdir(directory).catch(() => []);
    const own = names.filter((name) => name.startsWith(`${run.restart}.log`)).sort();
    if (own.length > 0) {
      // `0.log` is the one that was written to last.
      files.set(
        runKey(run),
        [...own.slice(1), ...own.slice(0, 1)].map((name) => join(directory, name))
      );
    }
  }
  return files;
}

export function runKey({ pod, container, restart }: Run): string {
  return `${pod.uid}/${container}/${restart}`;
}

/** One pod of these Jobs is left, and it has ended. */
function isAlone(watch: PodWatch, jobs: string): boolean {
  const left = [...watch.pods.values()].filter(({ job, deleted }) => !deleted && job?.startsWith(jobs));
  return left.length === 1 && left[0]?.phase === 'Succeeded';
}

/** Pod directories of pods that are gone from the API. */
async function leftovers({ PODS_DIR }: Environment, watch: PodWatch): Promise<string[]> {
  const names = await readdir(PODS_DIR);
  return names.filter((name) => watch.pods.get(name.split('_').at(-1) ?? '')?.deleted === true);
}

/** The agent has told of every log that went, and Loki has all that stands on the node and can no longer grow. */
async function isAccountedFor(environment: Environment, watch: PodWatch, house: House): Promise<boolean> {
  const runs = runsOf(environment, watch);
  const there = await filesOf(environment, runs);
  const containerRecords = new Map(
    (await house.containerRecords()).map((containerRecord) => [containerRecord.id, containerRecord])
  );
  return runs.every((run) => {
    const containerRecord = containerRecords.get(runKey(run));
    return there.has(runKey(run))
      ? run.exitCode === null || containerRecord?.bytesAcked === containerRecord?.bytesSeen
      : containerRecord?.final !== false;
  });
}
