import { createContext, useContext, useMemo } from 'react';
import { useTheme2 } from '@grafana/ui';
import { type ColorChoices, type Palette, paletteOf } from '../paint/palette';

/** Colours that a dashboard has set for what lies in it. */
export const ColorChoicesContext = createContext<ColorChoices>({});

/** The colours of the picture and of all that stands beside it. */
export function usePalette(): Palette {
  const theme = useTheme2();
  const choices = useContext(ColorChoicesContext);
  return useMemo(() => paletteOf(theme, choices), [theme, choices]);
}
