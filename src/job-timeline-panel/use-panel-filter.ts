import { useMemo } from 'react';
import { filledPatterns, type Filter, filterOf } from './data/filter';
import type { JobTimelineProps } from './panel-props';

/** The filter of the panel's options, the same one as long as they and the variables in them are the same. */
export function usePanelFilter({ options, replaceVariables }: JobTimelineProps): Filter {
  const key = JSON.stringify(filledPatterns(options, replaceVariables));
  return useMemo(() => filterOf(JSON.parse(key)), [key]);
}
