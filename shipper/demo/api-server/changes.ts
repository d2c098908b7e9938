import * as z from 'zod';
import { errorText } from '../../../model/error-text';

/** The kinds of object whose watch streams are recorded, with the lists of them. */
export const RESOURCES = {
  nodes: { apiVersion: 'v1', kind: 'NodeList' },
  pods: { apiVersion: 'v1', kind: 'PodList' },
  events: { apiVersion: 'v1', kind: 'EventList' },
  jobs: { apiVersion: 'batch/v1', kind: 'JobList' },
  cronjobs: { apiVersion: 'batch/v1', kind: 'CronJobList' },
} as const;
export type Resource = keyof typeof RESOURCES;
export const resources = Object.keys(RESOURCES) as Resource[];

const objectSchema = z.looseObject({
  apiVersion: z.string().optional(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    uid: z.string(),
    resourceVersion: z.string(),
  }),
});
export type ApiObject = z.infer<typeof objectSchema>;

const changeSchema = z.object({ type: z.enum(['ADDED', 'MODIFIED', 'DELETED']), object: objectSchema });

/** One change of one object, as a watch reports it. */
export interface Change {
  resource: Resource;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: ApiObject;
  /** The resourceVersion that it made, a number here. */
  version: number;
  /** About when it was made, milliseconds since 1970. */
  at: number;
}

/** The API version of each kind as recorded: CronJobs were `batch/v1beta1` until Kubernetes 1.21. */
export function apiVersions(changes: readonly Change[]): Map<Resource, string> {
  return new Map(
    resources.map((resource) => {
      const first = changes.find((change) => change.resource === resource);
      return [resource, first?.object.apiVersion ?? RESOURCES[resource].apiVersion];
    })
  );
}

/** `/apis/batch/v1` for `batch/v1`, `/api/v1` for `v1`. */
export function groupPath(apiVersion: string | undefined): string {
  return apiVersion?.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion ?? ''}`;
}

const timesIn = /"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)"/g;

/**
 * The recorded watch streams as one, in the order in which the API server made the changes: a resourceVersion counts
 * the changes of all kinds. A watch does not say when a change was made, so the newest time that the cluster had reported
 * until then stands for it; it is right to the second, as the API's own times are.
 * @param lines of the watch streams, `{"type":…,"object":…}`
 * @throws Error for a line that is no change of an object
 */
export function changesOf(lines: ReadonlyMap<Resource, readonly string[]>): Change[] {
  const changes = [...lines].flatMap(([resource, stream]) => stream.map((line, index) => parse(resource, line, index)));
  changes.sort((a, b) => a.version - b.version);
  let newest = 0;
  for (const change of changes) {
    newest = Math.max(newest, newestTime(change.object));
    change.at = newest;
  }
  return changes;
}

function parse(resource: Resource, line: string, index: number): Change {
  try {
    const { type, object } = changeSchema.parse(JSON.parse(line));
    return { resource, type, object, version: Number(object.metadata.resourceVersion), at: 0 };
  } catch (error) {
    const reason = errorText(error);
    throw new Error(`the recorded watch of ${resource}, line ${index + 1}: ${reason}`);
  }
}

function newestTime(object: ApiObject): number {
  // A deletion with a grace period names a time to come.
  const { deletionTimestamp: _, ...metadata } = object.metadata;
  let newest = 0;
  for (const [, time = ''] of JSON.stringify({ ...object, metadata }).matchAll(timesIn)) {
    newest = Math.max(newest, Date.parse(time));
  }
  return newest;
}
