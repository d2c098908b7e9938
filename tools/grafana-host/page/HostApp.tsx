import { ThemeContext, type GrafanaTheme2 } from '@grafana/data';
import { locationService, LocationServiceProvider } from '@grafana/runtime';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import React from 'react';
import { Router } from 'react-router-dom';
import { Chrome } from './chrome/Chrome';
import { type Host, HostProvider, useLocation } from './chrome/HostContext';
import { AppPage } from './pages/AppPage';
import { ConfigurationPage } from './pages/ConfigurationPage';
import { DashboardPage } from './pages/dashboard/DashboardPage';
import { ExplorePage } from './pages/ExplorePage';
import { ExtensionsPage } from './pages/ExtensionsPage';

/** Grafana around the app: its theme, its services for components, its frame and the page that the address names. */
export function HostApp({ host, theme }: { host: Host; theme: GrafanaTheme2 }) {
  const location = useLocation();
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <LocationServiceProvider service={locationService}>
        <Router location={location} navigator={locationService.getHistory()}>
          <HostProvider host={host}>
            <Chrome>
              <Page pathname={location.pathname} />
            </Chrome>
            <PortalContainer />
          </HostProvider>
        </Router>
      </LocationServiceProvider>
    </ThemeContext.Provider>
  );
}

function Page({ pathname }: { pathname: string }) {
  switch (pathname.split('/')[1]) {
    case 'a':
      return <AppPage />;
    case 'plugins':
      return <ConfigurationPage />;
    case 'explore':
      return <ExplorePage />;
    case 'd':
      return <DashboardPage />;
    case 'extensions':
      return <ExtensionsPage />;
    default:
      return <p>There is no such page.</p>;
  }
}
