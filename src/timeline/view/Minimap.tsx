import React, { type PointerEvent, useCallback, useEffect, useMemo, useRef } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '../../shared/texts';
import { useStyles2 } from '@grafana/ui';
import { densityOf } from '../geometry/density';
import { between, panned, spanOf, timeAt, type View, xOf, zoomed } from '../geometry/view';
import type { TimelineModel } from '../model/timeline-model';
import { paintOverview, paintWindow } from '../paint/minimap';
import type { Palette } from '../paint/palette';
import type { LiveView } from './live-view';
import { useCanvas, useSize } from './use-canvas';

const HEIGHT = 44;
const HANDLE = 7;
/** A column of the minimap. Pixels. */
const COLUMN = 3;

interface MinimapProps {
  model: TimelineModel;
  whole: View;
  live: LiveView;
  palette: Palette;
  labelWidth: number;
}

/** All that was loaded, how much of it there is when, where logs went, and which piece the timeline shows. */
export function Minimap({ model, whole, live, palette, labelWidth }: MinimapProps) {
  const styles = useStyles2(getStyles);
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const drag = useDragOfMinimap(whole, live, width);
  const overview = useOverview(model, whole, palette, width);
  const frame = useWindow(live, whole, palette, width);
  return (
    <div className={styles.row}>
      <div className={styles.label} style={{ width: labelWidth }}>
        {t('timeline.minimap.label', 'Overview')}
      </div>
      <div ref={box} className={styles.box} {...drag}>
        <canvas
          ref={overview}
          className={styles.canvas}
          style={{ width, height: HEIGHT }}
          role="img"
          aria-label={t(
            'timeline.minimap.description',
            'How many containers ran over time, and when logs left their nodes'
          )}
        />
        <canvas ref={frame} className={styles.canvas} style={{ width, height: HEIGHT }} aria-hidden="true" />
      </div>
    </div>
  );
}

/** The canvas of what was loaded: all nodes' pressure and all lives are in it, too much to paint with every movement. */
function useOverview(model: TimelineModel, whole: View, palette: Palette, width: number) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const columns = Math.max(1, Math.floor(width / COLUMN));
  const density = useMemo(() => densityOf(model.lives, whole, columns, model.now), [model, whole, columns]);
  const paint = useCallback(
    (ctx: CanvasRenderingContext2D) =>
      paintOverview(ctx, {
        ...{ density, whole, now: model.now, palette },
        ...{ nodes: model.nodes.values(), width, height: HEIGHT },
      }),
    [density, whole, model, palette, width]
  );
  const schedule = useCanvas(canvas, { width, height: HEIGHT }, paint);
  useEffect(schedule, [schedule, paint]);
  return canvas;
}

/** The canvas upon it, which follows the view. */
function useWindow(live: LiveView, whole: View, palette: Palette, width: number) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const schedule = useCanvas(canvas, { width, height: HEIGHT }, (ctx) =>
    paintWindow(ctx, { whole, view: live.view, width, height: HEIGHT, palette })
  );
  useEffect(() => live.subscribe(schedule), [live, schedule]);
  useEffect(schedule);
  return canvas;
}

/** Inside the window it moves, at its edges it resizes, beside it a new one is drawn. */
function useDragOfMinimap(whole: View, live: LiveView, width: number) {
  const drag = useRef<{ kind: 'move' | 'from' | 'to' | 'new'; time: number; view: View; x: number }>();
  const place = (event: PointerEvent<HTMLElement>) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    return { x, time: timeAt(whole, width, x) };
  };
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      const { x, time } = place(event);
      const [x0, x1] = [xOf(whole, width, live.view.from), xOf(whole, width, live.view.to)];
      const isWhole = x1 - x0 > width - 2;
      const kind =
        Math.abs(x - x0) < HANDLE
          ? 'from'
          : Math.abs(x - x1) < HANDLE
            ? 'to'
            : x > x0 && x < x1 && !isWhole
              ? 'move'
              : 'new';
      drag.current = { kind, time, view: live.view, x };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const now = drag.current;
      const { x, time } = place(event);
      if (now?.kind === 'move') {
        live.move(panned(now.view, time - now.time));
      } else if (now?.kind === 'from') {
        live.move(between(time, now.view.to));
      } else if (now?.kind === 'to') {
        live.move(between(now.view.from, time));
      } else if (now && Math.abs(x - now.x) > 3) {
        live.move(between(now.time, time));
      }
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      const now = drag.current;
      const { x, time } = place(event);
      drag.current = undefined;
      if (now?.kind === 'new' && Math.abs(x - now.x) <= 3) {
        // A click: the same stretch of time, there.
        live.glide(panned(now.view, time - (now.view.from + spanOf(now.view) / 2)));
      }
    },
    onDoubleClick: () => live.glide(zoomed(whole, 1, whole.from)),
  };
}

const getStyles = (theme: GrafanaTheme2) => ({
  row: css({ display: 'flex', borderBottom: `1px solid ${theme.colors.border.medium}` }),
  label: css({
    flex: 'none',
    padding: theme.spacing(0.5, 1),
    fontSize: theme.typography.bodySmall.fontSize,
    color: theme.colors.text.secondary,
    borderRight: `1px solid ${theme.colors.border.medium}`,
    background: theme.colors.background.secondary,
  }),
  box: css({
    ...{ flex: 1, minWidth: 0, height: HEIGHT, position: 'relative' },
    ...{ cursor: 'crosshair', touchAction: 'none', overflow: 'hidden' },
  }),
  canvas: css({ position: 'absolute', inset: 0 }),
});
