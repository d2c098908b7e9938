import { workloadOf } from './workload';

test.each<[string, string, string | null, string]>([
  ['hello-xk2vd', 'hello', 'hello', 'a Job'],
  ['rotate-two-xk2vd', 'rotate-two', 'rotate-two', 'a Job with a hyphen'],
  ['tick-29591260-xk2vd', 'tick', 'tick-29591260', 'a CronJob of Kubernetes 1.21 and later'],
  ['tick-1795475700-xk2vd', 'tick', 'tick-1795475700', 'a CronJob before 1.21'],
  ['tick-29591260-7-xk2vd', 'tick', 'tick-29591260', 'an index below a CronJob’s time'],
  ['hello-0-xk2vd', 'hello', 'hello-0', 'an Indexed Job, or a Job named hello-0'],
  ['hello-99999-xk2vd', 'hello', 'hello-99999', 'a high index'],
  ['web-7d4b9c6f58-xk2vd', 'web', null, 'a Deployment'],
  ['web-0-7d4b9c6f58-xk2vd', 'web-0', null, 'a Deployment whose name ends in a number'],
  ['db-0', 'db', null, 'a StatefulSet'],
  ['coredns', 'coredns', null, 'a pod of its own'],
  ['hello-abcde', 'hello-abcde', null, 'a suffix with vowels is none'],
  ['-xk2vd', '-xk2vd', null, 'a suffix needs something before it'],
  ['nightly-backups-xk2vd', 'nightly-backups', 'nightly-backups', 'letters alone are no template hash'],
])('%s: workload %s, job %s (%s)', (pod, workload, job) => {
  expect(workloadOf(pod)).toEqual({ workload, job });
});

test('the pods of one Indexed Job share a workload', () => {
  const pods = Array.from({ length: 12 }, (_, index) => `batch-${index}-xk2vd`);
  expect(new Set(pods.map((pod) => workloadOf(pod).workload))).toEqual(new Set(['batch']));
});
