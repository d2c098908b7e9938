import React, { type ReactNode } from 'react';
import { dateTimeFormat } from '@grafana/data';
import { Button, LinkButton } from '@grafana/ui';
import type { Span } from '../../model/evidence';
import { NO_FILTERS, useFilters } from '../shared/filters';
import { CONFIGURATION_PATH } from '../shared/paths';
import { t, Trans } from '../shared/texts';
import { Empty } from './Empty';

interface NothingRecordedProps {
  span: Span;
  timeZone: string;
  /** Filters name nodes or clusters. */
  isNarrow?: boolean;
  /** Who was observing, where that is known. */
  children?: ReactNode;
}

/** No record of Afterlog is there: because of the filters, or because there is none. */
export function NothingRecorded({ span, timeZone, isNarrow = false, children }: NothingRecordedProps) {
  const time = (moment: number) => dateTimeFormat(moment, { timeZone });
  const range = t('no-records.range', 'Looked at: {{from}} to {{to}}.', { from: time(span.from), to: time(span.to) });
  return isNarrow ? (
    <HiddenByFilters title={t('no-records.no-such-node', 'No record tells of these nodes in this time range')}>
      {range}
    </HiddenByFilters>
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
      {children}
    </Empty>
  );
}

/** The filters leave out all there is. */
export function HiddenByFilters({ title, children }: { title: string; children: ReactNode }) {
  const [, changeFilters] = useFilters();
  return (
    <Empty
      icon="filter"
      title={title}
      action={
        <Button variant="secondary" icon="times" onClick={() => changeFilters(NO_FILTERS)}>
          <Trans i18nKey="no-records.clear">Clear the filters</Trans>
        </Button>
      }
    >
      {children}
    </Empty>
  );
}
