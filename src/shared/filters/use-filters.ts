import { useCallback, useMemo } from 'react';
import { locationService } from '@grafana/runtime';
import { useLocation } from '../use-location';
import type { Filters } from './filters';
import { filtersOfSearch, searchOfFilters } from './filters-in-url';

/** The filters in the address of the page, and a way to change some of them. */
export function useFilters(): [Filters, (change: Partial<Filters>) => void] {
  const search = useLocation('search');
  const filters = useMemo(() => filtersOfSearch(search), [search]);
  const change = useCallback((change: Partial<Filters>) => {
    const now = filtersOfSearch(locationService.getLocation().search);
    locationService.partial(searchOfFilters({ ...now, ...change }), true);
  }, []);
  return [filters, change];
}
