import React from 'react';
import { dateTimeFormat } from '@grafana/data';
import { Button, LinkButton } from '@grafana/ui';
import type { Span } from '../../../model/evidence';
import { Empty } from '../../app/Empty';
import { NO_FILTERS, useFilters } from '../../shared/filters';
import { CONFIGURATION_PATH } from '../../shared/paths';
import { t, Trans } from '../../shared/texts';

/** No record tells of a node: because of the filters, or because there is none. */
export function NothingRecorded({ span, timeZone, isNarrow }: { span: Span; timeZone: string; isNarrow: boolean }) {
  const [, changeFilters] = useFilters();
  const time = (moment: number) => dateTimeFormat(moment, { timeZone });
  const range = t('capacity.range', 'Looked at: {{from}} to {{to}}.', { from: time(span.from), to: time(span.to) });
  return isNarrow ? (
    <Empty
      icon="filter"
      title={t('capacity.no-such-node', 'No record tells of these nodes in this time range')}
      action={
        <Button variant="secondary" icon="times" onClick={() => changeFilters(NO_FILTERS)}>
          <Trans i18nKey="no-cases.clear">Clear the filters</Trans>
        </Button>
      }
    >
      {range}
    </Empty>
  ) : (
    <Empty
      icon="database"
      title={t('no-records.title', 'No record of Afterlog in this time range')}
      action={
        <LinkButton icon="cog" variant="secondary" href={CONFIGURATION_PATH}>
          <Trans i18nKey="no-records.check">Run the self-check</Trans>
        </LinkButton>
      }
    >
      <p>
        <Trans i18nKey="no-records.what">
          Either its agents had not begun to write to this Loki, or Loki no longer keeps what is so old.
        </Trans>
      </p>
      <p>{range}</p>
    </Empty>
  );
}
