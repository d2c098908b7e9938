import { nodeDay, type Written } from '../fleet/records';

/** Nodes whose days are worked out; the others have the same days under names of their own, which is cheap. */
const WORKED_OUT = 25;

/** The days of many nodes, a day at a time. */
export class FleetDays {
  private dayStart = NaN;
  private readonly days = new Map<number, Written[]>();

  /** As `nodeDay`. */
  of = (number: number, dayStart: number): Written[] => {
    if (dayStart !== this.dayStart) {
      this.days.clear();
      this.dayStart = dayStart;
    }
    const like = number % WORKED_OUT;
    const day = this.days.get(like) ?? nodeDay(like, dayStart);
    this.days.set(like, day);
    return number === like ? day : day.map((record) => renamed(record, like, number));
  };
}

/** The names of nodes, of pods and of Jobs in which the number of a node stands. */
function renamed(record: Written, from: number, to: number): Written {
  const rename = (text: string) =>
    text
      .replaceAll(`node-${from}"`, `node-${to}"`)
      .replaceAll(`node-${from}/`, `node-${to}/`)
      .replaceAll(`job-pod-${from}-`, `job-pod-${to}-`)
      .replaceAll(`job-${from}-`, `job-${to}-`)
      .replaceAll(`living-${from}-`, `living-${to}-`);
  const metadata = Object.entries(record.metadata).map(([name, value]) => [name, rename(`${value}"`).slice(0, -1)]);
  return {
    ...record,
    node: record.node === undefined ? undefined : `node-${to}`,
    line: rename(record.line),
    metadata: Object.fromEntries(metadata) as Record<string, string>,
  };
}
