import React from 'react';
import { css } from '@emotion/css';
import { type GrafanaTheme2, LoadingState, type PanelData } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { RECORD_SELECTOR } from '../shared/settings';
import { t, Trans } from '../shared/texts';
import type { Source } from './data/source';
import { PanelEmpty } from './PanelEmpty';

type Nothing = Extract<Source, { kind: 'other' | 'nothing' }>;

/** Says what the panel draws where it was given something else, or nothing. */
export function NothingToDraw({ data, source }: { data: PanelData; source: Nothing }) {
  const styles = useStyles2(getStyles);
  if (data.state === LoadingState.Loading) {
    return null;
  }
  const error = data.errors?.[0]?.message;
  if (error !== undefined) {
    return (
      <PanelEmpty icon="exclamation-circle" title={t('panel.query-failed', 'The panel’s query failed')}>
        <p>{error}</p>
      </PanelEmpty>
    );
  }
  const title =
    source.kind === 'nothing'
      ? t('panel.nothing', 'The query gave nothing to draw')
      : t('panel.other', 'These fields are no Job runs: {{fields}}', { fields: source.fields.join(', ') });
  return (
    <PanelEmpty icon="database" title={title}>
      <p>
        <Trans i18nKey="panel.wanted-records">
          For the records of Afterlog: choose the Loki that its agents write to, and as query
        </Trans>{' '}
        <code className={styles.code}>{RECORD_SELECTOR}</code>
      </p>
      <p>
        <Trans i18nKey="panel.wanted-frames">
          For data of your own: a row for each container, with a time in the field start, and a field pod or job; end,
          node, namespace, result, gone and status say more.
        </Trans>
      </p>
    </PanelEmpty>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  code: css({ background: theme.colors.background.secondary, whiteSpace: 'nowrap' }),
});
