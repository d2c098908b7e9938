import type { Preferences } from './preferences';

declare global {
  /** The version of Grafana's libraries in this bundle. */
  const __GRAFANA_VERSION__: string;

  interface Window {
    __grafana_public_path__: string;
    grafanaBootData: unknown;
    /** What `readPreferences` gave at the start. */
    afterlogHostPreferences: Preferences;
  }
}
