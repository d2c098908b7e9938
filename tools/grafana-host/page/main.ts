import { errorText } from '../../../model/error-text';
import { bootData } from './boot-data';
import { PLUGIN_ID } from './plugin-id';
import { readPreferences } from './preferences';
import type { HostedAppMeta } from './hosted-app';

// Grafana's libraries read what the server wrote into the page while they are imported: it is there before them.
async function main(): Promise<void> {
  const answer = await fetch(`/api/plugins/${PLUGIN_ID}/settings`);
  if (!answer.ok) {
    throw new Error(
      `The app's settings: ${answer.status} ${await answer.text()}. Was it built (npm run build:plugin)?`
    );
  }
  const app: HostedAppMeta = await answer.json();
  window.__grafana_public_path__ = '/public/';
  const preferences = readPreferences();
  window.grafanaBootData = bootData(app, preferences);
  document.documentElement.lang = preferences.language;
  const { start } = await import('./start');
  await start(app, preferences);
}

main().catch((reason: unknown) => {
  document.body.textContent = errorText(reason);
  throw reason;
});
