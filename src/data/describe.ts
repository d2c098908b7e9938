import { t } from '../shared/texts';
import type { Progress, Shortage } from './loaded-records';

/** How far a reading is. */
export function progressText({ read, total }: Progress): string {
  const known = { read: read.toLocaleString(), total: total?.toLocaleString() };
  return total === undefined || total < read
    ? t('records.reading', 'Reading records: {{read}}', known)
    : t('records.reading-of', 'Reading records: {{read}} of {{total}}', known);
}

/** Why what is shown is a part of the data. */
export function shortageText(shortage: Shortage): string {
  switch (shortage.why) {
    case 'too-many':
      return t(
        'records.too-many',
        'The range holds {{total}} records of the kind {{kind}}; the newest {{read}} were read. Choose a shorter range for the others.',
        { ...shortage, total: shortage.total.toLocaleString(), read: shortage.read.toLocaleString() }
      );
    case 'one-millisecond':
      return t(
        'records.one-millisecond',
        'More records stand in the millisecond {{at}} than Grafana can page through; `afterlog cases` reads them all.',
        { at: new Date(shortage.at).toISOString() }
      );
    case 'unreadable':
      return t(
        'records.unreadable',
        'Lines that are no record this version knows: {{lines}}. They may come from a newer Afterlog.',
        { lines: shortage.lines.toLocaleString() }
      );
    case 'line-limit':
      return t('records.line-limit', 'The query gave as many lines as it may: {{lines}}. Older ones are left out.', {
        lines: shortage.lines.toLocaleString(),
      });
  }
}
