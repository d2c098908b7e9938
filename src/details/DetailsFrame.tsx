import React, { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Drawer, IconButton, useStyles2 } from '@grafana/ui';
import { t } from '../shared/texts';

interface DetailsFrameProps {
  title: string;
  subtitle: string;
  /** Beside what it was opened from, which goes on to be seen and used; else over it, in Grafana's drawer. */
  isBeside?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** Where details stand: in a drawer, or in a column of the page where that is wide. */
export function DetailsFrame({ isBeside = false, title, subtitle, onClose, children }: DetailsFrameProps) {
  return isBeside ? (
    <Beside {...{ title, subtitle, onClose }}>{children}</Beside>
  ) : (
    <Drawer title={title} subtitle={subtitle} size="md" onClose={onClose}>
      {children}
    </Drawer>
  );
}

function Beside({ title, subtitle, onClose, children }: Omit<DetailsFrameProps, 'isBeside'>) {
  const styles = useStyles2(getStyles);
  const id = useId();
  const frame = useRef<HTMLElement>(null);
  // Who opened it reads it next; what had the focus gets it back (useDrawer).
  useEffect(() => frame.current?.focus({ preventScroll: true }), []);
  return (
    <section ref={frame} role="dialog" aria-labelledby={id} tabIndex={-1} className={styles.frame}>
      <div className={styles.header}>
        <div className={styles.titles}>
          <h2 id={id} className={styles.title}>
            {title}
          </h2>
          <div className={styles.subtitle}>{subtitle}</div>
        </div>
        <IconButton
          name="times"
          size="xl"
          tooltip={t('details.close', 'Close')}
          onClick={onClose}
          className={styles.close}
        />
      </div>
      <div className={styles.content}>{children}</div>
    </section>
  );
}

/** A page as wide as this has room for the details beside the timeline. */
const WIDE = '(min-width: 1500px)';

/** Whether details stand beside what they belong to. */
export function useIsWide(): boolean {
  const [isWide, setIsWide] = useState(() => window.matchMedia(WIDE).matches);
  useEffect(() => {
    const query = window.matchMedia(WIDE);
    const change = () => setIsWide(query.matches);
    query.addEventListener('change', change);
    return () => query.removeEventListener('change', change);
  }, []);
  return isWide;
}

const getStyles = (theme: GrafanaTheme2) => ({
  frame: css({
    ...{
      display: 'flex',
      flexDirection: 'column',
      flex: 'none',
      width: 'min(560px, 40%)',
      height: '100%',
      minHeight: 0,
    },
    background: theme.colors.background.primary,
    border: `1px solid ${theme.colors.border.medium}`,
    borderRadius: theme.shape.radius.default,
    '&:focus': { outline: 'none' },
    '&:focus-visible': { boxShadow: `0 0 0 2px ${theme.colors.primary.border}` },
  }),
  header: css({
    ...{ display: 'flex', alignItems: 'flex-start', gap: theme.spacing(1), padding: theme.spacing(2) },
    borderBottom: `1px solid ${theme.colors.border.weak}`,
  }),
  titles: css({ flex: 1, minWidth: 0 }),
  title: css({ margin: 0, fontSize: theme.typography.h4.fontSize, overflowWrap: 'anywhere' }),
  subtitle: css({ color: theme.colors.text.secondary, overflowWrap: 'anywhere' }),
  close: css({ flex: 'none' }),
  content: css({ flex: 1, minHeight: 0, overflow: 'auto', padding: theme.spacing(2) }),
});
