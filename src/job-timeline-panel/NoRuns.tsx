import React, { type ReactNode } from 'react';
import { t, Trans } from '../shared/texts';
import { PanelEmpty } from './PanelEmpty';

/** Why no row is drawn. @param hasRecords somebody was there, and had no Job run to tell of. @param children who was observing */
export function NoRuns({
  isFiltered,
  hasRecords,
  children,
}: {
  isFiltered: boolean;
  hasRecords: boolean;
  children?: ReactNode;
}) {
  if (isFiltered) {
    return (
      <PanelEmpty icon="filter" title={t('timeline.empty.filtered', 'The filters hide all Job runs')}>
        <p>
          <Trans i18nKey="panel.filtered-what">The dashboard’s variables and the panel’s options leave out all.</Trans>
        </p>
      </PanelEmpty>
    );
  }
  return hasRecords ? (
    <PanelEmpty icon="calendar-alt" title={t('timeline.empty.no-runs', 'No Job ran in this time')}>
      <p>
        <Trans i18nKey="panel.no-runs-what">A longer time range looks further back.</Trans>
      </p>
      {children}
    </PanelEmpty>
  ) : (
    <PanelEmpty icon="database" title={t('no-records.title', 'No record of Afterlog in this time range')}>
      <p>
        <Trans i18nKey="no-records.what">
          Either its agents had not begun to write to this Loki, or Loki no longer keeps what is so old.
        </Trans>
      </p>
      {children}
    </PanelEmpty>
  );
}
