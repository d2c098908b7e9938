import { type RefObject, useLayoutEffect, useState } from 'react';

/** What is left of the window below an element's top, so that the page itself needs no scrolling. Pixels. */
export function useRemainingHeight(ref: RefObject<HTMLElement>, least: number, below: number): number {
  const [height, setHeight] = useState(least);
  useLayoutEffect(() => {
    const measure = () => {
      const top = ref.current?.getBoundingClientRect().top ?? 0;
      setHeight(Math.max(least, Math.floor(window.innerHeight - top - below)));
    };
    measure();
    window.addEventListener('resize', measure);
    // What stands above changes its height as records come and filters are chosen.
    const observer = new ResizeObserver(measure);
    if (ref.current?.parentElement) {
      observer.observe(ref.current.parentElement);
    }
    return () => {
      window.removeEventListener('resize', measure);
      observer.disconnect();
    };
  }, [ref, least, below]);
  return height;
}
