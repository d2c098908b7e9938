import React from 'react';
import { dateTimeFormat } from '@grafana/data';
import { t, Trans } from '../../shared/texts';
import { useLoki } from '../../app/app-context';
import { Empty } from '../../app/Empty';
import { HiddenByFilters, NothingRecorded } from '../../app/NothingRecorded';
import { ObservedBy } from '../../app/Observing';
import { type Filters, isFiltering } from '../../shared/filters';
import type { Records } from '../../data/records';
import type { View } from '../../timeline/geometry/view';

interface NothingToShowProps {
  records: Records;
  filters: Filters;
  /** How many containers there are that are not shown. */
  hidden: number;
  span: View;
  timeZone: string;
}

/** Why there is nothing to draw, and what to do: filters, a range in which nothing ran, or no records at all. */
export function NothingToShow({ records, filters, hidden, span, timeZone }: NothingToShowProps) {
  const loki = useLoki();
  if (hidden > 0 && isFiltering(filters)) {
    return (
      <HiddenByFilters title={t('timeline.empty.filtered', 'The filters hide all Job runs')}>
        {t('timeline.empty.hidden', 'Containers that they leave out: {{count}}', { count: hidden })}
      </HiddenByFilters>
    );
  }
  const time = (moment: number) => dateTimeFormat(moment, { timeZone });
  if (Object.values(records.records).some((list: readonly unknown[]) => list.length > 0)) {
    return (
      <Empty icon="calendar-alt" title={t('timeline.empty.no-runs', 'No Job ran in this time')}>
        <p>
          <Trans i18nKey="timeline.empty.no-runs-what">
            The records name no container of a Job. A longer time range looks further back; containers of no Job can be
            shown by the display options.
          </Trans>
        </p>
        <p>{t('no-records.range', 'Looked at: {{from}} to {{to}}.', { from: time(span.from), to: time(span.to) })}</p>
        <ObservedBy loki={loki} span={span} timeZone={timeZone} />
      </Empty>
    );
  }
  return (
    <NothingRecorded span={span} timeZone={timeZone}>
      <ObservedBy loki={loki} span={span} timeZone={timeZone} />
    </NothingRecorded>
  );
}
