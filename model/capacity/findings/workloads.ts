import type { JobRecord, PodContainer, PodRecord } from '../../records';
import { evictionOf } from '../../cases';
import { parseQuantity } from '../../quantity';
import type { CaseTally } from '../counts';
import type { FamilyUse } from '../families';
import { familyText, type Finding, type FindingInput, type NodeFacts } from './finding';
import { item, ownerOf, quantity, roomFor, under, workloadManifest } from './manifests';

/** Findings of one kind: those with most of it. */
const MOST = 5;
/** What a family writes matters from this part of a disk on. */
const OF_DISK = 0.05;
/** Ephemeral storage is near its limit from this part of it on. */
const NEAR_LIMIT = 0.8;
/** Logs of terminated containers matter from this part of a disk on. */
const DEAD_OF_DISK = 0.02;
/** How long `kubectl logs` is taken to be needed: no record tells when logs are looked up. */
const LOOKED_UP_MS = 86_400_000;
/** A CronJob is not proposed to keep more Jobs than these. */
const MOST_JOBS = 100;

/** A Job family with all that is known of it. */
interface Family {
  cluster: string;
  namespace: string;
  name: string;
  use: FamilyUse | undefined;
  pod: PodRecord | undefined;
  job: JobRecord | undefined;
  /** Cases by cause. */
  cases: Map<string, number>;
}

/** Findings about the manifests of Job families. */
export function workloadFindings(input: FindingInput): Finding[] {
  const families = familiesOf(input);
  const disks = disksOf(input.nodes);
  const most = (find: (family: Family) => Finding[]) => families.flatMap(find).slice(0, MOST);
  return [
    ...evictedOverRequest(input.evicted).slice(0, MOST),
    ...overOwnLimit(input.evicted).slice(0, MOST),
    ...most((family) => nearLimit(family)),
    ...most((family) => withoutRequest(family, disks)),
    ...most((family) => large(family, disks, 'volumes')),
    ...most((family) => large(family, disks, 'layers')),
    ...most((family) => shortTtl(family)),
    ...most((family) => shortHistory(family, input.rangeMs * (input.watched.get(family.cluster) ?? 0))),
    ...most((family) => noTtl(family, disks)),
  ];
}

/** The Job families that records tell of, those with most in use first, then those with most cases. */
function familiesOf({ families, records, familyCases: cases }: FindingInput): Family[] {
  const all = new Map<string, Family>();
  const family = (cluster: string, namespace: string, name: string) => {
    const key = JSON.stringify([cluster, namespace, name]);
    const known = all.get(key) ?? {
      ...{ cluster, namespace, name, use: undefined, pod: undefined, job: undefined },
      cases: new Map<string, number>(),
    };
    all.set(key, known);
    return known;
  };
  families?.forEach((use) => (family(use.cluster, use.namespace, use.name).use = use));
  for (const { cluster, namespace, workload, cause, count } of [...cases].sort((a, b) => b.count - a.count)) {
    const { cases: counts } = family(cluster, namespace, workload);
    counts.set(cause, (counts.get(cause) ?? 0) + count);
  }
  const jobs = new Map(records.jobs.map((job) => [JSON.stringify([job.cluster, job.namespace, job.job]), job]));
  for (const pod of records.pods) {
    const known = family(pod.cluster, pod.namespace, pod.workload);
    known.pod = pod;
    known.job = jobs.get(JSON.stringify([pod.cluster, pod.namespace, pod.job]));
  }
  return [...all.values()];
}

/** The disks of a cluster's nodes, as far as they decide about a finding. */
interface Disks {
  /** Bytes of the smallest nodefs. */
  capacity: number;
  /** A node was under pressure, or its kubelet reclaimed or evicted. */
  hadTrouble: boolean;
  /** Images and layers lie on a disk of their own. */
  isDedicated: boolean;
  /** Bytes of logs of terminated containers, on average, on the node that has most. */
  deadLogBytes: number;
}

