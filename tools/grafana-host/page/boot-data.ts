import { lokiSettings } from './loki/settings';
import type { Preferences } from './preferences';
import type { HostedAppMeta } from './hosted-app';

/**
 * What Grafana's server writes into its page, as far as Grafana's libraries and the app read it. They read it while
 * they are imported.
 */
export function bootData(app: HostedAppMeta, { theme, language, dataplane }: Preferences): Record<string, unknown> {
  return {
    assets: { dark: '', light: '' },
    navTree: [],
    settings: {
      appUrl: `${window.location.origin}/`,
      appSubUrl: '',
      apps: { [app.id]: { id: app.id, path: app.module, version: app.info.version, preload: true } },
      buildInfo: { version: __GRAFANA_VERSION__, commit: '', env: 'production', edition: 'Open Source' },
      dateFormats: {
        fullDate: 'YYYY-MM-DD HH:mm:ss',
        interval: {
          millisecond: 'HH:mm:ss.SSS',
          second: 'HH:mm:ss',
          minute: 'HH:mm',
          hour: 'MM/DD HH:mm',
          day: 'MM/DD',
          month: 'YYYY-MM',
          year: 'YYYY',
        },
        defaultTimezone: 'browser',
        useBrowserLocale: false,
      },
      datasources: { [lokiSettings.name]: lokiSettings },
      defaultDatasource: lokiSettings.name,
      exploreEnabled: true,
      featureToggles: { lokiLogsDataplane: dataplane },
      panels: {},
      unifiedAlertingEnabled: false,
    },
    user: {
      ...{ id: 1, uid: '', login: 'admin', name: 'admin', email: '', orgId: 1, orgName: 'Main Org.', orgRole: 'Admin' },
      isGrafanaAdmin: true,
      // What Grafana keeps for a user, it keeps in its database for who is signed in, else in the browser.
      isSignedIn: false,
      language,
      lightTheme: theme === 'light',
      locale: language,
      regionalFormat: language,
      permissions: { 'datasources:explore': true, 'datasources:query': true, 'plugins:write': true },
      theme,
      timezone: 'browser',
      weekStart: '',
    },
  };
}
