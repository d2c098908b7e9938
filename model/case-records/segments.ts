/** The time whose cases stand in case records. Nanoseconds since 1970, `to` not included. */
export interface CaseCoverage {
  from: bigint;
  to: bigint;
}

/** A part of a time range, and whether its cases stand in case records or have to be worked out. */
export interface Segment extends CaseCoverage {
  isRecorded: boolean;
}

/** A range as parts, newest first: what the watch has not settled yet, what it wrote, what was before it. */
export function segmentsOf(range: CaseCoverage, coverage: CaseCoverage | undefined): Segment[] {
  if (coverage === undefined) {
    return [{ ...range, isRecorded: false }];
  }
  const inside = (time: bigint) => (time < range.from ? range.from : time > range.to ? range.to : time);
  const [from, to] = [inside(coverage.from), inside(coverage.to)];
  return [
    { from: to, to: range.to, isRecorded: false },
    { from, to, isRecorded: true },
    { from: range.from, to: from, isRecorded: false },
  ].filter((segment) => segment.from < segment.to);
}