function disksOf(nodes: readonly NodeFacts[]): ReadonlyMap<string, Disks> {
  const clusters = new Map<string, Disks>();
  for (const { cluster, headroom, disks, row } of nodes) {
    const nodefs = headroom.find(({ filesystem, unit }) => filesystem === 'nodefs' && unit === 'bytes');
    const known = clusters.get(cluster);
    const trouble = (row?.reclaims ?? 0) + (row?.podsEvicted ?? 0) + (row?.pressureMs ?? 0) > 0;
    clusters.set(cluster, {
      capacity: Math.min(known?.capacity ?? Infinity, nodefs?.use.capacity ?? Infinity),
      hadTrouble: (known?.hadTrouble ?? false) || trouble,
      isDedicated: (known?.isDedicated ?? false) || disks?.layout === 'dedicated-imagefs',
      deadLogBytes: Math.max(known?.deadLogBytes ?? 0, disks?.contents.logsDead?.mean ?? 0),
    });
  }
  return clusters;
}

const aboutFamily = ({ cluster, namespace, name }: Pick<Family, 'cluster' | 'namespace' | 'name'>) => ({
  ...{ cluster, nodes: [] as string[], family: { namespace, name } },
});

/** Eviction messages of Kubernetes 1.20 to 1.36, pkg/kubelet/eviction/helpers.go. */
const USING = /Container (\S+) was using (\d[\w.]*?), (?:which exceeds its request of|request is) (\d[\w.]*?)[,.] /g;

/** Pods that a node evicted for its disk, and whose containers used more than they had requested. */
function evictedOverRequest(evicted: readonly PodRecord[]): Finding[] {
  const found = new Map<string, { pods: PodRecord[]; container: string; used: number; request: number }>();
  for (const pod of evicted.filter((one) => evictionOf(one) === 'disk')) {
    for (const [, container = '', usedText = '', requestText = ''] of `${pod.message ?? ''} `.matchAll(USING)) {
      const [used, request] = [parseQuantity(usedText) ?? 0, parseQuantity(requestText) ?? 0];
      if (used > request) {
        const key = JSON.stringify([pod.cluster, pod.namespace, pod.workload, container]);
        const known = found.get(key);
        found.set(key, {
          ...{ pods: [...(known?.pods ?? []), pod], container },
          ...{ used: Math.max(known?.used ?? 0, used), request: Math.min(known?.request ?? Infinity, request) },
        });
      }
    }
  }
  return [...found.values()]
    .sort((a, b) => b.pods.length - a.pods.length)
    .flatMap(({ pods, container, used, request }): Finding[] => {
      const [pod] = pods;
      const wanted = roomFor(used);
      return pod === undefined
        ? []
        : [
            {
              ...aboutPods(pods, pod),
              evidence: {
                ...{ code: 'capacity-evicted', workload: nameOf(pod), container, pods: pods.length },
                ...{ usedBytes: used, requestBytes: request },
              },
              effect: { code: 'capacity-request-effect', bytes: wanted },
              unknown: { code: 'capacity-unknown-need' },
              paste: workloadManifest(ownerOf(pod), { pod: containersWith([container], storage(wanted)) }),
            },
          ];
    });
}

const nameOf = ({ namespace, workload }: PodRecord) => familyText({ namespace, name: workload });

const aboutPods = (pods: readonly PodRecord[], { cluster, namespace, workload }: PodRecord) => ({
  ...{ cluster, family: { namespace, name: workload } },
  nodes: [...new Set(pods.flatMap(({ node }) => node ?? []))].sort(),
});

const OWN_LIMITS = [
  { what: 'container', form: /Container (\S+) exceeded its local ephemeral storage limit "?(\d[\w.]*?)"?\. / },
  { what: 'pod', form: /ephemeral local storage usage exceeds the total limit of containers ()(\d[\w.]*?)\. / },
  { what: 'volume', form: /Usage of EmptyDir volume "?(\S+?)"? exceeds the limit "?(\d[\w.]*?)"?\. / },
] as const;

