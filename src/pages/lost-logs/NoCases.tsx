import React, { useMemo } from 'react';
import { t, Trans } from '../../shared/texts';
import { LoadingPlaceholder } from '@grafana/ui';
import { Empty } from '../../app/Empty';
import { HiddenByFilters, NothingRecorded } from '../../app/NothingRecorded';
import type { Filters } from '../../shared/filters';
import type { Span } from '../../../model/evidence';
import { isWhole } from '../../../model/observers';
import { useLoki } from '../../app/app-context';
import { Observing, useObservers } from '../../app/Observing';

/** Why there is no case to show: all is well, filters hide them, or not everything was observed. */
export function NoCases({
  others,
  filters,
  span,
  timeZone,
}: {
  others: number;
  filters: Filters;
  span: Span;
  timeZone: string;
}) {
  if (others > 0) {
    return (
      <HiddenByFilters title={t('no-cases.filtered', 'The filters hide all cases')}>
        {t('no-cases.others', '', {
          count: others,
          defaultValue_one: 'In this time range lies {{count}} case that they leave out.',
          defaultValue_other: 'In this time range lie {{count}} cases that they leave out.',
        })}
      </HiddenByFilters>
    );
  }
  return <Observed filters={filters} span={span} timeZone={timeZone} />;
}

/** It is no all-clear that nothing is recorded: that says who was observing. */
function Observed({ filters, span, timeZone }: { filters: Filters; span: Span; timeZone: string }) {
  const loki = useLoki();
  const { cluster, namespace, node } = filters;
  const selection = useMemo(() => ({ cluster, namespace, node }), [cluster, namespace, node]);
  const answer = useObservers(loki, selection, span);
  if (answer.state === 'failed') {
    return (
      <Empty icon="exclamation-triangle" title={t('no-cases.not-known', 'Whether a log was removed is not known')}>
        {answer.why}
      </Empty>
    );
  }
  if (answer.state !== 'done') {
    return <LoadingPlaceholder text={t('no-cases.asking', 'Reading who was observing…')} />;
  }
  const observers = answer.value;
  if (isWhole(observers)) {
    return (
      <Empty icon="check-circle" title={t('no-cases.none', 'No log was lost to kubectl in this time')}>
        <Observing observers={observers} timeZone={timeZone} />
        <Trans i18nKey="no-cases.none-what">
          Every container that ended can still be read on its node. A longer time range looks further back.
        </Trans>
      </Empty>
    );
  }
  const { reporting, silent, blind, unknown } = observers;
  if (reporting.length + silent.length + blind.length + unknown.length > 0) {
    return (
      <Empty
        icon="exclamation-triangle"
        title={t('no-cases.unobserved', 'No case in this time, and not all of it was observed')}
      >
        <Observing observers={observers} timeZone={timeZone} />
      </Empty>
    );
  }
  return (
    <NothingRecorded span={span} timeZone={timeZone}>
      <Observing observers={observers} timeZone={timeZone} />
    </NothingRecorded>
  );
}
