/**
 * Runs of NUL bytes in log files. No container wrote them: a file system that lost power leaves them where data was
 * allocated and never written, and a sparse file has holes of them.
 */

/** Inside a line a run of this length ends the line, whatever follows; a shorter one may be a program's output. */
export const HOLE_BYTES = 512;

const ZEROS = Buffer.alloc(64 * 1024);

/** Where the run of NULs that begins at `start` ends. Holes of gigabytes are passed at the speed of memory. */
export function endOfNuls(memory: Buffer, start: number, end: number): number {
  let at = start;
  for (let step = ZEROS.length; step >= 64; step >>= 5) {
    while (at + step <= end && memory.compare(ZEROS, 0, step, at, at + step) === 0) {
      at += step;
    }
  }
  while (at < end && memory[at] === 0) {
    at++;
  }
  return at;
}
