import React, { useMemo } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '../../shared/texts';
import { type CellProps, type Column, InteractiveTable, useStyles2 } from '@grafana/ui';
import { recordKey } from '../../../model/records';
import { timeLabel } from '../geometry/ticks';
import { zoneOf } from '../geometry/time-zone';
import type { View } from '../geometry/view';
import type { ContainerLife } from '../model/container-life';
import { exitText, lifeTitle, nodeLogText, statusText } from './describe';
import { StatusIcon } from './StatusIcon';

/** The newest of more are shown: a table of a hundred thousand rows helps nobody. */
const MOST = 1000;

interface LifeTableProps {
  lives: readonly ContainerLife[];
  view: View;
  timeZone: string;
  now: number;
  /** The same function each time: another one makes every cell anew, under a pointer or with the focus in it. */
  onOpen: (life: ContainerLife) => void;
}

/** The timeline as a table: what its picture shows, in words. */
export function LifeTable({ lives, view, timeZone, now, onOpen }: LifeTableProps) {
  const styles = useStyles2(getStyles);
  const zone = useMemo(() => zoneOf(timeZone), [timeZone]);
  const inView = useMemo(() => livesWithin(lives, view, now), [lives, view, now]);
  const columns = useMemo<Array<Column<ContainerLife>>>(() => {
    const cell = (show: (life: ContainerLife) => React.ReactNode) => {
      const Cell = ({ row }: CellProps<ContainerLife>) => <>{show(row.original)}</>;
      return Cell;
    };
    const time = (at: number | undefined) => (at === undefined ? '' : timeLabel(at, zone, 1000));
    return [
      {
        id: 'started',
        header: t('timeline.table.started', 'Started'),
        sortType: 'number',
        cell: cell(({ started }) => time(started)),
      },
      {
        id: 'ended',
        header: t('timeline.table.ended', 'Ended'),
        sortType: 'number',
        cell: cell(({ ended }) => time(ended)),
      },
      {
        id: 'pod',
        header: t('timeline.table.container', 'Pod and container'),
        sortType: 'string',
        cell: cell((life) => (
          <button type="button" className={styles.open} onClick={() => onOpen(life)}>
            {lifeTitle(life)}
          </button>
        )),
      },
      { id: 'job', header: t('timeline.table.job', 'Job'), sortType: 'string', cell: cell(({ job }) => job) },
      { id: 'node', header: t('timeline.table.node', 'Node'), sortType: 'string', cell: cell(({ node }) => node) },
      {
        id: 'exit',
        header: t('timeline.table.result', 'Result'),
        sortType: 'string',
        cell: cell((life) => exitText(life.exit, life.exitCode, life.exitReason)),
      },
      {
        id: 'gone',
        header: t('timeline.table.on-node', 'Log on the node'),
        sortType: 'number',
        cell: cell((life) => nodeLogText(life, zone)),
      },
      {
        id: 'status',
        header: t('timeline.table.in-loki', 'Log in Loki'),
        sortType: 'string',
        cell: cell(({ status }) => (
          <span className={styles.status}>
            <StatusIcon status={status} /> {statusText(status)}
          </span>
        )),
      },
    ];
  }, [zone, onOpen, styles]);
  return (
    <div className={styles.table}>
      {inView.length > MOST && (
        <p>
          {t('timeline.table.most', 'The newest {{most}} of {{count}} containers; zoom in or filter to see others.', {
            most: MOST.toLocaleString(),
            count: inView.length,
          })}
        </p>
      )}
      <InteractiveTable columns={columns} data={inView.slice(0, MOST)} getRowId={recordKey} pageSize={50} />
    </div>
  );
}

/** What runs in a view, or whose log leaves its node there; newest first. */
function livesWithin(lives: readonly ContainerLife[], { from, to }: View, now: number): ContainerLife[] {
  return lives
    .filter(
      ({ started, ended = now, gone }) =>
        started <= to && (ended >= from || (gone !== undefined && gone >= from && gone <= to))
    )
    .sort((a, b) => b.started - a.started);
}

const getStyles = (theme: GrafanaTheme2) => ({
  table: css({ height: '100%', overflow: 'auto', fontSize: theme.typography.bodySmall.fontSize }),
  open: css({
    padding: 0,
    border: 'none',
    background: 'none',
    color: theme.colors.text.link,
    textAlign: 'left',
    '&:hover': { textDecoration: 'underline' },
  }),
  status: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(0.5) }),
});
