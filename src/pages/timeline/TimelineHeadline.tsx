import React, { useMemo } from 'react';
import { Button, LinkButton, Stack, Text } from '@grafana/ui';
import { recordKey } from '../../../model/records';
import { CasesHeadline } from '../../app/CasesHeadline';
import { linkTo } from '../../app/link-to';
import { casesWithin, type Records } from '../../data/records';
import { type Filters, matcherOf } from '../../shared/filters';
import { LOST_LOGS_PATH } from '../../shared/paths';
import { t, Trans } from '../../shared/texts';
import { useLocation } from '../../shared/use-location';
import type { View } from '../../timeline/geometry/view';
import type { ContainerLife } from '../../timeline/model/container-life';

interface TimelineHeadlineProps {
  records: Records;
  filters: Filters;
  /** What is in view. */
  span: View;
  /** Those that are drawn. */
  lives: readonly ContainerLife[];
  /** Draws containers of no Job as well. */
  onOthers: () => void;
}

/** The answer of the page: the lost-log cases in view, as the page of them counts them, and those that are not drawn. */
export function TimelineHeadline({ records, filters, span, lives, onOthers }: TimelineHeadlineProps) {
  const search = useLocation('search');
  const { from, to } = span;
  const matches = useMemo(() => matcherOf(filters), [filters]);
  const cases = useMemo(
    () => casesWithin(records.cases, { from, to }).filter(matches),
    [records.cases, from, to, matches]
  );
  const drawn = useMemo(
    () => new Set(lives.filter(({ cause }) => cause !== undefined).map((life) => recordKey(life))),
    [lives]
  );
  const tallies = useMemo(() => cases.map(({ status }) => ({ status, count: 1 })), [cases]);
  const isReading = records.status === 'loading';
  if (cases.length === 0) {
    return (
      <Text element="h2" variant="h4">
        {isReading
          ? t('timeline.headline.none-so-far', 'So far, no lost-log case is known in this time')
          : t('timeline.headline.none', 'No lost-log case is known in this time')}
      </Text>
    );
  }
  const hidden = cases.filter((one) => !drawn.has(recordKey(one)));
  const ofNoJob = hidden.filter(({ job }) => job === null).length;
  const timeless = hidden.length - ofNoJob;
  return (
    <Stack direction="row" gap={1} alignItems="center" wrap="wrap">
      {records.fleet && (
        <Text color="secondary">
          <Trans i18nKey="timeline.headline.of-nodes">Of the nodes shown:</Trans>
        </Text>
      )}
      <CasesHeadline tallies={tallies} isReading={isReading} />
      {ofNoJob > 0 && !isReading && (
        <>
          <Text color="secondary">
            {t('timeline.headline.of-no-job', '', {
              count: ofNoJob,
              defaultValue_one: '{{count}} of them, of a container of no Job, is not drawn.',
              defaultValue_other: '{{count}} of them, of containers of no Job, are not drawn.',
            })}
          </Text>
          <Button size="sm" variant="secondary" onClick={onOthers}>
            <Trans i18nKey="timeline.headline.show-them">Show them</Trans>
          </Button>
        </>
      )}
      {timeless > 0 && !isReading && (
        <Text color="secondary">
          {t('timeline.headline.timeless', '', {
            count: timeless,
            defaultValue_one: '{{count}} of them, of which no time is known, is not drawn.',
            defaultValue_other: '{{count}} of them, of which no time is known, are not drawn.',
          })}
        </Text>
      )}
      <LinkButton size="sm" variant="secondary" icon="list-ul" href={linkTo(LOST_LOGS_PATH, search)}>
        <Trans i18nKey="timeline.headline.list">List them</Trans>
      </LinkButton>
    </Stack>
  );
}
