import type { Code } from '../codes';
import { parseRecord, queryOf, RECORD_SELECTOR, recordQuery } from '../evidence';
import {
  type EventRecord,
  eventRecordSchema,
  type JobRecord,
  jobRecordSchema,
  LatestRecords,
  type PodRecord,
  podRecordSchema,
} from '../records';
import { latest, podsQuestion } from './asked-records';
import type { LookupScope } from './location';
import type { LokiReply, Plan } from './plan';
import type { NamedTarget, Target } from './target';

/** More pods of a Job than these, the newest, are not named one by one. */
const MAX_PODS = 3;

/** What kubelets write of pods that they reject: pkg/kubelet/lifecycle/predicate.go and pkg/kubelet/kubelet.go of Kubernetes. */
const admissionReasons =
  /^(?:UnexpectedAdmissionError|OutOf\w+|NodeAffinity|NodePorts|NodeName|TaintToleration|InvalidNodeInfo|TopologyAffinityError|PodOS\w+|PodFeatureUnsupported|\w*Forbidden|AppArmor)$/;
const admissionMessages = /^Pod was rejected|[Tt]he node had condition|^Pod Predicate \w+ failed/;

/** A thing of which no container ever started, and what the API server's records say of that. */
export interface Unstarted {
  target: Target;
  /** Why there is no log, in sentences. */
  codes: Code[];
}

/**
 * Of pods and Jobs that have neither a record of a log nor a line: those that the API server knew and of which no container
 * has started, with the reason. Such a thing has no log, and nothing is lost.
 */
export function* unstartedPlan(targets: readonly Target[], scope: LookupScope): Plan<Unstarted[]> {
  const named = targets.flatMap((target): NamedTarget[] =>
    target.kind === 'pod' || target.kind === 'job' ? [target] : []
  );
  const found: Unstarted[] = [];
  for (const target of named) {
    const codes = yield* codesOf(target, scope);
    if (codes.length > 0) {
      found.push({ target, codes });
    }
  }
  return found;
}

function* codesOf(target: NamedTarget, scope: LookupScope): Plan<Code[]> {
  const { cluster, window, recordSelector = RECORD_SELECTOR } = scope;
  const metadata = { namespace: scope.namespace ?? target.namespace, [target.kind]: target.name };
  const span = { from: window.from, to: window.recordsTo };
  const failed = { record: 'event', cluster };
  const [pods, jobs, events] = yield [
    podsQuestion(metadata, scope),
    ...(target.kind === 'job'
      ? [
          { query: queryOf({ kind: 'jobs', cluster, metadata }, recordSelector), ...span },
          { query: recordQuery(recordSelector, failed, { reason: 'FailedCreate' }, `"${target.name}"`), ...span },
        ]
      : []),
  ];
  const known = latest<PodRecord>(pods?.entries ?? [], podRecordSchema);
  if (known.some(({ containers }) => containers.some(({ runs }) => runs.length > 0))) {
    return []; // it has started: where its log is, is another question
  }
  if (known.length > 0) {
    const newest = known.sort((a, b) => ((a.created ?? '') < (b.created ?? '') ? 1 : -1)).slice(0, MAX_PODS);
    return newest.map(codeOfPod);
  }
  const refusals = recordsIn(events, eventRecordSchema);
  return recordsIn(jobs, jobRecordSchema).map((job) => codeOfJob(job, refusals));
}

function recordsIn<R extends EventRecord | JobRecord>(
  reply: LokiReply | undefined,
  schema: Parameters<typeof parseRecord<R>>[1]
): R[] {
  const records = new LatestRecords<R>();
  for (const { line, ns } of reply?.entries ?? []) {
    const record = parseRecord(line, schema);
    if (record !== undefined) {
      records.add(record, ns);
    }
  }
  return records.all();
}

function codeOfPod({ pod, node, phase, reason, message, containers, deletion, final }: PodRecord): Code {
  const isOver = final || deletion !== null;
  if (phase === 'Failed' && reason !== null) {
    return admissionReasons.test(reason) || admissionMessages.test(message ?? '')
      ? { code: 'not-started-rejected', pod, node, reason, message: textOf(message) }
      : { code: 'not-started-failed', pod, reason, message: textOf(message) };
  }
  const waiting = containers.find((container) => container.waiting !== null);
  if (node === null) {
    return { code: 'not-started-unscheduled', pod, isOver };
  }
  return waiting?.waiting == null
    ? { code: 'not-started', pod, isOver }
    : { code: 'not-started-waiting', pod, container: waiting.name, reason: waiting.waiting, isOver };
}

function codeOfJob(
  { job, namespace, cluster, suspended, reason, message, final }: JobRecord,
  events: EventRecord[]
): Code {
  const [refusal] = events
    .filter((event) => event.cluster === cluster && event.object.namespace === namespace && event.object.name === job)
    .sort((a, b) => (a.last < b.last ? 1 : -1));
  const why = refusal?.message ?? [reason, message].filter(Boolean).join(': ');
  return { code: 'not-started-job', job, isSuspended: suspended, isOver: final, why: textOf(why) };
}

/** The kubelet begins its messages with what the sentence around it says, and ends them in a full stop. */
const textOf = (message: string | null): string =>
  (message ?? '').replace(/^Pod was rejected(?::| as)? /, '').replace(/[.\s]+$/, '');
