/**
 * The `limit` oldest (or newest) of the rows that were added, in the order of time; rows of one nanosecond keep the
 * order in which they were added. Rows are gathered loosely and cut back now and then, which is cheaper than a heap.
 */
export class TopRows<R extends { time: bigint }> {
  private rows: R[] = [];
  private worst: bigint | undefined;

  constructor(
    private readonly limit: number,
    private readonly forward: boolean,
    /** Is told how many bytes are held from now on; below 0 for what is given up. */
    private readonly hold: (bytes: number) => void = () => undefined,
    private readonly sizeOf: (row: R) => number = () => 0
  ) {}

  /** Whether a row of this time could still come in. */
  wants(time: bigint): boolean {
    return this.worst === undefined || (this.forward ? time < this.worst : time > this.worst);
  }

  add(row: R): void {
    if (!this.wants(row.time)) {
      return;
    }
    this.hold(this.sizeOf(row));
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
    const dropped = this.rows.splice(this.limit);
    this.hold(-dropped.reduce((sum, row) => sum + this.sizeOf(row), 0));
    this.worst = this.rows.length === this.limit ? this.rows.at(-1)?.time : undefined;
  }
}
