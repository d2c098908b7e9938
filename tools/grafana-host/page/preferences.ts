import * as z from 'zod';

const preferencesSchema = z.object({
  theme: z.enum(['dark', 'light']).catch('dark'),
  language: z.enum(['en-US', 'ja-JP']).catch('en-US'),
  /** Log frames in the layout of the feature toggle `lokiLogsDataplane`. */
  dataplane: z.boolean().catch(false),
});
export type Preferences = z.infer<typeof preferencesSchema>;

const KEY = 'afterlog.host.preferences';

/** What a user of Grafana sets in the profile: from the address (`theme`, `lang`, `dataplane`), else as left last time. */
export function readPreferences(): Preferences {
  const asked = new URLSearchParams(window.location.search);
  const left: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
  const preferences = preferencesSchema.parse({
    ...(typeof left === 'object' ? left : {}),
    ...(asked.has('theme') && { theme: asked.get('theme') }),
    ...(asked.has('lang') && { language: asked.get('lang') }),
    ...(asked.has('dataplane') && { dataplane: asked.get('dataplane') === 'true' }),
  });
  localStorage.setItem(KEY, JSON.stringify(preferences));
  return preferences;
}

/** Keeps a preference and loads the page anew, as Grafana does. */
export function changePreference(change: Partial<Preferences>): void {
  localStorage.setItem(KEY, JSON.stringify({ ...readPreferences(), ...change }));
  const url = new URL(window.location.href);
  ['theme', 'lang', 'dataplane'].forEach((name) => url.searchParams.delete(name));
  window.history.replaceState(null, '', url);
  window.location.reload();
}
