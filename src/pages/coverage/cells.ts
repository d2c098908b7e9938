import { useCallback } from 'react';
import { locationService } from '@grafana/runtime';
import type { CoverageProblem, NodeCoverage } from '../../../model/observers';
import { logStatusSchema } from '../../../model/records';
import { sortOfSearch, type Sort, textOfSort } from '../../app/table/sort';
import { t } from '../../shared/texts';
import { useLocation } from '../../shared/use-location';
import { statusText } from '../../shared/words';

/** Counts of cases in words, what is lost first; empty where there are none. */
export function casesText(logs: NodeCoverage['logs']): string {
  return WORST_FIRST.flatMap((status) => {
    const count = logs[status] ?? 0;
    return count === 0 ? [] : `${count.toLocaleString()} ${statusText(status)}`;
  }).join(', ');
}

const WORST_FIRST = logStatusSchema.options.slice().sort((a, b) => severityOf(a) - severityOf(b));
function severityOf(status: keyof NodeCoverage['logs']): number {
  return ['lost', 'partial', 'unknown', 'pending', 'rescued', 'complete'].indexOf(status);
}

/** What is wrong with a node, in a few words. */
export function problemText(problem: CoverageProblem): string {
  switch (problem) {
    case 'silent':
      return t('coverage.silent', 'Agent is silent');
    case 'absent':
      return t('coverage.absent', 'No agent');
    case 'logs-unreadable':
      return t('coverage.logs-unreadable', 'Cannot read logs');
    case 'not-delivered':
      return t('coverage.not-delivered', 'Loki does not acknowledge');
    case 'kubelet-log-unreadable':
      return t('coverage.kubelet-log-unreadable', 'Kubelet log not read');
    case 'disk-unreadable':
      return t('coverage.disk-unreadable', 'Disk use not read');
    case 'statistics-unreadable':
      return t('coverage.statistics-unreadable', 'Kubelet statistics not read');
    case 'thresholds-assumed':
      return t('coverage.thresholds-assumed', 'Thresholds assumed');
    case 'thresholds-differ':
      return t('coverage.thresholds-differ', 'Thresholds differ');
  }
}

/** The order of a table, in the address under a name of its own. */
export function useTableSort(name: 'clusters' | 'nodes'): [Sort | undefined, (sort: Sort) => void] {
  const parameter = `sort-${name}`;
  const text = new URLSearchParams(useLocation('search')).get(parameter) ?? '';
  const setSort = useCallback(
    (sort: Sort) => locationService.partial({ [parameter]: textOfSort(sort) }, true),
    [parameter]
  );
  return [sortOfSearch(`?${new URLSearchParams({ sort: text }).toString()}`), setSort];
}
