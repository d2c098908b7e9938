import { createHash } from 'node:crypto';
import type { CaseEntry, CaseRecord } from '../../model/case-records';
import { ENGLISH } from '../../model/messages';
import { sentenceText } from '../../model/messages/case-text';
import { type LogStatus, logStatusSchema, recordKey } from '../../model/records';
import { formatNs } from '../../model/time';

/** Cases of one Job, or of one pod without a Job, that have become known together. */
export interface CaseNotice {
  cluster: string;
  namespace: string;
  /** What it is about: a Job, or else the pod. */
  kind: 'Job' | 'Pod';
  name: string;
  pod: string;
  podUid: string;
  cases: Array<{ record: CaseRecord; ns: bigint }>;
}

/** What is missing in Loki. */
const LACKING: ReadonlySet<LogStatus> = new Set(['lost', 'partial']);
/** Kubernetes refuses longer messages of Events (`core/v1` validation: 1,024 bytes). */
const MAX_MESSAGE = 1000;
/** The annotation of a Job or a pod whose logs were removed. */
const ANNOTATION = 'afterlog.io/logs';

/**
 * What is new in what the leader has written: cases that say something else of a log than before. Those that were removed
 * before `since` are no news: a leader works out what happened before it first ran, too.
 *
 * @param since nanoseconds since 1970
 */
export function noticesOf(changes: readonly CaseEntry[], since: bigint): CaseNotice[] {
  const before = new Map(
    changes.filter(({ record }) => record.delta === -1).map(({ record }) => [recordKey(record), record])
  );
  const notices = new Map<string, CaseNotice>();
  for (const { record, ns } of changes) {
    const old = before.get(recordKey(record));
    const isNew = old === undefined || old.status !== record.status || old.cause !== record.cause;
    if (record.delta === 1 && isNew && ns >= since && record.status !== 'pending') {
      const { cluster, namespace, pod, podUid, job } = record;
      const about = job === null ? { kind: 'Pod' as const, name: pod } : { kind: 'Job' as const, name: job };
      const key = JSON.stringify([cluster, namespace, about]);
      const notice = notices.get(key) ?? { cluster, namespace, ...about, pod, podUid, cases: [] };
      notice.cases.push({ record, ns });
      notices.set(key, notice);
    }
  }
  return [...notices.values()];
}

const isLacking = ({ cases }: CaseNotice): boolean => cases.some(({ record }) => LACKING.has(record.status));

/** Where the app shows these logs. @param grafanaUrl without it there is no link */
function linkTo({ namespace, kind, name, pod }: CaseNotice, grafanaUrl: string | undefined): string | undefined {
  const target = kind === 'Job' ? `${namespace}/job/${name}` : `${namespace}/${pod}`;
  const base = grafanaUrl?.replace(/\/+$/, '');
  return base && `${base}/a/afterlog-timelines-app/lookup?q=${encodeURIComponent(target)}`;
}

/** What the template of an annotation may name. */
const ANNOTATION_PARTS = ['summary', 'link', 'removed', 'causes', 'counts'] as const;
const PART = /\{([^{}]*)\}/g;

/** @returns names in braces that an annotation does not know, with those that it does; undefined where all are known */
export function annotationProblem(template: string): string | undefined {
  const parts: readonly string[] = ANNOTATION_PARTS;
  const unknown = [...template.matchAll(PART)].filter(([, name = '']) => !parts.includes(name)).map(([part]) => part);
  return unknown.length === 0
    ? undefined
    : `has ${unknown.join(', ')}; known are ${parts.map((name) => `{${name}}`).join(', ')}`;
}

/** `2 logs removed at 09:23:18 UTC (C1 disk reclaim): 1 complete, 1 lost in Loki.` */
function summaryOf(notice: CaseNotice): string {
  const { removed, causes, counts } = partsOf(notice);
  const logs = notice.cases.length === 1 ? '1 log' : `${notice.cases.length} logs`;
  return `${logs} removed at ${removed.slice(11, 19)} UTC (${causes}): ${counts} in Loki.`;
}

/** When the first of the logs was removed, what removed them, and what of them is in Loki. */
function partsOf({ cases }: CaseNotice): Record<'removed' | 'causes' | 'counts', string> {
  const [removed = ''] = cases.map(({ ns }) => formatNs(ns)).sort();
  const causes = [...new Set(cases.map(({ record }) => ENGLISH.causeText(record.cause)))].join(', ');
  const counts = logStatusSchema.options.flatMap((status) => {
    const count = cases.filter(({ record }) => record.status === status).length;
    return count === 0 ? [] : `${count} ${status}`;
  });
  return { removed: removed.replace(/\.\d+Z$/, 'Z'), causes, counts: counts.join(', ') };
}

