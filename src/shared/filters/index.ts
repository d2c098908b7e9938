export { type Filterable, type Filters, isFiltering, matcherOf, NO_FILTERS } from './filters';
export { useFilters } from './use-filters';
export { FilterBar } from './FilterBar';
export { type Names, namesIn } from './names';
