import type { JobState, TransitionState } from '../state/job';
import type { PodState } from '../state/pod';
import { type JobDeletionFacts, whoDeletedJob } from './who-deleted-job';
import { type PodDeletionFacts, whoDeletedPod } from './who-deleted-pod';

const finished = Date.parse('2026-11-23T12:00:00Z') / 1000;
const meta = {
  uid: 'u',
  namespace: 'n',
  name: 'x',
  created: finished - 60,
  deletionRequested: null,
  deletionGrace: null,
  owner: null,
};
const job: JobState = {
  ...meta,
  parallelism: 1,
  completions: 1,
  backoffLimit: 6,
  activeDeadlineSeconds: null,
  ttlSecondsAfterFinished: null,
  suspended: false,
  started: finished - 60,
  finished,
  result: 'complete',
  reason: null,
  message: null,
  active: 0,
  succeeded: 1,
  failed: 0,
  transitions: [],
};
const pod: PodState = {
  ...meta,
  node: 'node-a',
  phase: 'Succeeded',
  reason: null,
  message: null,
  scheduled: null,
  started: null,
  disruption: null,
  restartsAllContainers: false,
  allContainersRestarts: [],
  containers: [],
};
const cronJob = {
  ...meta,
  name: 'cron',
  schedule: null,
  concurrencyPolicy: null,
  successfulHistoryLimit: 3,
  failedHistoryLimit: 1,
};
const hint = { at: finished, text: 'event …' };

const ofJob = (more: Partial<JobDeletionFacts>) =>
  whoDeletedJob({
    job,
    at: finished + 100,
    cronJobEvent: undefined,
    cronJob: undefined,
    cronJobGone: null,
    youngerSiblings: null,
    seen: true,
    ...more,
  }).by;
const ofPod = (more: Partial<PodDeletionFacts>) =>
  whoDeletedPod({
    pod,
    at: finished + 100,
    seen: true,
    taintEvent: undefined,
    preemptionEvent: undefined,
    jobEvent: undefined,
    controllerEvent: undefined,
    job: undefined,
    jobDeletion: undefined,
    nodeGone: null,
    taints: [],
    youngerEndedPods: 10,
    ...more,
  }).by;

describe('whoDeletedJob', () => {
  const ttl = { ...job, ttlSecondsAfterFinished: 100 };
  it.each<[string, Partial<JobDeletionFacts>, string]>([
    ['its TTL ran out just then', { job: ttl }, 'ttl'],
    ['its TTL had not run out', { job: ttl, at: finished + 50 }, 'unknown'],
    ['its TTL had long run out', { job: ttl, at: finished + 5000 }, 'unknown'],
    ['its TTL ran out while nobody watched', { job: ttl, at: finished + 5000, seen: false }, 'ttl'],
    ['its CronJob said so', { cronJobEvent: hint }, 'history-limit'],
    ['its CronJob said so while it was active', { cronJobEvent: hint, job: { ...job, result: 'running' } }, 'replaced'],
    ['its CronJob was gone before', { cronJobGone: finished + 99 }, 'owner'],
    ['its CronJob went later', { cronJobGone: finished + 300 }, 'unknown'],
    ['it was one too many', { cronJob, youngerSiblings: 3 }, 'history-limit'],
    ['it was not one too many', { cronJob, youngerSiblings: 2 }, 'unknown'],
    [
      'a failed one was one too many',
      { cronJob, youngerSiblings: 1, job: { ...job, result: 'failed' } },
      'history-limit',
    ],
    ['nothing explains it', {}, 'unknown'],
  ])('%s', (_, facts, by) => expect(ofJob(facts)).toBe(by));
});

