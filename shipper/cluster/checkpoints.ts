/** How far a watch had come at some time. */
export interface Checkpoint {
  /** Seconds since 1970. */
  at: number;
  /** resourceVersion by collection; those without one were not listed yet. */
  versions: ReadonlyMap<string, string | null>;
}

const KEPT = 600;

/**
 * Finds the newest point up to which all that happened is written. Records wait for a while before they are written
 * (many changes, one line), so that is some time ago.
 */
export class Checkpoints {
  private noted: Checkpoint[] = [];

  note(checkpoint: Checkpoint): void {
    this.noted.push(checkpoint);
    if (this.noted.length > KEPT) {
      this.noted.splice(0, this.noted.length - KEPT);
    }
  }

  /**
   * @param waitingSince since when the longest waiting change has been waiting; Infinity where none does
   * @returns the newest point before that; older ones are forgotten
   */
  complete(waitingSince: number): Checkpoint | undefined {
    const newest = this.noted.findLast(({ at }) => at < waitingSince);
    if (newest !== undefined) {
      this.noted = this.noted.filter(({ at }) => at >= newest.at);
    }
    return newest;
  }
}
