import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { annotationAt, type Hit, hitTest } from '../geometry/hit-test';
import { type Item, type Layout, placed } from '../geometry/layout';
import { timeAt } from '../geometry/view';
import type { Annotation } from '../model/annotation';
import { nodeKey } from '../model/node-key';
import type { TimelineModel } from '../model/timeline-model';
import { AXIS_HEIGHT } from '../paint/frame';
import type { LiveView } from './live-view';
import type { TooltipContent } from './Tooltip';
import type { Size } from './use-canvas';
import { type GestureHandlers, useGestures } from './use-gestures';
import type { Picture } from './use-picture';

/** The moment that other panels point at, and a way to tell them ours. */
export interface SharedCrosshair {
  subscribe: (show: (time: number | undefined) => void) => () => void;
  publish: (time: number | undefined) => void;
}

interface PointerOptions {
  canvas: RefObject<HTMLCanvasElement>;
  live: LiveView;
  plot: Size;
  picture: Picture;
  model: TimelineModel;
  layout: Layout;
  annotations: readonly Annotation[];
  crosshair: SharedCrosshair | undefined;
  openLife: (index: number) => void;
  toggle: (item: Item) => void;
}

/** What the pointer is over, where it is, and what follows from it. */
export function usePointer(options: PointerOptions): {
  reported: { reported: TooltipContent; x: number; y: number } | undefined;
} {
  const { canvas, live, plot, picture, model, layout, annotations, crosshair, openLife, toggle } = options;
  const [reported, setReported] = useState<{ reported: TooltipContent; x: number; y: number }>();
  const { pass } = picture;
  const isOver = useRef(false);
  const handlers = useMemo<GestureHandlers>(() => {
    const hitAt = ({ x, y }: { x: number; y: number }): Hit => {
      const scrollTop = canvas.current?.closest('[data-scroller]')?.scrollTop ?? 0;
      const { header } = placed(layout, scrollTop, plot.height, AXIS_HEIGHT);
      const inHeader =
        header && y < header.y + header.item.height ? { item: header.item, inside: y - header.y } : undefined;
      return hitTest(model, layout, live.view, plot.width, { x, y: y - AXIS_HEIGHT + scrollTop, header: inHeader });
    };
    return {
      onHover: (point) => {
        isOver.current = point !== undefined;
        const time = point && timeAt(live.view, plot.width, point.x);
        const hit = point && point.y > AXIS_HEIGHT ? hitAt(point) : undefined;
        const what = hit ? contentOf(hit, model) : point && contentOnAxis(annotations, live, plot.width, point.x);
        pass({
          crosshair: time,
          marked: hit?.kind === 'life' ? { index: hit.index } : what?.kind === 'mark' ? { mark: what.mark } : undefined,
        });
        crosshair?.publish(time);
        setReported(what && point && { reported: what, x: point.x, y: point.y });
        if (canvas.current) {
          canvas.current.style.setProperty('cursor', hit?.kind === 'life' ? 'pointer' : 'crosshair');
        }
      },
      onClick: (point) => {
        const hit = point.y > AXIS_HEIGHT ? hitAt(point) : undefined;
        if (hit?.kind === 'life') {
          openLife(hit.index);
        } else if (hit?.item?.kind === 'group' && hit.item.group.node === undefined) {
          toggle(hit.item);
        }
      },
      onChoosing: (chosen) => {
        pass({ chosen });
        setReported(undefined);
      },
    };
  }, [canvas, live, plot.width, plot.height, pass, model, layout, annotations, crosshair, openLife, toggle]);
  useGestures(canvas, live, plot.width, handlers);
  // Whoever points here does not want to be shown where another panel believes the pointer to be.
  useEffect(() => crosshair?.subscribe((time) => isOver.current || pass({ crosshair: time })), [crosshair, pass]);
  return { reported };
}

function contentOnAxis(
  annotations: readonly Annotation[],
  live: LiveView,
  width: number,
  x: number
): TooltipContent | undefined {
  const annotation = annotationAt(annotations, live.view, width, x);
  return annotation && { kind: 'annotation', annotation };
}

function contentOf(hit: Hit, model: TimelineModel): TooltipContent | undefined {
  if (hit.kind === 'life') {
    const life = model.lives[hit.index];
    return life && { kind: 'life', life, lane: model.nodes.get(nodeKey(life.cluster, life.node)) };
  }
  const lane = hit.item?.kind === 'group' ? hit.item.group.node : undefined;
  if (lane === undefined) {
    return undefined;
  }
  if (hit.kind === 'mark') {
    return { kind: 'mark', mark: hit.mark, lane };
  }
  if (hit.kind === 'activity') {
    const { first, last } = hit.place;
    return { kind: 'activities', lane, activities: (hit.item.activities ?? []).slice(first, last) };
  }
  return hit.kind === 'lane' ? { kind: 'lane', lane, time: hit.time, now: model.now } : undefined;
}
