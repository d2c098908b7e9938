import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';

export const getRowStyles = (theme: GrafanaTheme2) => ({
  group: css({ position: 'absolute', left: 0, right: 0, pointerEvents: 'none' }),
  row: css({
    position: 'absolute',
    left: 0,
    right: 0,
    outline: 'none',
    '&:focus-visible': { boxShadow: `inset 0 0 0 2px ${theme.colors.primary.border}` },
  }),
  header: css({ position: 'sticky', zIndex: 2 }),
  label: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(0.5),
    height: '100%',
    padding: theme.spacing(0, 1),
    pointerEvents: 'auto',
    overflow: 'hidden',
    whiteSpace: 'nowrap',
    fontSize: theme.typography.bodySmall.fontSize,
    background: theme.colors.background.primary,
    borderRight: `1px solid ${theme.colors.border.medium}`,
    borderBottom: `1px solid ${theme.colors.border.weak}`,
  }),
  headerLabel: css({
    alignItems: 'center',
    background: theme.colors.background.secondary,
    borderBottomColor: theme.colors.border.medium,
    fontWeight: theme.typography.fontWeightMedium,
  }),
  name: css({ flex: 1, minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis' }),
  noJob: css({ fontStyle: 'italic', color: theme.colors.text.secondary }),
  count: css({ color: theme.colors.text.secondary, fontVariantNumeric: 'tabular-nums' }),
  failed: css({ color: theme.colors.error.text, flex: 'none' }),
  toggle: css({ width: 18, flex: 'none', cursor: 'pointer', color: theme.colors.text.secondary }),
  hidden: css({
    position: 'absolute',
    width: 1,
    height: 1,
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  }),
  focus: css({
    position: 'absolute',
    borderRadius: 4,
    outline: 'none',
    boxShadow: `0 0 0 2px ${theme.colors.primary.border}`,
  }),
});
