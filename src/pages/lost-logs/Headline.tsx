import React from 'react';
import { Text } from '@grafana/ui';
import { logStatusSchema } from '../../../model/records';
import type { CaseTally } from '../../data/records';
import { statusText } from '../../shared/words';
import { t } from '../../shared/texts';
import { totalsOf } from './counts';
import { bySeverity } from './sort';

/** The answer of the page in one sentence: how many logs kubectl can no longer show, and what Loki has of them. */
export function Headline({ tallies, isReading }: { tallies: readonly CaseTally[]; isReading: boolean }) {
  const totals = totalsOf(tallies, ({ status }) => status)
    .map(([status, n]) => [logStatusSchema.catch('unknown').parse(status), n] as const)
    .sort(([a], [b]) => bySeverity(a, b));
  const count = totals.reduce((sum, [, n]) => sum + n, 0);
  const parts = totals.map(([status, n]) => `${n.toLocaleString()} ${statusText(status)}`).join(', ');
  return (
    <Text element="h2" variant="h4">
      {isReading
        ? t('lost-logs.headline-so-far', '', {
            count,
            parts,
            defaultValue_one: 'So far, kubectl can no longer show {{count}} log: {{parts}}',
            defaultValue_other: 'So far, kubectl can no longer show {{count}} logs: {{parts}}',
          })
        : t('lost-logs.headline', '', {
            count,
            parts,
            defaultValue_one: 'kubectl can no longer show {{count}} log: {{parts}}',
            defaultValue_other: 'kubectl can no longer show {{count}} logs: {{parts}}',
          })}
    </Text>
  );
}
