/** What decides whether that has to go first what a reclaim would delete. */
export interface Distance {
  /** Until the nearest eviction threshold is crossed, as fast as the disk fills now; Infinity where it does not fill. */
  secondsLeft: number;
  /** What is left until then as a part of the capacity; negative once it is crossed. */
  fraction: number;
  /** What shipping takes of that, as fast as Loki acknowledges now. */
  secondsNeeded: number;
  /** Since the last reclaim that the kubelet reported; Infinity for none. */
  secondsSinceReclaim: number;
}

/**
 * The kubelet looks at its disks every 10 s and acts up to 70 s after a threshold is crossed (kubernetes/kubernetes#31362):
 * what is nearer than that can go at any moment.
 */
const FLOOR_SECONDS = 60;
/** A burst fills this much between two looks. */
const FLOOR_FRACTION = 0.01;
/** A reclaim that did not free enough is followed by the next. */
const AFTER_RECLAIM_SECONDS = 60;
/** The rest is to be shipped in half of the time that is left. */
const MARGIN = 2;

/** Whether a reclaim may come before the rest is shipped. Once in priority mode, it is over only at twice the distance. */
export function inPriorityMode(distance: Distance, was: boolean): boolean {
  const { secondsLeft, fraction, secondsNeeded, secondsSinceReclaim } = distance;
  const slack = was ? 2 : 1;
  return (
    fraction <= FLOOR_FRACTION * slack ||
    secondsSinceReclaim < AFTER_RECLAIM_SECONDS ||
    secondsLeft < Math.max(FLOOR_SECONDS, MARGIN * secondsNeeded) * slack
  );
}
