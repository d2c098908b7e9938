import React, { useCallback, useMemo, useState } from 'react';
import { Trans } from '../shared/texts';
import { Button, LinkButton, Stack } from '@grafana/ui';
import type { Case } from '../../model/cases';
import type { ContainerRecord } from '../../model/records';
import { useLoki } from '../app/app-context';
import { RunLog } from './RunLog';
import { exploreRun, runOfCase } from '../data/run-of-case';
import { CaseDetails } from './CaseDetails';
import { checkCase } from '../data/records';
import { useAnswer } from '../shared/use-answer';

/**
 * A case as it stands in a drawer: what happened, the log itself, and ways on.
 *
 * @param record the container record; undefined where no agent ever opened the log
 * @param timelineHref the case on the timeline
 */
export function CaseBody({
  one: listed,
  record,
  timeZone,
  timelineHref,
}: {
  one: Case;
  record: ContainerRecord | undefined;
  timeZone: string;
  timelineHref?: string;
}) {
  const loki = useLoki();
  const known = useMemo(() => runOfCase(listed, record, loki.logs), [listed, record, loki]);
  const check = useCallback((signal: AbortSignal) => checkCase(loki, listed, known, signal), [loki, listed, known]);
  const checked = useAnswer(check);
  const { one, run } = checked.state === 'done' ? checked.value : { one: listed, run: known };
  const runs = useMemo(() => [run], [run]);
  const [isShown, show] = useState(false);
  return (
    <CaseDetails one={one} timeZone={timeZone}>
      <Stack direction="row" gap={1} wrap="wrap">
        {/* Of what no agent opened nothing can be there, unless another shipper did. */}
        {(one.seen || one.status !== 'lost' || loki.logs.preset !== 'afterlog') && (
          <Button icon="gf-logs" variant={isShown ? 'secondary' : 'primary'} onClick={() => show(!isShown)}>
            {isShown ? (
              <Trans i18nKey="case.hide-log">Hide the log</Trans>
            ) : (
              <Trans i18nKey="case.show-log">Show the log</Trans>
            )}
          </Button>
        )}
        <LinkButton icon="compass" variant="secondary" href={exploreRun(loki, run)}>
          <Trans i18nKey="case.explore">Explore</Trans>
        </LinkButton>
        {timelineHref !== undefined && (
          <LinkButton icon="clock-nine" variant="secondary" href={timelineHref}>
            <Trans i18nKey="case.timeline">Timeline</Trans>
          </LinkButton>
        )}
      </Stack>
      {isShown && <RunLog loki={loki} runs={runs} timeZone={timeZone} />}
    </CaseDetails>
  );
}
