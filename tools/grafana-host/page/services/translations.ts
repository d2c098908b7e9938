import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import * as z from 'zod';
import type { HostedAppMeta } from '../hosted-app';

const catalogue = z.record(z.string(), z.unknown());

/** From this version on Grafana itself loads the catalogues of its plugins; before it, plugins bring theirs along. */
const LOADS_CATALOGUES = 12.1;

/** Starts the translations that Grafana's libraries and the app share, in the user's language. */
export async function startTranslations(app: HostedAppMeta, language: string): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en-US',
    supportedLngs: ['en-US', 'ja-JP'],
    ns: ['grafana'],
    defaultNS: 'grafana',
    // Grafana's own texts are in no package. A language counts as there when it has any.
    resources: { [language]: { grafana: { language } } },
    partialBundledLanguages: true,
    returnEmptyString: false,
    interpolation: { escapeValue: false },
    showSupportNotice: false,
  });
  if (Number.parseFloat(__GRAFANA_VERSION__) >= LOADS_CATALOGUES && app.languages?.includes(language) === true) {
    const answer = await fetch(`/${app.baseUrl}/locales/${language}/${app.id}.json`);
    i18next.addResourceBundle(language, app.id, catalogue.parse(await answer.json()), true, false);
  }
}
