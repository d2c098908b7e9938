import { eventOf, isWorthParsing, type KubeletEvent } from './events';
import { parseKlog } from './klog';

const id = 'd02a58249226c5c47814467a7617aed1ed739584bde923d418480077fa232703';
const uid = 'a7fa01b8-81eb-4b0b-a267-8591b10f3def';

/**
 * Every pattern of docs/reference/kubernetes.md, The kubelet's log: the 1.20 text, the structured body from 1.21 on,
 * the event.
 */
const patterns: Array<[string, string | null, string, KubeletEvent]> = [
  [
    'a reclaim begins',
    'eviction manager: attempting to reclaim ephemeral-storage',
    '"Eviction manager: attempting to reclaim" resourceName="ephemeral-storage"',
    { type: 'reclaim-begin', resource: 'ephemeral-storage' },
  ],
  [
    'containers are being deleted',
    'attempting to delete unused containers',
    '"Attempting to delete unused containers"',
    { type: 'containers-begin' },
  ],
  [
    'a container is removed',
    `[topologymanager] RemoveContainer - Container ID: ${id}`,
    `"RemoveContainer" containerID="${id}"`,
    { type: 'container-removed', containerId: id },
  ],
  [
    'a container is removed, at V(4)',
    `Removing container "${id}"`,
    `"Removing container" containerID="${id}"`,
    { type: 'container-removed', containerId: id },
  ],
  [
    'a container could not be removed',
    `Failed to remove container "${id}": rpc error`,
    `"Failed to remove container" err="rpc error" containerID="${id}"`,
    { type: 'container-kept', containerId: id, error: 'rpc error' },
  ],
  [
    'container GC failed',
    'Container garbage collection failed: rpc error',
    '"Container garbage collection failed" err="rpc error"',
    { type: 'containers-failed', error: 'rpc error' },
  ],
  [
    'images are being deleted',
    'attempting to delete unused images',
    '"Attempting to delete unused images"',
    { type: 'images-begin' },
  ],
  [
    'an image is removed',
    '[imageGCManager]: Removing image "sha256:574b" to free 2130676 bytes',
    '"Removing image to free bytes" imageID="sha256:574b" size=2130676 runtimeHandler=""',
    { type: 'image-removed', image: 'sha256:574b', bytes: 2130676 },
  ],
  [
    'it sufficed',
    'eviction manager: able to reduce inodes pressure without evicting pods.',
    '"Eviction manager: able to reduce resource pressure without evicting pods." resourceName="inodes"',
    { type: 'relieved', resource: 'inodes' },
  ],
  [
    'it did not suffice',
    'eviction manager: must evict pod(s) to reclaim ephemeral-storage',
    '"Eviction manager: must evict pod(s) to reclaim" resourceName="ephemeral-storage"',
    { type: 'must-evict', resource: 'ephemeral-storage' },
  ],
  [
    'pods are ranked',
    `eviction manager: pods ranked for eviction: web-1_shop(${uid}), db-0_shop(${uid})`,
    '"Eviction manager: pods ranked for eviction" pods=["shop/web-1","shop/db-0"]',
    { type: 'ranked', pods: ['shop/web-1', 'shop/db-0'] },
  ],
  [
    'a pod is evicted',
    `eviction manager: pod web-1_shop(${uid}) is evicted successfully`,
    '"Eviction manager: pod is evicted successfully" pod="shop/web-1"',
    { type: 'pod-evicted', pods: ['shop/web-1'] },
  ],
  [
    'evicted pods are waited for',
    `eviction manager: pods web-1_shop(${uid}) evicted, waiting for pod to be cleaned up`,
    '"Eviction manager: pods evicted, waiting for pod to be cleaned up" pods=["shop/web-1"]',
    { type: 'evicted-waiting', pods: ['shop/web-1'] },
  ],
  [
    'the periodic image GC begins',
    '[imageGCManager]: Disk usage on image filesystem is at 87% which is over the high threshold (85%). Trying to free 123456 bytes down to the low threshold (80%).',
    '"Disk usage on image filesystem is over the high threshold, trying to free bytes down to the low threshold" usage=87 highThreshold=85 amountToFree=123456 lowThreshold=80',
    { type: 'image-gc-begin', usagePercent: 87, bytesToFree: 123456 },
  ],
  [
    "a pod's log directory is removed",
    null,
    `"Removing pod logs" podUID="${uid}"`,
    { type: 'pod-logs-removed', podUid: uid },
  ],
  [
    'the API server deletes a pod',
    `SyncLoop (DELETE, "api"): "web-1_shop(${uid})"`,
    '"SyncLoop DELETE" source="api" pods=["shop/web-1"]',
    { type: 'pod-deleted', pods: ['shop/web-1'] },
  ],
  [
    'a pod is gone from the API server',
    `SyncLoop (REMOVE, "api"): "web-1_shop(${uid})"`,
    '"SyncLoop REMOVE" source="api" pods=[{Name:web-1 Namespace:shop}]',
    { type: 'pod-gone', pods: ['shop/web-1'] },
  ],
  [
    'a pod is not admitted',
    `Failed to admit pod web-1_shop(${uid}) - node has conditions: [DiskPressure]`,
    '"Failed to admit pod to node" pod="shop/web-1" nodeCondition=["DiskPressure"]',
    { type: 'admission-refused', pods: ['shop/web-1'], conditions: 'DiskPressure' },
  ],
  [
    'a log could not be rotated',
    `Failed to rotate log for container "${id}": permission denied`,
    `"Failed to rotate log for container" err="permission denied" containerID="${id}"`,
    { type: 'rotation-failed', containerId: id, error: 'permission denied' },
  ],
];