/** Pods that were evicted because they exceeded a limit of their own. */
function overOwnLimit(evicted: readonly PodRecord[]): Finding[] {
  const found = new Map<
    string,
    { pods: PodRecord[]; what: 'container' | 'pod' | 'volume'; name: string; limit: string }
  >();
  for (const pod of evicted.filter((one) => evictionOf(one) === 'own-limit')) {
    for (const { what, form } of OWN_LIMITS) {
      const [, name = '', limit = ''] = form.exec(`${pod.message ?? ''} `) ?? [];
      if (limit !== '') {
        const key = JSON.stringify([pod.cluster, pod.namespace, pod.workload, what, name, limit]);
        found.set(key, { pods: [...(found.get(key)?.pods ?? []), pod], what, name, limit });
      }
    }
  }
  return [...found.values()]
    .sort((a, b) => b.pods.length - a.pods.length)
    .flatMap(({ pods, what, name, limit }): Finding[] => {
      const [pod] = pods;
      const bytes = parseQuantity(limit) ?? 0;
      return pod === undefined || bytes === 0
        ? []
        : [
            {
              ...aboutPods(pods, pod),
              evidence: { code: 'capacity-own-limit', workload: nameOf(pod), pods: pods.length, what, name, limit },
              effect: { code: 'capacity-own-limit-effect', what, bytes: 2 * bytes },
              unknown: { code: 'capacity-unknown-need' },
              paste: workloadManifest(ownerOf(pod), { pod: greaterLimit(pod, what, name, bytes) }),
            },
          ];
    });
}

function greaterLimit(pod: PodRecord, what: 'container' | 'pod' | 'volume', name: string, bytes: number): string[] {
  if (what === 'volume') {
    return under('volumes:', item([`name: ${name}`, ...under('emptyDir:', [`sizeLimit: ${quantity(2 * bytes)}`])]));
  }
  const limited = pod.containers.filter((one) => one.storageLimit !== null && (what === 'pod' || one.name === name));
  const parts = limited.flatMap((one) =>
    item(resources(one.name, [...under('limits:', [`ephemeral-storage: ${quantity(2 * bytesOf(one.storageLimit))}`])]))
  );
  return under('containers:', parts.length > 0 ? parts : item(resources(name, storage(2 * bytes))));
}

const bytesOf = (text: string | null) => (text === null ? 0 : (parseQuantity(text) ?? 0));

/** Ephemeral storage of a family's largest pod near what its containers may use together. */
function nearLimit({ pod, use, ...family }: Family): Finding[] {
  const counted = running(pod);
  const limit = counted.reduce((sum, one) => sum + bytesOf(one.storageLimit), 0);
  // The kubelet adds limits up only where each container has one.
  const isLimited = counted.length > 0 && counted.every(({ storageLimit }) => bytesOf(storageLimit) > 0);
  if (pod === undefined || use === undefined || !isLimited || use.podBytes < limit * NEAR_LIMIT) {
    return [];
  }
  const wanted = roomFor(use.podBytes);
  const [first] = counted;
  return [
    {
      ...aboutFamily(family),
      evidence: {
        ...{ code: 'capacity-near-limit', workload: familyText(family), bytes: use.podBytes },
        ...{ limitBytes: limit, percent: (use.podBytes / limit) * 100 },
      },
      effect: { code: 'capacity-near-limit-effect', bytes: wanted },
      unknown: counted.length > 1 ? { code: 'capacity-unknown-container' } : null,
      paste: workloadManifest(ownerOf(pod), { pod: containersWith([first?.name ?? ''], storage(wanted)) }),
    },
  ];
}

/** The containers that run side by side: their requests and limits add up to the pod's. */
const running = (pod: PodRecord | undefined): PodContainer[] =>
  pod?.containers.filter(({ role }) => role === 'main' || role === 'sidecar') ?? [];

/** Pods that come to a part of the disk, without a request for it. */
function withoutRequest({ pod, use, ...family }: Family, clusters: ReadonlyMap<string, Disks>): Finding[] {
  const disks = clusters.get(family.cluster);
  const without = running(pod).filter(({ storageRequest }) => bytesOf(storageRequest) === 0);
  const isLarge = use !== undefined && disks !== undefined && use.podBytes >= disks.capacity * OF_DISK;
  if (pod === undefined || !isLarge || !disks.hadTrouble || without.length === 0) {
    return [];
  }
  const wanted = roomFor(use.podBytes);
  const [first] = without;
  return [
    {
      ...aboutFamily(family),
      evidence: {
        ...{ code: 'capacity-no-request', workload: familyText(family), containers: without.map(({ name }) => name) },
        ...{ bytes: use.podBytes, percent: (use.podBytes / disks.capacity) * 100 },
      },
      effect: { code: 'capacity-request-effect', bytes: wanted },
      unknown: without.length > 1 ? { code: 'capacity-unknown-container' } : null,
      paste: workloadManifest(ownerOf(pod), { pod: containersWith([first?.name ?? ''], storage(wanted)) }),
    },
  ];
}

