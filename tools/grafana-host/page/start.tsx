import { getThemeById } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import React from 'react';
import { createRoot } from 'react-dom/client';
import { followInternalLinks } from './chrome/internal-links';
import { HostApp } from './HostApp';
import { PLUGIN_ID } from './plugin-id';
import { loadApp } from './plugins';
import type { Preferences } from './preferences';
import { setServices } from './services';
import { Extensions } from './services/extensions';
import { startTranslations } from './services/translations';
import { shareModules } from './shared-modules';
import type { HostedAppMeta } from './hosted-app';

/** Does what Grafana does before its first page, in its order, and shows the page that the address names. */
export async function start(meta: HostedAppMeta, preferences: Preferences): Promise<void> {
  setServices();
  await startTranslations(meta, preferences.language);
  shareModules();
  const app = await loadApp(meta);
  const extensions = new Extensions(app);
  extensions.register();
  followInternalLinks();
  if (locationService.getLocation().pathname === '/') {
    // What is behind the host is most often a replay of some minutes.
    locationService.replace(`/a/${PLUGIN_ID}?from=now-30m&to=now`);
  }
  const element = document.getElementById('reactRoot');
  if (element !== null) {
    const host = { app, extensions, preferences };
    createRoot(element).render(<HostApp host={host} theme={getThemeById(preferences.theme)} />);
  }
}
