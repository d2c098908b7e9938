import { useEffect, useState } from 'react';

/**
 * What a drawer owes to who uses the keyboard: one Escape closes it, also where the focus lies on its close button, whose
 * tooltip takes the first Escape for itself (@grafana/ui 12); and the focus goes back to what had it before, where it would
 * fall on the page's body.
 */
export function useDrawer(onClose: () => void): void {
  // Before what is opened takes the focus.
  const [openers] = useState(() => withAncestors(document.activeElement));
  useEffect(
    () => () => {
      // After the drawer has taken its own elements away.
      setTimeout(() => placeOf(openers)?.focus({ preventScroll: true }));
    },
    [openers]
  );
  useEffect(() => {
    const close = (event: KeyboardEvent) => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        onClose();
      }
    };
    document.addEventListener('keydown', close, { capture: true });
    return () => document.removeEventListener('keydown', close, { capture: true });
  }, [onClose]);
}

function withAncestors(element: Element | null): HTMLElement[] {
  return element instanceof HTMLElement && element !== document.body
    ? [element, ...withAncestors(element.parentElement)]
    : [];
}

/**
 * What had the focus, or what stands in its place: in a grid that was drawn anew, or where the keyboard was just moving on,
 * the one element that Tab reaches.
 */
function placeOf(openers: readonly HTMLElement[]): HTMLElement | undefined {
  for (const element of openers.filter(({ isConnected }) => isConnected)) {
    const place = element.tabIndex >= 0 ? element : element.querySelector<HTMLElement>('[tabindex="0"]');
    if (place !== null) {
      return place;
    }
  }
  return undefined;
}
