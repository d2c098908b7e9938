import React, { type ReactNode } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, type IconName, useStyles2 } from '@grafana/ui';

/** What stands in a panel where there is nothing to draw: why that is so, and what to do. */
export function PanelEmpty({ icon, title, children }: { icon: IconName; title: string; children: ReactNode }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.place} role="status">
      <Icon name={icon} size="xl" />
      <strong className={styles.title}>{title}</strong>
      {children}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  place: css({
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    justifyContent: 'center',
    gap: theme.spacing(0.5),
    height: '100%',
    margin: '0 auto',
    padding: theme.spacing(1, 2),
    maxWidth: '72ch',
    overflow: 'auto',
    textAlign: 'center',
    color: theme.colors.text.secondary,
    p: { margin: 0 },
  }),
  title: css({ color: theme.colors.text.primary }),
});
