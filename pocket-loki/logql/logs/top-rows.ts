/**
 * The `limit` oldest (or newest) of the rows that were added, in the order of time; rows of one nanosecond keep the
 * order in which they were added. Rows are gathered loosely and cut back now and then, which is cheaper than a heap.
 */
export class TopRows<R extends { time: bigint }> {
  private rows: R[] = [];
  private worst: bigint | undefined;

  constructor(
    private readonly limit: number,
    private readonly forward: boolean
  ) {}

  /** Whether a row of this time could still come in. */
  wants(time: bigint): boolean {
    return this.worst === undefined || (this.forward ? time < this.worst : time > this.worst);
  }

  add(row: R): void {
    if (!this.wants(row.time)) {
      return;
    }
    this.rows.push(row);
    if (this.rows.length >= 2 * this.limit || (this.worst === undefined && this.rows.length === this.limit)) {
      this.cut();
    }
  }

  sorted(): R[] {
    this.cut();
    return this.rows;
  }

  private cut(): void {
    const sign = this.forward ? 1 : -1;
    // Array.sort is stable.
    this.rows.sort((a, b) => (a.time < b.time ? -sign : a.time > b.time ? sign : 0));
    this.rows.length = Math.min(this.rows.length, this.limit);
    this.worst = this.rows.length === this.limit ? this.rows.at(-1)?.time : undefined;
  }
}
