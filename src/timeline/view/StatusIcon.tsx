import React from 'react';
import type { LogStatus } from '../../../model/records';
import { usePalette } from './use-palette';

/** The signs of the picture as SVG, for tooltips, legends and tables: the same shapes. */
const shapes: Record<LogStatus, React.ReactElement> = {
  complete: <circle cx="8" cy="8" r="6.5" />,
  rescued: <rect x="2" y="2" width="12" height="12" />,
  pending: <circle cx="8" cy="8" r="6.5" />,
  unknown: <circle cx="8" cy="8" r="6.5" />,
  partial: <circle cx="8" cy="8" r="6.5" />,
  lost: <path d="M8 0 16 8 8 16 0 8Z" />,
};

const signs: Record<LogStatus, string> = {
  complete: 'M5 8 7.2 10.5 11.2 5.6',
  rescued: 'M8 11.5 8 4.8M5 7.6 8 4.8 11 7.6',
  pending: 'M8 4.5 8 8 10.6 9.6',
  unknown: 'M5.7 6.2C6 3.6 10 3.6 10.2 6.2 10.2 8 8 7.8 8 9.4M8 11.6 8 12',
  partial: 'M8 4 8 8.8M8 11.4 8 12',
  lost: 'M5.6 5.6 10.4 10.4M10.4 5.6 5.6 10.4',
};

/** Decoration beside a text that says the same. @param isHollow the log is still on its node */
export function StatusIcon({ status, isHollow = false }: { status: LogStatus; isHollow?: boolean }) {
  const palette = usePalette();
  const color = palette.statuses[status];
  return (
    <svg width="14" height="14" viewBox="-0.5 -0.5 17 17" aria-hidden="true" style={{ flex: 'none' }}>
      <g fill={isHollow ? 'none' : color} stroke={color} strokeWidth="1.2">
        {shapes[status]}
      </g>
      <path
        d={signs[status]}
        fill="none"
        stroke={isHollow ? color : palette.onColor}
        strokeWidth="1.7"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
