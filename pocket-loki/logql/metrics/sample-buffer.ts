/** Times and values of one series, in typed arrays that grow: millions of samples without an object for each. */
export class SampleBuffer {
  times = new Float64Array(16);
  values = new Float64Array(16);
  count = 0;
  private ordered = true;

  /** @param hold is told how many bytes are held */
  constructor(private readonly hold: (bytes: number) => void) {
    hold(256);
  }

  add(time: number, value: number): void {
    if (this.count === this.times.length) {
      this.hold(16 * this.count);
      this.times = grown(this.times);
      this.values = grown(this.values);
    }
    this.ordered &&= this.count === 0 || time >= (this.times[this.count - 1] ?? 0);
    this.times[this.count] = time;
    this.values[this.count] = value;
    this.count++;
  }

  /** By time. Samples of several streams come one stream after the other. */
  sort(): void {
    if (this.ordered) {
      return;
    }
    const { times, values } = this;
    // The order and the sorted copies.
    this.hold(24 * this.count);
    const order = Array.from({ length: this.count }, (_, i) => i);
    order.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));
    this.times = Float64Array.from(order, (i) => times[i] ?? 0);
    this.values = Float64Array.from(order, (i) => values[i] ?? 0);
    this.ordered = true;
  }
}

function grown(array: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}
