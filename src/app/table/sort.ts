export interface Cell {
  text: string;
  /** What rows are ordered by; null where it is not known. */
  value: number | string | null;
}

/** A table as it is drawn, in the order in which it was made. */
export interface Table {
  columns: ReadonlyArray<{ name: string; text: string; isNumber: boolean }>;
  rows: ReadonlyArray<readonly Cell[]>;
}

/** The column that rows are ordered by. */
export interface Sort {
  by: string;
  desc: boolean;
}

/** A row of a table and where it stood before anybody ordered it. */
export interface Row {
  cells: readonly Cell[];
  place: number;
}

/** The rows in an order; as they came where there is none. What is not known stands last either way. */
export function sortedRows({ columns, rows }: Table, sort: Sort | undefined): Row[] {
  const placed = rows.map((cells, place) => ({ cells, place }));
  const column = sort === undefined ? -1 : columns.findIndex(({ name }) => name === sort.by);
  if (sort === undefined || column < 0) {
    return placed;
  }
  const sign = sort.desc ? -1 : 1;
  return placed.sort((a, b) => {
    const [x, y] = [a.cells[column]?.value ?? null, b.cells[column]?.value ?? null];
    if (x === null || y === null || x === y) {
      return x === y ? a.place - b.place : x === null ? 1 : -1;
    }
    return sign * (typeof x === 'string' || typeof y === 'string' ? `${x}`.localeCompare(`${y}`) : x - y);
  });
}

/** An order in the address, as `reclaims desc`. */
export function sortOfSearch(search: string): Sort | undefined {
  const [by = '', direction] = (new URLSearchParams(search).get('sort') ?? '').split(' ');
  return by === '' ? undefined : { by, desc: direction === 'desc' };
}

export const textOfSort = ({ by, desc }: Sort): string => `${by}${desc ? ' desc' : ''}`;
