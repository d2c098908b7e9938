import { type RefObject, useEffect } from 'react';
import { between, panned, spanOf, timeAt, type View, zoomed } from '../geometry/view';
import { AXIS_HEIGHT } from '../paint/frame';
import type { LiveView } from './live-view';
import { useLatest } from './use-latest';

/** What a pointer does on the plot. Points are CSS pixels from its upper left corner. */
export interface GestureHandlers {
  onHover: (point: { x: number; y: number } | undefined) => void;
  onClick: (point: { x: number; y: number }) => void;
  /** While a stretch is being drawn; undefined when it is over. */
  onChoosing: (stretch: View | undefined) => void;
}

/** A pointer that moved less has clicked. */
const STILL = 4;
const WHEEL_STEP = 0.0022;

/**
 * Drag chooses a stretch to zoom to; with Shift, the middle button or on the axis it moves the view. Shift, Ctrl or ⌘ with
 * the wheel (a pinch on a trackpad comes as Ctrl) zooms, the wheel sideways moves, plain it scrolls the rows. A double
 * click zooms out.
 */
export function useGestures(
  canvas: RefObject<HTMLCanvasElement>,
  live: LiveView,
  width: number,
  handlers: GestureHandlers
): void {
  const newest = useLatest(handlers);
  useEffect(() => {
    const element = canvas.current;
    if (!element || width <= 0) {
      return;
    }
    const abort = new AbortController();
    const { signal } = abort;
    let drag: { kind: 'choose' | 'pan'; x: number; y: number; view: View; moved: boolean } | undefined;
    const point = ({ clientX, clientY }: MouseEvent) => {
      const { left, top } = element.getBoundingClientRect();
      return { x: clientX - left, y: clientY - top };
    };

    const onDown = (event: PointerEvent) => {
      if (event.button > 1) {
        return;
      }
      const { x, y } = point(event);
      const isPan = event.shiftKey || event.button === 1 || y < AXIS_HEIGHT;
      drag = { kind: isPan ? 'pan' : 'choose', x, y, view: live.view, moved: false };
      element.setPointerCapture(event.pointerId);
      event.preventDefault();
    };
    const onMove = (event: PointerEvent) => {
      const { x, y } = point(event);
      if (!drag) {
        newest.current.onHover({ x, y });
        return;
      }
      drag.moved ||= Math.abs(x - drag.x) >= STILL;
      if (drag.kind === 'pan') {
        live.move(panned(drag.view, ((drag.x - x) / width) * spanOf(drag.view)));
      } else if (drag.moved) {
        newest.current.onChoosing(between(timeAt(live.view, width, drag.x), timeAt(live.view, width, x)));
      }
    };
    const onUp = (event: PointerEvent) => {
      const { x, y } = point(event);
      const done = drag;
      drag = undefined;
      newest.current.onChoosing(undefined);
      if (done?.kind === 'choose' && done.moved) {
        live.glide(
          between(timeAt(live.view, width, done.x), timeAt(live.view, width, Math.min(width, Math.max(0, x))))
        );
      } else if (done && !done.moved) {
        newest.current.onClick({ x, y });
      }
    };
    const cancel = () => {
      drag = undefined;
      newest.current.onChoosing(undefined);
    };
    const onWheel = (event: WheelEvent) => {
      const { x, y } = point(event);
      if (event.shiftKey || event.ctrlKey || event.metaKey || y < AXIS_HEIGHT) {
        event.preventDefault();
        // With Shift some systems turn a wheel sideways.
        const by = event.deltaY !== 0 ? event.deltaY : event.deltaX;
        live.move(zoomed(live.view, Math.exp(by * WHEEL_STEP), timeAt(live.view, width, x)));
      } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        event.preventDefault();
        live.move(panned(live.view, (event.deltaX / width) * spanOf(live.view)));
      }
    };
    const onDoubleClick = (event: MouseEvent) =>
      live.glide(zoomed(live.view, 2, timeAt(live.view, width, point(event).x)));
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && drag && cancel();

    element.addEventListener('pointerdown', onDown, { signal });
    element.addEventListener('pointermove', onMove, { signal });
    element.addEventListener('pointerup', onUp, { signal });
    element.addEventListener('pointercancel', cancel, { signal });
    element.addEventListener('pointerleave', () => newest.current.onHover(undefined), { signal });
    element.addEventListener('dblclick', onDoubleClick, { signal });
    // Not passive: zooming must keep the page from doing it.
    element.addEventListener('wheel', onWheel, { signal, passive: false });
    window.addEventListener('keydown', onKey, { signal });
    return () => abort.abort();
  }, [canvas, live, newest, width]);
}
