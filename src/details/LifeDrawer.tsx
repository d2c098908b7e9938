import React, { type ReactNode, useMemo, useState } from 'react';
import { t, Trans } from '../shared/texts';
import { Alert, Button, LinkButton, Stack } from '@grafana/ui';
import { CaseDetails } from './case-details';
import { DetailsFrame } from './DetailsFrame';
import { RunLog } from './RunLog';
import { exploreRun, runOfCase, runWithRecord } from '../data/run-of-case';
import type { LokiSource } from '../data/loki-source';
import type { View } from '../timeline/geometry/view';
import type { ContainerLife } from '../timeline/model/container-life';
import { lifeTitle } from '../timeline/view/describe';
import { LifeFacts } from './LifeFacts';
import { useDrawer } from './use-drawer';

interface LifeDrawerProps {
  life: ContainerLife;
  /** Where its log is; undefined where somebody else than Afterlog told of it. */
  loki: LokiSource | undefined;
  /** What was searched: as far as a log without times may reach. */
  searched: View;
  timeZone: string;
  /** To other places than the log. */
  ways: ReactNode;
  /** Beside the timeline instead of over it. */
  isBeside?: boolean;
  onClose: () => void;
}

/** A container with its log: what happened to it, what that rests on, the log itself, and ways on. */
export function LifeDrawer({ life, loki, searched, timeZone, ways, isBeside, onClose }: LifeDrawerProps) {
  useDrawer(onClose);
  const { case: found, containerRecord } = life;
  const run = useMemo(() => {
    if (loki === undefined) {
      return undefined;
    }
    return found
      ? runOfCase(found, containerRecord, loki.logs)
      : containerRecord && runWithRecord(containerRecord, searched, loki.logs);
  }, [found, containerRecord, searched, loki]);
  const runs = useMemo(() => (run === undefined ? [] : [run]), [run]);
  const [isShown, show] = useState(false);
  const allWays = (
    <Stack direction="row" gap={1} wrap="wrap">
      {loki && run && (
        <>
          <Button icon="gf-logs" variant={isShown ? 'secondary' : 'primary'} onClick={() => show(!isShown)}>
            {isShown ? t('timeline.drawer.hide-log', 'Hide the log') : t('timeline.drawer.show-log', 'Show the log')}
          </Button>
          <LinkButton icon="compass" variant="secondary" href={exploreRun(loki, run)}>
            <Trans i18nKey="timeline.drawer.explore">Explore</Trans>
          </LinkButton>
        </>
      )}
      {ways}
    </Stack>
  );
  const log = isShown && loki && run && <RunLog loki={loki} runs={runs} timeZone={timeZone} />;
  return (
    <DetailsFrame title={lifeTitle(life)} subtitle={life.namespace} isBeside={isBeside} onClose={onClose}>
      {found ? (
        <CaseDetails one={found} timeZone={timeZone}>
          {allWays}
          {log}
        </CaseDetails>
      ) : (
        <Stack direction="column" gap={2}>
          <LifeFacts life={life} timeZone={timeZone} />
          {loki && containerRecord === undefined && <NoContainerRecord />}
          {allWays}
          {log}
        </Stack>
      )}
    </DetailsFrame>
  );
}

const NoContainerRecord = () => (
  <Alert severity="info" title={t('timeline.drawer.no-container-record', 'No agent has reported this log')}>
    <Trans i18nKey="timeline.drawer.no-container-record-what">
      The API server told of the container. Its log may still be on the node, and an account of it may still come.
    </Trans>
  </Alert>
);
