import { locationService } from '@grafana/runtime';
import { useLocation } from '../../shared/use-location';

/** How far back a look-up may go, in days. Loki's default answers no query over more than 30. */
export const DAYS = [1, 7, 30] as const;
const DEFAULT_DAYS = 7;

/** The page's state: it stands in the address, so that a look-up can be sent to somebody else. */
export interface Asked {
  /** What was pasted; empty before. */
  q: string;
  days: number;
  /** `FoundRun.key` of the log to show, or `ALL_RUNS`; the first one where it is undefined. */
  run: string | undefined;
}

/** All container runs that were found in one log. */
export const ALL_RUNS = '*';

export function useAsked(): Asked {
  const params = new URLSearchParams(useLocation('search'));
  const days = Number(params.get('days'));
  return {
    q: params.get('q') ?? '',
    days: DAYS.find((known) => known === days) ?? DEFAULT_DAYS,
    run: params.get('run') ?? undefined,
  };
}

/** A new question is a new step in the browser's history, a choice inside its answer is not. */
export function ask({ q, days }: Pick<Asked, 'q' | 'days'>): void {
  locationService.partial({ q, days: days === DEFAULT_DAYS ? null : days, run: null });
}

export const choose = (run: string): void => locationService.partial({ run }, true);

const DAY_MS = 86_400_000;

/** The last so many days. */
export function spanOfDays(days: number): { from: number; to: number } {
  const now = Date.now();
  return { from: now - days * DAY_MS, to: now };
}
