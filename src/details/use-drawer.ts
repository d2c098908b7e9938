import { useEffect, useState } from 'react';

/**
 * What a drawer owes to who uses the keyboard: one Escape closes it, also where the focus lies on its close button, whose
 * tooltip takes the first Escape for itself (@grafana/ui 12); and the focus goes back to what had it before, where it would
 * fall on the page's body.
 */
export function useDrawer(onClose: () => void): void {
  // Before what is opened takes the focus.
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (opener instanceof HTMLElement && opener !== document.body) {
        // After the drawer has taken its own elements away.
        setTimeout(() => opener.isConnected && opener.focus({ preventScroll: true }));
      }
    },
    [opener]
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
