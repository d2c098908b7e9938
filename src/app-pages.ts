import { type ComponentType, lazy, type LazyExoticComponent } from 'react';
import { t } from './shared/texts';
import type { IconName } from '@grafana/ui';
import { CAPACITY_PATH, COVERAGE_PATH, LOOKUP_PATH, LOST_LOGS_PATH, TIMELINE_PATH } from './shared/paths';

/** A page of the app. */
export interface AppPage {
  path: string;
  icon: IconName;
  title: () => string;
  Page: LazyExoticComponent<ComponentType>;
}

/** The pages in the order of the navigation; an address that is none of theirs leads to the first. */
export const PAGES: readonly AppPage[] = [
  {
    path: TIMELINE_PATH,
    icon: 'clock-nine',
    title: () => t('pages.timeline', 'Timeline'),
    Page: lazy(() => import(/* webpackChunkName: "timeline" */ './pages/timeline/TimelinePage')),
  },
  {
    path: LOST_LOGS_PATH,
    icon: 'list-ul',
    title: () => t('pages.lost-logs', 'Lost-log cases'),
    Page: lazy(() => import(/* webpackChunkName: "lost-logs" */ './pages/lost-logs/LostLogsPage')),
  },
  {
    path: LOOKUP_PATH,
    icon: 'search',
    title: () => t('pages.lookup', 'Look up'),
    Page: lazy(() => import(/* webpackChunkName: "lookup" */ './pages/lookup/LookupPage')),
  },
  {
    path: CAPACITY_PATH,
    icon: 'database',
    title: () => t('pages.capacity', 'Capacity'),
    Page: lazy(() => import(/* webpackChunkName: "capacity" */ './pages/capacity/CapacityPage')),
  },
  {
    path: COVERAGE_PATH,
    icon: 'eye',
    title: () => t('pages.coverage', 'Coverage'),
    Page: lazy(() => import(/* webpackChunkName: "coverage" */ './pages/coverage/CoveragePage')),
  },
];
