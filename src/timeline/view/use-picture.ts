import { type RefObject, useCallback, useEffect, useRef } from 'react';
import { t } from '../../shared/texts';
import type { Layout } from '../geometry/layout';
import type { MarkPlace } from '../geometry/mark-places';
import type { Zone } from '../geometry/time-zone';
import type { View } from '../geometry/view';
import type { Annotation } from '../model/annotation';
import type { TimelineModel } from '../model/timeline-model';
import { paintFrame } from '../paint/paint-frame';
import { hatchOf } from '../paint/hatch';
import type { Palette } from '../paint/palette';
import { crossingLabel, limitLabel, unobservedText } from './describe';
import type { LiveView } from './live-view';
import { type Size, useCanvas } from './use-canvas';

interface PictureOptions {
  canvas: RefObject<HTMLCanvasElement>;
  model: TimelineModel;
  layout: Layout;
  live: LiveView;
  palette: Palette;
  zone: Zone;
  plot: Size;
  scroller: RefObject<HTMLElement>;
  language: string;
  showNodeLanes: boolean;
  showPressure: boolean;
  annotations: readonly Annotation[];
}

/** What changes with every movement of the pointer: kept out of React's state, which would render everything anew. */
export interface Passing {
  crosshair: number | undefined;
  chosen: View | undefined;
  marked: { index?: number; mark?: MarkPlace } | undefined;
}

export interface Picture {
  /** Changes what passes, and asks for a new picture. */
  pass: (change: Partial<Passing>) => void;
  /** Asks for a new picture. */
  schedule: () => void;
}

/** Paints the canvas whenever something of the picture changes. */
export function usePicture(options: PictureOptions): Picture {
  const passing = useRef<Passing>({ crosshair: undefined, chosen: undefined, marked: undefined });
  const hatch = useRef<{ palette: Palette; pattern: CanvasPattern | string }>();
  const { canvas, live, plot } = options;
  const schedule = useCanvas(canvas, plot, (ctx) => {
    const { model, layout, palette, zone, scroller, language, showNodeLanes, showPressure } = options;
    if (hatch.current?.palette !== palette) {
      hatch.current = { palette, pattern: hatchOf(ctx, palette.unobserved) };
    }
    paintFrame(ctx, {
      ...{ model, layout, palette, zone, language, showNodeLanes, showPressure },
      ...plot,
      ...passing.current,
      view: live.view,
      scrollTop: scroller.current?.scrollTop ?? 0,
      hatch: hatch.current.pattern,
      annotations: options.annotations,
      pressureLabel: t('timeline.pressure', 'DiskPressure'),
      limitLabel,
      crossingLabel,
      unobservedLabel: unobservedText,
    });
  });
  const pass = useCallback(
    (change: Partial<Passing>) => {
      Object.assign(passing.current, change);
      schedule();
    },
    [schedule]
  );
  useEffect(() => live.subscribe(schedule), [live, schedule]);
  useEffect(schedule);
  return { pass, schedule };
}
