import { type Case, Coverage, type DiskPressure, type Interval } from '../../../model/cases';
import { ms } from '../../../model/cases/moment';
import type { RecordSet } from '../../data/records';
import { type Crossing, crossingsOf } from './crossings';
import { type DiskUse, diskUse, sampleTimes } from './disk-use';
import type { TimelineInput } from './input';
import { nodeKey } from './node-key';
import { type NodeMark, nodeMarks } from './node-marks';
import { type Limits, limitsOf } from './node-limits';
import { type Unobserved, unobservedOf } from './unobserved';

/** What is drawn above the Job runs of a node. Milliseconds since 1970; parts of a capacity are 0–1. */
export interface NodeLane {
  /** `nodeKey()`. */
  key: string;
  cluster: string;
  node: string;
  disk: DiskUse;
  /** What was in force, by when it began, oldest first. */
  limits: Limits[];
  /** What the kubelet itself found when it acted, oldest first. */
  crossings: Crossing[];
  /** Stretches of disk pressure, oldest first. */
  pressures: DiskPressure[];
  /** What nobody observed, oldest first. */
  unobserved: Unobserved[];
  /** Oldest first. */
  marks: NodeMark[];
}

/** The lanes of all nodes that the records name, by `nodeKey()`. */
export function nodeLanes(input: TimelineInput): Map<string, NodeLane> {
  const { records, cases, pressures, isReading = false } = input;
  const lanes = new Map<string, NodeLane>();
  const nodesOf = new Map<string, Set<string>>();
  const see = ({ cluster, node }: { cluster: string; node: string | null }) => {
    if (node !== null) {
      nodesOf.set(cluster, (nodesOf.get(cluster) ?? new Set()).add(node));
    }
  };
  [records.nodes, records.disks, records.thresholds, records.gcs, pressures].forEach((all) => all.forEach(see));
  records.containers.forEach(see);
  records.pods.forEach(see);

  const disks = byNode(records.disks);
  const thresholds = byNode(records.thresholds);
  const stretches = byNode(pressures);
  const marks = nodeMarks(records, cases as Case[]);
  const states = byNode(records.nodes);
  const gcs = byNode(records.gcs);
  const events = byNode(records.events.map((event) => ({ ...event, node: event.node ?? nodeNamed(event) })));
  const evicted = byNode(records.pods.filter(({ reason }) => reason === 'Evicted'));
  const coverage = coverageOf(records);
  for (const [cluster, node] of [...nodesOf].flatMap(([cluster, own]) =>
    [...own].map((node) => [cluster, node] as const)
  )) {
    const key = nodeKey(cluster, node);
    const samples = disks.get(key) ?? [];
    const state = states.get(key)?.findLast((one) => one.about === 'node');
    const version = state?.about === 'node' ? state.kubeletVersion : null;
    // Nothing is assumed of thresholds, and nothing called unobserved, that may be among the records to come.
    const limits =
      isReading && !thresholds.has(key) ? [] : limitsOf(thresholds.get(key) ?? [], samples.at(-1), version);
    const times = sampleTimes(samples);
    const within = isReading ? undefined : existence(input, times, state);
    const unobserved = within === undefined ? [] : unobservedOf(coverage, cluster, node, times, within);
    const disk = diskUse(
      samples,
      unobserved.filter(({ what }) => what === 'agent'),
      input.now
    );
    lanes.set(key, {
      ...{ key, cluster, node, disk, limits, unobserved },
      crossings: crossingsOf(gcs.get(key) ?? [], events.get(key) ?? [], evicted.get(key) ?? [], disk, limits),
      pressures: stretches.get(key) ?? [],
      marks: marks.get(key) ?? [],
    });
  }
  return lanes;
}

const nodeNamed = ({ object }: RecordSet['events'][number]) => (object.kind === 'Node' ? object.name : null);

/** What was read, as far as the node existed then; from its first sample where nobody says what was read. */
function existence(
  { read, now }: TimelineInput,
  times: Float64Array,
  state: RecordSet['nodes'][number] | undefined
): Interval | undefined {
  const [created, removed] = state?.about === 'node' ? [ms(state.created), ms(state.removed)] : [];
  const from = Math.max(read?.from ?? times[0] ?? Infinity, created ?? -Infinity);
  const to = Math.min(read?.to ?? now, now, removed ?? Infinity);
  return from < to ? { from, to } : undefined;
}

/** Who was observing when. Without heartbeats, an agent was there where it wrote something. */
function coverageOf({ heartbeats, watches, disks, thresholds, containers }: RecordSet): Coverage {
  const signs = new Map<string, number[]>();
  const sign = (cluster: string, node: string, time: string | undefined) => {
    const moment = ms(time);
    if (moment !== undefined) {
      const key = nodeKey(cluster, node);
      const own = signs.get(key);
      if (own) {
        own.push(moment);
      } else {
        signs.set(key, [moment]);
      }
    }
  };
  [...disks, ...thresholds].forEach(({ cluster, node, time }) => sign(cluster, node, time));
  containers.forEach(({ cluster, node, left }) => sign(cluster, node, left?.at));
  signs.forEach((own) => own.sort((a, b) => a - b));
  return new Coverage(heartbeats, watches, signs);
}

/** Things by their node; those of none are left out. */
function byNode<T extends { cluster: string; node: string | null }>(all: readonly T[]): Map<string, T[]> {
  const map = new Map<string, T[]>();
  for (const one of all) {
    if (one.node !== null) {
      const key = nodeKey(one.cluster, one.node);
      const own = map.get(key);
      if (own) {
        own.push(one);
      } else {
        map.set(key, [one]);
      }
    }
  }
  return map;
}
