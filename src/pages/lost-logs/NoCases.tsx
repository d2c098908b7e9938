import React from 'react';
import { t, Trans } from '../../shared/texts';
import { Button, LinkButton } from '@grafana/ui';
import { Empty } from '../../app/Empty';
import { NO_FILTERS, useFilters } from '../../shared/filters';
import type { Span } from '../../../model/evidence';
import { CONFIGURATION_PATH } from '../../shared/paths';
import type { RecordSet } from '../../data/records';

/** Why there is no case to show: all is well, filters hide them, nobody wrote records, or the range has none. */
export function NoCases({
  others,
  records,
  isRecorded,
  span,
}: {
  others: number;
  records: RecordSet;
  /** A watch has written the cases of the range. */
  isRecorded: boolean;
  span: Span;
}) {
  const [, changeFilters] = useFilters();
  if (others > 0) {
    return (
      <Empty
        icon="filter"
        title={t('no-cases.filtered', 'The filters hide all cases')}
        action={
          <Button variant="secondary" icon="times" onClick={() => changeFilters(NO_FILTERS)}>
            <Trans i18nKey="no-cases.clear">Clear the filters</Trans>
          </Button>
        }
      >
        {t('no-cases.others', '', {
          count: others,
          defaultValue_one: 'In this time range lies {{count}} case that they leave out.',
          defaultValue_other: 'In this time range lie {{count}} cases that they leave out.',
        })}
      </Empty>
    );
  }
  if (isRecorded || Object.values(records).some((list: readonly unknown[]) => list.length > 0)) {
    return (
      <Empty icon="check-circle" title={t('no-cases.none', 'No log was lost to kubectl in this time')}>
        <Trans i18nKey="no-cases.none-what">
          Agents and watch wrote records, and every container of them that ended can still be read on its node. A longer
          time range looks further back.
        </Trans>
      </Empty>
    );
  }
  return (
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
      <p>
        {t('no-records.range', 'Looked at: {{from}} to {{to}}.', {
          from: new Date(span.from).toISOString(),
          to: new Date(span.to).toISOString(),
        })}
      </p>
    </Empty>
  );
}
