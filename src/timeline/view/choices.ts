import { t } from '../../shared/texts';
import type { RowHeight } from '../geometry/layout';
import type { Grouping, Sorting } from '../model/orders';

/** The names of the ways in which a timeline can be shown. */

export function groupingText(grouping: Grouping): string {
  const texts: Record<Grouping, string> = {
    node: t('timeline.group.node', 'Node'),
    job: t('timeline.group.job', 'Job'),
    cronJob: t('timeline.group.cron-job', 'CronJob'),
    namespace: t('timeline.group.namespace', 'Namespace'),
  };
  return texts[grouping];
}

export function sortingText(sorting: Sorting): string {
  const texts: Record<Sorting, string> = {
    worst: t('timeline.sort.worst', 'Worst log first'),
    start: t('timeline.sort.start', 'Earliest start first'),
    newest: t('timeline.sort.newest', 'Latest start first'),
    name: t('timeline.sort.name', 'By name'),
    cases: t('timeline.sort.cases', 'Most lost-log cases first'),
    duration: t('timeline.sort.duration', 'Longest first'),
  };
  return texts[sorting];
}

export function rowHeightText(height: RowHeight): string {
  const texts: Record<RowHeight, string> = {
    compact: t('timeline.option.compact', 'Compact rows'),
    normal: t('timeline.option.normal', 'Normal rows'),
    tall: t('timeline.option.tall', 'Tall rows'),
  };
  return texts[height];
}
