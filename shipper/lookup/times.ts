import { UTC, type TimeFormat, Words } from '../../model/messages';
import { UserError } from '../common/user-error';

/** Times as a command prints them. */
export interface PrintedTimes extends TimeFormat {
  /** The zone's name, for headings. */
  zone: string;
  /** Date and time without the zone, for columns. */
  stamp(instant: string): string;
}

const UTC_TIMES: PrintedTimes = {
  ...UTC,
  zone: 'UTC',
  stamp: (instant) => instant.slice(0, 19).replace('T', ' '),
};

/**
 * Times in a zone of the IANA database, UTC unless named.
 *
 * @throws UserError for a zone that Node.js does not know
 */
export function timesIn(zone = 'UTC'): PrintedTimes {
  if (zone.toUpperCase() === 'UTC') {
    return UTC_TIMES;
  }
  const format = formatFor(zone);
  const stamp = (instant: string) => format.format(Date.parse(instant));
  return {
    zone,
    stamp,
    time: (instant) => `${stamp(instant)} ${zone}`,
    clock: (instant) => stamp(instant).slice(11),
  };
}

/** Swedish writes dates as ISO 8601 does. */
function formatFor(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  } catch (error) {
    if (error instanceof RangeError) {
      throw new UserError(`unknown time zone ${JSON.stringify(zone)} (example: Asia/Tokyo)`);
    }
    throw error;
  }
}

export const englishIn = (times: PrintedTimes): Words => new Words('en', times);
