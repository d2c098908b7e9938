import * as z from 'zod';
import type { KlogLine, Values } from './klog';

/**
 * What the kubelet's log says about container logs, images and the disk: line → event. Pure.
 *
 * Matched on the message, never on file and line number, which move with every patch release. Texts:
 * docs/reference/kubernetes.md, The kubelet's log (1.20 unstructured, 1.21–1.36 structured, JSON with the same
 * messages). `[topologymanager] RemoveContainer` comes from a hook that runs for every container that ends, so alone it
 * proves nothing; between `containers-begin` and what follows it, it does.
 */
export type KubeletEvent =
  | { type: 'reclaim-begin'; resource: string }
  | { type: 'containers-begin' }
  | { type: 'container-removed'; containerId: string }
  | { type: 'container-kept'; containerId: string; error: string }
  | { type: 'containers-failed'; error: string }
  | { type: 'images-begin' }
  | { type: 'image-removed'; image: string; bytes: number | null }
  | { type: 'relieved'; resource: string | null }
  | { type: 'must-evict'; resource: string | null }
  | { type: 'ranked'; pods: string[] }
  | { type: 'pod-evicted'; pods: string[] }
  | { type: 'evicted-waiting'; pods: string[] }
  | { type: 'image-gc-begin'; usagePercent: number | null; bytesToFree: number | null }
  | { type: 'pod-logs-removed'; podUid: string }
  | { type: 'pod-deleted'; pods: string[] }
  | { type: 'pod-gone'; pods: string[] }
  | { type: 'admission-refused'; pods: string[]; conditions: string }
  | { type: 'rotation-failed'; containerId: string; error: string };

interface Pattern {
  /** Message of the structured form. */
  message?: string;
  fromValues?: (values: Values) => KubeletEvent | undefined;
  /** The unstructured form. */
  text?: RegExp;
  fromText?: (groups: string[]) => KubeletEvent | undefined;
}

