import { PluginContextProvider } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import React from 'react';
import { useHost, useLocation } from '../chrome/HostContext';
import { HostPluginPage } from '../chrome/PluginPage';

/** A configuration page of the app, as among the tabs of Grafana's page about it. */
export function ConfigurationPage() {
  const { app } = useHost();
  useLocation();
  const query = locationService.getSearchObject();
  const page = app.configPages?.find(({ id }) => id === query.page) ?? app.configPages?.[0];
  if (page === undefined) {
    return <p>The app has no configuration page.</p>;
  }
  const Body = page.body;
  return (
    <PluginContextProvider meta={app.meta}>
      <HostPluginPage pageNav={{ text: app.meta.name }} subTitle={app.meta.info.description}>
        <h2>{page.title}</h2>
        <Body plugin={app} query={query} />
      </HostPluginPage>
    </PluginContextProvider>
  );
}
