import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import React from 'react';
import { PLUGIN_ID } from '../plugin-id';
import { pagesOf } from '../plugins';
import { useHost, useLocation } from './HostContext';

/** What of Grafana's menu leads to or through the app. */
export function NavBar() {
  const styles = useStyles2(getStyles);
  const { app } = useHost();
  const { pathname, search } = useLocation();
  const around = [
    { name: 'Explore', path: '/explore' },
    { name: 'Dashboard', path: '/d/afterlog-job-timelines' },
    { name: 'Extensions', path: '/extensions' },
  ];
  const pages = pagesOf(app.meta);
  const configPages = (app.configPages ?? []).map(({ id, title }) => ({
    name: title,
    path: `/plugins/${PLUGIN_ID}?page=${id}`,
  }));
  const link = (name: string, path: string) => {
    const isHere = path.includes('?') ? path === pathname + search : path === pathname;
    return (
      <li key={path}>
        <a href={path} className={cx(styles.link, isHere && styles.here)} aria-current={isHere ? 'page' : undefined}>
          {name}
        </a>
      </li>
    );
  };
  return (
    <nav className={styles.nav} aria-label="Grafana">
      <div className={styles.section}>
        <Icon name="apps" /> {app.meta.name}
      </div>
      <ul>
        {pages.map(({ name, path = '' }) => link(name, path))}
        {configPages
          .filter(({ path }) => !pages.some((page) => page.path === path))
          .map(({ name, path }) => link(name, path))}
      </ul>
      <div className={styles.section}>
        <Icon name="compass" /> Grafana
      </div>
      <ul>{around.map(({ name, path }) => link(name, path))}</ul>
    </nav>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  nav: css({
    flex: 'none',
    width: theme.spacing(26),
    overflow: 'auto',
    padding: theme.spacing(2, 0),
    background: theme.colors.background.primary,
    borderRight: `1px solid ${theme.colors.border.weak}`,
    ul: { listStyle: 'none', marginBottom: theme.spacing(2) },
  }),
  section: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(1),
    padding: theme.spacing(0.5, 2),
    fontWeight: theme.typography.fontWeightMedium,
  }),
  link: css({
    display: 'block',
    padding: theme.spacing(0.75, 2, 0.75, 5),
    color: theme.colors.text.secondary,
    '&:hover': { color: theme.colors.text.primary, background: theme.colors.action.hover },
  }),
  here: css({
    color: theme.colors.text.primary,
    background: theme.colors.action.selected,
    boxShadow: `inset 4px 0 ${theme.colors.primary.main}`,
  }),
});
