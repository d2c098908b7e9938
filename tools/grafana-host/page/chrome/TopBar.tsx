import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { IconButton, useStyles2 } from '@grafana/ui';
import React from 'react';
import { changePreference } from '../preferences';
import { useHost } from './HostContext';

export interface TopBarProps {
  isMenuOpen: boolean;
  onToggleMenu: () => void;
}

/** Menu, version, language and theme. */
export function TopBar({ isMenuOpen, onToggleMenu }: TopBarProps) {
  const styles = useStyles2(getStyles);
  const { preferences } = useHost();
  const { theme, language } = preferences;
  const otherTheme = theme === 'dark' ? 'light' : 'dark';
  const otherLanguage = language === 'en-US' ? 'ja-JP' : 'en-US';
  return (
    <header className={styles.bar}>
      <IconButton
        name="bars"
        tooltip={isMenuOpen ? 'Close the menu' : 'Open the menu'}
        aria-expanded={isMenuOpen}
        onClick={onToggleMenu}
      />
      <span className={styles.version}>Grafana’s libraries {__GRAFANA_VERSION__}, without its server</span>
      <button className={styles.button} onClick={() => changePreference({ language: otherLanguage })}>
        {otherLanguage === 'ja-JP' ? '日本語' : 'English'}
      </button>
      <button className={styles.button} onClick={() => changePreference({ theme: otherTheme })}>
        {otherTheme === 'dark' ? 'Dark theme' : 'Light theme'}
      </button>
    </header>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  bar: css({
    display: 'flex',
    flex: 'none',
    alignItems: 'center',
    gap: theme.spacing(2),
    height: theme.spacing(5),
    padding: theme.spacing(0, 2),
    background: theme.colors.background.primary,
    borderBottom: `1px solid ${theme.colors.border.weak}`,
  }),
  version: css({ flexGrow: 1, color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  button: css({
    background: 'none',
    border: 'none',
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    '&:hover': { color: theme.colors.text.primary },
  }),
});