const patterns: Pattern[] = [
  {
    message: 'Eviction manager: attempting to reclaim',
    fromValues: (v) => ({ type: 'reclaim-begin', resource: v.get('resourceName') ?? 'unknown' }),
    text: /^eviction manager: attempting to reclaim (\S+)$/,
    fromText: ([resource = '']) => ({ type: 'reclaim-begin', resource }),
  },
  {
    message: 'Attempting to delete unused containers',
    fromValues: () => ({ type: 'containers-begin' }),
    text: /^attempting to delete unused containers$/,
    fromText: () => ({ type: 'containers-begin' }),
  },
  {
    message: 'RemoveContainer',
    fromValues: (v) => removed(v.get('containerID')),
    text: /^\[topologymanager\] RemoveContainer - Container ID: (\S+)$/,
    fromText: ([id]) => removed(id),
  },
  {
    // V(4): the same removal seen by another part of the kubelet.
    message: 'Removing container',
    fromValues: (v) => removed(v.get('containerID')),
    text: /^Removing container "([^"]+)"$/,
    fromText: ([id]) => removed(id),
  },
  {
    message: 'Failed to remove container',
    fromValues: (v) => kept(v.get('containerID'), v.get('err')),
    text: /^Failed to remove container "([^"]+)": (.*)$/,
    fromText: ([id, error]) => kept(id, error),
  },
  {
    message: 'Container garbage collection failed',
    fromValues: (v) => ({ type: 'containers-failed', error: v.get('err') ?? '' }),
    text: /^Container garbage collection failed(?: once[^:]*)?: (.*)$/,
    fromText: ([error = '']) => ({ type: 'containers-failed', error }),
  },
  {
    message: 'Attempting to delete unused images',
    fromValues: () => ({ type: 'images-begin' }),
    text: /^attempting to delete unused images$/,
    fromText: () => ({ type: 'images-begin' }),
  },
  {
    message: 'Removing image to free bytes',
    fromValues: (v) => ({ type: 'image-removed', image: v.get('imageID') ?? '', bytes: count(v.get('size')) }),
    text: /^\[imageGCManager\]: Removing image "([^"]*)" to free (\d+) bytes$/,
    fromText: ([image = '', bytes]) => ({ type: 'image-removed', image, bytes: count(bytes) }),
  },
  {
    message: 'Eviction manager: able to reduce resource pressure without evicting pods.',
    fromValues: (v) => ({ type: 'relieved', resource: v.get('resourceName') ?? null }),
    text: /^eviction manager: able to reduce (\S+) pressure without evicting pods\.$/,
    fromText: ([resource = '']) => ({ type: 'relieved', resource }),
  },
  {
    message: 'Eviction manager: must evict pod(s) to reclaim',
    fromValues: (v) => ({ type: 'must-evict', resource: v.get('resourceName') ?? null }),
    text: /^eviction manager: must evict pod\(s\) to reclaim (\S+)$/,
    fromText: ([resource = '']) => ({ type: 'must-evict', resource }),
  },
  {
    message: 'Eviction manager: pods ranked for eviction',
    fromValues: (v) => ({ type: 'ranked', pods: podNames(v.get('pods')) }),
    text: /^eviction manager: pods ranked for eviction: (.*)$/,
    fromText: ([pods]) => ({ type: 'ranked', pods: podNames(pods) }),
  },
  {
    message: 'Eviction manager: pod is evicted successfully',
    fromValues: (v) => ({ type: 'pod-evicted', pods: podNames(v.get('pod')) }),
    text: /^eviction manager: pod (.*) is evicted successfully$/,
    fromText: ([pod]) => ({ type: 'pod-evicted', pods: podNames(pod) }),
  },
  {
    message: 'Eviction manager: pods evicted, waiting for pod to be cleaned up',
    fromValues: (v) => ({ type: 'evicted-waiting', pods: podNames(v.get('pods')) }),
    text: /^eviction manager: pods (.*) evicted, waiting for pod to be cleaned up$/,
    fromText: ([pods]) => ({ type: 'evicted-waiting', pods: podNames(pods) }),
  },
  {
    message:
      'Disk usage on image filesystem is over the high threshold, trying to free bytes down to the low threshold',
    fromValues: (v) => ({
      type: 'image-gc-begin',
      usagePercent: count(v.get('usage')),
      bytesToFree: count(v.get('amountToFree')),
    }),
    text: /^\[imageGCManager\]: Disk usage on image filesystem is at (\d+)% .* Trying to free (\d+) bytes /,
    fromText: ([usage, bytes]) => ({ type: 'image-gc-begin', usagePercent: count(usage), bytesToFree: count(bytes) }),
  },
  {
    message: 'Removing pod logs',
    fromValues: (v) => {
      const podUid = v.get('podUID');
      return podUid ? { type: 'pod-logs-removed', podUid } : undefined;
    },
  },
  {
    message: 'SyncLoop DELETE',
    fromValues: (v) => ({ type: 'pod-deleted', pods: podNames(v.get('pods')) }),
    text: /^SyncLoop \(DELETE, "api"\): (.*)$/,
    fromText: ([pods]) => ({ type: 'pod-deleted', pods: podNames(pods) }),
  },
  {
    message: 'SyncLoop REMOVE',
    fromValues: (v) => ({ type: 'pod-gone', pods: podNames(v.get('pods')) }),
    text: /^SyncLoop \(REMOVE, "api"\): (.*)$/,
    fromText: ([pods]) => ({ type: 'pod-gone', pods: podNames(pods) }),
  },
  {
    message: 'Failed to admit pod to node',
    fromValues: (v) => ({
      type: 'admission-refused',
      pods: podNames(v.get('pod')),
      conditions: conditions(v.get('nodeCondition')),
    }),
    text: /^Failed to admit pod (.*) - node has conditions: (\[.*\])$/,
    fromText: ([pod, list]) => ({ type: 'admission-refused', pods: podNames(pod), conditions: conditions(list) }),
  },
  {
    message: 'Failed to rotate log for container',
    fromValues: (v) => rotationFailed(v.get('containerID'), v.get('err')),
    text: /^Failed to rotate log for container "([^"]+)": (.*)$/,
    fromText: ([id, error]) => rotationFailed(id, error),
  },
];