/**
 * An Event that `kubectl describe` shows with the Job or the pod (`core/v1`).
 *
 * @param uid of the Job, as `kubectl describe` looks Events up by it
 */
export function eventOf(
  notice: CaseNotice,
  { uid, identity, grafanaUrl, now }: { uid: string; identity: string; grafanaUrl: string | undefined; now: bigint }
): object {
  const { namespace, kind, name } = notice;
  const at = formatNs(now).replace(/\.\d+Z$/, 'Z');
  const link = linkTo(notice, grafanaUrl);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { generateName: `${name.slice(0, 200)}.`, namespace },
    involvedObject: { apiVersion: kind === 'Job' ? 'batch/v1' : 'v1', kind, namespace, name, uid },
    reason: isLacking(notice) ? 'LogLost' : 'LogRemoved',
    message: [summaryOf(notice), link].join(' ').trim().slice(0, MAX_MESSAGE),
    type: isLacking(notice) ? 'Warning' : 'Normal',
    source: { component: 'afterlog-watch' },
    ...{ firstTimestamp: at, lastTimestamp: at, count: 1 },
    ...{ reportingComponent: 'afterlog.io/watch', reportingInstance: identity },
  };
}

/**
 * A change of a Job or a pod that annotates it, as a JSON merge patch: `kubectl describe` shows annotations, and they stay
 * when Events have expired. With its UID, the API server refuses the change of another object of that name.
 *
 * @param template what `annotationProblem` finds nothing in
 */
export function annotationPatch(
  notice: CaseNotice,
  { uid, template, grafanaUrl }: { uid: string; template: string; grafanaUrl: string | undefined }
): object {
  const parts: Record<string, string> = {
    ...partsOf(notice),
    summary: summaryOf(notice),
    link: linkTo(notice, grafanaUrl) ?? '',
  };
  const text = template.replace(PART, (_, name: string) => parts[name] ?? '').trim();
  return { metadata: { uid, annotations: { [ANNOTATION]: text.slice(0, MAX_MESSAGE) } } };
}

/**
 * Lost and partial logs as Alertmanager sends alerts to webhooks: one alert a Job or pod (version 4 of its payload,
 * https://prometheus.io/docs/alerting/latest/configuration/#webhook_config).
 *
 * @returns undefined where nothing is missing
 */
export function webhookBody(notices: readonly CaseNotice[], grafanaUrl: string | undefined): object | undefined {
  const alerts = notices.filter(isLacking).map((notice) => {
    const lacking = notice.cases.filter(({ record }) => LACKING.has(record.status));
    const [first] = lacking;
    const only = <T>(values: T[]) => (new Set(values).size === 1 ? values[0] : undefined);
    const labels = {
      alertname: 'AfterlogLogsLost',
      severity: 'critical',
      ...{ cluster: notice.cluster, namespace: notice.namespace, [notice.kind.toLowerCase()]: notice.name },
      status: lacking.some(({ record }) => record.status === 'lost') ? 'lost' : 'partial',
      cause: only(lacking.map(({ record }) => record.cause)),
      node: only(lacking.map(({ record }) => record.node)) ?? undefined,
    };
    return {
      status: 'firing',
      labels,
      annotations: {
        summary: summaryOf({ ...notice, cases: lacking }),
        description: first && sentenceText(first.record, ENGLISH),
      },
      startsAt: formatNs(lacking.reduce((least, { ns }) => (ns < least ? ns : least), first?.ns ?? 0n)),
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: linkTo(notice, grafanaUrl) ?? '',
      fingerprint: createHash('sha256').update(JSON.stringify(labels)).digest('hex').slice(0, 16),
    };
  });
  const common = { alertname: 'AfterlogLogsLost', severity: 'critical' };
  return alerts.length === 0
    ? undefined
    : {
        ...{ version: '4', groupKey: '{}:{alertname="AfterlogLogsLost"}', truncatedAlerts: 0, status: 'firing' },
        ...{ receiver: 'afterlog', groupLabels: { alertname: 'AfterlogLogsLost' }, commonLabels: common },
        ...{ commonAnnotations: {}, externalURL: grafanaUrl ?? '', alerts },
      };
}
