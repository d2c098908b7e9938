import React, { useCallback, useMemo } from 'react';
import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { Icon, Text, Tooltip, useStyles2 } from '@grafana/ui';
import { isUnobserved, type NodeCoverage } from '../../../model/observers';
import { sizeOf } from '../../../model/capacity';
import { spanParts } from '../../../model/messages/format';
import { linkTo } from '../../app/link-to';
import { SectionTable } from '../../app/table/SectionTable';
import type { Cell, Table } from '../../app/table/sort';
import { TIMELINE_PATH } from '../../shared/paths';
import { t, Trans } from '../../shared/texts';
import { useLocation } from '../../shared/use-location';
import { casesText, problemText, useTableSort } from './cells';

/** Each node: its agent, what that can read, and its thresholds; the worst first. */
export function NodeTable({ nodes, timeZone }: { nodes: readonly NodeCoverage[]; timeZone: string }) {
  const styles = useStyles2(getStyles);
  const search = useLocation('search');
  const [sort, setSort] = useTableSort('nodes');
  const table = useMemo(() => tableOf(nodes, timeZone), [nodes, timeZone]);
  const nameOf = useCallback(
    (column: string, text: string, place: number) => {
      const one = nodes[place];
      if (one === undefined) {
        return text;
      }
      if (column === 'node') {
        return (
          <a href={linkTo(TIMELINE_PATH, search, { cluster: one.cluster, node: one.node })} className={styles.link}>{text}</a>
        );
      }
      return column === 'problems' ? <Problems node={one} /> : text;
    },
    [nodes, search, styles]
  );
  return (
    <section className={styles.section}>
      <Text element="h3" variant="h5">
        <Trans i18nKey="coverage.nodes">Nodes</Trans>
      </Text>
      <SectionTable
        label={t('coverage.nodes', 'Nodes')}
        table={table}
        sort={sort}
        isPrinting={false}
        nameOf={nameOf}
        onSort={setSort}
      />
    </section>
  );
}

