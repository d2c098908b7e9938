import { type Cause, isCauseId } from '../../../model/causes';
import { type LogStatus, logStatusSchema } from '../../../model/records';
import type { Filters } from './filters';

const isCause = (text: string): text is Cause => text === 'unknown' || isCauseId(text);
const isLogStatus = (text: string): text is LogStatus => logStatusSchema.safeParse(text).success;

/** Filters as a part of the address: a parameter for each value, `?status=lost&status=partial&text=nightly`. */
export function filtersOfSearch(search: string): Filters {
  const params = new URLSearchParams(search);
  const all = (name: string) => params.getAll(name).filter((value) => value !== '');
  return {
    cluster: all('cluster'),
    namespace: all('namespace'),
    job: all('job'),
    node: all('node'),
    status: all('status').filter(isLogStatus),
    cause: all('cause').filter(isCause),
    text: params.get('text') ?? '',
  };
}

/** The same for `locationService.partial`: null takes a parameter out of the address. */
export function searchOfFilters(filters: Filters): Record<keyof Filters, string[] | string | null> {
  const list = (values: readonly string[]) => (values.length === 0 ? null : [...values]);
  return {
    cluster: list(filters.cluster),
    namespace: list(filters.namespace),
    job: list(filters.job),
    node: list(filters.node),
    status: list(filters.status),
    cause: list(filters.cause),
    text: filters.text === '' ? null : filters.text,
  };
}
