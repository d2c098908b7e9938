import { initPluginTranslations, type ResourceLoader } from '@grafana/i18n';
import { PLUGIN_ID } from './paths';

/**
 * English stands in the sources. Grafana loads other languages of a plugin itself from 12.1 on; before that, and where
 * the plugin runs without Grafana's server, they are loaded here.
 */
const loadResources: ResourceLoader = async (language) => {
  switch (language) {
    case 'ja-JP':
      return (await import(/* webpackChunkName: "ja-JP" */ '../locales/ja-JP/afterlog-timelines-app.json')).default;
    default:
      return {};
  }
};

/** Before anything of the plugin is drawn: `t` and `Trans` know the user's language afterwards. */
export async function initTranslations(): Promise<void> {
  await initPluginTranslations(PLUGIN_ID, [loadResources]);
}
