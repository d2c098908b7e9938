import { t as translate } from '@grafana/i18n';

export { Trans } from '@grafana/i18n';

/**
 * A text in the user's language. What is put into it is not escaped for HTML, as i18next would by default: React does
 * that itself, and `job/hello` would be shown as `job&#x2F;hello`.
 *
 * @param id in src/locales
 * @param text in English; empty where `values` have `defaultValue_one` and `defaultValue_other`, chosen by `count`
 */
export const t: typeof translate = (id, text, values) =>
  translate(id, text, { ...values, interpolation: { escapeValue: false } });
