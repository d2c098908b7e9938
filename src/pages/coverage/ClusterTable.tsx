import React, { useMemo } from 'react';
import { dateTimeFormat } from '@grafana/data';
import { Text } from '@grafana/ui';
import type { ClusterCoverage } from '../../../model/observers';
import { SectionTable } from '../../app/table/SectionTable';
import type { Table } from '../../app/table/sort';
import { t, Trans } from '../../shared/texts';
import { casesText, useTableSort } from './cells';

/** What is observed of each cluster. */
export function ClusterTable({ clusters, timeZone }: { clusters: readonly ClusterCoverage[]; timeZone: string }) {
  const [sort, setSort] = useTableSort('clusters');
  const table = useMemo((): Table => {
    const time = (instant: string) => dateTimeFormat(instant, { timeZone });
    const columns = [
      { name: 'cluster', text: t('coverage.cluster', 'Cluster'), isNumber: false },
      { name: 'nodes', text: t('coverage.nodes', 'Nodes'), isNumber: true },
      { name: 'unobserved', text: t('coverage.not-observed', 'Not observed'), isNumber: true },
      { name: 'watch', text: t('coverage.watch', 'Watch'), isNumber: false },
      { name: 'cannot', text: t('coverage.cannot-list', 'What the watch cannot read'), isNumber: false },
      { name: 'cases', text: t('coverage.cases', 'Lost-log cases'), isNumber: false },
    ];
    const rows = clusters.map(({ cluster, nodes, unobserved, watch, logs }) => {
      const state = watchText(watch, time);
      const cannot = kindsText(watch);
      return [
        { text: cluster, value: cluster },
        { text: nodes.toLocaleString(), value: nodes },
        { text: unobserved.toLocaleString(), value: unobserved },
        { text: state, value: state },
        { text: cannot, value: cannot },
        { text: casesText(logs), value: (logs.lost ?? 0) + (logs.partial ?? 0) },
      ];
    });
    return { columns, rows };
  }, [clusters, timeZone]);
  return (
    <section>
      <Text element="h3" variant="h5">
        <Trans i18nKey="coverage.clusters">Clusters</Trans>
      </Text>
      <SectionTable
        label={t('coverage.clusters', 'Clusters')}
        table={table}
        sort={sort}
        isPrinting={false}
        onSort={setSort}
      />
    </section>
  );
}

function watchText(watch: ClusterCoverage['watch'], time: (instant: string) => string): string {
  if (watch === null) {
    return t('coverage.watch-never', 'Has not reported');
  }
  const { from, to } = watch.record;
  return watch.isSilent
    ? t('coverage.silent-since', 'Silent since {{time}}', { time: time(to) })
    : t('coverage.reporting-since', 'Reporting since {{time}}', { time: time(from) });
}

/** Kinds of object that the watch may not see, or cannot. */
function kindsText(watch: ClusterCoverage['watch']): string {
  const kinds = Object.entries(watch?.record.kinds ?? {}).filter(([, { state }]) =>
    ['forbidden', 'failing'].includes(state)
  );
  return kinds.map(([kind, { state }]) => `${kind} (${state})`).join(', ');
}