/** What is wrong with a node, with the agent's own words. */
function Problems({ node }: { node: NodeCoverage }) {
  const styles = useStyles2(getStyles);
  if (node.problems.length === 0) {
    return (
      <span className={styles.good}>
        <Icon name="check" /> <Trans i18nKey="coverage.none">Observed</Trans>
      </span>
    );
  }
  return (
    <ul className={styles.problems}>
      {node.problems.map((problem) => {
        const why = whyOf(node, problem);
        const text = (
          <span className={isUnobserved(problem) ? styles.bad : styles.limited}>
            <Icon name={isUnobserved(problem) ? 'exclamation-circle' : 'exclamation-triangle'} /> {problemText(problem)}
          </span>
        );
        return (
          <li key={problem}>
            {text}
            {why !== null && (
              <Tooltip content={why}>
                <span className={styles.why}>{why}</span>
              </Tooltip>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** The words of the agent, or the settings that differ. */
function whyOf({ beat, thresholds, deviations }: NodeCoverage, problem: NodeCoverage['problems'][number]): string | null {
  switch (problem) {
    case 'logs-unreadable':
      return beat?.logsProblem ?? null;
    case 'not-delivered':
      return beat?.lokiProblem ?? null;
    case 'kubelet-log-unreadable':
      return beat?.kubeletLog?.problem ?? null;
    case 'disk-unreadable':
      return beat?.diskProblem ?? null;
    case 'statistics-unreadable':
      return beat?.statsProblem ?? null;
    case 'thresholds-assumed':
      return thresholds?.reason ?? null;
    case 'thresholds-differ':
      return deviations
        .map(({ setting, value, usual }) =>
          t('coverage.deviation', '{{setting}}: {{value}} (most nodes: {{usual}})', {
            ...{ setting, value: value ?? '–', usual: usual ?? '–' },
          })
        )
        .join('; ');
    default:
      return null;
  }
}

function tableOf(nodes: readonly NodeCoverage[], timeZone: string): Table {
  const hasClusters = new Set(nodes.map(({ cluster }) => cluster)).size > 1;
  const time = (instant: string) => dateTimeFormat(instant, { timeZone });
  const column = (name: string, text: string, isNumber: boolean, cellOf: (one: NodeCoverage, rank: number) => Cell) => ({
    ...{ name, text, isNumber, cellOf },
  });
  const plain = (value: string | null): Cell => ({ text: value ?? '–', value });
  const columns = [
    ...(hasClusters ? [column('cluster', t('coverage.cluster', 'Cluster'), false, ({ cluster }) => plain(cluster))] : []),
    column('node', t('coverage.node', 'Node'), false, ({ node }) => plain(node)),
    column('problems', t('coverage.state', 'State'), false, (_, rank) => ({ text: '', value: rank })),
    column('since', t('coverage.since', 'Reporting or silent since'), false, ({ since }) => ({
      text: since === null ? '–' : time(since),
      value: since,
    })),
    column('version', t('coverage.version', 'Agent'), false, ({ beat }) => plain(beat?.version ?? null)),
    column('lag', t('coverage.lag', 'Lag'), true, ({ lagMs }) => ({
      text: lagMs === null ? '–' : durationText(lagMs),
      value: lagMs,
    })),
    column('unacknowledged', t('coverage.unacknowledged', 'Not yet in Loki'), true, ({ beat }) => ({
      text: beat === null ? '–' : sizeOf(beat.unackedBytes, 'bytes'),
      value: beat?.unackedBytes ?? null,
    })),
    column('cases', t('coverage.cases', 'Lost-log cases'), false, ({ logs }) => ({
      text: casesText(logs) || '–',
      value: (logs.lost ?? 0) * 1e6 + (logs.partial ?? 0),
    })),
    column('kubelet-log', t('coverage.kubelet-log', 'Kubelet log until'), false, ({ beat }) => {
      const until = beat?.kubeletLog?.to ?? null;
      const text = beat?.kubeletLog === null ? t('coverage.not-configured', 'Not configured') : '–';
      return { text: until === null ? text : time(until), value: until };
    }),
    column('image-gc', t('coverage.image-gc', 'Image GC'), true, ({ thresholds }) => ({
      text: thresholds === null ? '–' : `${thresholds.imageGcHighPercent} % → ${thresholds.imageGcLowPercent} %`,
      value: thresholds?.imageGcHighPercent ?? null,
    })),
    column('eviction', t('coverage.eviction', 'Eviction below'), false, ({ thresholds }) =>
      plain(thresholds && evictionText(thresholds.evictionHard))
    ),
  ];
  return {
    columns: columns.map(({ name, text, isNumber }) => ({ name, text, isNumber })),
    rows: nodes.map((one, rank) => columns.map(({ cellOf }) => cellOf(one, rank))),
  };
}

/** The thresholds of disks: `nodefs 10%, imagefs 15%`. */
function evictionText(evictionHard: Readonly<Record<string, string>>): string | null {
  const disks = Object.entries(evictionHard).filter(([signal]) => /fs\.available$/.test(signal));
  return disks.length === 0
    ? null
    : disks
        .map(([signal, value]) => `${signal.replace('.available', '')} ${value}`)
        .sort()
        .reverse()
        .join(', ');
}

function durationText(ms: number): string {
  const { value, unit } = spanParts(ms);
  return `${value} ${unit}`;
}

const getStyles = (theme: GrafanaTheme2) => ({
  section: css({ minWidth: 0 }),
  link: css({ color: theme.colors.text.link, '&:hover': { textDecoration: 'underline' } }),
  problems: css({ listStyle: 'none' }),
  good: css({ color: theme.colors.success.text, whiteSpace: 'nowrap' }),
  bad: css({ color: theme.colors.error.text, whiteSpace: 'nowrap' }),
  limited: css({ color: theme.colors.warning.text, whiteSpace: 'nowrap' }),
  why: css({
    ...{ display: 'block', maxWidth: '44ch', overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
    color: theme.colors.text.secondary,
  }),
});
