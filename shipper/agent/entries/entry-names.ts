import {
  type EntryName,
  SHIPPER_LABEL,
  SHIPPER_NAME,
  STREAM_PRESETS,
  type StreamNames,
  type StreamPreset,
} from '../../../model/stream-presets';
import { workloadOf } from '../../../model/workload';
import type { ContainerRun } from '../../../model/container-run';
import type { MetadataPairs } from './entry-metadata';

/** What the configuration says about labels and metadata. */
export interface NamingSettings {
  cluster: { name: string };
  node: { name: string };
  stream: { preset: StreamPreset; labels?: readonly EntryName[]; metadata?: readonly EntryName[] };
}

/** The labels of a container's stream. */
export function labelsOf(run: ContainerRun, settings: NamingSettings): Record<string, string> {
  const { preset, labels } = settings.stream;
  const naming = STREAM_PRESETS[preset];
  const values = valuesOf(run, settings, null);
  return {
    ...named(labels ?? naming.labels, naming, values),
    ...(naming.hasScrapeJob && { job: `${values.namespace}/${values.workload}` }),
  };
}

/** The structured metadata of a container's entries. */
export function metadataOf(run: ContainerRun, settings: NamingSettings, containerId: string | null): MetadataPairs {
  const { preset, metadata } = settings.stream;
  const naming = STREAM_PRESETS[preset];
  const names = metadata ?? naming.metadata;
  const pairs = Object.entries(named(names, naming, valuesOf(run, settings, containerId)));
  if (names.includes('container_id') && containerId === null) {
    // Without its id the pod's uid distinguishes a container run from others of the same name.
    pairs.push([naming.names.pod_uid, run.podUid]);
  }
  return preset === 'afterlog' ? pairs : [...pairs, [SHIPPER_LABEL, SHIPPER_NAME]];
}

const named = (list: readonly EntryName[], { names }: StreamNames, values: Readonly<Record<EntryName, string>>) =>
  Object.fromEntries(list.map((name) => [names[name], values[name]]));

function valuesOf(
  run: ContainerRun,
  { cluster, node }: NamingSettings,
  containerId: string | null
): Record<EntryName, string> {
  const { workload, job } = workloadOf(run.pod);
  return {
    cluster: cluster.name,
    namespace: run.namespace,
    workload,
    service_name: workload,
    container: run.container,
    pod: run.pod,
    node: node.name,
    job: job ?? '',
    container_id: containerId ?? '',
    restart: String(run.restart),
  };
}
