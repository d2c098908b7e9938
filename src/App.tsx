import React, { Suspense, useEffect } from 'react';
import type { AppRootProps } from '@grafana/data';
import { t } from './shared/texts';
import { locationService, PluginPage } from '@grafana/runtime';
import { LoadingPlaceholder, Stack } from '@grafana/ui';
import { AppContextProvider } from './app/app-context';
import { AppErrorBoundary } from './app/AppErrorBoundary';
import { AppNavigation } from './AppNavigation';
import { NoDataSource } from './app/NoDataSource';
import { PAGES } from './app-pages';
import { type JsonData, settingsOf } from './shared/settings';
import { useLocation } from './shared/use-location';

/** The app's pages; an address that is none of theirs leads to the first. */
export default function App({ meta }: AppRootProps<JsonData>) {
  const pathname = useLocation('pathname');
  const page = PAGES.find(({ path }) => path === pathname.replace(/\/+$/, ''));
  const settings = settingsOf(meta.jsonData);
  useEffect(() => {
    const [first] = PAGES;
    if (page === undefined && first !== undefined) {
      locationService.replace({ ...locationService.getLocation(), pathname: first.path });
    }
  }, [page]);
  if (page === undefined) {
    return null;
  }
  return (
    <PluginPage>
      <Stack direction="column" gap={2}>
        <AppNavigation current={page} />
        {settings.lokiUid === undefined ? (
          <NoDataSource />
        ) : (
          <AppContextProvider settings={settings} lokiUid={settings.lokiUid}>
            <AppErrorBoundary key={page.path}>
              <Suspense fallback={<LoadingPlaceholder text={t('pages.loading', 'Loading the page')} />}>
                <page.Page />
              </Suspense>
            </AppErrorBoundary>
          </AppContextProvider>
        )}
      </Stack>
    </PluginPage>
  );
}
