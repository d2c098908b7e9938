import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { useState } from 'react';
import { NavBar } from './NavBar';
import { Notifications } from './Notifications';
import { TopBar } from './TopBar';

/** What Grafana shows around a page. Its drawers look for `main-view`. */
export function Chrome({ children }: { children: React.ReactNode }) {
  const styles = useStyles2(getStyles);
  const { breakpoints } = useTheme2();
  // Grafana docks its menu where there is room for it.
  const [isMenuOpen, setMenuOpen] = useState(() => window.innerWidth >= breakpoints.values.xl);
  return (
    <div className={cx('main-view', styles.chrome)}>
      <TopBar isMenuOpen={isMenuOpen} onToggleMenu={() => setMenuOpen(!isMenuOpen)} />
      <div className={styles.below}>
        {isMenuOpen && <NavBar />}
        <main className={styles.main} id="pageContent">
          {children}
        </main>
      </div>
      <Notifications />
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  chrome: css({ display: 'flex', flexDirection: 'column', height: '100%', background: theme.colors.background.canvas }),
  below: css({ display: 'flex', flexGrow: 1, minHeight: 0 }),
  main: css({ display: 'flex', flexDirection: 'column', flexGrow: 1, minWidth: 0, overflow: 'auto' }),
});
