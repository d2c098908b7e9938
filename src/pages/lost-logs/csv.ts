import type { CaseSummary } from '../../../model/case-records';
import { ENGLISH } from '../../../model/messages';
import { sentenceText } from '../../../model/messages/case-text';

const columns: Array<[name: string, value: (one: CaseSummary) => string | number | null]> = [
  ['gone', ({ at }) => at],
  ['finished', ({ finished }) => finished],
  ['cluster', ({ cluster }) => cluster],
  ['namespace', ({ namespace }) => namespace],
  ['cronjob', ({ cronJob }) => cronJob],
  ['job', ({ job }) => job],
  ['pod', ({ pod }) => pod],
  ['container', ({ container }) => container],
  ['restart', ({ restart }) => restart],
  ['container_id', ({ containerId }) => containerId],
  ['node', ({ node }) => node],
  ['status', ({ status }) => status],
  ['seen', ({ seen }) => `${seen}`],
  ['cause', ({ cause }) => cause],
  ['also', ({ also }) => also.join(' ')],
  ['confidence', ({ confidence }) => confidence],
  ['sentence', (one) => sentenceText(one, ENGLISH)],
];

/** A field as RFC 4180 has it. What a spreadsheet would run as a formula gets an apostrophe in front. */
function field(value: string | number | null): string {
  const text = `${value ?? ''}`;
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Cases as a CSV file with a header line. Names and values are those of `afterlog cases -o json`, in no language. */
export function csvOf(cases: readonly CaseSummary[]): string {
  const rows = [columns.map(([name]) => name), ...cases.map((one) => columns.map(([, value]) => value(one)))];
  return rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');
}
