import type { CapacityCode } from '../codes';
import type { Thresholds } from '../records';
import { defaultThresholds } from '../thresholds';
import type { CaseTally, CapacityRow } from './counts';
import type { NodeDisks } from './disk-use';

/** What to change, with what it rests on. */
export interface Finding {
  /** What the records show. */
  evidence: CapacityCode;
  /** What the change does. */
  effect: CapacityCode;
  /** YAML to paste, the parts that change. */
  paste: string;
  cluster: string;
  /** Nodes that it holds for; empty for Job families. */
  nodes: string[];
}

/** What is known of one node. */
export interface NodeFacts {
  cluster: string;
  node: string;
  disks: NodeDisks | undefined;
  thresholds: Thresholds | null;
  row: CapacityRow | undefined;
}

/**
 * Image GC looks every five minutes and the eviction manager every ten seconds (docs/reference/kubernetes.md, Defaults):
 * image GC needs a lead. In per cent of use.
 */
const LEAD_PERCENT = 10;

/** The findings that the records support, those of most nodes first. */
export function findingsOf(nodes: readonly NodeFacts[], cases: readonly CaseTally[]): Finding[] {
  const found = nodes.flatMap((node) => [...lateImageGc(node), ...missingSignals(node)]);
  return [...joined([...found, ...rotation(nodes, cases)])].sort((a, b) => b.nodes.length - a.nodes.length);
}

/** What is the same for several nodes is one finding. */
function joined(findings: readonly Finding[]): Finding[] {
  const all = new Map<string, Finding>();
  for (const finding of findings) {
    const { nodes, ...rest } = finding;
    const key = JSON.stringify(rest);
    const known = all.get(key);
    all.set(key, known === undefined ? finding : { ...known, nodes: [...known.nodes, ...nodes] });
  }
  return [...all.values()];
}

/** The configuration as the kubelet has it; what is only assumed supports no finding. */
const read = ({ thresholds }: NodeFacts) => (thresholds?.source === 'configz' ? thresholds : undefined);

/** Image GC begins at or above the use at which the eviction manager reclaims: the reclaim comes first. */
function lateImageGc(facts: NodeFacts): Finding[] {
  const { cluster, node, disks, row } = facts;
  const configured = read(facts);
  if (configured === undefined || disks === undefined || (row?.reclaims ?? 0) === 0) {
    return [];
  }
  const names = disks.layout === 'single' ? ['imagefs', 'nodefs'] : ['imagefs'];
  const [first] = names
    .flatMap((name) => {
      const signal = `${name}.available`;
      const free = /^(\d+(?:\.\d+)?)%$/.exec(configured.evictionHard[signal] ?? '')?.[1];
      return free === undefined || Number(free) <= 0 ? [] : { signal, reclaimPercent: 100 - Number(free) };
    })
    .sort((a, b) => a.reclaimPercent - b.reclaimPercent);
  const { imageGcHighPercent: high, imageGcLowPercent: low } = configured;
  if (first === undefined || high < first.reclaimPercent || first.reclaimPercent <= 2 * LEAD_PERCENT) {
    return [];
  }
  const wantedHigh = Math.floor(first.reclaimPercent - LEAD_PERCENT);
  const wantedLow = Math.min(low, wantedHigh - 5);
  return [
    {
      ...{ cluster, nodes: [node] },
      evidence: { code: 'capacity-late-image-gc', high, ...first },
      effect: { code: 'capacity-late-image-gc-effect', wantedHigh, leadPercent: first.reclaimPercent - wantedHigh },
      paste: kubeletConfiguration(
        `imageGCHighThresholdPercent: ${wantedHigh}`,
        `imageGCLowThresholdPercent: ${wantedLow}`
      ),
    },
  ];
}

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
      ...{ cluster: facts.cluster, nodes: [facts.node] },
      evidence: { code: 'capacity-missing-signals', signals: missing.map(([signal]) => signal) },
      effect: { code: 'capacity-missing-signals-effect' },
      paste: kubeletConfiguration('evictionHard:', ...whole.map(([signal, value]) => `  ${signal}: "${value}"`)),
    },
  ];
}

/** Log rotation removed parts of logs of containers that still existed: `kubectl logs` could not show them. */
function rotation(nodes: readonly NodeFacts[], cases: readonly CaseTally[]): Finding[] {
  const found: Finding[] = [];
  for (const facts of nodes) {
    const { cluster, node } = facts;
    const configured = read(facts);
    const rotated = cases.filter((one) => one.cause === 'C15' && one.cluster === cluster && one.node === node);
    if (configured === undefined || rotated.length === 0) {
      continue;
    }
    const { containerLogMaxBytes, containerLogMaxFiles: files } = configured;
    const counts = new Map<string, number>();
    for (const { namespace, workload, count } of rotated) {
      const name = `${namespace}/${workload}`;
      counts.set(name, (counts.get(name) ?? 0) + count);
    }
    const wanted = 2 * containerLogMaxBytes;
    found.push({
      ...{ cluster, nodes: [node] },
      evidence: {
        ...{ code: 'capacity-rotation', containers: rotated.reduce((sum, { count }) => sum + count, 0) },
        workloads: [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([name]) => name),
        ...{ maxBytes: containerLogMaxBytes, files },
      },
      effect: {
        code: 'capacity-rotation-effect',
        keptBytes: wanted * files,
        beforeBytes: containerLogMaxBytes * files,
      },
      paste: kubeletConfiguration(`containerLogMaxSize: ${quantity(wanted)}`, `containerLogMaxFiles: ${files}`),
    });
  }
  return found;
}

/** Bytes as Kubernetes writes them, without loss. */
function quantity(bytes: number): string {
  const [unit, size] = (
    [
      ['Gi', 2 ** 30],
      ['Mi', 2 ** 20],
      ['Ki', 2 ** 10],
    ] as const
  ).find(([, power]) => bytes % power === 0) ?? ['', 1];
  return `${bytes / size}${unit}`;
}

const kubeletConfiguration = (...lines: string[]): string =>
  ['apiVersion: kubelet.config.k8s.io/v1beta1', 'kind: KubeletConfiguration', ...lines, ''].join('\n');
