/** A time zone as the axis needs it. */
export interface Zone {
  /** Milliseconds that its clocks are ahead of UTC at a moment. */
  offsetAt: (time: number) => number;
}

export const UTC: Zone = { offsetAt: () => 0 };

/** @param timeZone as Grafana names it: `browser`, `utc` or a name of the IANA database; what is none counts as `browser` */
export function zoneOf(timeZone: string): Zone {
  if (timeZone.toLowerCase() === 'utc') {
    return UTC;
  }
  const format = formatFor(timeZone);
  return {
    offsetAt: (time) => {
      const at: Record<string, number> = {};
      for (const { type, value } of format.formatToParts(time)) {
        at[type] = Number(value);
      }
      const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = at;
      return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(time / 1000) * 1000;
    },
  };
}

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const options = {
    ...({ year: 'numeric', month: 'numeric', day: 'numeric' } as const),
    ...({ hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' } as const),
  };
  try {
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone: timeZone === 'browser' ? undefined : timeZone });
  } catch (error) {
    if (error instanceof RangeError) {
      return new Intl.DateTimeFormat('en-US', options);
    }
    throw error;
  }
}
