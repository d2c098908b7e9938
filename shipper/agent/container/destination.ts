/** Where a container's lines go, besides what all have in common. */
export interface Destination {
  /** A tenant of Loki; null for that of the connection. */
  tenant: string | null;
  /** Labels of the stream, and metadata of the entries, from the configuration and the pod. */
  labels: Readonly<Record<string, string>>;
  metadata: ReadonlyArray<readonly [string, string]>;
}

export const USUAL_DESTINATION: Destination = { tenant: null, labels: {}, metadata: [] };
