// What is imported here is loaded with every Grafana page once the app is opened: at most 20 kB gzip (tests/plugin/build.test.ts).
import './shared/public-path';
import React, { lazy, Suspense } from 'react';
import { AppPlugin, type AppRootProps } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';
import { registerExtensions } from './extensions/register';
import type { ConfigurationProps } from './pages/configuration/Configuration';
import type { JsonData } from './shared/settings';
import { translated } from './shared/translated';
import { initTranslations } from './shared/translations';

const App = lazy(() => translated(import(/* webpackChunkName: "app" */ './App')));
const Configuration = lazy(() =>
  translated(import(/* webpackChunkName: "configuration" */ './pages/configuration/Configuration'))
);

const LazyApp = (props: AppRootProps<JsonData>) => (
  <Suspense fallback={<LoadingPlaceholder text="" />}>
    <App {...props} />
  </Suspense>
);

const LazyConfiguration = (props: ConfigurationProps) => (
  <Suspense fallback={<LoadingPlaceholder text="" />}>
    <Configuration {...props} />
  </Suspense>
);

export const plugin = new AppPlugin<JsonData>().setRootPage(LazyApp).addConfigPage({
  title: 'Configuration',
  icon: 'cog',
  id: 'configuration',
  body: LazyConfiguration,
});

// The links' texts; whatever is drawn waits for its own.
void initTranslations();
registerExtensions(plugin);
