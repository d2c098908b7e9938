/** One run of one container, as the node's log directory names it. */
export interface ContainerInstance {
  namespace: string;
  pod: string;
  podUid: string;
  container: string;
  /** The restart count: 0 for the first run. */
  restart: number;
}

/** The id of a container instance inside one cluster; also the id of its `container` record. */
export function instanceId(instance: ContainerInstance): string {
  return `${instance.podUid}/${instance.container}/${instance.restart}`;
}
