import type { Case } from '../../model/cases';
import type { Cause } from '../../model/causes';
import type { ContainerRecord, Verdict } from '../../model/records';
import { causeText } from '../lookup/case-text';

/** The verdicts as columns, in the order from good to bad; others appear where there are any. */
const VERDICTS: readonly Verdict[] = ['kept', 'rescued', 'partial', 'lost', 'pending', 'unknown'];
const ALWAYS: ReadonlySet<Verdict> = new Set<Verdict>(['kept', 'rescued', 'partial', 'lost']);

const LEGEND: Record<Verdict, string> = {
  kept: 'in the store before it left the node',
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
  verdicts: Map<Verdict, number>;
  files: number;
}

type Counted = Pick<ContainerRecord, 'id' | 'job' | 'workload' | 'verdict' | 'linesAcked'>;

/**
 * The containers as a table of text, a line a Job (a CronJob's Jobs together) and a last line for all.
 * @param neverSeen the cases of containers without a ledger
 * @param filesLeft log files that are still on the node, by the record's id
 */
export function verdictTable(
  ledgers: readonly Counted[],
  neverSeen: ReadonlyArray<Omit<Counted, 'linesAcked'>>,
  filesLeft: ReadonlyMap<string, number>
): string {
  const rows = new Map<string, Row>();
  const total = emptyRow('all');
  for (const one of [...ledgers, ...neverSeen.map((seen) => ({ ...seen, linesAcked: 0 }))]) {
    const name = workloadName(one);
    const row = rows.get(name) ?? emptyRow(name);
    rows.set(name, row);
    for (const sum of [row, total]) {
      sum.containers += 1;
      sum.lines += one.linesAcked;
      sum.verdicts.set(one.verdict, (sum.verdicts.get(one.verdict) ?? 0) + 1);
      sum.files += filesLeft.get(one.id) ?? 0;
    }
  }
  const verdicts = VERDICTS.filter((verdict) => ALWAYS.has(verdict) || total.verdicts.has(verdict));
  const header = ['workload', 'containers', 'lines', ...verdicts, 'files on the node'];
  const cells = (row: Row) => [
    row.workload,
    ...[row.containers, row.lines, ...verdicts.map((verdict) => row.verdicts.get(verdict) ?? 0), row.files].map(count),
  ];
  const sorted = [...rows.values()].sort((a, b) => (a.workload < b.workload ? -1 : 1));
  const legend = verdicts.filter((verdict) => total.verdicts.has(verdict)).map((v) => `${v}: ${LEGEND[v]}`);
  return `${alignedTable([header, ...sorted.map(cells), cells(total)], 1)}\n${legend.join(' · ')}`;
}

/** What `kubectl logs` can no longer show, by what took it: a table of text. */
export function causeTable(cases: ReadonlyArray<Pick<Case, 'cause' | 'grade' | 'verdict'>>): string {
  const rows = new Map<Cause, { all: number; proved: number; verdicts: Map<Verdict, number> }>();
  for (const { cause, grade, verdict } of cases) {
    const row = rows.get(cause) ?? { all: 0, proved: 0, verdicts: new Map<Verdict, number>() };
    rows.set(cause, row);
    row.all += 1;
    row.proved += grade === 'proved' ? 1 : 0;
    row.verdicts.set(verdict, (row.verdicts.get(verdict) ?? 0) + 1);
  }
  const verdicts = VERDICTS.filter((verdict) => cases.some((one) => one.verdict === verdict));
  const sorted = [...rows].sort(([, a], [, b]) => b.all - a.all);
  const cells = sorted.map(([cause, { all, proved, verdicts: found }]) => [
    causeText(cause),
    ...[all, proved, ...verdicts.map((verdict) => found.get(verdict) ?? 0)].map(count),
  ]);
  return alignedTable([['why kubectl logs cannot show it', 'containers', 'proved', ...verdicts], ...cells], 0);
}

/** `job/hello`, `cronjob/tick`; what is no Job's goes by its own name. */
export function workloadName(record: Pick<ContainerRecord, 'job' | 'workload'>): string {
  if (record.job === null) {
    return record.workload;
  }
  return record.job === record.workload ? `job/${record.job}` : `cronjob/${record.workload}`;
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
  return { workload, containers: 0, lines: 0, verdicts: new Map(), files: 0 };
}
