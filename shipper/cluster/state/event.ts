import { fields, type Fields, latest, seconds, type SharedTexts, shortText, text, whole } from '../core/fields';
import { metaOf } from './meta';

/** An Event of the table in docs/reference/kubernetes.md, Events. Times are seconds since 1970. */
export interface EventState {
  uid: string;
  /** Where the Event itself is kept; Node Events are in `default`. */
  namespace: string;
  reason: string;
  type: 'Normal' | 'Warning';
  object: { kind: string; namespace: string | null; name: string; uid: string | null };
  component: string | null;
  node: string | null;
  message: string;
  first: number;
  last: number;
  count: number;
  resource: string | null;
  /** Of a pull: the image, and its bytes where the kubelet tells them. */
  pull: { image: string; bytes: number | null } | null;
  subject: string | null;
  timesDoubtful: boolean;
}

/**
 * The Events about logs, pods' ends and nodes (docs/reference/kubernetes.md, Events), by the kind of object
 * they are about.
 *
 * SuccessfulCreate, SawCompletedJob and `Completed` are left out: they say for each pod and Job what its own record
 * says, and would cost more lines than the records.
 */
const wanted: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    Node: new Set([
      'EvictionThresholdMet',
      'NodeHasDiskPressure',
      'NodeHasNoDiskPressure',
      'FreeDiskSpaceFailed',
      'ImageGCFailed',
      'ContainerGCFailed',
      'InvalidDiskCapacity',
      'Rebooted',
      'Starting',
      'Shutdown',
      'NodeNotReady',
      'RegisteredNode',
      'RemovingNode',
      'DeletingNode',
      'DeletingNodeFailed',
      'ScaleDown',
      'ScaleDownFailed',
    ]),
    Pod: new Set([
      'Evicted',
      'ExceededGracePeriod',
      'Preempting',
      'Killing',
      'BackOff',
      'SandboxChanged',
      'NodeNotReady',
      'TaintManagerEviction',
      'Preempted',
      'ScaleDown',
      'Pulled',
    ]),
    Job: new Set([
      'FailedCreate',
      'SuccessfulDelete',
      'FailedDelete',
      'BackoffLimitExceeded',
      'DeadlineExceeded',
      'PodFailurePolicy',
      'FailedIndexes',
      'MaxFailedIndexesExceeded',
    ]),
    CronJob: new Set(['SuccessfulDelete', 'MissingJob', 'JobAlreadyActive']),
    ReplicaSet: new Set(['SuccessfulDelete', 'FailedDelete']),
    DaemonSet: new Set(['SuccessfulDelete', 'FailedDelete']),
    StatefulSet: new Set(['SuccessfulDelete', 'FailedDelete']),
    ConfigMap: new Set(['ScaleDown', 'ScaleDownEmpty']),
  })
);

/** The reasons of which every cluster has most, and which the API server can leave out by itself. */
export const EVENT_FIELD_SELECTOR = [
  'Scheduled',
  'FailedScheduling',
  'Pulling',
  'Created',
  'Started',
  'Unhealthy',
  'FailedMount',
  'SuccessfulCreate',
  'ScalingReplicaSet',
]
  .map((reason) => `reason!=${reason}`)
  .join(',');

const MESSAGE = 500;
const DAY = 86_400;

/**
 * @param now seconds since 1970, in the cluster's time
 * @returns undefined for an Event that is none of the table, or none at all
 */
export function projectEvent(object: unknown, now: number, shared: SharedTexts): EventState | undefined {
  const event = fields(object);
  const meta = metaOf(object, shared);
  const about = fields(event.involvedObject);
  const reason = text(event.reason);
  const kind = text(about.kind);
  const name = text(about.name);
  if (meta === undefined || reason === null || kind === null || name === null || !wanted.get(kind)?.has(reason)) {
    return undefined;
  }
  const message = shortText(event.message, MESSAGE) ?? '';
  const pull = reason === 'Pulled' ? pullOf(message) : null;
  if (reason === 'Pulled' && pull === null) {
    return undefined; // The image was there: every container would have a record.
  }
  const source = fields(event.source);
  return {
    uid: meta.uid,
    namespace: meta.namespace,
    reason: shared.of(reason),
    type: event.type === 'Warning' ? 'Warning' : 'Normal',
    object: { kind: shared.of(kind), namespace: shared.of(text(about.namespace)), name, uid: text(about.uid) },
    component: shared.of(text(source.component) ?? text(event.reportingComponent)),
    node: shared.of(kind === 'Node' ? name : text(source.host)),
    message,
    ...timesOf(event, meta.created, now),
    resource: reason === 'EvictionThresholdMet' ? (/reclaim ([\w.-]+)/.exec(message)?.[1] ?? null) : null,
    pull,
    subject:
      /^(?:Deleted (?:job|pod):?|Marking for deletion Pod|Cancelling deletion of Pod) (?:\S+\/)?(\S+)$/.exec(
        message.replace('(combined from similar events): ', '')
      )?.[1] ?? null,
  };
}

/** pkg/kubelet/images/image_manager.go; the size is told from Kubernetes 1.30 on. */
function pullOf(message: string): EventState['pull'] {
  const image = /Successfully pulled image "([^"]+)"/.exec(message)?.[1];
  const bytes = /Image size: (\d+) bytes/.exec(message)?.[1];
  return image === undefined ? null : { image, bytes: bytes === undefined ? null : whole(Number(bytes)) };
}

/**
 * First and last time and count; a time that cannot be right (after now, long before it was created) gives way to the
 * time of creation.
 */
function timesOf(event: Fields, created: number | null, now: number) {
  const series = fields(event.series);
  const reported = {
    first: seconds(event.firstTimestamp) ?? seconds(event.eventTime) ?? created,
    last: latest(seconds(event.lastTimestamp), seconds(series.lastObservedTime)) ?? seconds(event.eventTime) ?? created,
  };
  const plausible = (time: number | null): time is number =>
    time !== null && time > (created ?? time) - DAY && time < now + DAY;
  const fallback = plausible(created) ? created : now;
  const first = plausible(reported.first) ? reported.first : fallback;
  const last = plausible(reported.last) ? reported.last : fallback;
  const count = whole(series.count) ?? whole(event.count) ?? 1;
  return {
    first: Math.min(first, last),
    last: Math.max(first, last),
    count: Math.max(1, count),
    timesDoubtful: !plausible(reported.first) || !plausible(reported.last) || reported.first > reported.last,
  };
}
