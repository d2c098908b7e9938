import { useSyncExternalStore } from 'react';
import { locationService } from '@grafana/runtime';

const subscribe = (onChange: () => void) => locationService.getHistory().listen(onChange);

/** A part of Grafana's address, as it changes. No router: Grafana 11 to 13 share different ones. */
export const useLocation = (part: 'pathname' | 'search'): string =>
  useSyncExternalStore(subscribe, () => locationService.getLocation()[part]);
