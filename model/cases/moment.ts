/**
 * Times inside the case procedure: milliseconds since 1970. That is finer than any evidence (Kubernetes has whole
 * seconds, inventories are bounded by two looks), and comparing numbers keeps 100,000 records cheap.
 */

/** A record's time; undefined where there is none or it is none. */
export function ms(text: string | null | undefined): number | undefined {
  if (text == null) {
    return undefined;
  }
  const parsed = Date.parse(text.length > 24 && text.endsWith('Z') ? `${text.slice(0, 23)}Z` : text);
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** RFC 3339 in UTC with milliseconds. */
export function at(moment: number): string {
  return new Date(moment).toISOString();
}

/** How long, in the one unit that fits: `34 s`, `12 min`, `3 h`, `2 days`. */
export function span(duration: number): string {
  const seconds = Math.round(Math.abs(duration) / 1000);
  if (seconds < 120) {
    return `${seconds} s`;
  }
  if (seconds < 7200) {
    return `${Math.round(seconds / 60)} min`;
  }
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}
