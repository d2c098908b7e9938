import React, { useCallback, useMemo } from 'react';
import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { t } from '../../shared/texts';
import { locationService } from '@grafana/runtime';
import { type Column, type FetchDataFunc, InteractiveTable, LinkButton, Stack, useStyles2 } from '@grafana/ui';
import type { CaseSummary } from '../../../model/case-records';
import { recordKey } from '../../../model/records';
import { StatusBadge } from '../../details/case-details';
import { momentOf } from '../../data/records';
import { useLocation } from '../../shared/use-location';
import { causeText, confidenceText } from '../../shared/words';
import { lookupLink, timelineLink } from '../../app/case-links';
import { DEFAULT_SORT, isSortKey, sorted, type Sort } from './sort';

const ROWS = 50;

/** The cases one by one; the order stands in the address. */
export function CasesTable({
  cases,
  timeZone,
  onOpen,
}: {
  cases: readonly CaseSummary[];
  timeZone: string;
  /** The same function each time: another one makes every cell anew, under a pointer or with the focus in it. */
  onOpen: (one: CaseSummary) => void;
}) {
  const styles = useStyles2(getStyles);
  const search = useLocation('search');
  const sort = sortOfSearch(search);
  const { by, desc } = sort;
  const data = useMemo(() => sorted(cases, { by, desc }), [cases, by, desc]);
  const columns = useMemo((): Array<Column<CaseSummary>> => {
    const column = (
      id: Sort['by'],
      header: string,
      cell: (one: CaseSummary) => React.ReactNode
    ): Column<CaseSummary> => ({
      ...{ id, header, sortType: 'basic', cell: ({ row: { original } }) => cell(original) },
    });
    return [
      column('gone', t('lost-logs.gone', 'Gone'), (one) => {
        const moment = momentOf(one);
        return <span className={styles.time}>{Number.isNaN(moment) ? '?' : dateTimeFormat(moment, { timeZone })}</span>;
      }),
      column('pod', t('lost-logs.pod', 'Pod'), (one) => (
        <button type="button" className={styles.open} onClick={() => onOpen(one)}>
          {one.pod}
          <span className={styles.quiet}>
            {one.container}
            {one.restart > 0 && ` ${t('lost-logs.restart', 'restart {{restart}}', { restart: one.restart })}`}
          </span>
        </button>
      )),
      column('namespace', t('lost-logs.namespace', 'Namespace'), ({ namespace }) => namespace),
      column('job', t('lost-logs.job', 'Job'), ({ job, cronJob }) => cronJob ?? job ?? ''),
      column('node', t('lost-logs.node', 'Node'), ({ node }) => node ?? ''),
      column('status', t('lost-logs.status', 'Log in Loki'), ({ status, seen }) => (
        <StatusBadge status={status} seen={seen} />
      )),
      column('cause', t('lost-logs.cause', 'Cause'), ({ cause, confidence }) => (
        <>
          {causeText(cause)}
          {cause !== 'unknown' && <span className={styles.quiet}>{confidenceText(confidence)}</span>}
        </>
      )),
      {
        id: 'links',
        header: () => <span className={styles.forReaders}>{t('lost-logs.links', 'Links')}</span>,
        disableGrow: true,
        cell: ({ row: { original } }) => (
          <Stack direction="row" gap={0.5}>
            <LinkButton
              size="sm"
              variant="secondary"
              icon="gf-logs"
              href={lookupLink(original)}
              tooltip={t('lost-logs.to-log', 'Its log')}
              aria-label={t('lost-logs.to-log-of', 'The log of {{pod}}', { pod: original.pod })}
            />
            <LinkButton
              size="sm"
              variant="secondary"
              icon="clock-nine"
              href={timelineLink(original, locationService.getLocation().search)}
              tooltip={t('lost-logs.to-timeline', 'On the timeline')}
              aria-label={t('lost-logs.to-timeline-of', '{{pod}} on the timeline', { pod: original.pod })}
            />
          </Stack>
        ),
      },
    ];
  }, [styles, timeZone, onOpen]);
  const initialSortBy = useMemo(() => [{ id: by, desc }], [by, desc]);
  const fetchData: FetchDataFunc<CaseSummary> = useCallback(({ sortBy: [first] }) => {
    if (first !== undefined && isSortKey(first.id)) {
      setSort({ by: first.id, desc: first.desc === true });
    }
  }, []);
  return (
    <InteractiveTable
      className={styles.table}
      columns={columns}
      data={data}
      getRowId={recordKey}
      pageSize={ROWS}
      initialSortBy={initialSortBy}
      fetchData={fetchData}
      disableSortRemove
    />
  );
}

function sortOfSearch(search: string): Sort {
  const [by = '', direction] = (new URLSearchParams(search).get('sort') ?? '').split(' ');
  return isSortKey(by) ? { by, desc: direction === 'desc' } : DEFAULT_SORT;
}

function setSort({ by, desc }: Sort): void {
  const isDefault = by === DEFAULT_SORT.by && desc === DEFAULT_SORT.desc;
  locationService.partial({ sort: isDefault ? null : `${by}${desc ? ' desc' : ''}` }, true);
}

const getStyles = (theme: GrafanaTheme2) => ({
  table: css({ 'td, th': { verticalAlign: 'top' } }),
  time: css({ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }),
  open: css({
    padding: 0,
    border: 'none',
    background: 'none',
    color: theme.colors.text.link,
    textAlign: 'left',
    minWidth: '16ch',
    overflowWrap: 'anywhere',
    '&:hover': { textDecoration: 'underline' },
  }),
  // Read, and not seen.
  forReaders: css({ position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' }),
  quiet: css({
    display: 'block',
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
  }),
});
