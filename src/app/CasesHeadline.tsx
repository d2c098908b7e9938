import React from 'react';
import { Text } from '@grafana/ui';
import { type LogStatus, logStatusSchema } from '../../model/records';
import { severityOf } from '../shared/severity';
import { t } from '../shared/texts';
import { statusText } from '../shared/words';

/** The answer of a page in one sentence: how many logs kubectl can no longer show, and what Loki has of them. */
export function CasesHeadline({
  tallies,
  isReading,
}: {
  /** Cases by status, in any number of parts. */
  tallies: ReadonlyArray<{ status: string; count: number }>;
  isReading: boolean;
}) {
  const totals = totalsOf(tallies);
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

/** How many there are of each status, the worst first. */
function totalsOf(tallies: ReadonlyArray<{ status: string; count: number }>): Array<[LogStatus, number]> {
  const totals = new Map<LogStatus, number>();
  for (const { status: name, count } of tallies) {
    const status = logStatusSchema.catch('unknown').parse(name);
    totals.set(status, (totals.get(status) ?? 0) + count);
  }
  return [...totals].filter(([, n]) => n > 0).sort(([a], [b]) => severityOf(a) - severityOf(b));
}