describe('whoDeletedPod', () => {
  const disrupted = (reason: string, message = '') => ({ pod: { ...pod, disruption: { reason, message, at: null } } });
  const taint = { key: 'node.kubernetes.io/unreachable', value: null, effect: 'NoExecute', added: finished - 200 };
  const active: PodState = { ...pod, phase: 'Running' };
  const turned = (to: TransitionState['to'], more: Partial<TransitionState> = {}): TransitionState => ({
    ...{ at: finished, to, reason: null, before: null, value: null },
    ...more,
  });
  const failed: JobState = {
    ...job,
    result: 'failed',
    transitions: [turned('failed', { reason: 'BackoffLimitExceeded' })],
  };
  const scaled = (before: number, value: number): JobState => ({
    ...job,
    transitions: [turned('parallelism', { before, value }), turned('complete', { at: finished + 90 })],
  });
  it.each<[string, Partial<PodDeletionFacts>, string]>([
    ['the eviction API', disrupted('EvictionByEvictionAPI'), 'drain'],
    ['the taint manager', disrupted('DeletionByTaintManager'), 'taint'],
    ['the scheduler', disrupted('PreemptionByScheduler'), 'preemption'],
    ['PodGC for a node that is gone', disrupted('DeletionByPodGC', 'PodGC: node no longer exists'), 'node-gone'],
    ['PodGC for another reason', disrupted('DeletionByPodGC', 'PodGC: node is out of service'), 'podgc'],
    ['a kubelet that only ended it', disrupted('TerminationByKubelet'), 'unknown'],
    ['an Event of the taint manager', { taintEvent: hint }, 'taint'],
    ['an Event of the scheduler', { preemptionEvent: hint }, 'preemption'],
    ['an Event of its Job', { jobEvent: hint }, 'job-controller'],
    ['an Event of its ReplicaSet', { controllerEvent: hint }, 'controller'],
    ['a node that was gone before', { nodeGone: finished + 90 }, 'node-gone'],
    ['a node that went later', { nodeGone: finished + 900 }, 'unknown'],
    [
      'its Job, for the same reason',
      { jobDeletion: { at: finished + 99, finding: { by: 'ttl', evidence: [] } } },
      'ttl',
    ],
    [
      'its Job, for no known reason',
      { jobDeletion: { at: finished + 99, finding: { by: 'unknown', evidence: [] } } },
      'owner',
    ],
    ['its failed Job, while it was active', { pod: active, job: failed, at: finished + 1 }, 'job-controller'],
    ['its failed Job, long after', { pod: active, job: failed }, 'unknown'],
    ['its failed Job, but it had ended', { job: failed, at: finished + 1 }, 'unknown'],
    ['its suspended Job', { pod: active, job: { ...job, finished: null, suspended: true } }, 'job-controller'],
    [
      'its Job, suspended then and complete now',
      {
        pod: active,
        job: { ...job, transitions: [turned('suspended', { at: finished - 40 }), turned('complete')] },
        at: finished - 39,
      },
      'job-controller',
    ],
    ['its Job, scaled down then', { pod: active, job: scaled(3, 1), at: finished + 1 }, 'job-controller'],
    ['its Job, scaled up then', { pod: active, job: scaled(1, 3), at: finished + 1 }, 'unknown'],
    [
      'its Job, resumed then',
      { pod: active, job: { ...job, transitions: [turned('resumed')] }, at: finished + 1 },
      'unknown',
    ],
    ['a node that was unreachable for 300 s', { taints: [taint] }, 'taint'],
    ['a node that was unreachable for longer', { taints: [{ ...taint, added: finished - 900 }] }, 'unknown'],
    ['too many ended pods', { youngerEndedPods: 12_500 }, 'podgc'],
    ['too many ended pods, but it was not the oldest', { youngerEndedPods: null }, 'unknown'],
    ['too few ended pods', { youngerEndedPods: 12_499 }, 'unknown'],
    ['too many ended pods, but it had not ended', { pod: active, youngerEndedPods: 12_500 }, 'unknown'],
    ['nobody known', {}, 'unknown'],
  ])('%s', (_, facts, by) => expect(ofPod(facts)).toBe(by));
});
