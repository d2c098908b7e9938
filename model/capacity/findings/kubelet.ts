import type { CapacityCode } from '../../codes';
import type { ContainerRecord, DiskLayout } from '../../records';
import { defaultThresholds, minorVersion } from '../../thresholds';
import type { CaseTally } from '../counts';
import { familyText, type Finding, type NodeFacts } from './finding';
import { kubeletConfiguration, quantity } from './manifests';

/**
 * Image GC looks every five minutes and the eviction manager every ten seconds (docs/reference/kubernetes.md, Defaults):
 * image GC needs a lead. In per cent of use.
 */
const LEAD_PERCENT = 10;
/** Kubernetes' own `imageMinimumGCAge`. */
const USUAL_MIN_AGE_SECONDS = 120;
/** `imageMaximumGCAge` that is proposed: eight days, so that the images of weekly Jobs stay. */
const MAX_AGE_HOURS = 192;
/** The setting is on by default from this minor version on (docs/reference/kubernetes.md, Defaults). */
const MAX_AGE_SINCE = 30;
/** Images are what fills a disk if they are so much of what was written, and came to so much of the disk. */
const CHURN_OF_FILLED = 0.5;
const CHURN_OF_CAPACITY = 0.2;
/** Rotation is not proposed to keep more than so many times what it keeps. */
const MAX_ROTATION_FACTOR = 10;
const MIB = 2 ** 20;
const HOUR_MS = 3_600_000;

/** Findings about one node's KubeletConfiguration. */
export function kubeletFindings(facts: NodeFacts): Finding[] {
  return [
    ...lateImageGc(facts),
    ...missingSignals(facts),
    ...noMaximumAge(facts),
    ...longMinimumAge(facts),
    ...imageChurn(facts),
  ];
}

/** The configuration as the kubelet has it; what is only assumed supports no finding. */
const read = ({ thresholds }: NodeFacts) => (thresholds?.source === 'configz' ? thresholds : undefined);

const onNode = ({ cluster, node }: NodeFacts) => ({ cluster, nodes: [node], family: null });

/** The file system with the images. */
const imageDisk = (layout: DiskLayout | undefined) => (layout === 'single' ? 'nodefs' : 'imagefs');

const imageBytes = ({ headroom, disks }: NodeFacts) =>
  headroom.find(({ filesystem, unit }) => unit === 'bytes' && filesystem === imageDisk(disks?.layout));

/** Image GC begins at or above the use at which the eviction manager reclaims: the reclaim comes first. */
function lateImageGc(facts: NodeFacts): Finding[] {
  const { disks, row } = facts;
  const configured = read(facts);
  const measure = imageBytes(facts);
  // With the layers of containers on nodefs (split), pressure on imagefs deletes images only.
  const deletesContainers = disks?.layout === 'single' || disks?.layout === 'dedicated-imagefs';
  if (configured === undefined || measure === undefined || !deletesContainers || (row?.reclaims ?? 0) === 0) {
    return [];
  }
  const first = measure.distances.find(({ threshold }) => /^(hard|soft):/.test(threshold));
  const { imageGcHighPercent: high, imageGcLowPercent: low } = configured;
  const reclaimPercent = first === undefined ? 0 : round((first.at / measure.use.capacity) * 100);
  if (first === undefined || high < reclaimPercent || reclaimPercent <= 2 * LEAD_PERCENT) {
    return [];
  }
  const wantedHigh = Math.floor(reclaimPercent - LEAD_PERCENT);
  const wantedLow = Math.min(low, wantedHigh - 5);
  const signal = first.threshold.replace(/^\w+:/, '');
  return [
    {
      ...onNode(facts),
      evidence: { code: 'capacity-late-image-gc', high, signal, reclaimPercent },
      effect: { code: 'capacity-late-image-gc-effect', wantedHigh, leadPercent: round(reclaimPercent - wantedHigh) },
      unknown: null,
      paste: kubeletConfiguration(
        `imageGCHighThresholdPercent: ${wantedHigh}`,
        `imageGCLowThresholdPercent: ${wantedLow}`
      ),
    },
  ];
}

const round = (percent: number) => Math.round(percent * 10) / 10;

/** A signal that `evictionHard` does not name is off, although it has a default: a partial map replaces all defaults. */
function missingSignals(facts: NodeFacts): Finding[] {
  const configured = read(facts);
  if (configured === undefined) {
    return [];
  }
  const defaults = defaultThresholds(configured.kubeletVersion).evictionHard;
  const missing = Object.entries(defaults).filter(([signal]) => !(signal in configured.evictionHard));
  if (missing.length === 0) {
    return [];
  }
  const whole = [...Object.entries(configured.evictionHard), ...missing].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    {
      ...onNode(facts),
      evidence: { code: 'capacity-missing-signals', signals: missing.map(([signal]) => signal) },
      effect: { code: 'capacity-missing-signals-effect' },
      unknown: null,
      paste: kubeletConfiguration('evictionHard:', ...whole.map(([signal, value]) => `  ${signal}: "${value}"`)),
    },
  ];
}

/** Unused images stay until a threshold is reached, although the kubelet could remove them by age. */
function noMaximumAge(facts: NodeFacts): Finding[] {
  const configured = read(facts);
  const { imagesRemoved, imageBytesRemoved } = facts.row ?? {};
  if (
    configured?.imageMaximumGcAgeSeconds !== 0 ||
    minorVersion(configured.kubeletVersion) < MAX_AGE_SINCE ||
    !imagesRemoved
  ) {
    return [];
  }
  return [
    {
      ...onNode(facts),
      evidence: { code: 'capacity-image-max-age', images: imagesRemoved, bytes: imageBytesRemoved ?? 0 },
      effect: { code: 'capacity-image-max-age-effect', hours: MAX_AGE_HOURS },
      unknown: { code: 'capacity-unknown-images' },
      paste: kubeletConfiguration(`imageMaximumGCAge: ${MAX_AGE_HOURS}h`),
    },
  ];
}

