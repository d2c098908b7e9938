import React, { type ReactNode } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, type IconName, Text, useStyles2 } from '@grafana/ui';

/** What stands where there is nothing to show: why that is so, and what to do. */
export function Empty({
  icon,
  title,
  action,
  children,
}: {
  icon: IconName;
  title: string;
  action?: ReactNode;
  children?: ReactNode;
}) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.place} role="status">
      <Icon name={icon} size="xxxl" className={styles.icon} />
      <Text element="h2" variant="h4">
        {title}
      </Text>
      {children !== undefined && <div className={styles.text}>{children}</div>}
      {action}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  place: css({
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    gap: theme.spacing(2),
    margin: '0 auto',
    padding: theme.spacing(8, 2),
    maxWidth: '68ch',
    textAlign: 'center',
  }),
  icon: css({ color: theme.colors.text.secondary }),
  text: css({ color: theme.colors.text.secondary, p: { margin: theme.spacing(0, 0, 1) } }),
});
