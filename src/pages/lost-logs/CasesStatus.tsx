import React from 'react';
import { Alert, Button, Text } from '@grafana/ui';
import type { Cases } from '../../data/records';
import { t, Trans } from '../../shared/texts';

/** Where the cases come from, as far as that is to be known: which are counted only, and which no watch has written. */
export function CasesStatus({ cases: { error, records, unread, without, reload, isLoading } }: { cases: Cases }) {
  return (
    <>
      {error !== undefined && records.status !== 'failed' && (
        <Alert severity="error" title={t('records.failed', 'Loki did not answer')}>
          <p>{error}</p>
          <Button size="sm" variant="secondary" icon="sync" onClick={reload}>
            <Trans i18nKey="records.again">Read again</Trans>
          </Button>
        </Alert>
      )}
      {unread > 0 && !isLoading && (
        <Text color="secondary">
          {t('lost-logs.unread', '', {
            count: unread,
            defaultValue_one: '{{count}} more case is counted and not listed. Filters or a shorter time range list it.',
            defaultValue_other:
              '{{count}} more cases are counted and not listed. Filters or a shorter time range list them.',
          })}
        </Text>
      )}
      {without.length > 0 && (
        <Text color="secondary">
          {t(
            'lost-logs.worked-out',
            'Worked out from container and pod records: `afterlog watch` has not written the cases of {{clusters}} for all of this time.',
            { clusters: without.join(', ') }
          )}
        </Text>
      )}
    </>
  );
}