const byMessage = new Map(patterns.map((pattern) => [pattern.message, pattern]));

/** The event that a line reports; undefined for the many lines that say nothing about logs. */
export function eventOf(line: KlogLine): KubeletEvent | undefined {
  if (line.values !== undefined) {
    return byMessage.get(line.message)?.fromValues?.(line.values);
  }
  for (const { text, fromText } of patterns) {
    const m = text?.exec(line.message);
    if (m) {
      return fromText?.(m.slice(1));
    }
  }
  return undefined;
}

/** Tells most of the kubelet's lines apart without parsing them; it lets through whatever a pattern could match. */
const worthParsing =
  /[Ee]viction manager: |[Rr]emove ?[Cc]ontainer|Removing |unused (?:containers|images)|garbage collection failed|image filesystem is |SyncLoop \(?(?:DELETE|REMOVE)|Failed to (?:admit pod|rotate log)/;

export function isWorthParsing(line: string): boolean {
  return worthParsing.test(line) || line.includes(JOURNAL_BYTES);
}

/** How `journalctl --output=json` begins the message of a line with control characters: as bytes. */
const JOURNAL_BYTES = '"MESSAGE":[';

function removed(id: string | undefined): KubeletEvent | undefined {
  const containerId = plainId(id);
  return containerId === undefined ? undefined : { type: 'container-removed', containerId };
}

function kept(id: string | undefined, error = ''): KubeletEvent | undefined {
  const containerId = plainId(id);
  return containerId === undefined ? undefined : { type: 'container-kept', containerId, error };
}

function rotationFailed(id: string | undefined, error = ''): KubeletEvent | undefined {
  const containerId = plainId(id);
  return containerId === undefined ? undefined : { type: 'rotation-failed', containerId, error };
}

/** A container id without the runtime's prefix; undefined where it is none, so that a broken line names nothing. */
function plainId(id: string | undefined): string | undefined {
  return /^(?:[a-z-]+:\/\/)?([0-9a-f]{64})$/.exec(id ?? '')?.[1];
}

function count(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

// A name is matched from its first character only, or a long text would be looked through once for each of its
// characters.
const podName = '(?<![a-z0-9.-])[a-z0-9][a-z0-9.-]*(?<=[a-z0-9])';
const podForms = [
  new RegExp(`(${podName})_(${podName})\\(`, 'g'), // format.Pod: name_namespace(uid)
  new RegExp(`Name:(${podName}) Namespace:(${podName})`, 'g'), // KObj printed as a struct
];
const slashForm = new RegExp(`(${podName})/(${podName})`, 'g'); // klog.KObj: namespace/name

/** Pods as `namespace/name` from any of the forms in which the kubelet's versions print them. */
function podNames(text = ''): string[] {
  const objects = podObjects(text);
  if (objects.length > 0) {
    return objects;
  }
  for (const form of podForms) {
    const found = [...text.matchAll(form)].map(([, name, namespace]) => `${namespace}/${name}`);
    if (found.length > 0) {
      return found;
    }
  }
  return [...text.matchAll(slashForm)].map(([pair]) => pair);
}

const podObjectsSchema = z.array(z.object({ name: z.string(), namespace: z.string() }));

/** klog.KObj in JSON lines: `{"name":…,"namespace":…}`, or a list of such objects. */
function podObjects(text: string): string[] {
  if (!/^\s*[[{]/.test(text)) {
    return [];
  }
  try {
    const parsed: unknown = JSON.parse(text);
    const pods = podObjectsSchema.safeParse(Array.isArray(parsed) ? parsed : [parsed]);
    return pods.success ? pods.data.map(({ name, namespace }) => `${namespace}/${name}`) : [];
  } catch {
    return []; // a list in Go's own form
  }
}

/** Node conditions as `DiskPressure, MemoryPressure`. */
function conditions(text = ''): string {
  return (text.match(/[A-Za-z]+/g) ?? []).join(', ');
}
