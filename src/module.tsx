// What is imported here is loaded with every Grafana page once the app is opened: at most 20 kB gzip (tests/plugin/build.test.ts).
import './public-path';
import React, { lazy, Suspense } from 'react';
import { AppPlugin, type AppRootProps } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';
import type { ConfigurationProps } from './pages/configuration/Configuration';
import type { JsonData } from './settings';

const App = lazy(() => import(/* webpackChunkName: "app" */ './App'));
const Configuration = lazy(() => import(/* webpackChunkName: "configuration" */ './pages/configuration/Configuration'));

const LazyApp = (props: AppRootProps<JsonData>) => (
  <Suspense fallback={<LoadingPlaceholder text="Loading Afterlog" />}>
    <App {...props} />
  </Suspense>
);

const LazyConfiguration = (props: ConfigurationProps) => (
  <Suspense fallback={<LoadingPlaceholder text="Loading the configuration" />}>
    <Configuration {...props} />
  </Suspense>
);

export const plugin = new AppPlugin<JsonData>().setRootPage(LazyApp).addConfigPage({
  title: 'Configuration',
  icon: 'cog',
  id: 'configuration',
  body: LazyConfiguration,
});