/** emptyDir volumes, or writable layers, that come to a part of the disk. */
function large(
  { pod, use, ...family }: Family,
  clusters: ReadonlyMap<string, Disks>,
  what: 'volumes' | 'layers'
): Finding[] {
  const disks = clusters.get(family.cluster);
  const bytes = (what === 'volumes' ? use?.volumeBytes : use?.layerBytes) ?? 0;
  if (disks === undefined || !disks.hadTrouble || bytes < disks.capacity * OF_DISK) {
    return [];
  }
  const evidence = { workload: familyText(family), bytes, percent: (bytes / disks.capacity) * 100 };
  const size = roomFor(Math.min(bytes, use?.podBytes || bytes));
  const owner =
    pod === undefined ? ({ kind: 'Pod', namespace: family.namespace, name: family.name } as const) : ownerOf(pod);
  return [
    what === 'volumes'
      ? {
          ...aboutFamily(family),
          evidence: { code: 'capacity-volumes', ...evidence },
          effect: { code: 'capacity-volumes-effect', bytes: size },
          unknown: { code: 'capacity-unknown-storage-class' },
          paste: workloadManifest(owner, { pod: ephemeralVolume(size) }),
        }
      : {
          ...aboutFamily(family),
          evidence: { code: 'capacity-layers', ...evidence },
          effect: { code: 'capacity-layers-effect', bytes: size, isDedicated: disks.isDedicated },
          unknown: { code: 'capacity-unknown-path' },
          paste: workloadManifest(owner, { pod: scratchVolume(running(pod)[0]?.name ?? 'main', size) }),
        },
  ];
}

const ephemeralVolume = (bytes: number) =>
  under(
    'volumes:',
    item([
      'name: scratch # in place of the emptyDir volume',
      ...under(
        'ephemeral:',
        under(
          'volumeClaimTemplate:',
          under('spec:', [
            'accessModes: [ReadWriteOnce]',
            ...under('resources:', under('requests:', [`storage: ${quantity(bytes)}`])),
          ])
        )
      ),
    ])
  );

const scratchVolume = (container: string, bytes: number) => [
  ...under(
    'containers:',
    item([
      `name: ${container}`,
      ...under('volumeMounts:', item(['name: scratch', 'mountPath: /tmp # where the container writes'])),
    ])
  ),
  ...under('volumes:', item(['name: scratch', ...under('emptyDir:', [`sizeLimit: ${quantity(bytes)}`])])),
];

/** Pods that their TTL deletes sooner than logs are looked up. */
function shortTtl({ cases, job, pod, ...family }: Family): Finding[] {
  const seconds = job?.ttlSecondsAfterFinished ?? null;
  const removed = cases.get('C7') ?? 0;
  if (seconds === null || pod === undefined || removed === 0 || seconds * 1000 >= LOOKED_UP_MS) {
    return [];
  }
  return [
    {
      ...aboutFamily(family),
      evidence: { code: 'capacity-ttl', workload: familyText(family), removed, seconds },
      effect: { code: 'capacity-ttl-effect', seconds: LOOKED_UP_MS / 1000 },
      unknown: { code: 'capacity-unknown-lookups', durationMs: LOOKED_UP_MS },
      paste: workloadManifest(ownerOf(pod), { job: [`ttlSecondsAfterFinished: ${LOOKED_UP_MS / 1000}`] }),
    },
  ];
}

