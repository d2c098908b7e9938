import type { PodRecord } from '../../records';

/** Whose pod template a Job family's is. */
export interface TemplateOwner {
  kind: 'CronJob' | 'Job' | 'Pod';
  namespace: string;
  name: string;
}

/** What changes in a manifest. Lines are YAML without the indentation of their place. */
export interface TemplateChange {
  /** Of a CronJob's spec. */
  cronJob?: readonly string[];
  /** Of a Job's spec. */
  job?: readonly string[];
  /** Of a pod's spec. */
  pod?: readonly string[];
}

/** The owner as the pod's record tells; what is owned by neither a Job nor a CronJob gives only its pod template. */
export function ownerOf({ cronJob, job, namespace, workload }: PodRecord): TemplateOwner {
  return cronJob !== null
    ? { kind: 'CronJob', namespace, name: cronJob }
    : { kind: job === null ? 'Pod' : 'Job', namespace, name: workload };
}

/** The parts of a KubeletConfiguration that change. */
export const kubeletConfiguration = (...lines: string[]): string =>
  text(['apiVersion: kubelet.config.k8s.io/v1beta1', 'kind: KubeletConfiguration', ...lines]);

/** The parts of a Job's or CronJob's manifest that change. */
export function workloadManifest({ kind, namespace, name }: TemplateOwner, change: TemplateChange): string {
  const { cronJob = [], job = [], pod = [] } = change;
  if (kind === 'Pod') {
    return text([`# pod template of ${namespace}/${name}`, ...under('spec:', pod)]);
  }
  const template = pod.length === 0 ? [] : under('template:', under('spec:', pod));
  const jobSpec = under('spec:', [...job, ...template]);
  const jobTemplate = job.length + pod.length === 0 ? [] : under('jobTemplate:', jobSpec);
  return text([
    'apiVersion: batch/v1',
    `kind: ${kind}`,
    ...under('metadata:', [`name: ${name}`, `namespace: ${namespace}`]),
    ...(kind === 'Job' ? jobSpec : under('spec:', [...cronJob, ...jobTemplate])),
  ]);
}

/** Lines under a key. */
export const under = (key: string, lines: readonly string[]): string[] => [key, ...lines.map((line) => `  ${line}`)];

/** Lines as one item of a list. */
export const item = ([first = '', ...more]: readonly string[]): string[] => [
  `- ${first}`,
  ...more.map((line) => `  ${line}`),
];

const text = (lines: readonly string[]) => [...lines, ''].join('\n');

const UNITS = [
  ['Gi', 2 ** 30],
  ['Mi', 2 ** 20],
  ['Ki', 2 ** 10],
] as const;

/** Bytes as Kubernetes writes them, without loss. */
export function quantity(bytes: number): string {
  const [unit, size] = UNITS.find(([, power]) => bytes % power === 0) ?? ['', 1];
  return `${bytes / size}${unit}`;
}

/** A fifth more than was used, in steps that somebody would write: what a limit or a volume has to hold. */
export function roomFor(bytes: number): number {
  const step = bytes > 2 ** 30 ? 2 ** 28 : 2 ** 24;
  return Math.ceil((bytes * 1.2) / step) * step;
}
