import type { CaseSummary } from '../../model/case-records';
import { recordKey } from '../../model/records';
import { linkTo } from './link-to';
import { LOOKUP_PATH, TIMELINE_PATH } from '../shared/paths';
import { momentOf } from '../data/records';

/** As much time around a case as shows what happened: a reclaim, its condition, the Jobs beside it. */
const AROUND_MS = 15 * 60_000;

/** The case on the timeline. */
export function timelineLink(one: Pick<CaseSummary, 'cluster' | 'id' | 'at' | 'finished'>, search: string): string {
  const moment = momentOf(one);
  const named = { case: recordKey(one) };
  const around = { from: `${moment - AROUND_MS}`, to: `${moment + AROUND_MS}` };
  return linkTo(TIMELINE_PATH, search, Number.isNaN(moment) ? named : { ...named, ...around });
}

const DAY_MS = 86_400_000;

/** The case's log on the look-up page, which looks back from now. */
export function lookupLink(
  one: Pick<CaseSummary, 'at' | 'finished' | 'containerId' | 'namespace' | 'pod'>,
  now = Date.now()
): string {
  const age = now - momentOf(one);
  const days = age < DAY_MS ? '1' : age < 7 * DAY_MS ? '7' : '30';
  const q = one.containerId ?? `${one.namespace}/${one.pod}`;
  return `${LOOKUP_PATH}?${new URLSearchParams({ q, days }).toString()}`;
}