/** Reclaims removed no image, and images of this age are never removed. */
function longMinimumAge(facts: NodeFacts): Finding[] {
  const seconds = read(facts)?.imageMinimumGcAgeSeconds ?? 0;
  const { reclaims, imageGcs, imagesRemoved } = facts.row ?? {};
  const passes = (reclaims ?? 0) + (imageGcs ?? 0);
  if (seconds <= USUAL_MIN_AGE_SECONDS || passes === 0 || imagesRemoved !== 0) {
    return [];
  }
  return [
    {
      ...onNode(facts),
      evidence: { code: 'capacity-image-min-age', durationMs: seconds * 1000, passes },
      effect: { code: 'capacity-image-min-age-effect', durationMs: USUAL_MIN_AGE_SECONDS * 1000 },
      unknown: { code: 'capacity-unknown-young-images' },
      paste: kubeletConfiguration(`imageMinimumGCAge: ${USUAL_MIN_AGE_SECONDS / 60}m`),
    },
  ];
}

/** Most of what was written to the disk were images. */
function imageChurn(facts: NodeFacts): Finding[] {
  const measure = imageBytes(facts);
  const { imageBytesAdded: added, row } = facts;
  const passes = (row?.reclaims ?? 0) + (row?.imageGcs ?? 0);
  if (measure === undefined || added === null || passes === 0 || added < measure.use.capacity * CHURN_OF_CAPACITY) {
    return [];
  }
  const part = measure.use.filled > 0 ? Math.min(1, added / measure.use.filled) : 0;
  return part < CHURN_OF_FILLED
    ? []
    : [
        {
          ...onNode(facts),
          evidence: {
            ...{ code: 'capacity-image-churn', bytes: added, percent: part * 100 },
            again: row?.imagesPulledAgain ?? null,
          },
          effect: { code: 'capacity-image-churn-effect' },
          unknown: { code: 'capacity-unknown-pullers' },
          paste: '',
        },
      ];
}

/** Log rotation removed parts of logs of containers that still existed: `kubectl logs` could not show them. */
export function rotationFindings(
  nodes: readonly NodeFacts[],
  cases: readonly CaseTally[],
  containers: readonly ContainerRecord[]
): Finding[] {
  return nodes.flatMap((facts): Finding[] => {
    const configured = read(facts);
    const rotated = cases.filter(
      ({ cause, cluster, node }) => cause === 'C15' && cluster === facts.cluster && node === facts.node
    );
    if (configured === undefined || rotated.length === 0) {
      return [];
    }
    const counts = new Map<string, number>();
    for (const { namespace, workload, count } of rotated) {
      const name = familyText({ namespace, name: workload });
      counts.set(name, (counts.get(name) ?? 0) + count);
    }
    const { containerLogMaxBytes: maxBytes, containerLogMaxFiles: files } = configured;
    const largest = largestOf(
      containers.filter(
        ({ cluster, namespace, workload }) =>
          cluster === facts.cluster && counts.has(familyText({ namespace, name: workload }))
      )
    );
    const wanted = wantedMaxBytes(maxBytes, files, largest?.bytesSeen);
    const evidence: CapacityCode = {
      ...{ code: 'capacity-rotation', containers: rotated.reduce((sum, { count }) => sum + count, 0) },
      workloads: [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([name]) => name),
      ...{ maxBytes, files, largestBytes: largest?.bytesSeen ?? null, bytesPerHour: rateOf(largest) },
    };
    return [
      {
        ...onNode(facts),
        evidence,
        effect: {
          ...{ code: 'capacity-rotation-effect', keptBytes: leastKept(wanted, files) },
          beforeBytes: leastKept(maxBytes, files),
        },
        unknown: largest === undefined ? { code: 'capacity-unknown-log-sizes' } : null,
        paste: kubeletConfiguration(`containerLogMaxSize: ${quantity(wanted)}`, `containerLogMaxFiles: ${files}`),
      },
    ];
  });
}

function largestOf(containers: readonly ContainerRecord[]): ContainerRecord | undefined {
  return containers.reduce<ContainerRecord | undefined>(
    (largest, one) => (largest === undefined || one.bytesSeen > largest.bytesSeen ? one : largest),
    undefined
  );
}

/** What stays of a log just after its newest file began. */
const leastKept = (maxBytes: number, files: number) => maxBytes * Math.max(1, files - 1);

/** So much a file that the largest log that was seen stays as a whole; twice as much where none is known. */
function wantedMaxBytes(maxBytes: number, files: number, largestBytes: number | undefined): number {
  if (largestBytes === undefined) {
    return 2 * maxBytes;
  }
  const step = 10 * MIB;
  const needed = Math.ceil(largestBytes / Math.max(1, files - 1) / step) * step;
  return Math.min(Math.max(needed, 2 * maxBytes), MAX_ROTATION_FACTOR * maxBytes);
}

/** Bytes an hour between a log's first and last line; null where it is not known, or it took less than a second. */
function rateOf(container: ContainerRecord | undefined): number | null {
  const ms = Date.parse(container?.lastTime ?? '') - Date.parse(container?.firstTime ?? '');
  return container !== undefined && ms >= 1000 ? Math.round((container.bytesSeen / ms) * HOUR_MS) : null;
}
