import { type Resource, resources } from './api-server/changes';
import { containerIds } from './replay/container-ids';
import { type Observation, Recording, type StatsSample } from './replay/recording';

/** All of a recording that the demo replays. Times are as recorded. */
export interface Recorded {
  /** The name of the node. */
  node: string;
  observations: Observation[];
  /** Container ids by log path. */
  ids: Map<string, string>;
  /** Bytes of each unpacked log file. */
  sizes: Map<string, number>;
  /** The lines of the API server's watch streams. */
  watchStreams: Map<Resource, string[]>;
  kubelet: { log: string[]; configz: string; metrics: string; samples: StatsSample[] };
  /** First and last moment of the log files, milliseconds since 1970. */
  begin: number;
  end: number;
}

/**
 * Reads a recording of this repository, and unpacks its log files into a directory.
 * @throws UserError for a name that no recording has
 */
export async function loadRecorded(name: string, logsDir: string): Promise<Recorded> {
  const recording = Recording.find(name);
  const [node, observations, podEvents, sizes, streams, log, configz, metrics, samples] = await Promise.all([
    recording.nodeName(),
    recording.observations(),
    recording.podEvents(),
    recording.unpack(logsDir),
    Promise.all(resources.map(async (one) => [one, await recording.watchStream(one)] as const)),
    recording.kubeletLog(),
    recording.configz(),
    recording.metrics(),
    recording.statsSummaries(),
  ]);
  const begin = observations[0]?.t ?? 0;
  return {
    node,
    observations,
    ids: containerIds(podEvents),
    sizes,
    watchStreams: new Map(streams),
    kubelet: { log, configz, metrics, samples },
    begin,
    end: observations.at(-1)?.t ?? begin,
  };
}
