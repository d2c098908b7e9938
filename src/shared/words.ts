import { dateTimeFormat } from '@grafana/data';
import { t } from './texts';
import type { BadgeColor, IconName } from '@grafana/ui';
import type { Confidence } from '../../model/cases';
import type { Cause } from '../../model/causes';
import { CATALOGUES, type Language, type TimeFormat, Words } from '../../model/messages';
import type { LogStatus } from '../../model/records';

const isLanguage = (name: string): name is Language => name in CATALOGUES;

/** The catalogue of `model/messages` for the user's language: each language's texts name it. */
function language(): Language {
  const name = t('words.catalogue', 'en');
  return isLanguage(name) ? name : 'en';
}

const known = new Map<string, Words>();

/** Afterlog's words in the user's language. @param timeZone how times are written, as Grafana names it */
export function wordsIn(timeZone: string): Words {
  const key = `${language()} ${timeZone}`;
  const words = known.get(key) ?? new Words(language(), timesIn(timeZone));
  known.set(key, words);
  return words;
}

/** The same with times as somebody else writes them. */
export const wordsWith = (times: TimeFormat): Words => new Words(language(), times);

const timesIn = (timeZone: string): TimeFormat => ({
  time: (instant) => dateTimeFormat(instant, { timeZone }),
  clock: (instant) => dateTimeFormat(instant, { timeZone, format: 'HH:mm:ss' }),
});

/** Words without times. */
const words = () => wordsIn('utc');

/** The status of a log in Loki, in a word or two. */
export const statusText = (status: LogStatus): string => words().catalogue.statuses[status];

/** How a status is drawn; the icons differ as well as the colours. */
export const LOG_STATUS_LOOKS: Record<LogStatus, { color: BadgeColor; icon: IconName }> = {
  complete: { color: 'green', icon: 'check' },
  rescued: { color: 'green', icon: 'shield' },
  partial: { color: 'orange', icon: 'adjust-circle' },
  lost: { color: 'red', icon: 'times' },
  pending: { color: 'blue', icon: 'clock-nine' },
  unknown: { color: 'purple', icon: 'question-circle' },
};

export const confidenceText = (confidence: Confidence): string => words().catalogue.confidences[confidence].name;

/** What a confidence rests on. */
export const confidenceMeaning = (confidence: Confidence): string => words().catalogue.confidences[confidence].meaning;

/** `C1 disk reclaim`. */
export const causeText = (cause: Cause): string => words().causeText(cause);
