import React, { type ReactNode, useCallback, useMemo } from 'react';
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { type Column, type FetchDataFunc, InteractiveTable, useStyles2 } from '@grafana/ui';
import { type Cell, type Row, sortedRows, type Sort, type Table } from './sort';

const ROWS = 25;
/** On paper there is no next page. */
const ROWS_PRINTED = 500;

/** A table, ordered by any of its columns. */
export function SectionTable({
  label,
  table,
  sort,
  isPrinting,
  nameOf,
  onSort,
}: {
  label: string;
  table: Table;
  sort: Sort | undefined;
  isPrinting: boolean;
  /** How the cell with the name of a row is drawn, with the row's place in the table. */
  nameOf?: (column: string, text: string, place: number) => ReactNode;
  onSort: (sort: Sort) => void;
}) {
  const styles = useStyles2(getStyles);
  const { columns: head } = table;
  const columns = useMemo(
    () =>
      head.map(({ name, text, isNumber }, index): Column<Row> => ({
        ...{ id: name, header: text, sortType: isPrinting ? undefined : 'basic', sortDescFirst: isNumber },
        cell: ({ row: { original } }) => {
          const cell: Cell = original.cells[index] ?? { text: '', value: null };
          const isQuiet = isNumber && (cell.value === null || cell.value === 0);
          return (
            <span className={cx(isNumber && styles.number, isQuiet && styles.quiet)}>
              {nameOf?.(name, cell.text, original.place) ?? cell.text}
            </span>
          );
        },
      })),
    [head, styles, nameOf, isPrinting]
  );
  const data = useMemo(() => sortedRows(table, sort), [table, sort]);
  const initialSortBy = useMemo(() => (sort === undefined ? [] : [{ id: sort.by, desc: sort.desc }]), [sort]);
  const fetchData: FetchDataFunc<Row> = useCallback(
    ({ sortBy: [first] }) => {
      if (first !== undefined) {
        onSort({ by: first.id, desc: first.desc === true });
      }
    },
    [onSort]
  );
  return (
    // Wide tables scroll inside of the page, also by the keyboard.
    <div className={styles.scroll} role="region" aria-label={label} tabIndex={0}>
      <InteractiveTable
        className={styles.table}
        columns={columns}
        data={data}
        getRowId={({ place }) => `${place}`}
        pageSize={isPrinting ? ROWS_PRINTED : ROWS}
        initialSortBy={initialSortBy}
        fetchData={fetchData}
        disableSortRemove
      />
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  scroll: css({ overflowX: 'auto', '@media print': { overflow: 'visible' } }),
  table: css({
    width: 'auto',
    'td, th': { padding: theme.spacing(0.5, 0.75), verticalAlign: 'top' },
    'td, th, th button': { fontSize: theme.typography.bodySmall.fontSize, textAlign: 'left' },
    'th, th button': { whiteSpace: 'normal', verticalAlign: 'bottom' },
    // As many columns as a ranking has fit on a sheet of A4.
    '@media print': {
      'td, th': { padding: theme.spacing(0.25), fontSize: '7pt', overflowWrap: 'anywhere' },
      tr: { breakInside: 'avoid' },
    },
  }),
  number: css({ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }),
  quiet: css({ color: theme.colors.text.secondary }),
});
