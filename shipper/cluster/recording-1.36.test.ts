import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PodRecord } from '../../model/records';
import { recordedEvents } from './testing/recording';
import { atTheEnd, replay } from './testing/replayed';

const RECORDING = 'disk-pressure-1.36';
interface Truth {
  pod: string;
  uid: string;
  container: string;
  restart: number;
  id: string;
  cause: string | null;
}
const truth = readFileSync(join(__dirname, '../../tests/recording', RECORDING, 'ground-truth.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Truth);

const records = replay(recordedEvents(RECORDING));
const pods = new Map(atTheEnd(records, 'pod').map((pod) => [pod.id, pod]));
const jobs = new Map(atTheEnd(records, 'job').map((job) => [job.job, job]));
const runsOf = ({ uid, container }: Pick<Truth, 'uid' | 'container'>) =>
  pods.get(uid)?.containers.find(({ name }) => name === container)?.runs ?? [];
const podNamed = (name: string): PodRecord | undefined => [...pods.values()].find(({ pod }) => pod === name);

/** A moment of the recording's day as records write it. */
const at = (clock: string) => `2026-11-28T${clock}.000000000Z`;

describe('the recorded cluster of Kubernetes 1.36, as records', () => {
  it.each(truth)('has run $restart of $pod/$container under its container id', ({ restart, id, ...where }) => {
    expect(runsOf(where)).toContainEqual(expect.objectContaining({ restart, containerId: id }));
  });

  it('has no run that did not take place', () => {
    const known = new Set(truth.map(({ uid, container, restart }) => `${uid}/${container}/${restart}`));
    const reported = [...pods.values()].flatMap(({ id, containers }) =>
      containers.flatMap(({ name, runs }) => runs.map(({ restart }) => `${id}/${name}/${restart}`))
    );
    expect(reported.filter((run) => !known.has(run))).toEqual([]);
  });

  it('tells the restart of all containers in place, and which runs it took', () => {
    const pod = podNamed('restartall');
    expect(pod?.allContainersRestarts).toEqual([{ from: at('20:45:56'), to: at('20:45:59') }]);
    const removed = pod?.containers.map(({ name, runs }) => [name, ...runs.map((run) => run.removed)]);
    expect(removed).toEqual([
      ['init', 'RestartingAllContainers', null],
      ['watcher', 'RestartingAllContainers', null],
      ['worker', 'RestartingAllContainers', null],
    ]);
    const [init] = pod?.containers ?? [];
    expect(init?.runs[0]).toMatchObject({ exitCode: 0, reason: 'Completed', finished: at('20:45:47') });
  });

  it('knows the end of a container that the kubelet lost sight of in an eviction', () => {
    const [main] = podNamed('hog2-cqm2n')?.containers ?? [];
    expect(main?.runs).toMatchObject([
      { restart: 0, started: at('20:55:08'), finished: at('20:55:17'), removed: 'ContainerStatusUnknown' },
    ]);
  });

  it('tells what a Job was at which time, and not only what it is', () => {
    expect(jobs.get('pausing')?.transitions.map((one) => [one.to, one.at])).toEqual([
      ['suspended', at('20:46:00')],
      ['resumed', at('20:46:12')],
      ['success-criteria-met', at('20:47:37')],
      ['complete', at('20:47:37')],
    ]);
    expect(jobs.get('successpolicy')?.transitions.map((one) => [one.to, one.at, one.reason])).toEqual([
      ['success-criteria-met', at('20:45:55'), 'SuccessPolicy'],
      ['complete', at('20:45:59'), 'SuccessPolicy'],
    ]);
  });

  it('knows who deleted the pods that went while they were active', () => {
    const by = (name: string) => podNamed(name)?.deletion?.by;
    const deleted = truth.filter(({ cause }) => cause === 'C9').map(({ pod }) => by(pod));
    expect(deleted).toHaveLength(6);
    expect(new Set(deleted)).toEqual(new Set(['job-controller']));
    expect(by('drained')).toBe('drain');
    expect(by('bare')).toBe('unknown');
  });
});
