/** By what rows stand together. */
export const GROUPINGS = ['node', 'job', 'cronJob', 'namespace'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/**
 * By what rows are sorted. `worst`: what Loki lacks first, then as `start`: first begun, first shown. `cases`: most cases
 * first.
 */
export const SORTINGS = ['worst', 'start', 'newest', 'name', 'cases', 'duration'] as const;
export type Sorting = (typeof SORTINGS)[number];
