import { ms } from '../../../model/cases/moment';
import type { RecordSet } from '../../data/records';
import { nodeKey } from './node-key';

/** Where it comes from: Kubernetes' Events, the kubelet's log, the agent. */
export const ACTIVITY_KINDS = ['event', 'image', 'reclaim', 'agent'] as const;
export type ActivityKind = (typeof ACTIVITY_KINDS)[number];

/** One thing that happened on a node, as KHI lists them: all that the records report, whatever became of logs. */
export interface Activity {
  kind: ActivityKind;
  /** Milliseconds since 1970. */
  time: number;
  /** An Event's reason, or what the kubelet's log or a heartbeat tells. */
  name: string;
  /** What it is about: `Pod job-test/hello-x`, a container, an image. */
  subject: string;
  /** More of it, in the words of its source. */
  text: string;
}

/** Words that an activity must have one of, and that it must have none of; nothing where there are none. */
export interface ActivityFilter {
  include: string;
  exclude: string;
}

/** Events of pulls belong to the images. */
const PULLS = new Set(['Pulling', 'Pulled', 'ErrImagePull', 'ImagePullBackOff', 'ErrImageNeverPull']);

/** What happened on each node and passes a filter, by `nodeKey()`, oldest first. */
export function nodeActivities(records: RecordSet, filter: ActivityFilter): Map<string, Activity[]> {
  const { events, gcs, heartbeats, containers, pods } = records;
  const passes = matcherOf(filter);
  const activities = new Map<string, Activity[]>();
  const add = (cluster: string, node: string | null, time: number | undefined, one: Omit<Activity, 'time'>) => {
    if (node === null || time === undefined || !passes(one)) {
      return;
    }
    const key = nodeKey(cluster, node);
    const own = activities.get(key);
    if (own) {
      own.push({ ...one, time });
    } else {
      activities.set(key, [{ ...one, time }]);
    }
  };
  const nodeOfPod = new Map(pods.map(({ cluster, namespace, pod, node }) => [`${cluster}/${namespace}/${pod}`, node]));
  for (const { cluster, node, object, reason, message, first, last, count } of events) {
    const where =
      object.kind === 'Node'
        ? object.name
        : (node ?? nodeOfPod.get(`${cluster}/${object.namespace ?? ''}/${object.name}`) ?? null);
    const name = object.namespace === null ? object.name : `${object.namespace}/${object.name}`;
    const subject = `${object.kind} ${name}${count > 1 ? ` (× ${count})` : ''}`;
    const one = { kind: PULLS.has(reason) ? 'image' : 'event', name: reason, subject, text: message } as const;
    // Of one that was counted up, the times in between are not known.
    new Set([ms(first), ms(last)]).forEach((time) => add(cluster, where, time, one));
  }
  const namesOf = new Map(
    containers.map(({ cluster, containerId, namespace, pod, container }) => [
      `${cluster}/${containerId}`,
      `${namespace}/${pod} ${container}`,
    ])
  );
  for (const { cluster, node, trigger, start, end, part, outcome, source, ...gc } of gcs) {
    if (source !== 'kubelet-log') {
      continue;
    }
    const began = trigger === 'eviction' ? 'Eviction manager: attempting to reclaim' : 'Image GC';
    if (part === 1) {
      add(cluster, node, ms(start), { kind: 'reclaim', name: began, subject: gc.resource ?? '', text: '' });
      add(cluster, node, ms(end), { kind: 'reclaim', name: `${began}: ${outcome}`, subject: '', text: '' });
    }
    for (const { containerId, at } of gc.containers) {
      const subject = namesOf.get(`${cluster}/${containerId ?? ''}`) ?? containerId?.slice(0, 12) ?? '';
      add(cluster, node, ms(at), { kind: 'reclaim', name: 'RemoveContainer', subject, text: containerId ?? '' });
    }
    for (const { id } of gc.images) {
      add(cluster, node, ms(end), { kind: 'image', name: 'Removing image', subject: id, text: '' });
    }
  }
  for (const { cluster, node, from, to, final, version, lokiProblem, logsProblem } of heartbeats) {
    const text = [logsProblem, lokiProblem].filter((problem) => problem !== null).join('; ');
    const subject = `afterlog ${version}`;
    add(cluster, node, ms(from), { kind: 'agent', name: 'Agent started', subject, text: '' });
    if (final) {
      add(cluster, node, ms(to), { kind: 'agent', name: 'Agent stopped', subject, text });
    }
  }
  activities.forEach((own) => own.sort((a, b) => a.time - b.time));
  return activities;
}

/** Has one of the words to include and none of those to exclude; words are parted by spaces or commas. */
function matcherOf(filter: ActivityFilter): (one: Omit<Activity, 'time'>) => boolean {
  const wordsIn = (text: string) =>
    text
      .toLowerCase()
      .split(/[\s,]+/)
      .filter(Boolean);
  const [include, exclude] = [wordsIn(filter.include), wordsIn(filter.exclude)];
  return ({ kind, name, subject, text }) => {
    const all = `${kind} ${name} ${subject} ${text}`.toLowerCase();
    const has = (word: string) => all.includes(word);
    return (include.length === 0 || include.some(has)) && !exclude.some(has);
  };
}
