import React from 'react';
import { t, Trans } from '../../shared/texts';
import { Button, LinkButton } from '@grafana/ui';
import { useLoki } from '../../app/app-context';
import { Empty } from '../../app/Empty';
import { ObservedBy } from '../../app/Observing';
import { type Filters, isFiltering, NO_FILTERS, useFilters } from '../../shared/filters';
import { CONFIGURATION_PATH } from '../../shared/paths';
import type { Records } from '../../data/records';
import { timeLabel } from '../../timeline/geometry/ticks';
import { zoneOf } from '../../timeline/geometry/time-zone';
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
  const [, changeFilters] = useFilters();
  if (hidden > 0 && isFiltering(filters)) {
    return (
      <Empty
        icon="filter"
        title={t('timeline.empty.filtered', 'The filters hide all Job runs')}
        action={
          <Button variant="secondary" icon="times" onClick={() => changeFilters(NO_FILTERS)}>
            <Trans i18nKey="timeline.empty.clear">Clear the filters</Trans>
          </Button>
        }
      >
        {t('timeline.empty.hidden', 'Containers that they leave out: {{count}}', { count: hidden })}
      </Empty>
    );
  }
  const zone = zoneOf(timeZone);
  const range = t('timeline.empty.range', 'Looked at: {{from}} to {{to}}.', {
    from: timeLabel(span.from, zone, 1000),
    to: timeLabel(span.to, zone, 1000),
  });
  if (Object.values(records.records).some((list: readonly unknown[]) => list.length > 0)) {
    return (
      <Empty icon="calendar-alt" title={t('timeline.empty.no-runs', 'No Job ran in this time')}>
        <p>
          <Trans i18nKey="timeline.empty.no-runs-what">
            The records name no container of a Job. A longer time range looks further back; containers of no Job can be
            shown by the display options.
          </Trans>
        </p>
        <p>{range}</p>
        <ObservedBy loki={loki} span={span} timeZone={timeZone} />
      </Empty>
    );
  }
  return (
    <Empty
      icon="database"
      title={t('timeline.empty.no-records', 'No record of Afterlog in this time range')}
      action={
        <LinkButton icon="cog" variant="secondary" href={CONFIGURATION_PATH}>
          <Trans i18nKey="timeline.empty.check">Run the self-check</Trans>
        </LinkButton>
      }
    >
      <p>
        <Trans i18nKey="timeline.empty.no-records-what">
          Either its agents had not begun to write to this Loki, or the range lies outside what Loki keeps.
        </Trans>
      </p>
      <p>{range}</p>
      <ObservedBy loki={loki} span={span} timeZone={timeZone} />
    </Empty>
  );
}
