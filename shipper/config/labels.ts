import * as z from 'zod';
import { type EntryName, STREAM_PRESETS, type StreamPreset } from '../../model/stream-presets';
import { flagForm } from './settings';
import { pairs } from './units';

/** Labels that the agent sets itself. */
const TAKEN: ReadonlySet<string> = new Set([
  ...Object.values(STREAM_PRESETS).flatMap(({ names }) => Object.values(names)),
  ...['stream', 'shipper', 'late', 'hour', 'record', 'shard', 'continues', 'replaced', 'format', 'order', 'line_time'],
]);

/** What is wrong with a label's name; undefined where nothing is. */
export function labelProblem(name: string): string | undefined {
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
