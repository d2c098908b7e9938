import { type LabelMatches, logQuery } from '../logql';
import { STREAM_PRESETS, type StreamPreset } from '../stream-presets';

/** A query for the agent's lines by their usual names, as a preset names them and where it puts them. */
export function presetQuery(preset: StreamPreset, labels: LabelMatches, metadata: LabelMatches): string {
  const { names, labels: inStreams } = STREAM_PRESETS[preset];
  const renamed: { labels: LabelMatches; metadata: LabelMatches } = { labels: {}, metadata: {} };
  for (const [name, match] of [...Object.entries(labels), ...Object.entries(metadata)]) {
    // Where the workload has no label of its own it is the name of the service.
    const wanted = name === 'workload' && !inStreams.includes('workload') ? 'service_name' : name;
    const place = inStreams.some((label) => label === wanted) ? renamed.labels : renamed.metadata;
    place[isName(wanted, names) ? names[wanted] : wanted] = match;
  }
  return logQuery(renamed.labels, renamed.metadata);
}

const isName = <T extends object>(name: PropertyKey, names: T): name is keyof T => Object.hasOwn(names, name);
