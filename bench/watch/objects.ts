/**
 * Objects as big as real ones (managed fields, environment, volumes), as text with holes: an API server of this size
 * cannot build them one by one on the machine that it shares with the program it measures.
 */

export interface SimulatedPod {
  index: number;
  version: number;
  /** Index of its Job; undefined for a pod of a Deployment. */
  job: number | undefined;
  node: number;
  phase: 'Pending' | 'Running' | 'Succeeded';
  /** Seconds since 1970. */
  created: number;
  started: number | undefined;
  finished: number | undefined;
  deleted: number | undefined;
}

export const podUid = (index: number) => `10000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
export const jobUid = (index: number) => `20000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
export const nodeName = (index: number) => `node-${String(index).padStart(5, '0')}.example.org`;
const iso = (seconds: number) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
const containerId = (index: number) => `containerd://${String(index).padStart(64, '0')}`;

const managed = (fields: number) =>
  JSON.stringify([
    {
      manager: 'kube-controller-manager',
      operation: 'Update',
      apiVersion: 'v1',
      time: '2026-01-01T00:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: Object.fromEntries(
        Array.from({ length: fields }, (_, i) => [`f:field-${i}`, { 'f:name': {}, 'f:value': {}, '.': {} }])
      ),
    },
  ]);
const podManaged = managed(40);
const jobManaged = managed(20);
const environment = JSON.stringify(
  Array.from({ length: 15 }, (_, i) => ({ name: `SETTING_${i}`, value: `some value of it, number ${i}` }))
);
const volumes = JSON.stringify([
  { name: 'token', secret: { secretName: 'default-token', defaultMode: 420 } },
  { name: 'data', emptyDir: {} },
]);
const template = `{"restartPolicy":"Never","containers":[{"name":"main","image":"registry.example.org/team/image:v1.2.3","command":["sh","-c","run"],"env":${environment},"resources":{"requests":{"cpu":"100m","memory":"128Mi","ephemeral-storage":"500Mi"}}}],"volumes":${volumes}`;

export function podText(pod: SimulatedPod): string {
  const { index, version, job, node, phase, created, started, finished, deleted } = pod;
  const owner =
    job === undefined
      ? `{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"service-${index % 900}-6d47f6869","uid":"30000000-0000-4000-8000-${String(index % 900).padStart(12, '0')}","controller":true}`
      : `{"apiVersion":"batch/v1","kind":"Job","name":"job-${job}","uid":"${jobUid(job)}","controller":true}`;
  const name = job === undefined ? `service-${index % 900}-6d47f6869-${index}` : `job-${job}-x${index % 7}b2c`;
  const state =
    finished !== undefined
      ? `{"terminated":{"exitCode":0,"reason":"Completed","startedAt":"${iso(started ?? created)}","finishedAt":"${iso(finished)}","containerID":"${containerId(index)}"}}`
      : started !== undefined
        ? `{"running":{"startedAt":"${iso(started)}"}}`
        : '{"waiting":{"reason":"ContainerCreating"}}';
  const id = started === undefined ? '' : `,"containerID":"${containerId(index)}"`;
  const deletion = deleted === undefined ? '' : `,"deletionTimestamp":"${iso(deleted)}","deletionGracePeriodSeconds":0`;
  return `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"${name}","namespace":"team-${index % 40}","uid":"${podUid(index)}","resourceVersion":"${version}","creationTimestamp":"${iso(created)}"${deletion},"ownerReferences":[${owner}],"managedFields":${podManaged}},"spec":${template},"nodeName":"${nodeName(node)}"},"status":{"phase":"${phase}","startTime":"${iso(created)}","conditions":[{"type":"PodScheduled","status":"True","lastTransitionTime":"${iso(created)}"}],"containerStatuses":[{"name":"main","image":"registry.example.org/team/image:v1.2.3","imageID":"registry.example.org/team/image@sha256:0","restartCount":0,"state":${state},"lastState":{}${id}}]}}`;
}

export interface SimulatedJob {
  index: number;
  version: number;
  created: number;
  finished: number | undefined;
}

export function jobText({ index, version, created, finished }: SimulatedJob): string {
  const end =
    finished === undefined
      ? '"active":1'
      : `"succeeded":1,"completionTime":"${iso(finished)}","conditions":[{"type":"Complete","status":"True","lastTransitionTime":"${iso(finished)}"}]`;
  return `{"kind":"Job","apiVersion":"batch/v1","metadata":{"name":"job-${index}","namespace":"team-${index % 40}","uid":"${jobUid(index)}","resourceVersion":"${version}","creationTimestamp":"${iso(created)}","managedFields":${jobManaged}},"spec":{"parallelism":1,"completions":1,"backoffLimit":6,"template":{"spec":${template}}}},"status":{"startTime":"${iso(created)}",${end}}}`;
}

export function nodeText(index: number, version: number): string {
  const images = JSON.stringify(
    Array.from({ length: 50 }, (_, i) => ({
      names: [`registry.example.org/image-${i}@sha256:0123456789abcdef`],
      sizeBytes: 1000 * i,
    }))
  );
  const beat = iso(Math.floor(Date.now() / 1000));
  const conditions = ['MemoryPressure', 'DiskPressure', 'PIDPressure']
    .map(
      (type) =>
        `{"type":"${type}","status":"False","lastHeartbeatTime":"${beat}","lastTransitionTime":"2026-01-01T00:00:00Z"}`
    )
    .join();
  return `{"kind":"Node","apiVersion":"v1","metadata":{"name":"${nodeName(index)}","uid":"40000000-0000-4000-8000-${String(index).padStart(12, '0')}","resourceVersion":"${version}","creationTimestamp":"2026-01-01T00:00:00Z","managedFields":${jobManaged}},"spec":{},"status":{"capacity":{"ephemeral-storage":"100Gi"},"conditions":[${conditions},{"type":"Ready","status":"True","lastHeartbeatTime":"${beat}","lastTransitionTime":"2026-01-01T00:00:00Z"}],"nodeInfo":{"bootID":"b-${index}","kubeletVersion":"v1.30.1","containerRuntimeVersion":"containerd://1.7.0"},"images":${images}}}`;
}
