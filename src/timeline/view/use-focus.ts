import { type RefObject, useEffect, useMemo } from 'react';
import { laneMiddle } from '../geometry/hit-test';
import type { Layout } from '../geometry/layout';
import { pieceAt } from '../geometry/pieces';
import { spanOf, type View } from '../geometry/view';
import type { TimelineModel } from '../model/timeline-model';
import { AXIS_HEIGHT } from '../paint/frame';
import type { Cursor } from './grid-cursor';
import type { Size } from './use-canvas';
import { useLatest } from './use-latest';
import type { Picture } from './use-picture';

interface FocusOptions {
  scroller: RefObject<HTMLElement>;
  layout: Layout;
  model: TimelineModel;
  view: View;
  plot: Size;
  cursor: Cursor | undefined;
  picture: Picture;
  goTo: { nodeKey: string } | undefined;
}

export interface FocusedPlace {
  left: number;
  width: number;
  /** From the top of its row. */
  middle: number;
}

/** Keeps what the keyboard is on in sight and in focus. @returns where the focused life is drawn */
export function useFocus(options: FocusOptions): FocusedPlace | undefined {
  const { scroller, layout, model, view, plot, cursor, picture, goTo } = options;
  const item = useMemo(() => layout.items.find(({ key }) => key === cursor?.key), [layout, cursor]);
  const life = cursor?.life;
  const newest = useLatest(layout);
  const { pass } = picture;

  useEffect(() => {
    const element = scroller.current;
    // Only who is in the grid already is led on: a new layout must not take the focus from elsewhere.
    if (!element || !item || !element.contains(document.activeElement)) {
      return;
    }
    const sticky = item.kind === 'group' ? 0 : headerHeight(layout, item.group.key);
    const above = item.top - sticky;
    const below = item.top + item.height + AXIS_HEIGHT - element.clientHeight;
    if (element.scrollTop > above) {
      element.scrollTo({ top: above });
    } else if (element.scrollTop < below) {
      element.scrollTo({ top: below });
    }
    const frame = requestAnimationFrame(() => {
      const row = element.querySelector<HTMLElement>(`[data-key=${CSS.escape(item.key)}]`);
      const target = life === undefined ? row : (row?.querySelector<HTMLElement>('[data-life]') ?? row);
      target?.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [scroller, layout, item, life]);

  useEffect(() => pass({ marked: life === undefined ? undefined : { index: life } }), [pass, life]);

  useEffect(() => {
    const target = goTo && newest.current.items.find((one) => one.kind === 'group' && one.group.key === goTo.nodeKey);
    if (target && scroller.current) {
      scroller.current.scrollTo({ top: target.top });
    }
  }, [goTo, newest, scroller]);

  return useMemo(() => {
    const piece =
      life === undefined ? undefined : pieceAt(model.spans, life, view, plot.width / spanOf(view), plot.width);
    if (!piece || !item) {
      return undefined;
    }
    const left = Math.min(Math.max(0, piece.x0), plot.width - 4);
    const middle = laneMiddle(item, piece.lane);
    return { left, width: Math.max(4, Math.min(plot.width, Math.max(piece.x1, piece.x0 + 2)) - left), middle };
  }, [life, model, view, plot.width, item]);
}

function headerHeight({ items }: Layout, groupKey: string): number {
  return items.find((item) => item.kind === 'group' && item.group.key === groupKey)?.height ?? 0;
}
