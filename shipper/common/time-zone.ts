/**
 * The offset from UTC of a time zone at a moment, both in milliseconds.
 * @param zone an IANA name (`Asia/Tokyo`), `UTC`, or an offset (`+09:00`)
 * @returns undefined for what is no time zone
 */
export function offsetAt(zone: string, ms: number): number | undefined {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?([0-5]\d)$/.exec(zone) ?? [];
  if (sign !== undefined) {
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  }
  try {
    const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(ms);
    const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
    return name === 'GMT' ? 0 : offsetAt(name.replace('GMT', ''), ms);
  } catch {
    return undefined; // RangeError: no such zone
  }
}
