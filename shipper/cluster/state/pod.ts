import { fields, type Fields, latest, list, seconds, type SharedTexts, shortText, text, whole } from '../core/fields';
import { type Meta, metaOf } from './meta';

/** One run of a container. Times are seconds since 1970. */
export interface RunState {
  restart: number;
  containerId: string | null;
  started: number | null;
  finished: number | null;
  exitCode: number | null;
  signal: number | null;
  reason: string | null;
  message: string | null;
  removed: string | null;
}

export interface ContainerState {
  name: string;
  role: 'init' | 'sidecar' | 'main' | 'ephemeral';
  image: string | null;
  state: 'waiting' | 'running' | 'terminated' | 'unknown';
  waiting: string | null;
  restarts: number;
  runs: RunState[];
  storageRequest: string | null;
  storageLimit: string | null;
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';

/** A pod as far as it decides about logs: nothing of its environment, its volumes or its managed fields is kept. */
export interface PodState extends Meta {
  node: string | null;
  phase: PodPhase;
  reason: string | null;
  message: string | null;
  scheduled: number | null;
  started: number | null;
  disruption: { reason: string; message: string | null; at: number | null } | null;
  restartsAllContainers: boolean;
  allContainersRestarts: Stretch[];
  containers: ContainerState[];
}

/** From one time to another, either of which may be unknown. */
export interface Stretch {
  from: number | null;
  to: number | null;
}

const MESSAGE = 400;
const RUNS_KEPT = 8;
const phases: ReadonlySet<string> = new Set<PodPhase>(['Pending', 'Running', 'Succeeded', 'Failed']);

/** @returns undefined for what is no pod */
export function projectPod(object: unknown, shared: SharedTexts): PodState | undefined {
  const meta = metaOf(object, shared);
  if (meta === undefined) {
    return undefined;
  }
  const spec = fields(fields(object).spec);
  const status = fields(fields(object).status);
  return {
    ...meta,
    node: shared.of(text(spec.nodeName)),
    phase: phaseOf(status.phase),
    reason: shared.of(text(status.reason)),
    message: shortText(status.message, MESSAGE),
    scheduled: conditionTime(status.conditions, 'PodScheduled'),
    started: seconds(status.startTime),
    disruption: disruptionOf(status.conditions, shared),
    restartsAllContainers: [...list(spec.initContainers), ...list(spec.containers)].some(hasRestartAllRule),
    allContainersRestarts: restartOfAll(status),
    containers: containersOf(spec, status, shared),
  };
}

function phaseOf(value: unknown): PodPhase {
  return isPhase(value) ? value : 'Unknown';
}

function isPhase(value: unknown): value is PodPhase {
  return typeof value === 'string' && phases.has(value);
}

function condition(conditions: unknown, type: string): Fields | undefined {
  return list(conditions)
    .map(fields)
    .find((one) => one.type === type && one.status === 'True');
}

function conditionTime(conditions: unknown, type: string): number | null {
  return seconds(condition(conditions, type)?.lastTransitionTime);
}

function disruptionOf(conditions: unknown, shared: SharedTexts): PodState['disruption'] {
  const found = condition(conditions, 'DisruptionTarget');
  if (found === undefined) {
    return null;
  }
  const { reason, message, lastTransitionTime } = found;
  return {
    reason: shared.of(text(reason) ?? ''),
    message: shortText(message, MESSAGE),
    at: seconds(lastTransitionTime),
  };
}

/** Kubernetes 1.35 and newer: a rule that restarts the whole pod in place (C19). */
function hasRestartAllRule(container: unknown): boolean {
  return list(fields(container).restartPolicyRules).some((rule) => fields(rule).action === 'RestartAllContainers');
}

/** What the conditions say about a restart of all containers: that it goes on, or when the last one was over. */
function restartOfAll(status: Fields): Stretch[] {
  const found = list(status.conditions)
    .map(fields)
    .find(({ type }) => type === 'AllContainersRestarting');
  const at = seconds(found?.lastTransitionTime);
  if (found?.status === 'True') {
    return [{ from: at, to: null }];
  }
  // The condition is there from the start, with the time of the pod's first status.
  return found?.status === 'False' && JSON.stringify(status).includes(RESTARTING_ALL) ? [{ from: null, to: at }] : [];
}

const RESTARTING_ALL = 'RestartingAllContainers';

const groups = [
  { role: 'init', specs: 'initContainers', statuses: 'initContainerStatuses' },
  { role: 'main', specs: 'containers', statuses: 'containerStatuses' },
  { role: 'ephemeral', specs: 'ephemeralContainers', statuses: 'ephemeralContainerStatuses' },
] as const;

function containersOf(spec: Fields, status: Fields, shared: SharedTexts): ContainerState[] {
  const containers: ContainerState[] = [];
  for (const { role, specs, statuses } of groups) {
    const known = new Map(list(status[statuses]).map((one) => [text(fields(one).name), fields(one)]));
    for (const one of list(spec[specs]).map(fields)) {
      const name = text(one.name);
      if (name !== null) {
        const sidecar = role === 'init' && one.restartPolicy === 'Always';
        containers.push(containerOf(name, sidecar ? 'sidecar' : role, one, known.get(name) ?? {}, shared));
      }
    }
  }
  return containers;
}

function containerOf(
  name: string,
  role: ContainerState['role'],
  spec: Fields,
  status: Fields,
  shared: SharedTexts
): ContainerState {
  const state = fields(status.state);
  const restarts = Math.max(0, whole(status.restartCount) ?? 0);
  const { requests, limits } = fields(spec.resources);
  return {
    name: shared.of(name),
    role,
    image: shared.of(text(status.image) ?? text(spec.image)),
    state:
      'running' in state
        ? 'running'
        : 'terminated' in state
          ? 'terminated'
          : 'waiting' in state
            ? 'waiting'
            : 'unknown',
    waiting: shared.of(text(fields(state.waiting).reason)),
    restarts,
    runs: runsOf(status, state, restarts, shared),
    storageRequest: shared.of(text(fields(requests)['ephemeral-storage'])),
    storageLimit: shared.of(text(fields(limits)['ephemeral-storage'])),
  };
}

/** The runs that a container's status shows: the last one, and the one before it. */
function runsOf(status: Fields, state: Fields, restarts: number, shared: SharedTexts): RunState[] {
  const runs: RunState[] = [];
  const last = fields(fields(status.lastState).terminated);
  const hasLast = Object.keys(last).length > 0;
  if (hasLast) {
    // A container that waits for its restart shows its newest run as the last state, under the same id.
    const newest =
      text(last.containerID) !== null &&
      last.containerID === status.containerID &&
      !('running' in state) &&
      !('terminated' in state);
    runs.push(runOf(last, newest ? restarts : Math.max(0, restarts - 1), shared));
  }
  if ('running' in state || 'terminated' in state) {
    const current = fields(state.terminated ?? state.running);
    const run = runOf({ containerID: status.containerID, ...current }, restarts, shared);
    // An evicted pod's kubelet counts a restart for a container that it lost sight of, and then an end of that one too.
    if (!(hasLast && isPlaceholder(run) && isPlaceholder(runOf(last, restarts, shared)))) {
      runs.push(run);
    }
  }
  return runs;
}

/** What stands in a status for a run that the runtime no longer has: neither id nor times, only why. */
function isPlaceholder({ containerId, started, finished }: RunState): boolean {
  return containerId === null && started === null && finished === null;
}

function runOf(run: Fields, restart: number, shared: SharedTexts): RunState {
  const known = text(run.containerID) !== null || seconds(run.startedAt) !== null || seconds(run.finishedAt) !== null;
  return {
    restart,
    containerId: bareId(text(run.containerID)),
    started: seconds(run.startedAt),
    finished: seconds(run.finishedAt),
    exitCode: whole(run.exitCode),
    signal: whole(run.signal) || null,
    reason: shared.of(text(run.reason)),
    message: shortText(run.message, MESSAGE),
    removed: known ? null : shared.of(text(run.reason)),
  };
}

/** Container id without its runtime's prefix (`containerd://…`). */
function bareId(id: string | null): string | null {
  return id === null ? null : id.slice(id.indexOf('://') === -1 ? 0 : id.indexOf('://') + 3);
}

/**
 * What is known after a newer look at a pod: the API shows only the last two runs of a container, and an eviction by
 * Kubernetes 1.21 or older wipes the container statuses (docs/reference/kubernetes.md, C2), so what was seen before is
 * kept.
 */
export function mergePod(old: PodState, next: PodState): PodState {
  return {
    ...next,
    node: next.node ?? old.node,
    started: next.started ?? old.started,
    scheduled: next.scheduled ?? old.scheduled,
    disruption: next.disruption ?? old.disruption,
    deletionRequested: earliest(old.deletionRequested, next.deletionRequested),
    allContainersRestarts: mergeStretches(old.allContainersRestarts, next.allContainersRestarts),
    containers: next.containers.map((container) => {
      const before = old.containers.find(({ name }) => name === container.name);
      return before === undefined ? container : mergeContainer(before, container);
    }),
  };
}

/** The end of a stretch comes after its beginning, and tells no beginning itself. */
function mergeStretches(old: Stretch[], [next]: Stretch[]): Stretch[] {
  const last = old.at(-1);
  if (next === undefined || (last !== undefined && last.to === next.to && (next.from ?? last.from) === last.from)) {
    return old;
  }
  return last !== undefined && last.to === null && next.to !== null
    ? [...old.slice(0, -1), { from: last.from, to: next.to }]
    : [...old, next].slice(-RUNS_KEPT);
}

/** When a pod that ended ceased to be ready by its conditions, seconds since 1970; null where they do not tell. */
export function endByConditions(object: unknown): number | null {
  const conditions = list(fields(fields(object).status).conditions).map(fields);
  const disrupted = conditions.find(({ type, status }) => type === 'DisruptionTarget' && status === 'True');
  const unready = conditions.find(({ type, status }) => type === 'ContainersReady' && status === 'False');
  return seconds(disrupted?.lastTransitionTime) ?? seconds(unready?.lastTransitionTime);
}

/**
 * A pod with an end for each run whose own end the kubelet does not know, if the pod ended.
 * @param ends candidates, the best first: seconds since 1970; none before the run began is taken
 */
export function endRuns(pod: PodState, ends: ReadonlyArray<number | null>): PodState {
  if (!podEnded(pod)) {
    return pod;
  }
  const ended = (run: RunState): RunState => {
    const { started, finished } = run;
    const end = started === null ? undefined : ends.find((time) => time !== null && time >= started);
    return finished === null && end !== undefined ? { ...run, finished: end } : run;
  };
  return { ...pod, containers: pod.containers.map((one) => ({ ...one, runs: one.runs.map(ended) })) };
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

function mergeContainer(old: ContainerState, next: ContainerState): ContainerState {
  const newer = next.runs.map((run) => {
    const before = isPlaceholder(run) ? old.runs.find(({ restart }) => restart === run.restart) : undefined;
    return before === undefined ? run : withPlaceholder(before, run);
  });
  const runs = [...old.runs.filter((before) => !newer.some((run) => sameRun(before, run))), ...newer];
  return {
    ...next,
    image: next.image ?? old.image,
    restarts: Math.max(old.restarts, next.restarts),
    runs: runs.length > RUNS_KEPT ? runs.slice(-RUNS_KEPT) : runs,
  };
}

/** What was known of a run stays; where its end was not known, the placeholder tells it. */
function withPlaceholder(known: RunState, { exitCode, reason, message, removed }: RunState): RunState {
  return known.finished === null && known.exitCode === null
    ? { ...known, exitCode, reason, message, removed }
    : { ...known, removed };
}

const sameRun = (a: RunState, b: RunState) =>
  a.containerId !== null && b.containerId !== null ? a.containerId === b.containerId : a.restart === b.restart;

/** No container of it runs, and none will again. */
export function podEnded(pod: PodState): boolean {
  const over = pod.phase === 'Succeeded' || pod.phase === 'Failed';
  return over && !pod.containers.some(({ state }) => state === 'running');
}

/** End of the last container; null where the API does not report. */
export function podFinished(pod: PodState): number | null {
  return latest(...pod.containers.flatMap(({ runs }) => runs.map(({ finished }) => finished)));
}

/** The newest time that the pod reports: when what it shows now came to be. */
export function podChanged(pod: PodState): number | null {
  const runs = pod.containers.flatMap((container) => container.runs.flatMap((run) => [run.started, run.finished]));
  return latest(pod.created, pod.scheduled, pod.started, pod.deletionRequested, pod.disruption?.at, ...runs);
}
