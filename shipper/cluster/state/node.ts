import { fields, flag, list, seconds, type SharedTexts, shortText, text } from '../core/fields';
import { type Meta, metaOf } from './meta';

export interface ConditionState {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string | null;
  message: string | null;
  /** lastTransitionTime, seconds since 1970. */
  since: number | null;
}

export interface TaintState {
  key: string;
  value: string | null;
  effect: string;
  added: number | null;
}

/** A node. Times are seconds since 1970. */
export interface NodeState extends Meta {
  bootId: string | null;
  systemUuid: string | null;
  kubeletVersion: string | null;
  runtimeVersion: string | null;
  osImage: string | null;
  ephemeralStorage: string | null;
  unschedulable: boolean;
  labels: Record<string, string>;
  taints: TaintState[];
  conditions: ConditionState[];
}

const MESSAGE = 200;
/** Labels of a node that are kept, and the length of their keys and values together. */
const MOST_LABELS = 40;
const MOST_LABEL_TEXT = 2000;
/** Each node has another value, or each a hundred of them: hardware that node-feature-discovery found. */
const IS_OF_NO_POOL = /^(?:kubernetes\.io\/hostname|beta\.kubernetes\.io\/.*|feature\.node\.kubernetes\.io\/.*)$/;
/** What clouds and tools name pools by; these are kept first. */
const IS_OF_POOL = /pool|group|provisioner|node-role|instance-type|zone|topology/i;

/** @returns undefined for what is no node */
export function projectNode(object: unknown, shared: SharedTexts): NodeState | undefined {
  const meta = metaOf(object, shared);
  if (meta === undefined) {
    return undefined;
  }
  const spec = fields(fields(object).spec);
  const status = fields(fields(object).status);
  const info = fields(status.nodeInfo);
  return {
    ...meta,
    bootId: text(info.bootID),
    systemUuid: text(info.systemUUID),
    kubeletVersion: shared.of(text(info.kubeletVersion)),
    runtimeVersion: shared.of(text(info.containerRuntimeVersion)),
    osImage: shared.of(text(info.osImage)),
    ephemeralStorage: shared.of(text(fields(status.capacity)['ephemeral-storage'])),
    unschedulable: flag(spec.unschedulable),
    labels: labelsOf(fields(fields(object).metadata).labels, shared),
    taints: list(spec.taints).flatMap((taint) => taintOf(taint, shared)),
    conditions: list(status.conditions).flatMap((condition) => conditionOf(condition, shared)),
  };
}

/** In the order of their keys, those that name pools before others if not all fit. */
function labelsOf(object: unknown, shared: SharedTexts): Record<string, string> {
  const labels = Object.entries(fields(object)).flatMap(([key, value]): Array<[string, string]> => {
    return typeof value !== 'string' || IS_OF_NO_POOL.test(key) ? [] : [[key, value]];
  });
  const rank = ([key]: [string, string]) => (IS_OF_POOL.test(key) ? 0 : 1);
  const kept: Array<[string, string]> = [];
  let length = 0;
  for (const [key, label] of labels.sort((a, b) => rank(a) - rank(b) || (a[0] < b[0] ? -1 : 1))) {
    length += key.length + label.length;
    if (kept.length < MOST_LABELS && length <= MOST_LABEL_TEXT) {
      kept.push([shared.of(key), shared.of(label)]);
    }
  }
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function taintOf(taint: unknown, shared: SharedTexts): TaintState[] {
  const { key, value, effect, timeAdded } = fields(taint);
  const name = text(key);
  return name === null
    ? []
    : [{ key: shared.of(name), value: text(value), effect: shared.of(text(effect) ?? ''), added: seconds(timeAdded) }];
}

function conditionOf(condition: unknown, shared: SharedTexts): ConditionState[] {
  const { type, status, reason, message, lastTransitionTime } = fields(condition);
  const name = text(type);
  if (name === null || (status !== 'True' && status !== 'False' && status !== 'Unknown')) {
    return [];
  }
  return [
    {
      type: shared.of(name),
      status,
      reason: shared.of(text(reason)),
      message: shared.of(shortText(message, MESSAGE)),
      since: seconds(lastTransitionTime),
    },
  ];
}

const pressures: ReadonlySet<string> = new Set(['DiskPressure', 'MemoryPressure', 'PIDPressure']);

/** A condition that is not as it should be; others than Ready and the pressures are not Afterlog's matter. */
export function isTrouble({ type, status }: ConditionState): boolean {
  return pressures.has(type) ? status !== 'False' : type === 'Ready' && status !== 'True';
}
