import type { Case } from '../../model/cases';
import type { Cause } from '../../model/causes';
import type { ContainerRecord, LogStatus } from '../../model/records';
import { causeText } from '../lookup/case-text';

/** The statuses as columns, in the order from good to bad; others appear where there are any. */
const LOG_STATUSES: readonly LogStatus[] = ['complete', 'rescued', 'partial', 'lost', 'pending', 'unknown'];
const ALWAYS: ReadonlySet<LogStatus> = new Set<LogStatus>(['complete', 'rescued', 'partial', 'lost']);

const LEGEND: Record<LogStatus, string> = {
  complete: 'in the store before it left the node',
  rescued: 'left first, read on through the open file',
  partial: 'a part is missing',
  lost: 'nothing could be read',
  pending: 'on the node, may still be written',
  unknown: 'a part may be missing, nobody can know',
};

interface Row {
  workload: string;
  containers: number;
  lines: number;
  statuses: Map<LogStatus, number>;
  files: number;
}

type Counted = Pick<ContainerRecord, 'id' | 'job' | 'workload' | 'status' | 'linesAcked'>;

/**
 * The containers as a table of text, a line a Job (a CronJob's Jobs together) and a last line for all.
 * @param neverSeen the cases of containers without a container record
 * @param filesLeft log files that are still on the node, by the record's id
 */
export function statusTable(
  containerRecords: readonly Counted[],
  neverSeen: ReadonlyArray<Omit<Counted, 'linesAcked'>>,
  filesLeft: ReadonlyMap<string, number>
): string {
  const rows = new Map<string, Row>();
  const total = emptyRow('all');
  for (const one of [...containerRecords, ...neverSeen.map((seen) => ({ ...seen, linesAcked: 0 }))]) {
    const name = workloadName(one);
    const row = rows.get(name) ?? emptyRow(name);
    rows.set(name, row);
    for (const sum of [row, total]) {
      sum.containers += 1;
      sum.lines += one.linesAcked;
      sum.statuses.set(one.status, (sum.statuses.get(one.status) ?? 0) + 1);
      sum.files += filesLeft.get(one.id) ?? 0;
    }
  }
  const statuses = LOG_STATUSES.filter((status) => ALWAYS.has(status) || total.statuses.has(status));
  const header = ['workload', 'containers', 'lines', ...statuses, 'files on the node'];
  const cells = (row: Row) => [
    row.workload,
    ...[row.containers, row.lines, ...statuses.map((status) => row.statuses.get(status) ?? 0), row.files].map(count),
  ];
  const sorted = [...rows.values()].sort((a, b) => (a.workload < b.workload ? -1 : 1));
  const legend = statuses.filter((status) => total.statuses.has(status)).map((v) => `${v}: ${LEGEND[v]}`);
  return `${alignedTable([header, ...sorted.map(cells), cells(total)], 1)}\n${legend.join(' · ')}`;
}

/** What `kubectl logs` can no longer show, by what took it: a table of text. */
export function causeTable(cases: ReadonlyArray<Pick<Case, 'cause' | 'confidence' | 'status'>>): string {
  const rows = new Map<Cause, { all: number; confirmed: number; statuses: Map<LogStatus, number> }>();
  for (const { cause, confidence, status } of cases) {
    const row = rows.get(cause) ?? { all: 0, confirmed: 0, statuses: new Map<LogStatus, number>() };
    rows.set(cause, row);
    row.all += 1;
    row.confirmed += confidence === 'confirmed' ? 1 : 0;
    row.statuses.set(status, (row.statuses.get(status) ?? 0) + 1);
  }
  const statuses = LOG_STATUSES.filter((status) => cases.some((one) => one.status === status));
  const sorted = [...rows].sort(([, a], [, b]) => b.all - a.all);
  const cells = sorted.map(([cause, { all, confirmed, statuses: found }]) => [
    causeText(cause),
    ...[all, confirmed, ...statuses.map((status) => found.get(status) ?? 0)].map(count),
  ]);
  return alignedTable([['why kubectl logs cannot show it', 'containers', 'confirmed', ...statuses], ...cells], 0);
}

/** `job/hello`, `cronjob/tick`; what is no Job's goes by its own name. */
export function workloadName(record: Pick<ContainerRecord, 'job' | 'workload'>): string {
  if (record.job === null) {
    return record.workload;
  }
  // What follows a CronJob's name is a time; a shorter number is the index of an Indexed Job's pod.
  return /-\d{8,}$/.test(record.job) && record.job !== record.workload
    ? `cronjob/${record.workload}`
    : `job/${record.workload}`;
}

/** `720,000`; nothing is a dash, so that the eye finds what is there. */
export function count(value: number): string {
  return value === 0 ? '–' : value.toLocaleString('en-US');
}

/** First column to the left, the others to the right; a rule below the header, and one above the `sums` last rows. */
function alignedTable(rows: string[][], sums: 0 | 1): string {
  const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('   ')
  );
  const rule = '─'.repeat(lines[0]?.length ?? 0);
  const [header = '', ...body] = lines;
  return [header, rule, ...body.slice(0, body.length - sums), ...(sums === 1 ? [rule, body.at(-1)] : [])].join('\n');
}

function emptyRow(workload: string): Row {
  return { workload, containers: 0, lines: 0, statuses: new Map(), files: 0 };
}