/** Jobs that their CronJob deletes sooner than logs are looked up, as far as their number tells. */
function shortHistory({ cases, job, pod, ...family }: Family, observedMs: number): Finding[] {
  const removed = cases.get('C8') ?? 0;
  const { successfulHistoryLimit, failedHistoryLimit, name } = job?.cronJob ?? {};
  const [successful, failed] = [successfulHistoryLimit ?? null, failedHistoryLimit ?? null];
  if (pod === undefined || name === undefined || successful === null || failed === null || removed === 0) {
    return [];
  }
  const containersOfJob = Math.max(1, pod.containers.length) * Math.max(1, job?.completions ?? 1);
  const jobMs = observedMs / Math.max(1, removed / containersOfJob);
  const keptMs = successful * jobMs;
  if (keptMs >= LOOKED_UP_MS) {
    return [];
  }
  const limit = Math.min(MOST_JOBS, Math.ceil(LOOKED_UP_MS / jobMs));
  const lines = [`successfulJobsHistoryLimit: ${limit}`, `failedJobsHistoryLimit: ${Math.max(failed, limit)}`];
  return [
    {
      ...aboutFamily(family),
      evidence: {
        code: 'capacity-history',
        workload: familyText(family),
        removed,
        successful,
        failed,
        durationMs: keptMs,
      },
      effect: { code: 'capacity-history-effect', limit, durationMs: limit * jobMs },
      unknown: { code: 'capacity-unknown-lookups', durationMs: LOOKED_UP_MS },
      paste: workloadManifest({ kind: 'CronJob', namespace: family.namespace, name }, { cronJob: lines }),
    },
  ];
}

/** Finished Jobs that nothing deletes: their containers stay on the disk until a reclaim removes all of them at once. */
function noTtl({ cases, job, pod, ...family }: Family, clusters: ReadonlyMap<string, Disks>): Finding[] {
  const disks = clusters.get(family.cluster);
  const removed = cases.get('C1') ?? 0;
  const isKept =
    job !== undefined && job.ttlSecondsAfterFinished === null && job.cronJob === null && job.owner === null;
  if (!isKept || pod === undefined || removed === 0 || disks === undefined) {
    return [];
  }
  if (disks.deadLogBytes < disks.capacity * DEAD_OF_DISK) {
    return [];
  }
  return [
    {
      ...aboutFamily(family),
      evidence: {
        ...{ code: 'capacity-no-ttl', workload: familyText(family), removed, bytes: disks.deadLogBytes },
        percent: (disks.deadLogBytes / disks.capacity) * 100,
      },
      effect: { code: 'capacity-no-ttl-effect', seconds: LOOKED_UP_MS / 1000 },
      unknown: { code: 'capacity-unknown-lookups', durationMs: LOOKED_UP_MS },
      paste: workloadManifest(ownerOf(pod), { job: [`ttlSecondsAfterFinished: ${LOOKED_UP_MS / 1000}`] }),
    },
  ];
}

const storage = (bytes: number) => [
  ...under('requests:', [`ephemeral-storage: ${quantity(bytes)}`]),
  ...under('limits:', [`ephemeral-storage: ${quantity(bytes)}`]),
];

const resources = (container: string, lines: readonly string[]) => [
  `name: ${container}`,
  ...under('resources:', lines),
];

const containersWith = (names: readonly string[], lines: readonly string[]) =>
  under(
    'containers:',
    names.flatMap((name) => item(resources(name, lines)))
  );

/** A Job family whose records are read. */
export interface FamilyToRead {
  cluster: string;
  namespace: string;
  name: string;
  /** Container records of rotated logs as well. */
  wantsRotated: boolean;
}

/** The Job families whose records findings need: those that use most, and of each cause those with most cases. */
export function familiesToRead(cases: readonly CaseTally[], families: readonly FamilyUse[] | null): FamilyToRead[] {
  const wanted = new Map<string, FamilyToRead>();
  const want = (cluster: string, namespace: string, name: string, wantsRotated: boolean) => {
    const key = JSON.stringify([cluster, namespace, name]);
    wanted.set(key, {
      ...{ cluster, namespace, name },
      wantsRotated: wantsRotated || wanted.get(key)?.wantsRotated === true,
    });
  };
  for (const cause of ['C1', 'C7', 'C8', 'C15']) {
    const counts = new Map<string, { tally: CaseTally; count: number }>();
    for (const tally of cases.filter((one) => one.cause === cause)) {
      const key = JSON.stringify([tally.cluster, tally.namespace, tally.workload]);
      counts.set(key, { tally, count: (counts.get(key)?.count ?? 0) + tally.count });
    }
    [...counts.values()]
      .sort((a, b) => b.count - a.count || (a.tally.workload < b.tally.workload ? -1 : 1))
      .slice(0, MOST)
      .forEach(({ tally }) => want(tally.cluster, tally.namespace, tally.workload, cause === 'C15'));
  }
  families?.slice(0, 2 * MOST).forEach(({ cluster, namespace, name }) => want(cluster, namespace, name, false));
  return [...wanted.values()];
}
