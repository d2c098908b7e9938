import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { AXIS_HEIGHT as AXIS } from '../paint/frame';

export const getTimelineStyles = (theme: GrafanaTheme2) => ({
  timeline: css({
    display: 'flex',
    flexDirection: 'column',
    height: '100%',
    minHeight: 0,
    background: theme.colors.background.primary,
    overflow: 'hidden',
  }),
  framed: css({
    border: `1px solid ${theme.colors.border.medium}`,
    borderRadius: theme.shape.radius.default,
  }),
  frame: css({ position: 'relative', flex: 1, minHeight: 0 }),
  scroller: css({
    position: 'absolute',
    inset: 0,
    overflowX: 'hidden',
    overflowY: 'auto',
    overscrollBehavior: 'contain',
  }),
  canvas: css({ position: 'sticky', top: 0, display: 'block', touchAction: 'pan-y', cursor: 'crosshair' }),
  grid: css({ position: 'absolute', left: 0, right: 0, top: AXIS, bottom: 0, pointerEvents: 'none' }),
  corner: css({
    position: 'absolute',
    zIndex: 3,
    display: 'flex',
    alignItems: 'center',
    padding: theme.spacing(0, 1),
    fontSize: theme.typography.bodySmall.fontSize,
    color: theme.colors.text.secondary,
    background: theme.colors.background.secondary,
    borderRight: `1px solid ${theme.colors.border.medium}`,
    borderBottom: `1px solid ${theme.colors.border.medium}`,
  }),
  empty: css({ position: 'absolute', inset: 0, top: AXIS, display: 'grid', placeItems: 'center' }),
  hidden: css({
    position: 'absolute',
    width: 1,
    height: 1,
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  }),
});
