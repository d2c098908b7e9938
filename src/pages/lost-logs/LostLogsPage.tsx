import React, { useMemo } from 'react';
import { t, Trans } from '../../shared/texts';
import { locationService } from '@grafana/runtime';
import { Button, Stack } from '@grafana/ui';
import { recordKey } from '../../../model/records';
import { useLoki } from '../../app/app-context';
import { CaseDrawer } from '../../details/case-details';
import { download, fileOf } from '../../shared/download';
import { FilterBar, matcherOf, namesIn, useFilters } from '../../shared/filters';
import { casesWithin, RecordsStatus, useRecords } from '../../data/records';
import { TimeControls, useTimeRange } from '../../shared/time-range';
import { useLocation } from '../../shared/use-location';
import { CasesChart } from './CasesChart';
import { CasesTable } from './CasesTable';
import { csvOf } from './csv';
import { Headline } from './Headline';
import { NoCases } from './NoCases';
import { timelineLink } from '../../app/case-links';

/** Every log that `kubectl logs` can no longer show: how many and why, over time and one by one. */
export default function LostLogsPage() {
  const loki = useLoki();
  const time = useTimeRange();
  const { span, timeZone } = time;
  const records = useRecords(loki, span);
  const [filters, changeFilters] = useFilters();
  const search = useLocation('search');
  const names = useMemo(() => namesIn(records.records), [records.records]);
  const inRange = useMemo(() => casesWithin(records.cases, span), [records.cases, span]);
  const shown = useMemo(() => inRange.filter(matcherOf(filters)), [inRange, filters]);
  const open = new URLSearchParams(search).get('case');
  const one = open === null ? undefined : records.cases.find((each) => recordKey(each) === open);
  const containerRecord =
    one && records.records.containers.find((each) => each.id === one.id && each.cluster === one.cluster);
  return (
    <Stack direction="column" gap={2}>
      <Stack direction="row" gap={2} justifyContent="space-between" alignItems="flex-start" wrap="wrap">
        <FilterBar filters={filters} onChange={changeFilters} names={names} />
        <Stack direction="row" gap={1} alignItems="center">
          <Button
            variant="secondary"
            icon="download-alt"
            disabled={shown.length === 0}
            tooltip={t('lost-logs.csv-what', 'The cases shown, as a file for a spreadsheet')}
            onClick={() => download('lost-logs.csv', fileOf(csvOf(shown), 'text/csv'))}
          >
            <Trans i18nKey="lost-logs.csv">CSV</Trans>
          </Button>
          <TimeControls time={time} isLoading={records.status === 'loading'} />
        </Stack>
      </Stack>
      <RecordsStatus records={records} />
      {shown.length === 0 && records.status === 'done' && (
        <NoCases others={inRange.length} records={records.records} span={span} />
      )}
      {shown.length > 0 && (
        <>
          <Headline cases={shown} isReading={records.status === 'loading'} />
          <CasesChart cases={shown} span={span} timeZone={timeZone} onSpan={time.setSpan} />
          <CasesTable cases={shown} timeZone={timeZone} onOpen={(each) => openCase(recordKey(each))} />
        </>
      )}
      {one !== undefined && (
        <CaseDrawer
          key={open}
          one={one}
          record={containerRecord}
          timeZone={timeZone}
          timelineHref={timelineLink(one, search)}
          onClose={() => openCase(null)}
        />
      )}
    </Stack>
  );
}

const openCase = (key: string | null) => locationService.partial({ case: key }, key === null);
