/** One run of one container, as the node's log directory names it. */
export interface ContainerRun {
  namespace: string;
  pod: string;
  podUid: string;
  container: string;
  /** The restart count: 0 for the first run. */
  restart: number;
}

/** The id of a container run inside one cluster; also the id of its `container` record. */
export function containerRunId(run: ContainerRun): string {
  return `${run.podUid}/${run.container}/${run.restart}`;
}
