import type { Case, Confidence, Setting } from '../../model/cases';
import { adviceOn } from '../../model/advice';
import { moment } from '../../model/lookup';
import { type Cause, CAUSES, causeName } from '../../model/causes';
import type { LogStatus } from '../../model/records';

/** `C1 disk reclaim`. */
export function causeText(cause: Cause): string {
  return cause === 'unknown' ? 'unknown' : `${cause} ${causeName(cause)}`;
}

const header = ['NAMESPACE', 'POD', 'CONTAINER', 'RESTART', 'STATUS', 'CAUSE', 'CONFIDENCE', 'GONE'];
const wideHeader = [...header, 'NODE', 'JOB', 'WHAT HAPPENED'];

/** Cases as a table like kubectl's, one a line. */
export function caseTable(cases: readonly Case[], nowMs: number, wide: boolean): string {
  const rows = cases.map((one) => [
    one.namespace,
    one.pod,
    one.container,
    String(one.restart),
    one.seen ? one.status : `${one.status} (never seen)`,
    causeText(one.cause),
    one.confidence,
    one.at === null ? '?' : age(nowMs - Date.parse(one.at)),
    ...(wide ? [one.node ?? '', one.job ?? '', one.sentence] : []),
  ]);
  return columns([wide ? wideHeader : header, ...rows]);
}

/** Left-aligned columns, three spaces apart, as wide as their widest cell; the last is not filled up. */
function columns(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   '));
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** How long ago, as kubectl writes it: `34s`, `5m`, `3h`, `2d`. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) {
    return `${seconds}s`;
  }
  if (seconds < 7200) {
    return `${Math.floor(seconds / 60)}m`;
  }
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

/** `54 cases: 52 kept, 1 partial, 1 lost`. */
export function caseCounts(cases: readonly Case[]): string {
  const counts = new Map<LogStatus, number>();
  for (const { status } of cases) {
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  const parts = [...counts].map(([status, count]) => `${count} ${status}`);
  return `${cases.length} case${cases.length === 1 ? '' : 's'}: ${parts.join(', ')}`;
}

const confidenceWords: Record<Confidence, string> = {
  confirmed: 'confirmed: it was said by the one who did it',
  strong: 'strong: nothing else that is known explains it',
  likely: 'likely: it fits, and a part of the evidence is missing',
  unknown: 'unknown: the evidence does not tell',
};

/** One case with all that it rests on and what to change; `others` went the same way. */
export function explanation(one: Case, others: readonly Case[]): string {
  const title = `${one.namespace}/${one.pod}, container ${one.container}, run ${one.restart + 1}`;
  const also = one.also.length > 0 ? `, also ${one.also.map(causeText).join(', ')}` : '';
  const facts: Array<[string, string | null]> = [
    ['Status', one.seen ? one.status : `${one.status}, never seen by an agent`],
    ['Cause', `${causeText(one.cause)}${also}`],
    ['Confidence', confidenceWords[one.confidence]],
    ['Finished', one.finished && moment(one.finished)],
    ['Gone', one.at && moment(one.at)],
    ['Node', one.node],
    ['Job', [one.job, one.cronJob && `of CronJob ${one.cronJob}`].filter(Boolean).join(' ') || null],
    ['Container', one.containerId],
  ];
  const evidence = one.evidence.map(({ at, source, text }) => [at?.slice(0, 19).replace('T', ' ') ?? '', source, text]);
  const what = one.cause === 'unknown' ? [] : ['', 'In general', `  ${CAUSES[one.cause].what}`];
  return [
    title,
    '',
    `  ${one.sentence}`,
    '',
    ...facts.flatMap(([name, value]) => (value === null ? [] : [`  ${name.padEnd(11)}${value}`])),
    '',
    'Evidence (UTC)',
    indent(columns(evidence)),
    ...settings(one),
    ...what,
    '',
    'What to change',
    ...adviceOn(one).map((advice) => `  - ${advice}`),
    ...sameWay(others),
    '',
  ].join('\n');
}

const origins: Record<Setting['from'], string> = {
  kubelet: "the kubelet's /configz",
  assumed: "assumed, Kubernetes' default",
  Job: 'the Job',
  CronJob: 'the CronJob',
  pod: 'the pod',
};

function settings(one: Case): string[] {
  const rows = one.settings.map(({ name, value, from }) => [name, value, origins[from]]);
  return rows.length === 0 ? [] : ['', 'Settings in force', indent(columns(rows))];
}

function indent(text: string): string {
  return text.trimEnd().replace(/^/gm, '  ');
}

const NAMED = 30;

function sameWay(others: readonly Case[]): string[] {
  if (others.length === 0) {
    return [];
  }
  const names = others
    .slice(0, NAMED)
    .map(({ pod, container, restart }) => `  ${pod}/${container}, run ${restart + 1}`);
  const more = others.length > NAMED ? [`  and ${others.length - NAMED} more: afterlog cases shows all`] : [];
  return ['', `The same way went ${others.length} more`, ...names, ...more];
}
