import React from 'react';
import { Text } from '@grafana/ui';
import type { Fleet } from '../../data/records';
import { t } from '../../shared/texts';

/** Which of very many nodes are shown. @param isNamed a filter names them */
export function FleetNotice({ fleet, isNamed }: { fleet: Fleet; isNamed: boolean }) {
  const counts = { shown: fleet.shown.length.toLocaleString(), total: fleet.total.toLocaleString() };
  return (
    <Text element="p" color="secondary" variant="bodySmall">
      {isNamed
        ? t('timeline.fleet.named', 'Showing {{shown}} of {{total}} nodes, as the filter Node names them.', counts)
        : t(
            'timeline.fleet.worst',
            'Showing {{shown}} of {{total}} nodes: those with most lost logs and reclaims, then those whose disks have least room. To see others, choose them with the filter Node.',
            counts
          )}
    </Text>
  );
}
