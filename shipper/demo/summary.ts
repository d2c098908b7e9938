import type { ContainerRecord, Verdict } from '../../model/records';

/** The verdicts as columns, in the order from good to bad; others appear where there are any. */
const VERDICTS: readonly Verdict[] = ['kept', 'rescued', 'partial', 'lost', 'pending', 'unknown'];
const ALWAYS: ReadonlySet<Verdict> = new Set<Verdict>(['kept', 'rescued', 'partial', 'lost']);

const LEGEND: Record<Verdict, string> = {
  kept: 'in the store before it left the node',
  rescued: 'left first, read on through the open file',
  partial: 'a part is missing',
  lost: 'nothing could be read',
  pending: 'on the node, may still be written',
  unknown: 'nobody can know',
};

interface Row {
  workload: string;
  containers: number;
  lines: number;
  verdicts: Map<Verdict, number>;
  files: number;
}

/**
 * The ledgers as a table of text, a line a Job (a CronJob's Jobs together) and a last line for all.
 * @param filesLeft log files that are still on the node, by the record's id
 */
export function verdictTable(records: readonly ContainerRecord[], filesLeft: ReadonlyMap<string, number>): string {
  const rows = new Map<string, Row>();
  const total = emptyRow('all');
  for (const record of records) {
    const name = workloadName(record);
    const row = rows.get(name) ?? emptyRow(name);
    rows.set(name, row);
    for (const sum of [row, total]) {
      sum.containers += 1;
      sum.lines += record.linesAcked;
      sum.verdicts.set(record.verdict, (sum.verdicts.get(record.verdict) ?? 0) + 1);
      sum.files += filesLeft.get(record.id) ?? 0;
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
  return `${alignedTable([header, ...sorted.map(cells), cells(total)])}\n${legend.join(' · ')}`;
}

/** What `kubectl logs` can no longer show: whole logs, and what rotation dropped of others. */
export function goneText(records: readonly ContainerRecord[]): string {
  const left = records.filter((record) => record.left !== null).length;
  const rotated = records.flatMap((record) =>
    record.left === null && record.rotatedAway !== null
      ? [`${count(record.rotatedAway.lines)} lines of ${workloadName(record)} by rotation`]
      : []
  );
  return `Gone from the node: ${[`the logs of ${left} containers`, ...rotated].join(', ')}.`;
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

/** First column to the left, the others to the right; rules below the first row and above the last. */
function alignedTable(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('   ')
  );
  const rule = '─'.repeat(lines[0]?.length ?? 0);
  return [lines[0], rule, ...lines.slice(1, -1), rule, lines.at(-1)].join('\n');
}

function emptyRow(workload: string): Row {
  return { workload, containers: 0, lines: 0, verdicts: new Map(), files: 0 };
}
