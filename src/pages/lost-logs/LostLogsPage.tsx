import React, { useMemo, useState } from 'react';
import { t, Trans } from '../../shared/texts';
import { locationService } from '@grafana/runtime';
import { Button, Stack } from '@grafana/ui';
import { type CaseSummary, summaryOf } from '../../../model/case-records';
import { matcher } from '../../../model/logql';
import { recordKey } from '../../../model/records';
import { useLoki } from '../../app/app-context';
import { CasesHeadline } from '../../app/CasesHeadline';
import { download, fileOf } from '../../shared/download';
import { FilterBar, type Filters, matcherOf, type Names, namesIn, useFilters } from '../../shared/filters';
import { type CaseWish, RecordsStatus, type RecordSet, useCases } from '../../data/records';
import { TimeControls, useTimeRange } from '../../shared/time-range';
import { useEqual } from '../../shared/use-equal';
import { useLocation } from '../../shared/use-location';
import { CasesChart } from './CasesChart';
import { CasesStatus } from './CasesStatus';
import { CasesTable } from './CasesTable';
import { stepOf } from './counts';
import { csvOf } from './csv';
import { NoCases } from './NoCases';
import { OpenedCase } from './OpenedCase';
import { timelineLink } from '../../app/case-links';

/** Every log that `kubectl logs` can no longer show: how many and why, over time and one by one. */
export default function LostLogsPage() {
  const loki = useLoki();
  const time = useTimeRange();
  const { span, timeZone } = time;
  const [inAddress, changeFilters] = useFilters();
  const filters = useEqual(inAddress);
  const search = useLocation('search');
  const step = stepOf(span);
  const wish = useMemo(() => wishOf(filters, step), [filters, step]);
  const found = useCases(loki, span, step, wish);
  const { cases, tallies, records } = found;
  const names = useSeen(useMemo(() => namesOf(records.records, cases), [records.records, cases]));
  const open = new URLSearchParams(search).get('case');
  const one = open === null ? undefined : cases.find((each) => recordKey(each) === open);
  const openKnown = open === null ? undefined : records.cases.find((each) => recordKey(each) === open);
  const shown = one ?? (openKnown && summaryOf(openKnown));
  return (
    <Stack direction="column" gap={2}>
      <Stack direction="row" gap={2} justifyContent="space-between" alignItems="flex-start" wrap="wrap">
        <FilterBar filters={filters} onChange={changeFilters} names={names} />
        <Stack direction="row" gap={1} alignItems="center">
          <Button
            variant="secondary"
            icon="download-alt"
            disabled={cases.length === 0}
            tooltip={t('lost-logs.csv-what', 'The cases shown, as a file for a spreadsheet')}
            onClick={() => download('lost-logs.csv', fileOf(csvOf(cases), 'text/csv'))}
          >
            <Trans i18nKey="lost-logs.csv">CSV</Trans>
          </Button>
          <TimeControls time={time} isLoading={found.isLoading} />
        </Stack>
      </Stack>
      <RecordsStatus records={records} />
      <CasesStatus cases={found} />
      {cases.length === 0 &&
        tallies.length === 0 &&
        !found.isLoading &&
        found.error === undefined &&
        records.status === 'done' && (
          <NoCases others={found.others} filters={filters} span={span} timeZone={timeZone} />
        )}
      {(cases.length > 0 || tallies.length > 0) && (
        <>
          <CasesHeadline tallies={tallies} isReading={found.isLoading} />
          <CasesChart tallies={tallies} span={span} step={step} timeZone={timeZone} onSpan={time.setSpan} />
          <CasesTable cases={cases} timeZone={timeZone} onOpen={openSummary} />
        </>
      )}
      {shown !== undefined && (
        <OpenedCase
          key={open}
          summary={shown}
          known={openKnown}
          record={
            openKnown &&
            records.records.containers.find((each) => each.id === openKnown.id && each.cluster === openKnown.cluster)
          }
          timeZone={timeZone}
          timelineHref={timelineLink(shown, search)}
          onClose={() => openCase(null)}
        />
      )}
    </Stack>
  );
}

const openCase = (key: string | null) => locationService.partial({ case: key }, key === null);
const openSummary = (one: CaseSummary) => openCase(recordKey(one));

const MINUTE_MS = 60_000;

/** What filters ask of Loki, and what is left to be tested here: the text, and a Job's or CronJob's name. */
function wishOf(filters: Filters, step: number): CaseWish {
  const some = (values: readonly string[]) => (values.length === 0 ? undefined : values);
  const { cluster, namespace, job, node, status, cause, text } = filters;
  return {
    cluster,
    metadata: { namespace: some(namespace), node: some(node), cause: some(cause) },
    pipeline: job.length === 0 ? '' : ` | ${matcher('job', job)} or ${matcher('cronjob', job)}`,
    status,
    // Loki counts by the minute.
    isTextual: text.trim() !== '' || step < MINUTE_MS,
    matches: matcherOf(filters),
  };
}

/** Filters leave out what they could offer next: what was there once stays on offer. */
function useSeen(names: Names): Names {
  const [seen, see] = useState(names);
  const all = useMemo(() => {
    const both = (one: keyof Names) => [...new Set([...seen[one], ...names[one]])].sort();
    return { cluster: both('cluster'), namespace: both('namespace'), job: both('job'), node: both('node') };
  }, [seen, names]);
  const isMore = Object.values(all).flat().length > Object.values(seen).flat().length;
  if (isMore) {
    see(all);
  }
  return all;
}

function namesOf(records: RecordSet, cases: readonly CaseSummary[]): Names {
  const jobs = cases.map((one) => ({ ...one, cronJob: one.cronJob }));
  return namesIn({ ...records, pods: [...records.pods, ...jobs] });
}
