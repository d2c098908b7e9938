import { PluginContextProvider } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import React from 'react';
import { useHost, useLocation } from '../chrome/HostContext';
import { PLUGIN_ID } from '../plugin-id';

/** Whatever the app shows under its own address. */
export function AppPage() {
  const { app } = useHost();
  const { pathname } = useLocation();
  const Root = app.root;
  if (Root === undefined) {
    return <p>The app has no root page.</p>;
  }
  return (
    <PluginContextProvider meta={app.meta}>
      <Root
        meta={app.meta}
        basename={`/a/${PLUGIN_ID}`}
        path={pathname}
        query={locationService.getSearchObject()}
        onNavChanged={() => undefined}
      />
    </PluginContextProvider>
  );
}
