import React from 'react';
import { t, Trans } from '../shared/texts';
import { LinkButton } from '@grafana/ui';
import { CONFIGURATION_PATH } from '../shared/paths';
import { Empty } from './Empty';
import { isAdmin } from './is-admin';

/** What a page shows before an admin has chosen the Loki. */
export const NoDataSource = () => (
  <Empty
    icon="database"
    title={t('no-data-source.title', 'No Loki data source is chosen yet')}
    action={
      isAdmin() ? (
        <LinkButton icon="cog" href={CONFIGURATION_PATH}>
          <Trans i18nKey="no-data-source.configure">Open the configuration</Trans>
        </LinkButton>
      ) : undefined
    }
  >
    <Trans i18nKey="no-data-source.what">
      Afterlog reads from the Loki that its agents write to. An admin chooses it once.
    </Trans>
  </Empty>
);
