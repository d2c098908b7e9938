import React, { createContext, type ReactNode, useCallback, useContext, useMemo } from 'react';
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { type Column, type FetchDataFunc, InteractiveTable, useStyles2 } from '@grafana/ui';
import { useEqual } from '../../shared/use-equal';
import { type Cell, type Row, sortedRows, type Sort, type Table } from './sort';

const ROWS = 25;
/** On paper there is no next page. */
const ROWS_PRINTED = 500;

type NameOf = (column: string, text: string, place: number) => ReactNode;

/** Not in the columns: others make every cell anew, under a pointer or with the focus in it. */
const Naming = createContext<NameOf | undefined>(undefined);

function Name({ column, text, place }: { column: string; text: string; place: number }) {
  return <>{useContext(Naming)?.(column, text, place) ?? text}</>;
}

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
  nameOf?: NameOf;
  onSort: (sort: Sort) => void;
}) {
  const styles = useStyles2(getStyles);
  const head = useEqual(table.columns);
  const columns = useMemo(
    () =>
      head.map(({ name, text, isNumber }, index): Column<Row> => ({
        ...{ id: name, header: text, sortType: isPrinting ? undefined : 'basic', sortDescFirst: isNumber },
        cell: ({ row: { original } }) => {
          const cell: Cell = original.cells[index] ?? { text: '', value: null };
          const isQuiet = isNumber && (cell.value === null || cell.value === 0);
          return (
            <span className={cx(isNumber && styles.number, isQuiet && styles.quiet)}>
              <Name column={name} text={cell.text} place={original.place} />
            </span>
          );
        },
      })),
    [head, styles, isPrinting]
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
      <Naming.Provider value={nameOf}>
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
      </Naming.Provider>
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
