import type { AppPluginMeta } from '@grafana/data';

/** The app's plugin.json and settings, as Grafana's server answers; older libraries do not know all of it. */
export interface HostedAppMeta extends AppPluginMeta {
  /** The languages that the app has catalogues for. */
  languages?: string[];
}
