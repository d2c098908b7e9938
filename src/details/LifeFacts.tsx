import React, { type ReactNode } from 'react';
import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { t } from '../shared/texts';
import { useStyles2 } from '@grafana/ui';
import { zoneOf } from '../timeline/geometry/time-zone';
import type { ContainerLife } from '../timeline/model/container-life';
import { exitText, nodeLogText, statusText } from '../timeline/view/describe';
import { StatusIcon } from '../timeline/view/StatusIcon';

/** What is known of a container whose log kubectl can still show, or of which no record of Afterlog tells. */
export function LifeFacts({ life, timeZone }: { life: ContainerLife; timeZone: string }) {
  const styles = useStyles2(getStyles);
  const zone = zoneOf(timeZone);
  const { started, ended, containerRecord } = life;
  const facts: Array<[name: string, value: ReactNode]> = [
    [t('timeline.fact.started', 'Started'), dateTimeFormat(started, { timeZone })],
    [t('timeline.fact.ended', 'Ended'), ended === undefined ? null : dateTimeFormat(ended, { timeZone })],
    [t('timeline.fact.exit', 'Result'), exitText(life.exit, life.exitCode, life.exitReason)],
    [t('timeline.fact.on-node', 'Log on the node'), nodeLogText(life, zone)],
    [
      t('timeline.fact.in-loki', 'Log in Loki'),
      <span key="status" className={styles.status}>
        <StatusIcon status={life.status} /> {statusText(life.status)}
      </span>,
    ],
    [
      t('timeline.fact.lines', 'Lines in Loki'),
      containerRecord &&
        `${containerRecord.linesAcked.toLocaleString()} / ${containerRecord.linesSeen.toLocaleString()}`,
    ],
    [t('timeline.fact.node', 'Node'), life.node],
    [t('timeline.fact.job', 'Job'), life.job],
    [t('timeline.fact.cron-job', 'CronJob'), life.cronJob],
    [t('timeline.fact.container-id', 'Container id'), life.containerId && <code>{life.containerId.slice(0, 12)}</code>],
    [t('timeline.fact.cluster', 'Cluster'), life.cluster],
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) =>
        value === null || value === undefined || value === '' ? null : (
          <React.Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </React.Fragment>
        )
      )}
    </dl>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  facts: css({
    display: 'grid',
    gridTemplateColumns: 'max-content 1fr',
    gap: theme.spacing(0.5, 2),
    margin: 0,
    dt: { color: theme.colors.text.secondary, fontWeight: 'normal' },
    dd: { margin: 0, overflowWrap: 'anywhere' },
  }),
  status: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(0.5) }),
});
