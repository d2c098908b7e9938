import type { Time } from './values';

const months = 'January February March April May June July August September October November December'.split(' ');
const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

const part =
  /2006|January|Jan|Monday|Mon|MST|Z07:00|Z0700|Z07|-07:00|-0700|-07|[.,](?:0+|9+)(?!\d)|002|0[1-6]|15|PM|pm|_2|1|2|3|4|5/g;

/** A time in UTC, in a layout of Go's time package: the reference time `Mon Jan 2 15:04:05 MST 2006` written out. */
export function formatDate(layout: string, { ns }: Time): string {
  const date = new Date(Number(ns / 1_000_000n));
  const nanos = (ns % 1_000_000_000n).toString().padStart(9, '0');
  return layout.replace(part, (piece) => format(piece, date, nanos));
}

function format(piece: string, date: Date, nanos: string): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const hour12 = date.getUTCHours() % 12 || 12;
  switch (piece) {
    case '2006':
      return String(date.getUTCFullYear());
    case '06':
      return two(date.getUTCFullYear() % 100);
    case 'January':
      return months[date.getUTCMonth()] ?? '';
    case 'Jan':
      return months[date.getUTCMonth()]?.slice(0, 3) ?? '';
    case '01':
      return two(date.getUTCMonth() + 1);
    case '1':
      return String(date.getUTCMonth() + 1);
    case 'Monday':
      return days[date.getUTCDay()] ?? '';
    case 'Mon':
      return days[date.getUTCDay()]?.slice(0, 3) ?? '';
    case '02':
      return two(date.getUTCDate());
    case '_2':
      return String(date.getUTCDate()).padStart(2);
    case '2':
      return String(date.getUTCDate());
    case '002':
      return String(Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0)) / 86_400_000) + 1).padStart(
        3,
        '0'
      );
    case '15':
      return two(date.getUTCHours());
    case '03':
      return two(hour12);
    case '3':
      return String(hour12);
    case '04':
      return two(date.getUTCMinutes());
    case '4':
      return String(date.getUTCMinutes());
    case '05':
      return two(date.getUTCSeconds());
    case '5':
      return String(date.getUTCSeconds());
    case 'PM':
      return date.getUTCHours() < 12 ? 'AM' : 'PM';
    case 'pm':
      return date.getUTCHours() < 12 ? 'am' : 'pm';
    case 'MST':
      return 'UTC';
    case 'Z07:00':
    case 'Z0700':
    case 'Z07':
      return 'Z';
    case '-07:00':
      return '+00:00';
    case '-0700':
      return '+0000';
    case '-07':
      return '+00';
    default: {
      // A fraction of a second: zeros keep their number of digits, nines drop what is zero at the end.
      const digits = nanos.slice(0, piece.length - 1);
      const kept = piece[1] === '9' ? digits.replace(/0+$/, '') : digits;
      return kept === '' ? '' : `${piece[0]}${kept}`;
    }
  }
}
