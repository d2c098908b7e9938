import type { AppPlugin } from '@grafana/data';
import React, { createContext, useContext, useSyncExternalStore } from 'react';
import { locationService } from '@grafana/runtime';
import type { Preferences } from '../preferences';
import type { Extensions } from '../services/extensions';

export interface Host {
  app: AppPlugin;
  extensions: Extensions;
  preferences: Preferences;
}

const HostContext = createContext<Host | undefined>(undefined);

export const HostProvider = ({ host, children }: { host: Host; children: React.ReactNode }) => (
  <HostContext.Provider value={host}>{children}</HostContext.Provider>
);

export function useHost(): Host {
  const host = useContext(HostContext);
  if (host === undefined) {
    throw new Error('there is no host around this component');
  }
  return host;
}

const subscribe = (onChange: () => void) => locationService.getHistory().listen(onChange);

/** The address, as it changes. */
export const useLocation = () => useSyncExternalStore(subscribe, () => locationService.getLocation());
