import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { useLatest } from './use-latest';

export interface Size {
  width: number;
  height: number;
}

/** The size of an element's inside, as it changes. */
export function useSize(ref: RefObject<HTMLElement>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useEffect(() => {
    const element = ref.current;
    if (!element) {
      return;
    }
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element;
      setSize((before) => (before.width === width && before.height === height ? before : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return size;
}

/**
 * Paints a canvas, at most once a frame of the screen, in CSS pixels whatever the screen's are.
 *
 * @param paint is called with the newest of its kind
 * @returns asks for a new picture
 */
export function useCanvas(
  ref: RefObject<HTMLCanvasElement>,
  { width, height }: Size,
  paint: (ctx: CanvasRenderingContext2D) => void
): () => void {
  const newest = useLatest(paint);
  const pending = useRef<number>();
  const draw = useCallback(() => {
    pending.current = undefined;
    const canvas = ref.current;
    const ctx = canvas?.getContext('2d');
    if (!canvas || !ctx || width <= 0 || height <= 0) {
      return;
    }
    const ratio = window.devicePixelRatio || 1;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== w || canvas.height !== h) {
      canvas.width = w;
      canvas.height = h;
    }
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    newest.current(ctx);
  }, [ref, newest, width, height]);
  const schedule = useCallback(() => {
    pending.current ??= requestAnimationFrame(draw);
  }, [draw]);
  useEffect(() => {
    schedule();
    return () => {
      if (pending.current !== undefined) {
        cancelAnimationFrame(pending.current);
        pending.current = undefined;
      }
    };
  }, [schedule]);
  return schedule;
}
