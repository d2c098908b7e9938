import React, { type ReactNode, useMemo, useState } from 'react';
import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '../../texts';
import { Alert, Button, Drawer, LinkButton, Stack, useStyles2 } from '@grafana/ui';
import { useLoki } from '../../app/app-context';
import { linkTo } from '../../app/link-to';
import { CaseDetails } from '../../case-details';
import { InstanceLog } from '../../instance-log/InstanceLog';
import { exploreLink } from '../../loki/explore-link';
import { instanceOfCase, instanceOfRecord } from '../../loki/instance';
import { CAPACITY_PATH } from '../../paths';
import { zoneOf } from '../../timeline/geometry/time-zone';
import type { View } from '../../timeline/geometry/view';
import type { ContainerLife } from '../../timeline/model/container-life';
import { exitText, lifeTitle, nodeLogText, verdictText } from '../../timeline/view/describe';
import { VerdictIcon } from '../../timeline/view/VerdictIcon';
import { useLocation } from '../../use-location';

interface LifeDrawerProps {
  life: ContainerLife;
  /** What was searched: as far as a log without times may reach. */
  searched: View;
  timeZone: string;
  onGoToNode: () => void;
  onClose: () => void;
}

/** A container with its log: what happened to it, what that rests on, the log itself, and ways on. */
export function LifeDrawer({ life, searched, timeZone, onGoToNode, onClose }: LifeDrawerProps) {
  const loki = useLoki();
  const search = useLocation('search');
  const { case: found, ledger } = life;
  const instance = useMemo(
    () => (found ? instanceOfCase(found, ledger, loki.logs) : ledger && instanceOfRecord(ledger, searched, loki.logs)),
    [found, ledger, searched, loki]
  );
  const [isShown, show] = useState(false);
  const ways = (
    <Stack direction="row" gap={1} wrap="wrap">
      {instance && (
        <>
          <Button icon="gf-logs" variant={isShown ? 'secondary' : 'primary'} onClick={() => show(!isShown)}>
            {isShown ? t('timeline.drawer.hide-log', 'Hide the log') : t('timeline.drawer.show-log', 'Show the log')}
          </Button>
          <LinkButton icon="compass" variant="secondary" href={exploreLink(loki.uid, instance.query, instance.span)}>
            <Trans i18nKey="timeline.drawer.explore">Explore</Trans>
          </LinkButton>
        </>
      )}
      {life.node !== null && (
        <>
          <Button icon="crosshair" variant="secondary" onClick={onGoToNode}>
            <Trans i18nKey="timeline.drawer.node">Show on the node</Trans>
          </Button>
          <LinkButton icon="database" variant="secondary" href={linkTo(CAPACITY_PATH, search, { node: life.node })}>
            <Trans i18nKey="timeline.drawer.capacity">Capacity of the node</Trans>
          </LinkButton>
        </>
      )}
    </Stack>
  );
  const log = isShown && instance && <InstanceLog loki={loki} instance={instance} timeZone={timeZone} />;
  return (
    <Drawer title={lifeTitle(life)} subtitle={life.namespace} size="md" onClose={onClose}>
      {found ? (
        <CaseDetails one={found} timeZone={timeZone}>
          {ways}
          {log}
        </CaseDetails>
      ) : (
        <Stack direction="column" gap={2}>
          <LifeFacts life={life} timeZone={timeZone} />
          {ledger === undefined && (
            <Alert severity="info" title={t('timeline.drawer.no-ledger', 'No agent has reported this log')}>
              <Trans i18nKey="timeline.drawer.no-ledger-what">
                The API server told of the container. Its log may still be on the node, and an account of it may still
                come.
              </Trans>
            </Alert>
          )}
          {ways}
          {log}
        </Stack>
      )}
    </Drawer>
  );
}

/** What is known of a container whose log kubectl can still show. */
function LifeFacts({ life, timeZone }: { life: ContainerLife; timeZone: string }) {
  const styles = useStyles2(getStyles);
  const zone = zoneOf(timeZone);
  const { started, ended, ledger } = life;
  const facts: Array<[name: string, value: ReactNode]> = [
    [t('timeline.fact.started', 'Started'), dateTimeFormat(started, { timeZone })],
    [t('timeline.fact.ended', 'Ended'), ended === undefined ? null : dateTimeFormat(ended, { timeZone })],
    [t('timeline.fact.exit', 'Result'), exitText(life.exit, life.exitCode, life.exitReason)],
    [t('timeline.fact.on-node', 'Log on the node'), nodeLogText(life, zone)],
    [
      t('timeline.fact.in-loki', 'Log in Loki'),
      <span key="verdict" className={styles.verdict}>
        <VerdictIcon verdict={life.verdict} /> {verdictText(life.verdict)}
      </span>,
    ],
    [
      t('timeline.fact.lines', 'Lines in Loki'),
      ledger && `${ledger.linesAcked.toLocaleString()} / ${ledger.linesSeen.toLocaleString()}`,
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
  verdict: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(0.5) }),
});
