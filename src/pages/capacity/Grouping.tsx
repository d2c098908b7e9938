import React, { useState } from 'react';
import { locationService } from '@grafana/runtime';
import { Input, RadioButtonGroup, Stack } from '@grafana/ui';
import type { GroupBy } from '../../../model/capacity';
import { t } from '../../shared/texts';

/** Cloud providers set it on every node. */
const DEFAULT_POOL_LABEL = 'node.kubernetes.io/instance-type';

/** What a ranking is by, as the address has it. */
export interface Grouping {
  by: GroupBy;
  /** The node label that names pools. */
  poolLabel: string;
}

export function groupingOf(search: string): Grouping {
  const params = new URLSearchParams(search);
  const by = params.get('by');
  return {
    by: by === 'pool' || by === 'namespace' || by === 'job' ? by : 'node',
    poolLabel: params.get('poolLabel') ?? DEFAULT_POOL_LABEL,
  };
}

/** Chooses what the ranking is by. */
export function GroupingChoice({ by, poolLabel }: Grouping) {
  const [typed, setTyped] = useState(poolLabel);
  const label = t('capacity.pool-label', 'Node label that names pools');
  return (
    <Stack direction="row" gap={1} alignItems="center" wrap="wrap">
      {by === 'pool' && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            locationService.partial({ poolLabel: typed.trim() || null }, true);
          }}
        >
          <Input
            aria-label={label}
            placeholder={label}
            width={36}
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        </form>
      )}
      <RadioButtonGroup
        size="sm"
        aria-label={t('capacity.by', 'Rank by')}
        options={[
          { value: 'node' as const, label: t('capacity.by-node', 'Node') },
          { value: 'pool' as const, label: t('capacity.by-pool', 'Pool') },
          { value: 'namespace' as const, label: t('capacity.by-namespace', 'Namespace') },
          { value: 'job' as const, label: t('capacity.by-job', 'Job family') },
        ]}
        value={by}
        onChange={(value) => locationService.partial({ by: value === 'node' ? null : value, sort: null }, true)}
      />
    </Stack>
  );
}
