import React from 'react';
import { t, Trans } from '../../shared/texts';
import { LinkButton } from '@grafana/ui';
import { linkTo } from '../../app/link-to';
import { Empty } from '../../app/Empty';
import { LOST_LOGS_PATH } from '../../shared/paths';
import { useLocation } from '../../shared/use-location';

/** The place of the capacity review. It shows no figures until they are computed from records. */
export default function CapacityPage() {
  const search = useLocation('search');
  return (
    <Empty
      icon="database"
      title={t('capacity.title', 'The capacity review is not in the app yet')}
      action={
        <LinkButton variant="secondary" href={linkTo(LOST_LOGS_PATH, search, { cause: 'C1' })}>
          <Trans i18nKey="capacity.until-then">Until then: the logs that disk reclaims took</Trans>
        </LinkButton>
      }
    >
      <Trans i18nKey="capacity.what">
        Until it is, `afterlog capacity` prints one: the hours under disk pressure of each node, namespace or Job, the
        room that is left to each threshold, what fills the disks, and what to change.
      </Trans>
    </Empty>
  );
}
