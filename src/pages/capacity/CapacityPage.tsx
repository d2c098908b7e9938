import React, { useMemo, useState } from 'react';
import { dateTimeFormat } from '@grafana/data';
import { Button, ClipboardButton, Stack } from '@grafana/ui';
import {
  type CapacityNames,
  type CapacityPart,
  csvOf,
  familiesOfJobs,
  markdownOf,
  narrowed,
  namesIn,
  reviewOf,
} from '../../../model/capacity';
import type { Span } from '../../../model/evidence';
import type { Words } from '../../../model/messages';
import { useLoki } from '../../app/app-context';
import { NothingRecorded } from '../../app/NothingRecorded';
import { type CapacityRecords, ReadingStatus, useCapacity } from '../../data/records';
import { download, fileOf } from '../../shared/download';
import { FilterBar, type Filters, useFilters } from '../../shared/filters';
import { t, Trans } from '../../shared/texts';
import { TimeControls, useTimeRange } from '../../shared/time-range';
import { useEqual } from '../../shared/use-equal';
import { useLocation } from '../../shared/use-location';
import { wordsIn } from '../../shared/words';
import { GroupingChoice, groupingOf } from './Grouping';
import { Report } from './Report';
import { changesOf, WhatIfForm } from './WhatIfForm';

const FILTERS: ReadonlyArray<keyof Filters> = ['cluster', 'namespace', 'job', 'node'];

/** A review of disks and thresholds: what nodes, namespaces and Jobs went through, and what to change. */
export default function CapacityPage() {
  const loki = useLoki();
  const time = useTimeRange();
  const { span, timeZone } = time;
  const [inAddress, changeFilters] = useFilters();
  const { cluster, node, namespace, job } = useEqual(inAddress);
  const search = useLocation('search');
  const { by, poolLabel } = groupingOf(search);
  const label = by === 'pool' ? poolLabel : undefined;
  const reviewed = useMemo(
    () => ({ cluster, node, namespace, workload: familiesOfJobs(job), poolLabel: label }),
    [cluster, node, namespace, job, label]
  );
  const records = useCapacity(loki, span, reviewed);
  const { part, status } = records;
  const names = useSeen(useMemo(() => (part === undefined ? NO_NAMES : namesIn(part.input)), [part]));
  const words = wordsIn(timeZone);
  const whatIf = new URLSearchParams(search).get('whatIf') ?? '';
  const { changes, problem } = useMemo(() => changesOf(whatIf, words), [whatIf, words]);
  const review = useMemo(() => {
    const input = part && narrowed({ ...part.input, missing: part.missing }, { namespaces: namespace, jobs: job });
    return input && reviewOf(by, input, changes);
  }, [part, by, namespace, job, changes]);
  const range = rangeOf(span, part, timeZone, words);
  const isEmpty = status === 'done' && review?.nodes.length === 0 && review.rows.length === 0;
  return (
    <Stack direction="column" gap={2}>
      <Stack direction="row" gap={2} justifyContent="space-between" alignItems="flex-start" wrap="wrap">
        <FilterBar
          filters={inAddress}
          onChange={changeFilters}
          names={{ cluster: names.clusters, namespace: names.namespaces, job: names.jobs, node: names.nodes }}
          only={FILTERS}
        />
        <Stack direction="row" gap={1} alignItems="center" wrap="wrap">
          <ClipboardButton
            variant="secondary"
            icon="copy"
            disabled={isEmpty || status === 'loading' || review === undefined}
            getText={() => (review === undefined ? '' : markdownOf(review, range, words))}
          >
            <Trans i18nKey="capacity.markdown">Copy as Markdown</Trans>
          </ClipboardButton>
          <Button
            variant="secondary"
            icon="download-alt"
            disabled={isEmpty || review === undefined || review.missing === 'counts'}
            tooltip={t('capacity.csv-what', 'The ranking, as a file for a spreadsheet')}
            onClick={() => review && download('capacity.csv', fileOf(csvOf(review), 'text/csv'))}
          >
            <Trans i18nKey="capacity.csv">CSV</Trans>
          </Button>
          <Button
            variant="secondary"
            icon="document-info"
            disabled={isEmpty || review === undefined}
            onClick={() => window.print()}
          >
            <Trans i18nKey="capacity.print">Print</Trans>
          </Button>
          <TimeControls time={time} isLoading={status === 'loading'} />
        </Stack>
      </Stack>
      <ReadingStatus {...records} isShown={review !== undefined && !isEmpty} progress={progressOf(records)} />
      {isEmpty && <NothingRecorded span={span} timeZone={timeZone} isNarrow={cluster.length + node.length > 0} />}
      {review !== undefined && !isEmpty && (
        <>
          <Report
            {...{ review, range, span, timeZone, words }}
            isReading={status === 'loading'}
            ranking={<GroupingChoice by={by} poolLabel={poolLabel} />}
          />
          <WhatIfForm text={whatIf} problem={problem} />
        </>
      )}
    </Stack>
  );
}

/** A range ends where it was read. On paper, and in a document, times need their offset. */
function rangeOf({ from, to }: Span, part: CapacityPart | undefined, timeZone: string, words: Words): string {
  const time = (ms: number) => dateTimeFormat(ms, { timeZone, format: 'YYYY-MM-DD HH:mm:ss Z' });
  return words.catalogue.review.range(time(from), time(Math.min(to, part?.input.range.to ?? to)));
}

function progressOf({ progress }: CapacityRecords): string {
  return progress === undefined
    ? t('capacity.begins', 'Reading records')
    : t('capacity.progress', 'Reading records: {{read}} (step {{done}} of {{steps}})', {
        ...{ read: progress.read.toLocaleString(), done: progress.done, steps: progress.steps },
      });
}

const NO_NAMES: CapacityNames = { clusters: [], nodes: [], namespaces: [], jobs: [] };

/** Filters leave out what they could offer next: what was there once stays on offer. */
function useSeen(names: CapacityNames): CapacityNames {
  const [seen, see] = useState(names);
  const all = useMemo(() => {
    const both = (one: keyof CapacityNames) => [...new Set([...seen[one], ...names[one]])].sort();
    return { clusters: both('clusters'), nodes: both('nodes'), namespaces: both('namespaces'), jobs: both('jobs') };
  }, [seen, names]);
  if (Object.values(all).flat().length > Object.values(seen).flat().length) {
    see(all);
  }
  return all;
}
