import { type RefObject, useLayoutEffect, useRef } from 'react';

/** The newest value for handlers and timers that outlive a rendering. */
export function useLatest<T>(value: T): Readonly<RefObject<T>> & { readonly current: T } {
  const ref = useRef(value);
  useLayoutEffect(() => {
    ref.current = value;
  }, [value]);
  return ref;
}
