import { LOG_STATUSES } from '../model/spans';
import type { ContainerLife } from '../model/container-life';
import { spanOf, type View } from './view';

/** How much there is, and how much was lost, over time: what the minimap shows. One number a column. */
export interface Density {
  columns: number;
  /** Containers that ran in a column. */
  running: Uint32Array;
  /** Logs that left the node in a column and are in Loki, as a whole; and those that are not. */
  safe: Uint32Array;
  missing: Uint32Array;
  /** The largest of `running`, and of `safe` and `missing` together. */
  mostRunning: number;
  mostGone: number;
}

/** Counts lives by column of a stretch of time. */
export function densityOf(lives: readonly ContainerLife[], view: View, columns: number, now: number): Density {
  const running = new Uint32Array(columns);
  const edges = new Int32Array(columns + 1);
  const safe = new Uint32Array(columns);
  const missing = new Uint32Array(columns);
  const perMs = columns / spanOf(view);
  const column = (time: number) => Math.floor((time - view.from) * perMs);
  for (const life of lives) {
    const first = Math.max(0, column(life.started));
    const last = Math.min(columns - 1, column(life.ended ?? life.gone ?? now));
    if (first <= last) {
      edges[first] = (edges[first] ?? 0) + 1;
      edges[last + 1] = (edges[last + 1] ?? 0) - 1;
    }
    const at = life.gone === undefined ? -1 : column(life.gone);
    if (at >= 0 && at < columns) {
      const counts = isMissing(life) ? missing : safe;
      counts[at] = (counts[at] ?? 0) + 1;
    }
  }
  let sum = 0;
  let mostRunning = 0;
  let mostGone = 0;
  for (let i = 0; i < columns; i++) {
    sum += edges[i] ?? 0;
    running[i] = sum;
    mostRunning = Math.max(mostRunning, sum);
    mostGone = Math.max(mostGone, (safe[i] ?? 0) + (missing[i] ?? 0));
  }
  return { columns, running, safe, missing, mostRunning, mostGone };
}

const isMissing = ({ status }: ContainerLife): boolean =>
  LOG_STATUSES.indexOf(status) >= LOG_STATUSES.indexOf('unknown');
