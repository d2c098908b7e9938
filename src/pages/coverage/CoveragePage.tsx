import React, { useCallback, useMemo } from 'react';
import { Alert, LoadingBar, Stack, Text } from '@grafana/ui';
import { type ClusterCoverage, type Coverage, isUnobserved } from '../../../model/observers';
import { useLoki } from '../../app/app-context';
import { NothingRecorded } from '../../app/NothingRecorded';
import { readCoverage } from '../../data/coverage';
import { FilterBar, type Filters, useFilters } from '../../shared/filters';
import { t } from '../../shared/texts';
import { TimeControls, useTimeRange } from '../../shared/time-range';
import { useAnswer } from '../../shared/use-answer';
import { useEqual } from '../../shared/use-equal';
import { useLatest } from '../../shared/use-latest';
import { ClusterTable } from './ClusterTable';
import { NodeTable } from './NodeTable';

const FILTERS: ReadonlyArray<keyof Filters> = ['cluster', 'node', 'text'];
const some = (names: readonly string[]) => (names.length === 0 ? undefined : names);

/** What of the fleet is observed: which agents report, what they can read, and which thresholds are in force. */
export default function CoveragePage() {
  const loki = useLoki();
  const time = useTimeRange();
  const { span, timeZone } = time;
  const [inAddress, changeFilters] = useFilters();
  const { cluster, node, text } = useEqual(inAddress);
  const selection = useMemo(() => ({ cluster: some(cluster), node: some(node) }), [cluster, node]);
  const ask = useCallback(
    (signal: AbortSignal) => readCoverage(loki, selection, span, signal),
    [loki, selection, span]
  );
  const answer = useAnswer(ask);
  // A refresh keeps what is there until the next answer has come.
  const coverage = useLatest(answer.state === 'done' ? answer.value : undefined, selection);
  const nodes = useMemo(() => matching(coverage?.nodes ?? [], text), [coverage, text]);
  const names = {
    cluster: [...new Set([...cluster, ...(coverage?.clusters ?? []).map((one) => one.cluster)])].sort(),
    node: [...new Set([...node, ...(coverage?.nodes ?? []).slice(0, MOST_OFFERED).map((one) => one.node)])].sort(),
    ...{ namespace: [], job: [] },
  };
  const isEmpty = coverage !== undefined && coverage.nodes.length + coverage.clusters.length === 0;
  return (
    <Stack direction="column" gap={2}>
      <Stack direction="row" gap={2} justifyContent="space-between" alignItems="flex-start" wrap="wrap">
        <FilterBar filters={inAddress} onChange={changeFilters} names={names} only={FILTERS} />
        <TimeControls time={time} isLoading={answer.state === 'loading'} />
      </Stack>
      {answer.state === 'failed' && (
        <Alert severity="error" title={t('records.failed', 'Loki did not answer')}>
          {answer.why}
        </Alert>
      )}
      {coverage === undefined && answer.state === 'loading' && (
        <LoadingBar width={300} ariaLabel={t('coverage.loading', 'Reading what agents and watches report')} />
      )}
      {isEmpty && answer.state === 'done' && (
        <NothingRecorded span={span} timeZone={timeZone} isNarrow={cluster.length + node.length > 0} />
      )}
      {coverage !== undefined && !isEmpty && (
        <>
          <Text element="h2" variant="h4">
            {headlineOf(coverage)}
          </Text>
          <ClusterTable clusters={coverage.clusters} timeZone={timeZone} />
          <NodeTable nodes={nodes} timeZone={timeZone} />
        </>
      )}
    </Stack>
  );
}

/** A list of more names cannot be read; any other can be typed. */
const MOST_OFFERED = 500;

function matching(nodes: Coverage['nodes'], text: string): Coverage['nodes'] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const textOf = ({ cluster, node, beat }: Coverage['nodes'][number]) =>
    `${cluster} ${node} ${beat?.version ?? ''}`.toLowerCase();
  return words.length === 0 ? nodes : nodes.filter((one) => words.every((word) => textOf(one).includes(word)));
}

/** The answer in one sentence. */
function headlineOf({ nodes, clusters }: Coverage): string {
  const all = nodes.length;
  const unobserved = nodes.filter(({ problems }) => problems.some(isUnobserved)).length;
  const limited = nodes.filter(({ problems }) => problems.length > 0 && !problems.some(isUnobserved)).length;
  const parts = [
    unobserved > 0
      ? t('coverage.unobserved', '', {
          ...{ count: unobserved, all: all.toLocaleString() },
          defaultValue_one: '{{count}} of {{all}} nodes is not observed',
          defaultValue_other: '{{count}} of {{all}} nodes are not observed',
        })
      : t('coverage.observed', '', {
          count: all,
          defaultValue_one: '{{count}} node is observed',
          defaultValue_other: 'All {{count}} nodes are observed',
        }),
    ...(limited > 0
      ? [
          t('coverage.limited', '', {
            count: limited,
            defaultValue_one: '{{count}} has a problem',
            defaultValue_other: '{{count}} have a problem',
          }),
        ]
      : []),
    ...watchParts(clusters),
  ];
  return parts.join(t('coverage.separator', '; '));
}

function watchParts(clusters: readonly ClusterCoverage[]): string[] {
  const without = clusters.filter(({ watch }) => watch === null || watch.isSilent).map(({ cluster }) => cluster);
  return without.length === 0
    ? []
    : [t('coverage.no-watch', 'no watch reports from {{clusters}}', { clusters: without.slice(0, 3).join(', ') })];
}
