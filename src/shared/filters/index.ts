export { type Filterable, type Filters, isFiltering, matcherOf, matches, NO_FILTERS } from './filters';
export { filtersOfSearch, searchOfFilters } from './filters-in-url';
export { useFilters } from './use-filters';
export { FilterBar } from './FilterBar';
export { type Names, namesIn } from './names';