const header = 'I1123 23:15:38.571891   18848 some_file.go:123] ';
const parse = (line: string): KubeletEvent | undefined => {
  const klog = parseKlog(line);
  return klog && eventOf(klog);
};

/** The JSON line that `logging.format: json` gives for a structured body; names of pods are objects there. */
function asJson(structured: string): string {
  const klog = parseKlog(header + structured);
  const values = [...(klog?.values ?? [])].map(([key, value]) => [
    key,
    /^pods?$/.test(key) ? podsAsJson(value) : value,
  ]);
  const head = { ts: 1795475738571.891, caller: 'a/b.go:1', msg: klog?.message, v: 0 };
  return JSON.stringify({ ...head, ...Object.fromEntries(values) });
}

function podsAsJson(text: string): unknown {
  const pods = [...text.matchAll(/([\w-]+)\/([\w-]+)|Name:(\S+) Namespace:([\w-]+)/g)].map(([, a, b, c, d]) => ({
    name: b ?? c,
    namespace: a ?? d,
  }));
  return text.startsWith('[') ? pods : pods[0];
}

describe('the kubelet says that', () => {
  test.each(patterns)('%s', (_, text, structured, event) => {
    for (const line of [...(text === null ? [] : [header + text]), header + structured, asJson(structured)]) {
      expect(isWorthParsing(line)).toBe(true);
      expect(parse(line)).toEqual(event);
    }
  });
});

test('a reclaim of memory is told apart: it costs no logs', () => {
  expect(parse(`${header}eviction manager: attempting to reclaim memory`)).toEqual({
    type: 'reclaim-begin',
    resource: 'memory',
  });
});

test.each([
  ['a container id cut short', `"RemoveContainer" containerID="${id.slice(0, 40)}"`],
  ['no container id', '"RemoveContainer"'],
  ['another program', '"Removed container from the cart" containerID="7"'],
  ['a message that only quotes ours', 'log says: attempting to delete unused containers'],
])('%s makes no event', (_, body) => {
  expect(parse(header + body)).toBeUndefined();
});
