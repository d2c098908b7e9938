import type { ContainerState, PodState, RunState } from './pod';

/** What is kept of a pod as one text. Its UID is the key it is kept by; its deletion goes on beside it. */
export type PackedFields = Omit<PodState, 'uid' | 'deletionRequested' | 'deletionGrace'>;

/**
 * A hundred thousand pods as JavaScript objects take three times the memory that they take as texts, and a watch looks
 * at one of them only when it changes. Fields are told apart by their place, because their names would be most of it.
 */
export function packPod(pod: PackedFields): string {
  const { namespace, name, created, owner, node, phase, reason, message, scheduled, started } = pod;
  const packed: PackedTuple = [
    [namespace, name, created, owner, node, phase, reason, message, scheduled, started],
    [pod.disruption, pod.restartsAllContainers, pod.allContainersRestarts, pod.containers.map(packContainer)],
  ];
  return JSON.stringify(packed);
}

export function unpackPod(packed: string): PackedFields {
  const [head, [disruption, restartsAllContainers, allContainersRestarts, containers]] = JSON.parse(
    packed
  ) as PackedTuple;
  const [namespace, name, created, owner, node, phase, reason, message, scheduled, started] = head;
  return {
    namespace,
    name,
    created,
    owner,
    node,
    phase,
    reason,
    message,
    scheduled,
    started,
    disruption,
    restartsAllContainers,
    allContainersRestarts,
    containers: containers.map(unpackContainer),
  };
}

type Values<T, K extends ReadonlyArray<keyof T>> = { [I in keyof K]: T[K[I]] };
type PackedTuple = [
  Values<
    PodState,
    ['namespace', 'name', 'created', 'owner', 'node', 'phase', 'reason', 'message', 'scheduled', 'started']
  >,
  [PodState['disruption'], boolean, PodState['allContainersRestarts'], PackedContainer[]],
];
type PackedContainer = [
  ...Values<
    ContainerState,
    ['name', 'role', 'image', 'state', 'waiting', 'restarts', 'storageRequest', 'storageLimit']
  >,
  PackedRun[],
];
type PackedRun = Values<
  RunState,
  ['restart', 'containerId', 'started', 'finished', 'exitCode', 'signal', 'reason', 'message', 'removed']
>;

function packContainer(container: ContainerState): PackedContainer {
  const { name, role, image, state, waiting, restarts, storageRequest, storageLimit, runs } = container;
  return [name, role, image, state, waiting, restarts, storageRequest, storageLimit, runs.map(packRun)];
}

function unpackContainer(packed: PackedContainer): ContainerState {
  const [name, role, image, state, waiting, restarts, storageRequest, storageLimit, runs] = packed;
  return { name, role, image, state, waiting, restarts, storageRequest, storageLimit, runs: runs.map(unpackRun) };
}

function packRun(run: RunState): PackedRun {
  const { restart, containerId, started, finished, exitCode, signal, reason, message, removed } = run;
  return [restart, containerId, started, finished, exitCode, signal, reason, message, removed];
}

function unpackRun(packed: PackedRun): RunState {
  const [restart, containerId, started, finished, exitCode, signal, reason, message, removed] = packed;
  return { restart, containerId, started, finished, exitCode, signal, reason, message, removed };
}
