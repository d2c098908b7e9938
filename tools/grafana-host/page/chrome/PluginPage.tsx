import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import type { PluginPageProps } from '@grafana/runtime';
import { useStyles2 } from '@grafana/ui';
import React, { useEffect } from 'react';
import { pagesOf } from '../plugins';
import { useHost, useLocation } from './HostContext';

/** The frame that Grafana gives a page of an app: title, subtitle, actions. */
export function HostPluginPage({ pageNav, renderTitle, subTitle, info, actions, layout, children }: PluginPageProps) {
  const styles = useStyles2(getStyles);
  const { app } = useHost();
  const { pathname } = useLocation();
  const page = pagesOf(app.meta).find(({ path }) => path === pathname);
  const title = pageNav?.text ?? page?.name ?? app.meta.name;
  useEffect(() => {
    document.title = `${title} - ${app.meta.name} - Grafana`;
  }, [title, app]);
  // Grafana gives a page that asks for a canvas or for nothing no frame: PageLayoutType Canvas is 1, Custom is 2.
  if (`${layout}` === '1' || `${layout}` === '2' || `${layout}` === 'custom') {
    return <>{children}</>;
  }
  return (
    <div className={styles.page}>
      <div className={styles.header}>
        <div className={styles.title}>
          {renderTitle === undefined ? <h1>{title}</h1> : renderTitle(title)}
          {info?.map(({ label, value }) => (
            <span key={label}>
              {label}: {value}
            </span>
          ))}
          <div className={styles.actions}>{actions}</div>
        </div>
        {(subTitle ?? pageNav?.subTitle) !== undefined && (
          <div className={styles.subTitle}>{subTitle ?? pageNav?.subTitle}</div>
        )}
      </div>
      <div className={styles.content}>{children}</div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({
    display: 'flex',
    flexDirection: 'column',
    flexGrow: 1,
    flexShrink: 0,
    minHeight: '100%',
    padding: theme.spacing(2),
    background: theme.colors.background.primary,
    [theme.breakpoints.up('md')]: { padding: theme.spacing(4) },
  }),
  header: css({ marginBottom: theme.spacing(2) }),
  title: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(2), flexWrap: 'wrap', h1: { margin: 0 } }),
  actions: css({ display: 'flex', flexGrow: 1, justifyContent: 'flex-end', gap: theme.spacing(1) }),
  subTitle: css({ color: theme.colors.text.secondary, marginTop: theme.spacing(1) }),
  content: css({ display: 'flex', flexDirection: 'column', flexGrow: 1, minWidth: 0 }),
});
