import * as z from 'zod';
import { type EntryName, STREAM_PRESETS, type StreamPreset } from '../../model/stream-presets';
import { flagForm } from './settings';
import { pairs } from './units';

/** Labels that the agent sets itself. */
const TAKEN: ReadonlySet<string> = new Set([
  ...Object.values(STREAM_PRESETS).flatMap(({ names }) => Object.values(names).filter((name) => name !== 'app')),
  ...['stream', 'shipper', 'late', 'hour', 'record', 'shard', 'continues', 'replaced', 'format', 'order', 'line_time'],
]);

/** What is wrong with a label's name; undefined where nothing is. */
function labelProblem(name: string): string | undefined {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) || name.startsWith('__')) {
    return `invalid label name "${name}" (letters, digits and _)`;
  }
  return TAKEN.has(name) ? `label "${name}" is set by the agent` : undefined;
}

/** Labels that every stream of logs has. */
export const staticLabels = pairs
  .superRefine((labels, context) => {
    for (const name of Object.keys(labels)) {
      const message = labelProblem(name);
      if (message !== undefined) {
        context.addIssue({ code: 'custom', message });
      }
    }
  })
  .prefault({})
  .describe('a label of every log stream, such as env=prod')
  .register(flagForm, { flag: 'label', value: 'name=value', repeatable: true });

/** Labels of pods that log streams, or entries, have too. */
export const podLabels = pairs
  .transform((given, context): Record<string, 'label' | 'metadata'> => {
    const places: Record<string, 'label' | 'metadata'> = {};
    for (const [name, place] of Object.entries(given)) {
      const message = place === 'label' || place === 'metadata' ? labelProblem(labelName(name)) : undefined;
      if (place === 'label' || place === 'metadata') {
        places[name] = place;
      }
      if (places[name] === undefined || message !== undefined) {
        context.addIssue({ code: 'custom', message: message ?? `invalid value "${place}" (one of: label, metadata)` });
      }
    }
    return places;
  })
  .prefault({})
  .describe('a label of pods as label of the stream, or as metadata of entries: app=label; needs --kubelet.url')
  .register(flagForm, { flag: 'pod-label', value: 'name=place', repeatable: true });

/** A Kubernetes label's name as Prometheus and Loki take it. */
export const labelName = (name: string): string => name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d)/, '_');

/** Loki's tenants of namespaces. */
export const tenants = pairs
  .refine(
    (given) => Object.keys(given).every((glob) => /^[\w.*?-]+$/.test(glob)),
    'invalid pattern of namespaces (example: team-a-*)'
  )
  .refine(
    (given) => Object.values(given).every((tenant) => /^[\w!\-.*'()]{1,150}$/.test(tenant) && !/^\.\.?$/.test(tenant)),
    "invalid tenant (letters, digits and !-_.*'(), at most 150)"
  )
  .prefault({})
  .describe('tenant of the logs of namespaces, the first that matches; records stay with --loki.tenant-id')
  .register(flagForm, { flag: 'tenant', value: 'namespaces=tenant', repeatable: true });

export type StaticLabels = z.output<typeof staticLabels>;

/** The names of the labels that a stream of logs has. */
export function streamLabelNames({
  stream: { preset, labels },
  labels: ofAll,
}: {
  stream: { preset: StreamPreset; labels?: readonly EntryName[] };
  labels: StaticLabels;
}): string[] {
  const { names, labels: usual, hasScrapeJob } = STREAM_PRESETS[preset];
  return [...(labels ?? usual).map((name) => names[name]), ...(hasScrapeJob ? ['job'] : []), ...Object.keys(ofAll)];
}
