import React, { Suspense, useEffect } from 'react';
import type { AppRootProps, NavModelItem } from '@grafana/data';
import { t } from './shared/texts';
import { locationService, PluginPage } from '@grafana/runtime';
import { LoadingPlaceholder, Stack } from '@grafana/ui';
import { AppContextProvider } from './app/app-context';
import { AppErrorBoundary } from './app/AppErrorBoundary';
import { AppNavigation } from './AppNavigation';
import { LokiPicker, useLokiUid } from './app/LokiPicker';
import { NoDataSource } from './app/NoDataSource';
import { type AppPage, PAGES } from './app-pages';
import plugin from './plugin.json';
import { type JsonData, settingsOf } from './shared/settings';
import { useLocation } from './shared/use-location';

/** The app's pages; an address that is none of theirs leads to the first. */
export default function App({ meta }: AppRootProps<JsonData>) {
  const pathname = useLocation('pathname');
  const page = PAGES.find(({ path }) => path === pathname.replace(/\/+$/, ''));
  const settings = settingsOf(meta.jsonData);
  const lokiUid = useLokiUid(settings.lokiUid);
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
    <PluginPage pageNav={pageNavOf(page)}>
      <Stack direction="column" gap={2}>
        <AppNavigation current={page} />
        {lokiUid === undefined ? (
          <NoDataSource />
        ) : (
          <AppContextProvider key={lokiUid} settings={settings} lokiUid={lokiUid}>
            <LokiPicker own={settings.lokiUid} current={lokiUid} />
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

/**
 * The page's title in the user's language, where that is not the name that Grafana has from plugin.json: a second entry
 * of the same name would stand in the breadcrumbs.
 */
function pageNavOf({ path, title }: AppPage): NavModelItem | undefined {
  const text = title();
  const isNamedSo = plugin.includes.some((include) => include.name === text);
  return isNamedSo ? undefined : { text, url: path, hideFromBreadcrumbs: true };
}
