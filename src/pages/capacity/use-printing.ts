import { useEffect, useSyncExternalStore } from 'react';
import { css } from '@emotion/css';

const printing = () => window.matchMedia('print');

function subscribe(onChange: () => void): () => void {
  const media = printing();
  media.addEventListener('change', onChange);
  return () => media.removeEventListener('change', onChange);
}

/** Whether the page is drawn for paper. */
export const useIsPrinting = (): boolean => useSyncExternalStore(subscribe, () => printing().matches);

/** The class of what is printed. */
export const PRINTED = 'afterlog-printed';

/** On paper there is nothing but what has the class, whatever Grafana has around it. */
export function usePrintedAlone(): void {
  useEffect(() => {
    const alone = css`
      @media print {
        & *:not(:has(.${PRINTED}), .${PRINTED}, .${PRINTED} *) {
          display: none !important;
        }
        &,
        & *:has(.${PRINTED}) {
          display: block !important;
          position: static !important;
          overflow: visible !important;
          width: auto !important;
          height: auto !important;
          max-height: none !important;
          margin: 0 !important;
          padding: 0 !important;
          background: none !important;
        }
      }
    `;
    document.body.classList.add(alone);
    return () => document.body.classList.remove(alone);
  }, []);
}
