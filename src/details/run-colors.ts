import type { FoundRun } from '../../model/lookup';

/** Names of Grafana's palette that are told apart on dark and on light ground. */
const COLORS = [
  ...['green', 'blue', 'orange', 'purple', 'yellow', 'red'],
  ...['dark-green', 'dark-blue', 'dark-orange', 'dark-purple', 'dark-yellow', 'dark-red'],
];

/** A colour for each container run by its key; after twelve they come again. */
export const runColors = (runs: readonly FoundRun[]): ReadonlyMap<string, string> =>
  new Map(runs.map(({ key }, i) => [key, COLORS[i % COLORS.length] ?? 'gray']));
