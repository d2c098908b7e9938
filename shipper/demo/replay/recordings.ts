/** The recording that is replayed unless another is named: a directory of tests/recording. */
export const DEFAULT_RECORDING = 'disk-pressure';

/** When the agent is away unless the flag says otherwise: around a reclaim of each recording. */
export const DEFAULT_AGENT_DOWN: ReadonlyMap<string, string> = new Map([
  [DEFAULT_RECORDING, '23:18:30/23:19:40'],
  ['disk-pressure-1.36', '20:53:20/20:54:10'],
]);
