import React, { createContext, type ReactNode, useContext, useMemo } from 'react';
import { LokiSource } from '../data/loki-source';
import type { Settings } from '../shared/settings';
import { useEqual } from '../shared/use-equal';

interface AppContext {
  settings: Settings;
  loki: LokiSource;
}

const Context = createContext<AppContext | undefined>(undefined);

/** Gives pages the Loki that the settings name. */
export function AppContextProvider({
  settings,
  lokiUid,
  children,
}: {
  settings: Settings;
  lokiUid: string;
  children: ReactNode;
}) {
  // An app may be drawn with another copy of its settings: what was read is not read again for that.
  const same = useEqual(settings);
  const value = useMemo(
    () => ({ settings: same, loki: new LokiSource(lokiUid, same.recordSelector, same.logs) }),
    [same, lokiUid]
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

function useAppContext(): AppContext {
  const context = useContext(Context);
  if (context === undefined) {
    throw new Error('a page of Afterlog is used outside of AppContextProvider');
  }
  return context;
}

/** The Loki with the records and the logs. */
export const useLoki = (): LokiSource => useAppContext().loki;
