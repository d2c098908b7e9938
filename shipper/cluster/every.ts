/** What is to be done every so many seconds, the first time after as many. */
export class Every {
  private readonly next = new Map<string, number>();

  /** @param now seconds since 1970 */
  constructor(private readonly now: () => number) {}

  due(what: string, seconds: number): boolean {
    const at = this.next.get(what);
    if (at !== undefined && this.now() < at) {
      return false;
    }
    this.next.set(what, this.now() + seconds);
    return at !== undefined;
  }
}
