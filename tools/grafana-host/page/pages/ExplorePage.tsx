import { css } from '@emotion/css';
import type { DataFrame, GrafanaTheme2 } from '@grafana/data';
import { usePluginLinks } from '@grafana/runtime';
import { Alert, LinkButton, useStyles2 } from '@grafana/ui';
import React, { useMemo } from 'react';
import { useLocation } from '../chrome/HostContext';
import { HostPluginPage } from '../chrome/PluginPage';
import { rangeOf } from './dashboard/time-range-in-url';
import { useQuery } from './use-query';
import { type Pane, paneOf } from './explore-address';

/** Where links to Explore land: the query, what it gives, and what the app adds to Explore's toolbar. */
export function ExplorePage() {
  const { search } = useLocation();
  const pane = useMemo(() => paneOf(new URLSearchParams(search)), [search]);
  return (
    <HostPluginPage pageNav={{ text: 'Explore' }}>
      {pane === undefined && <p>Links to Explore land here, with their query.</p>}
      {pane === 'unreadable' && <Alert severity="error" title="The address holds no panes of Explore" />}
      {typeof pane === 'object' && <ShownPane pane={pane} />}
    </HostPluginPage>
  );
}

function ShownPane({ pane: { datasource, queries, range } }: { pane: Pane }) {
  const styles = useStyles2(getStyles);
  const timeRange = useMemo(() => rangeOf(range.from, range.to), [range.from, range.to]);
  const expr = queries[0]?.expr ?? '';
  const targets = useMemo(() => [{ refId: 'A', expr, queryType: 'range' }], [expr]);
  const data = useQuery(targets, timeRange);
  const context = useMemo(
    () => ({
      exploreId: 'left',
      targets: [{ refId: 'A', expr, datasource: { type: 'loki', uid: datasource } }],
      data,
      timeRange: { from: range.from, to: range.to },
      timeZone: 'browser',
      shouldShowAddCorrelation: false,
    }),
    [expr, datasource, data, range]
  );
  const { links } = usePluginLinks({ extensionPointId: 'grafana/explore/toolbar/action', context });
  return (
    <>
      <div className={styles.toolbar} role="toolbar" aria-label="Explore">
        <span>{datasource}</span>
        <span>
          {timeRange.from.toISOString()} – {timeRange.to.toISOString()}
        </span>
        {links.map(({ id, title, path }) => (
          <LinkButton key={id} href={path} variant="secondary" size="sm">
            {title}
          </LinkButton>
        ))}
      </div>
      <pre className={styles.query} aria-label="Query">
        {expr}
      </pre>
      {data.errors?.map(({ message }) => (
        <Alert key={message} severity="error" title={message ?? 'The query failed'} />
      ))}
      <pre className={styles.lines} tabIndex={0} aria-label="Log lines">
        {linesOf(data.series).join('\n')}
      </pre>
    </>
  );
}

const linesOf = (frames: readonly DataFrame[]) =>
  frames.flatMap(({ fields }) => fields.find(({ name }) => name === 'Line' || name === 'body')?.values ?? []);

const getStyles = (theme: GrafanaTheme2) => ({
  toolbar: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(2), marginBottom: theme.spacing(1) }),
  query: css({ whiteSpace: 'pre-wrap' }),
  lines: css({ flexGrow: 1, overflow: 'auto', fontSize: theme.typography.bodySmall.fontSize }),
});
