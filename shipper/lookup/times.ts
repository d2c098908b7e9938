import { UTC, type TimeFormat, Words } from '../../model/messages';
import { formatNs } from '../../model/time';
import { offsetAt } from '../common/time-zone';
import { UserError } from '../common/user-error';

/** Times as a command prints them. */
export interface PrintedTimes extends TimeFormat {
  /** The zone's name, for headings. */
  zone: string;
  /** Date and time without the zone, for columns. */
  stamp(instant: string): string;
  /** RFC 3339 with nanoseconds and the zone's offset, as `kubectl logs --timestamps` prints it. */
  exact(ns: bigint): string;
}

const UTC_TIMES: PrintedTimes = {
  ...UTC,
  zone: 'UTC',
  stamp: (instant) => instant.slice(0, 19).replace('T', ' '),
  exact: formatNs,
};

/**
 * Times in a zone of the IANA database, or in that of this machine (`local`); UTC unless named.
 *
 * @throws UserError for a zone that Node.js does not know
 */
export function timesIn(name = 'UTC'): PrintedTimes {
  const zone = name.toLowerCase() === 'local' ? new Intl.DateTimeFormat().resolvedOptions().timeZone : name;
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
    exact: (ns) => exactIn(zone, ns),
  };
}

function exactIn(zone: string, ns: bigint): string {
  const offsetMs = offsetAt(zone, Number(ns / 1_000_000n)) ?? 0;
  const minutes = Math.abs(offsetMs) / 60_000;
  const two = (n: number) => `${Math.floor(n)}`.padStart(2, '0');
  const local = formatNs(ns + BigInt(offsetMs) * 1_000_000n).slice(0, -1);
  return `${local}${offsetMs < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** Swedish writes dates as ISO 8601 does. */
function formatFor(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  } catch (error) {
    if (error instanceof RangeError) {
      throw new UserError(`unknown time zone ${JSON.stringify(zone)} (UTC, local, or a name such as Asia/Tokyo)`);
    }
    throw error;
  }
}

export const englishIn = (times: PrintedTimes): Words => new Words('en', times);
