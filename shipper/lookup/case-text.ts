import type { CaseSummary } from '../../model/case-records';
import type { Answer, Rival } from '../../model/cases';
import { adviceOn } from '../../model/advice';
import type { Cause } from '../../model/causes';
import { ENGLISH, type Words } from '../../model/messages';
import { happenedText, sentenceText } from '../../model/messages/case-text';
import type { LogStatus } from '../../model/records';
import { englishIn, type PrintedTimes } from './times';

/** `C1 disk reclaim`. */
export const causeText = (cause: Cause): string => ENGLISH.causeText(cause);

/** A case as JSON: its codes, and what they say in English. */
export const caseJson = (one: Answer) => ({
  ...one,
  sentence: sentenceText(one, ENGLISH),
  happened: happenedText(one, ENGLISH),
  evidence: one.evidence.map((evidence) => ({ ...evidence, text: ENGLISH.render(evidence.what) })),
  rivals: one.rivals.map((rival) => ({ ...rival, text: rivalText(rival, ENGLISH) })),
});

const header = ['NAMESPACE', 'JOB', 'POD', 'CONTAINER', 'RESTART', 'STATUS', 'CAUSE', 'CONFIDENCE', 'REMOVED'];
const wideHeader = [...header, 'NODE', 'WHAT HAPPENED'];

export type CaseJson = ReturnType<typeof caseJson>;

/** A case without what it rests on, as JSON. */
export const summaryJson = (one: CaseSummary) => ({
  ...one,
  sentence: sentenceText(one, ENGLISH),
  happened: happenedText(one, ENGLISH),
});

/** What a table shows of a case. */
export type CaseRow = Omit<CaseSummary, 'missingBytes' | 'missingLines'>;

/**
 * Cases as a table like kubectl's, one a line.
 *
 * @param widths of the columns of the table that these go on; its header stands above them
 */
export function caseTable(
  cases: readonly CaseRow[],
  nowMs: number,
  wide: boolean,
  widths?: number[]
): { text: string; widths: number[] } {
  const rows = cases.map((one) => [
    one.namespace,
    one.job ?? '',
    one.pod,
    one.container,
    String(one.restart),
    one.seen ? one.status : `${one.status} (no record)`,
    causeText(one.cause),
    one.confidence,
    one.at === null ? '?' : age(nowMs - Date.parse(one.at)),
    ...(wide ? [one.node ?? '', sentenceText(one, ENGLISH)] : []),
  ]);
  const table = [wide ? wideHeader : header, ...rows];
  const used = widths ?? widthsOf(table);
  return { text: columns(widths === undefined ? table : rows, used), widths: used };
}

const widthsOf = (rows: readonly string[][]): number[] =>
  (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));

/** Left-aligned columns, three spaces apart, as wide as their widest cell; the last is not filled up. */
export function columns(rows: readonly string[][], widths = widthsOf(rows)): string {
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   '));
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** How long ago, as kubectl writes it: `34s`, `5m`, `3h`, `2d`. */
function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) {
    return `${seconds}s`;
  }
  if (seconds < 7200) {
    return `${Math.floor(seconds / 60)}m`;
  }
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

/** `54 cases: 52 complete, 1 partial, 1 lost`. */
export function caseCounts(counts: ReadonlyMap<LogStatus, number>): string {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const parts = [...counts].map(([status, count]) => `${count} ${status}`);
  return `${all} case${all === 1 ? '' : 's'}: ${parts.join(', ')}`;
}

/** One container run with all that is known of its log and what to change; `others` have the same cause. */
export function explanation(one: Answer, others: readonly Answer[], times: PrintedTimes): string {
  const words = englishIn(times);
  const title = `${one.namespace}/${one.pod}, container ${one.container}, restart count ${one.restart}`;
  const also = one.also.length > 0 ? `, also ${one.also.map(causeText).join(', ')}` : '';
  const facts: Array<[string, string | null]> = [
    [
      'Status',
      `${one.status}${one.seen ? '' : ', no record of an agent'}${isOpen(one) ? `, as of ${times.time(one.asOf)}` : ''}`,
    ],
    ['Cause', one.place === 'removed' ? `${causeText(one.cause)}${also}` : null],
    ['Confidence', one.place === 'removed' ? confidenceText(one, words) : null],
    ['Finished', one.finished && times.time(one.finished)],
    ['Removed', one.at && times.time(one.at)],
    ['Node', one.node],
    ['Job', [one.job, one.cronJob && `of CronJob ${one.cronJob}`].filter(Boolean).join(' ') || null],
    ['Container', one.containerId],
  ];
  const { sources, causes } = words.catalogue;
  const evidence = one.evidence.map(({ at, source, what }) => [
    at === null ? '' : times.stamp(at),
    sources[source],
    words.render(what),
  ]);
  const what = one.cause === 'unknown' ? [] : ['', 'In general', `  ${causes[one.cause].what}`];
  return [
    title,
    '',
    `  ${sentenceText(one, words)}`,
    '',
    ...facts.flatMap(([name, value]) => (value === null ? [] : [`  ${name.padEnd(11)}${value}`])),
    '',
    ...(evidence.length === 0 ? [] : [`Evidence (${times.zone})`, indent(columns(evidence))]),
    ...rivals(one, words),
    ...settings(one, words),
    ...what,
    ...(one.place === 'removed'
      ? ['', 'What to change', ...adviceOn(one, words).map((advice) => `  - ${advice}`)]
      : []),
    ...alike(one, others),
    '',
  ].join('\n');
}

/** Later records may change what is said. */
const isOpen = ({ status }: Answer) => status === 'pending' || status === 'unknown';

function confidenceText({ confidence }: Answer, words: Words): string {
  const { name, meaning } = words.catalogue.confidences[confidence];
  return `${name}: ${meaning}`;
}

function rivals(one: Answer, words: Words): string[] {
  return one.rivals.length === 0
    ? []
    : ['', 'Other causes', ...one.rivals.map((rival) => `  - ${rivalText(rival, words)}`)];
}

/** `C1 disk reclaim: ruled out: …`, `C17 …: possible; to decide: …`. */
function rivalText({ cause, out, needs }: Rival, words: Words): string {
  const name = words.causeText(cause);
  if (out.length > 0) {
    return `${name}: ruled out: ${out.map((code) => words.render(code)).join('; ')}`;
  }
  const missing = needs.map((code) => words.render(code)).join(', ');
  return `${name}: possible${missing === '' ? '' : `; to decide: ${missing}`}`;
}

function settings(one: Answer, words: Words): string[] {
  const rows = one.settings.map(({ name, value, from }) => [name, value, words.catalogue.origins[from]]);
  return rows.length === 0 ? [] : ['', 'Settings in force', indent(columns(rows))];
}

function indent(text: string): string {
  return text.trimEnd().replace(/^/gm, '  ');
}

const NAMED = 30;

function alike({ place }: Answer, others: readonly Answer[]): string[] {
  if (others.length === 0) {
    return [];
  }
  const names = others
    .slice(0, NAMED)
    .map(({ pod, container, restart }) => `  ${pod}/${container}, restart count ${restart}`);
  const more = others.length > NAMED ? [`  and ${others.length - NAMED} more: afterlog cases shows all`] : [];
  const common = place === 'removed' ? 'with the same cause' : 'of which the same is known';
  return ['', `${others.length} more ${others.length === 1 ? 'container' : 'containers'} ${common}`, ...names, ...more];
}
